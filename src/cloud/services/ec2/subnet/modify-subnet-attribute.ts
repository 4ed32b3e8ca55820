/** ModifySubnetAttribute: whether launches get a public address (V10); what else there is only as it is. */
import { bool, has, str } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { onlyDefault } from '../../../endpoint/unsupported.js';
import { SUBNET as TABLE } from '../model.js';
import { find, SUBNET } from '../noun.js';
import { changing, DONE, refuse } from '../operation.js';

const ATTRIBUTES = [
  'MapPublicIpOnLaunch', 'AssignIpv6AddressOnCreation', 'MapCustomerOwnedIpOnLaunch', 'EnableDns64', 'PrivateDnsHostnameTypeOnLaunch', 'EnableResourceNameDnsARecordOnLaunch',
  'EnableResourceNameDnsAAAARecordOnLaunch', 'EnableLniAtDeviceIndex', 'DisableLniAtDeviceIndex',
];

export const modifySubnetAttribute = changing((input, tx) => {
  const given = ATTRIBUTES.filter((name) => has(input, name));
  const [attribute] = given;
  if (attribute === undefined) throw new AwsError('MissingParameter', 'The request must contain one of the attributes of a subnet');
  if (given.length > 1) throw new AwsError('InvalidParameterCombination', 'Only one subnet attribute may be modified at a time.');
  refuse(input, ['CustomerOwnedIpv4Pool', 'EnableLniAtDeviceIndex', 'DisableLniAtDeviceIndex']);
  const subnet = find(tx, SUBNET, str(input, 'SubnetId'));
  if (attribute === 'PrivateDnsHostnameTypeOnLaunch') onlyDefault(input, { [attribute]: 'ip-name' });
  else if (attribute !== 'MapPublicIpOnLaunch') onlyDefault(input, { [`${attribute}.Value`]: 'false' });
  else tx.put(TABLE, subnet.subnetId, { ...subnet, mapPublicIpOnLaunch: bool(input, 'MapPublicIpOnLaunch.Value') });
  return DONE;
});
