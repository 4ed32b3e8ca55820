/** ModifyNetworkInterfaceAttribute: groups, source/destination check, description; one attribute a request, as on AWS. */
import { bool, has, list, str, structOpt } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { NETWORK_INTERFACE as TABLE } from '../model.js';
import { find, NETWORK_INTERFACE } from '../noun.js';
import { changing, DONE, refuse } from '../operation.js';
import { groupsFor } from './interface.js';

const ATTRIBUTES = ['SecurityGroupId', 'SourceDestCheck', 'Description'] as const;

export const modifyNetworkInterfaceAttribute = changing((input, tx) => {
  refuse(input, ['Attachment', 'EnaSrdSpecification', 'EnablePrimaryIpv6', 'ConnectionTrackingSpecification', 'AssociatePublicIpAddress', 'AssociatedSubnetId']);
  const record = find(tx, NETWORK_INTERFACE, str(input, 'NetworkInterfaceId'));
  const given = ATTRIBUTES.filter((name) => has(input, name));
  if (given.length === 0) throw new AwsError('InvalidParameterCombination', 'No attributes specified.');
  if (given.length > 1) throw new AwsError('InvalidParameterCombination', 'Fields for multiple attribute types specified.');
  if (record.interfaceType !== 'interface' && !(record.interfaceType === 'vpc_endpoint' && given[0] === 'SecurityGroupId')) {
    throw new AwsError('OperationNotPermitted', `You do not have permission to modify the network interface '${record.networkInterfaceId}', which is managed by a service.`);
  }
  if (given[0] === 'SecurityGroupId') {
    const groupIds = list(input, 'SecurityGroupId');
    if (groupIds.length === 0) throw new AwsError('InvalidParameterValue', 'You must specify at least one security group');
    tx.put(TABLE, record.networkInterfaceId, { ...record, groupIds: groupsFor(tx, record.vpcId, groupIds) });
  } else if (given[0] === 'SourceDestCheck') {
    tx.put(TABLE, record.networkInterfaceId, { ...record, sourceDestCheck: bool(structOpt(input, 'SourceDestCheck') ?? {}, 'Value') });
  } else {
    tx.put(TABLE, record.networkInterfaceId, { ...record, description: str(structOpt(input, 'Description') ?? {}, 'Value') });
  }
  return DONE;
});
