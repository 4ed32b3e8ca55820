/** A DHCP option set as the API shows it. */
import type { DhcpOptionsRecord } from '../model.js';
import type { Scope } from '../operation.js';

export function dhcpOptionsView(record: DhcpOptionsRecord, scope: Scope) {
  return {
    dhcpOptionsId: record.dhcpOptionsId,
    ownerId: scope.accountId,
    dhcpConfigurationSet: record.configurations.map(({ key, values }) => ({ key, valueSet: values.map((value) => ({ value })) })),
    tagSet: record.tags,
  };
}

export type DhcpOptionsView = ReturnType<typeof dhcpOptionsView>;
