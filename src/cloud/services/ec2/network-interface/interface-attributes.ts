/** DescribeNetworkInterfaceAttribute, ModifyNetworkInterfaceAttribute, ResetNetworkInterfaceAttribute: one attribute a request, as on AWS. */
import { bool, has, intOpt, list, oneOf, oneOfOpt, str, strOpt, struct } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { NETWORK_INTERFACE as TABLE, type NetworkInterfaceRecord } from '../model.js';
import { find, NETWORK_INTERFACE } from '../noun.js';
import { changing, DONE, reading, refuse } from '../operation.js';
import type { Transaction } from '../../../state/store.js';
import { groupsFor } from './interface.js';
import { networkInterfaceView } from './view.js';

export const describeNetworkInterfaceAttribute = reading((input, scope) => {
  const record = find(scope.state, NETWORK_INTERFACE, str(input, 'NetworkInterfaceId'));
  const view = networkInterfaceView(record, scope);
  const { networkInterfaceId } = record;
  const attributes = {
    description: { value: record.description },
    groupSet: view.groupSet,
    sourceDestCheck: { value: record.sourceDestCheck },
    attachment: view.attachment,
    associatePublicIpAddress: record.assignsPublicIp,
  };
  const attribute = oneOf(input, 'Attribute', ['description', 'groupSet', 'sourceDestCheck', 'attachment', 'associatePublicIpAddress']);
  return { networkInterfaceId, [attribute]: attributes[attribute] };
});

const ATTRIBUTES = ['SecurityGroupId', 'SourceDestCheck', 'Description', 'ConnectionTrackingSpecification', 'Attachment'] as const;

/** The timeouts that are given, in seconds; what is absent stays as it was. */
function trackingOf(input: Input): NonNullable<NetworkInterfaceRecord['connectionTracking']> {
  const given = {
    tcpEstablishedTimeout: intOpt(input, 'TcpEstablishedTimeout', { min: 60, max: 432_000 }),
    udpStreamTimeout: intOpt(input, 'UdpStreamTimeout', { min: 60, max: 180 }),
    udpTimeout: intOpt(input, 'UdpTimeout', { min: 30, max: 60 }),
  };
  return Object.fromEntries(Object.entries(given).filter(([, seconds]) => seconds !== undefined));
}

function withAttribute(tx: Transaction, record: NetworkInterfaceRecord, input: Input, attribute: typeof ATTRIBUTES[number]): NetworkInterfaceRecord {
  switch (attribute) {
    case 'SecurityGroupId': {
      const groupIds = list(input, 'SecurityGroupId');
      if (groupIds.length === 0) throw new AwsError('InvalidParameterValue', 'You must specify at least one security group');
      return { ...record, groupIds: groupsFor(tx, record.vpcId, groupIds) };
    }
    case 'SourceDestCheck': return { ...record, sourceDestCheck: bool(struct(input, 'SourceDestCheck'), 'Value') };
    case 'Description': return { ...record, description: strOpt(struct(input, 'Description'), 'Value') ?? '' };
    case 'ConnectionTrackingSpecification': return { ...record, connectionTracking: { ...record.connectionTracking, ...trackingOf(struct(input, attribute)) } };
    default: {
      const wanted = struct(input, 'Attachment');
      const attachmentId = str(wanted, 'AttachmentId');
      refuse(wanted, ['DefaultEnaQueueCount', 'EnaQueueCount']);
      if (record.attachment?.attachmentId !== attachmentId) throw new AwsError('InvalidAttachmentID.NotFound', `The attachment '${attachmentId}' does not exist.`);
      return { ...record, attachment: { ...record.attachment, deleteOnTermination: bool(wanted, 'DeleteOnTermination') } };
    }
  }
}

export const modifyNetworkInterfaceAttribute = changing((input, tx) => {
  refuse(input, ['EnaSrdSpecification', 'EnablePrimaryIpv6', 'AssociatePublicIpAddress', 'AssociatedSubnetId']);
  const record = find(tx, NETWORK_INTERFACE, str(input, 'NetworkInterfaceId'));
  const given = ATTRIBUTES.filter((name) => has(input, name));
  const [attribute] = given;
  if (attribute === undefined) throw new AwsError('InvalidParameterCombination', 'No attributes specified.');
  if (given.length > 1) throw new AwsError('InvalidParameterCombination', 'Fields for multiple attribute types specified.');
  if (record.interfaceType !== 'interface' && !(record.interfaceType === 'vpc_endpoint' && attribute === 'SecurityGroupId')) {
    throw new AwsError('OperationNotPermitted', `You do not have permission to modify the network interface '${record.networkInterfaceId}', which is managed by a service.`);
  }
  tx.put(TABLE, record.networkInterfaceId, withAttribute(tx, record, input, attribute));
  return DONE;
});

/** The only attribute that can be reset; its value is not looked at beyond being one. */
export const resetNetworkInterfaceAttribute = changing((input, tx) => {
  const record = find(tx, NETWORK_INTERFACE, str(input, 'NetworkInterfaceId'));
  oneOfOpt(input, 'SourceDestCheck', ['true', 'sourceDestCheck', 'source_dest_check']);
  if (!has(input, 'SourceDestCheck')) throw new AwsError('InvalidParameterCombination', 'No attributes specified.');
  if (record.interfaceType !== 'interface') throw new AwsError('OperationNotPermitted', `You do not have permission to modify the network interface '${record.networkInterfaceId}', which is managed by a service.`);
  tx.put(TABLE, record.networkInterfaceId, { ...record, sourceDestCheck: true });
  return DONE;
});
