/** The region's default DHCP option set, which every new VPC uses (V6, L14). */
import { createHash } from 'node:crypto';
import { internalDomain } from '../../../../lib/vpc/resolver.js';
import type { Transaction } from '../../../state/store.js';
import { DHCP_OPTIONS as TABLE, type DhcpOptionsRecord } from '../model.js';
import type { Scope } from '../operation.js';

/** The same id for a region and an account for ever, whether it was stored yet or not. */
export function defaultOptions(scope: Scope): DhcpOptionsRecord {
  const digest = createHash('sha256').update(`dhcp-options/${scope.accountId}/${scope.region}`).digest('hex');
  const dhcpOptionsId = `dopt-0${digest.slice(0, 16)}`;
  return scope.state.get(TABLE, dhcpOptionsId) ?? {
    dhcpOptionsId,
    configurations: [{ key: 'domain-name', values: [internalDomain(scope.region)] }, { key: 'domain-name-servers', values: ['AmazonProvidedDNS'] }],
    tags: [],
  };
}

/** Id of the default set, which is stored now, so that it can be tagged. */
export function storeDefaultOptions(tx: Transaction, scope: Scope): string {
  const options = defaultOptions(scope);
  if (tx.get(TABLE, options.dhcpOptionsId) === undefined) tx.put(TABLE, options.dhcpOptionsId, options);
  return options.dhcpOptionsId;
}
