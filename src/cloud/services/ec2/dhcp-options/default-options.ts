/** The region's default DHCP option set, which every VPC uses (V6, L14), and DescribeDhcpOptions. */
import { createHash } from 'node:crypto';
import { list } from '../../../endpoint/input.js';
import type { Transaction } from '../../../state/store.js';
import { filtered, paged } from '../describe.js';
import { DHCP_OPTIONS as TABLE, type DhcpOptionsRecord } from '../model.js';
import { DHCP_OPTIONS, notFound } from '../noun.js';
import { reading, type Scope } from '../operation.js';
import { privateDomain } from '../network-interface/interface.js';

/** The same id for a region and an account for ever, whether it was stored yet or not. */
function defaultOptions(scope: Scope): DhcpOptionsRecord {
  const digest = createHash('sha256').update(`dhcp-options/${scope.accountId}/${scope.region}`).digest('hex');
  const dhcpOptionsId = `dopt-0${digest.slice(0, 16)}`;
  return scope.state.get(TABLE, dhcpOptionsId) ?? {
    dhcpOptionsId,
    configurations: [{ key: 'domain-name', values: [privateDomain(scope.region)] }, { key: 'domain-name-servers', values: ['AmazonProvidedDNS'] }],
    tags: [],
  };
}

/** Id of the default set, which is stored now, so that it can be tagged. */
export function storeDefaultOptions(tx: Transaction, scope: Scope): string {
  const options = defaultOptions(scope);
  if (tx.get(TABLE, options.dhcpOptionsId) === undefined) tx.put(TABLE, options.dhcpOptionsId, options);
  return options.dhcpOptionsId;
}

function view(record: DhcpOptionsRecord, scope: Scope) {
  return {
    dhcpOptionsId: record.dhcpOptionsId,
    ownerId: scope.accountId,
    dhcpConfigurationSet: record.configurations.map(({ key, values }) => ({ key, valueSet: values.map((value) => ({ value })) })),
    tagSet: record.tags,
  };
}

type View = ReturnType<typeof view>;

const FILTERS = {
  'dhcp-options-id': (item: View) => item.dhcpOptionsId,
  'key': (item: View) => item.dhcpConfigurationSet.map(({ key }) => key),
  'value': (item: View) => item.dhcpConfigurationSet.flatMap(({ valueSet }) => valueSet.map(({ value }) => value)),
  'owner-id': (item: View) => item.ownerId,
};

export const describeDhcpOptions = reading((input, scope) => {
  const all = [defaultOptions(scope)];
  const ids = list(input, 'DhcpOptionsId');
  const missing = ids.filter((id) => !all.some((options) => options.dhcpOptionsId === id));
  if (missing.length > 0) throw notFound(DHCP_OPTIONS, missing);
  return paged(filtered(all.map((options) => view(options, scope)), input, FILTERS), input, 'dhcpOptionsSet', (item) => item.dhcpOptionsId);
});
