/** CreateNetworkAclEntry, ReplaceNetworkAclEntry, DeleteNetworkAclEntry (A1, A4, A6). */
import { canonicalCidr } from '../../../../lib/net/cidr.js';
import { bool, int, intOpt, oneOf, str, struct } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { NETWORK_ACL as TABLE, type NetworkAclEntryRecord, type NetworkAclRecord } from '../model.js';
import { find, NETWORK_ACL } from '../noun.js';
import { changing, DONE, invalidValue, refuse } from '../operation.js';

const NUMBERS: Readonly<Record<string, string>> = { tcp: '6', udp: '17', icmp: '1', icmpv6: '58', all: '-1' };
const PORT = { min: 0, max: 65535 };

function protocolOf(input: Input): string {
  const text = str(input, 'Protocol').toLowerCase();
  const number = NUMBERS[text] ?? text;
  if (number === '-1' || (/^\d{1,3}$/.test(number) && Number(number) <= 255)) return number === '-1' ? number : String(Number(number));
  throw new AwsError('InvalidParameterValue', `Invalid value '${text}' for IP protocol. Unknown protocol.`);
}

/** Ports for TCP and UDP, type and code for ICMP; other protocols have neither, whatever was given (A4). */
function selectorOf(input: Input, protocol: string): Pick<NetworkAclEntryRecord, 'portRange' | 'icmpTypeCode'> {
  for (const name of ['PortRange.From', 'PortRange.To', 'Icmp.Type', 'Icmp.Code']) intOpt(input, name);
  if (protocol === '6' || protocol === '17') {
    const range = struct(input, 'PortRange');
    const [from, to] = [int(range, 'From', PORT), int(range, 'To', PORT)];
    if (from > to) throw new AwsError('InvalidParameterValue', `Invalid TCP/UDP port range (${from}:${to})`);
    return { portRange: { from, to } };
  }
  if (protocol === '1') {
    const icmp = struct(input, 'Icmp');
    return { icmpTypeCode: { type: int(icmp, 'Type', { min: -1, max: 255 }), code: int(icmp, 'Code', { min: -1, max: 255 }) } };
  }
  return {};
}

function entryOf(input: Input): NetworkAclEntryRecord {
  refuse(input, ['Ipv6CidrBlock']);
  const protocol = protocolOf(input);
  const text = str(input, 'CidrBlock');
  const cidrBlock = canonicalCidr(text);
  if (cidrBlock === undefined) throw invalidValue(text, 'cidrBlock', 'This is not a valid CIDR block.');
  return {
    ruleNumber: int(input, 'RuleNumber', { min: 1, max: 32766 }),
    egress: bool(input, 'Egress'),
    protocol,
    ruleAction: oneOf(input, 'RuleAction', ['allow', 'deny']),
    cidrBlock,
    ...selectorOf(input, protocol),
  };
}

function sameRule(entry: NetworkAclEntryRecord, ruleNumber: number, egress: boolean): boolean {
  return entry.ruleNumber === ruleNumber && entry.egress === egress;
}

function missing(ruleNumber: number, acl: NetworkAclRecord): AwsError {
  return new AwsError('InvalidNetworkAclEntry.NotFound', `The network acl entry with rule number ${ruleNumber} does not exist in network acl ${acl.networkAclId}`);
}

export const createNetworkAclEntry = changing((input, tx) => {
  const acl = find(tx, NETWORK_ACL, str(input, 'NetworkAclId'));
  const entry = entryOf(input);
  if (acl.entries.some((known) => sameRule(known, entry.ruleNumber, entry.egress))) {
    throw new AwsError('NetworkAclEntryAlreadyExists', `The network acl entry identified by ${entry.ruleNumber} already exists.`);
  }
  tx.put(TABLE, acl.networkAclId, { ...acl, entries: [...acl.entries, entry] });
  return DONE;
});

export const replaceNetworkAclEntry = changing((input, tx) => {
  const acl = find(tx, NETWORK_ACL, str(input, 'NetworkAclId'));
  const entry = entryOf(input);
  if (!acl.entries.some((known) => sameRule(known, entry.ruleNumber, entry.egress))) throw missing(entry.ruleNumber, acl);
  tx.put(TABLE, acl.networkAclId, { ...acl, entries: acl.entries.map((known) => (sameRule(known, entry.ruleNumber, entry.egress) ? entry : known)) });
  return DONE;
});

export const deleteNetworkAclEntry = changing((input, tx) => {
  const acl = find(tx, NETWORK_ACL, str(input, 'NetworkAclId'));
  const ruleNumber = int(input, 'RuleNumber');
  const egress = bool(input, 'Egress');
  if (ruleNumber > 32766) throw invalidValue(ruleNumber, 'ruleNumber', 'The last rule cannot be removed.');
  const entries = acl.entries.filter((known) => !sameRule(known, ruleNumber, egress));
  if (entries.length === acl.entries.length) throw missing(ruleNumber, acl);
  tx.put(TABLE, acl.networkAclId, { ...acl, entries });
  return DONE;
});
