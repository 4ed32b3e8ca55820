/** ModifySubnetAttribute: whether launches get a public address (V10). */
import { bool, str } from '../../../endpoint/input.js';
import { SUBNET as TABLE } from '../model.js';
import { find, SUBNET } from '../noun.js';
import { changing, DONE, refuse } from '../operation.js';

export const modifySubnetAttribute = changing((input, tx) => {
  refuse(input, [
    'AssignIpv6AddressOnCreation', 'MapCustomerOwnedIpOnLaunch', 'CustomerOwnedIpv4Pool', 'EnableDns64', 'PrivateDnsHostnameTypeOnLaunch',
    'EnableResourceNameDnsARecordOnLaunch', 'EnableResourceNameDnsAAAARecordOnLaunch', 'EnableLniAtDeviceIndex', 'DisableLniAtDeviceIndex',
  ]);
  const subnet = find(tx, SUBNET, str(input, 'SubnetId'));
  tx.put(TABLE, subnet.subnetId, { ...subnet, mapPublicIpOnLaunch: bool(input, 'MapPublicIpOnLaunch.Value') });
  return DONE;
});
