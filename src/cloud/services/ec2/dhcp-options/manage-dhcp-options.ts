/** CreateDhcpOptions, AssociateDhcpOptions, DeleteDhcpOptions: what guests of a VPC learn by DHCP (L14). */
import { isIPv4, isIPv6 } from 'node:net';
import { list, str, structs } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { DHCP_OPTIONS as TABLE, VPC as VPC_TABLE, type DhcpOptionsRecord } from '../model.js';
import { DHCP_OPTIONS, find, newId, VPC } from '../noun.js';
import { changing, dependency, DONE, invalidValue, type Scope } from '../operation.js';
import { tagsFor } from '../tags.js';
import { defaultOptions, storeDefaultOptions } from './default-options.js';
import { dhcpOptionsView } from './view.js';

/** As VPCs name the lack of a set. */
const NO_OPTIONS = 'default';

function addresses(key: string, values: readonly string[], accepts: (value: string) => boolean): void {
  const wrong = values.find((value) => !accepts(value));
  if (wrong !== undefined) throw invalidValue(wrong, key, 'This is not an address that the option takes.');
  for (const family of [(value: string) => !isIPv6(value), isIPv6]) {
    if (values.filter(family).length > 4) throw invalidValue(values.join(', '), key, 'At most four addresses may be specified.');
  }
}

function one(key: string, values: readonly string[], form: RegExp): void {
  const [value = ''] = values;
  if (values.length !== 1 || !form.test(value)) throw invalidValue(values.join(', '), key);
}

/** What each option takes. */
const OPTIONS: Readonly<Record<string, (values: readonly string[]) => void>> = {
  'domain-name-servers': (values) => addresses('domain-name-servers', values, (value) => isIPv4(value) || value === 'AmazonProvidedDNS'),
  // Some systems take several domains in one value, separated by spaces.
  'domain-name': (values) => one('domain-name', values, /^[a-zA-Z0-9._ -]{1,255}$/),
  'ntp-servers': (values) => addresses('ntp-servers', values, (value) => isIPv4(value) || isIPv6(value)),
  'netbios-name-servers': (values) => addresses('netbios-name-servers', values, isIPv4),
  'netbios-node-type': (values) => one('netbios-node-type', values, /^[1248]$/),
  'ipv6-address-preferred-lease-time': (values) => {
    one('ipv6-address-preferred-lease-time', values, /^\d{1,10}$/);
    const seconds = Number(values[0]);
    if (seconds < 140 || seconds > 2_147_483_647) throw invalidValue(seconds, 'ipv6-address-preferred-lease-time', 'The value must be between 140 and 2147483647 seconds.');
  },
};

/** Several addresses may stand in one value, separated by commas. */
function valuesOf(configuration: Input): string[] {
  const values = list(configuration, 'Value');
  return str(configuration, 'Key').endsWith('-servers') ? values.flatMap((value) => value.split(',').map((part) => part.trim())) : values;
}

function configurationsOf(input: Input): DhcpOptionsRecord['configurations'] {
  const configurations = structs(input, 'DhcpConfiguration').map((configuration) => ({ key: str(configuration, 'Key'), values: valuesOf(configuration) }));
  if (configurations.length === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter dhcpConfiguration');
  for (const { key, values } of configurations) {
    const check = Object.hasOwn(OPTIONS, key) ? OPTIONS[key] : undefined;
    if (check === undefined) throw invalidValue(key, 'dhcpConfiguration', 'There is no such DHCP option.');
    if (values.length === 0) throw new AwsError('MissingParameter', `The DHCP option ${key} must have a value`);
    check(values);
  }
  if (new Set(configurations.map(({ key }) => key)).size < configurations.length) throw new AwsError('InvalidParameterValue', 'A DHCP option must not be specified more than once.');
  return configurations;
}

export const createDhcpOptions = changing((input, tx, _context, scope) => {
  const options: DhcpOptionsRecord = { dhcpOptionsId: newId('dopt'), configurations: configurationsOf(input), tags: tagsFor(input, 'dhcp-options') };
  tx.put(TABLE, options.dhcpOptionsId, options);
  return { dhcpOptions: dhcpOptionsView(options, scope) };
});

/** The default set may not be stored yet: it is there all the same. */
function known(scope: Scope, dhcpOptionsId: string): DhcpOptionsRecord {
  const own = defaultOptions(scope);
  return dhcpOptionsId === own.dhcpOptionsId ? own : find(scope.state, DHCP_OPTIONS, dhcpOptionsId);
}

export const associateDhcpOptions = changing((input, tx, _context, scope) => {
  const vpc = find(tx, VPC, str(input, 'VpcId'));
  const wanted = str(input, 'DhcpOptionsId');
  const dhcpOptionsId = wanted === NO_OPTIONS ? NO_OPTIONS : known(scope, wanted).dhcpOptionsId;
  if (dhcpOptionsId === defaultOptions(scope).dhcpOptionsId) storeDefaultOptions(tx, scope);
  tx.put(VPC_TABLE, vpc.vpcId, { ...vpc, dhcpOptionsId });
  return DONE;
});

export const deleteDhcpOptions = changing((input, tx, _context, scope) => {
  const { dhcpOptionsId } = known(scope, str(input, 'DhcpOptionsId'));
  if (tx.list(VPC_TABLE).some((vpc) => vpc.dhcpOptionsId === dhcpOptionsId)) throw dependency('dhcpOptions', dhcpOptionsId);
  // The region's own set is derived: it is there again at once.
  tx.delete(TABLE, dhcpOptionsId);
  return DONE;
});
