/** DeleteVpc: refused while anything but the three default objects is left in it (V7). */
import { str } from '../../../endpoint/input.js';
import type { Reader } from '../../../state/store.js';
import {
  INTERNET_GATEWAY, NETWORK_ACL, NETWORK_INTERFACE, ROUTE_TABLE, SECURITY_GROUP, SECURITY_GROUP_RULE, SUBNET, VPC as TABLE, VPC_ENDPOINT,
} from '../model.js';
import { find, VPC } from '../noun.js';
import { changing, dependency, DONE } from '../operation.js';

function isInUse(state: Reader, vpcId: string): boolean {
  const here = (record: { readonly vpcId?: string | undefined }) => record.vpcId === vpcId;
  return state.list(SUBNET).some(here)
    || state.list(INTERNET_GATEWAY).some(here)
    || state.list(VPC_ENDPOINT).some(here)
    || state.list(NETWORK_INTERFACE).some(here)
    || state.list(SECURITY_GROUP).some((group) => here(group) && group.groupName !== 'default')
    || state.list(NETWORK_ACL).some((acl) => here(acl) && !acl.isDefault)
    || state.list(ROUTE_TABLE).some((table) => here(table) && !table.associations.some((association) => association.main));
}

export const deleteVpc = changing((input, tx) => {
  const { vpcId } = find(tx, VPC, str(input, 'VpcId'));
  if (isInUse(tx, vpcId)) throw dependency('vpc', vpcId);
  for (const table of tx.list(ROUTE_TABLE)) if (table.vpcId === vpcId) tx.delete(ROUTE_TABLE, table.routeTableId);
  for (const acl of tx.list(NETWORK_ACL)) if (acl.vpcId === vpcId) tx.delete(NETWORK_ACL, acl.networkAclId);
  for (const group of tx.list(SECURITY_GROUP)) {
    if (group.vpcId !== vpcId) continue;
    for (const rule of tx.list(SECURITY_GROUP_RULE)) if (rule.groupId === group.groupId) tx.delete(SECURITY_GROUP_RULE, rule.securityGroupRuleId);
    tx.delete(SECURITY_GROUP, group.groupId);
  }
  tx.delete(TABLE, vpcId);
  return DONE;
});
