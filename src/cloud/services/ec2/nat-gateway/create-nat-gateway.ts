/** CreateNatGateway: pending at once; what is wrong with the network shows as `failed` a little later (N1 to N3). */
import { oneOfOpt, str, strOpt } from '../../../endpoint/input.js';
import { AwsError, type Input, type OperationContext } from '../../../endpoint/operation.js';
import type { Reader, Transaction } from '../../../state/store.js';
import { associate } from '../address/association.js';
import { once } from '../idempotency.js';
import { hasInternetGateway } from '../internet-gateway/attachment.js';
import { NAT_GATEWAY as TABLE, type AddressRecord, type NatGatewayRecord, type SubnetRecord } from '../model.js';
import { createInterface } from '../network-interface/interface.js';
import { ADDRESS, find, NAT_GATEWAY, newId, SUBNET } from '../noun.js';
import { changing, refuse } from '../operation.js';
import { roomForNatGateway } from '../quota.js';
import { tagsFor } from '../tags.js';
import { dueAfter, WAIT } from '../waits.js';
import { natGatewayView } from './view.js';

type Failure = Pick<NatGatewayRecord, 'failureCode' | 'failureMessage'>;

function failureOf(state: Reader, subnet: SubnetRecord, address: AddressRecord | undefined): Failure | undefined {
  if (address === undefined) return undefined;
  if (!hasInternetGateway(state, subnet.vpcId)) return { failureCode: 'Gateway.NotAttached', failureMessage: `Network ${subnet.vpcId} has no Internet gateway attached` };
  if (address.associationId !== undefined) return { failureCode: 'Resource.AlreadyAssociated', failureMessage: `Elastic IP address [${address.allocationId}] is already associated` };
  return undefined;
}

function addressFor(state: Reader, input: Input, connectivityType: 'public' | 'private'): AddressRecord | undefined {
  const allocationId = strOpt(input, 'AllocationId');
  if (connectivityType === 'private') {
    if (allocationId !== undefined) throw new AwsError('InvalidParameterCombination', 'A private NAT gateway takes no allocationId');
    return undefined;
  }
  if (allocationId === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter AllocationId');
  return find(state, ADDRESS, allocationId);
}

/** The gateway's interface, with its Elastic IP on it; a full subnet is a failure of the gateway, not of the call. */
function equip(tx: Transaction, context: OperationContext, input: Input, natGatewayId: string, subnet: SubnetRecord, address: AddressRecord | undefined): Partial<NatGatewayRecord> {
  try {
    const eni = createInterface(tx, {
      subnet,
      description: `Interface for NAT Gateway ${natGatewayId}`,
      interfaceType: 'nat_gateway',
      groupIds: [],
      // A NAT gateway forwards what is not its own.
      sourceDestCheck: false,
      privateIpAddress: strOpt(input, 'PrivateIpAddress'),
      tags: [],
      now: context.now(),
    });
    const associationId = address === undefined ? undefined : associate(tx, context, address, eni);
    return { networkInterfaceId: eni.networkInterfaceId, privateIp: eni.privateIpAddress, associationId };
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'InsufficientFreeAddressesInSubnet') throw error;
    return { failureCode: error.code, failureMessage: 'Subnet has insufficient free addresses to create this NAT gateway' };
  }
}

export const createNatGateway = changing((input, tx, context, scope) => {
  refuse(input, ['VpcId', 'AvailabilityZoneAddress', 'SecondaryAllocationId', 'SecondaryPrivateIpAddress', 'SecondaryPrivateIpAddressCount']);
  if (oneOfOpt(input, 'AvailabilityMode', ['zonal', 'regional']) === 'regional') throw new AwsError('UnsupportedOperation', 'Regional NAT gateways are not supported by the local cloud.');
  const [natGatewayId = ''] = once(tx, 'CreateNatGateway', TABLE, input, () => {
    const id = newId('nat');
    const subnet = find(tx, SUBNET, str(input, 'SubnetId'));
    roomForNatGateway(tx, subnet.availabilityZone);
    const connectivityType = oneOfOpt(input, 'ConnectivityType', ['public', 'private']) ?? 'public';
    const address = addressFor(tx, input, connectivityType);
    const failure = failureOf(tx, subnet, address);
    tx.put(TABLE, id, {
      natGatewayId: id,
      vpcId: subnet.vpcId,
      subnetId: subnet.subnetId,
      connectivityType,
      state: 'pending',
      createTime: context.now(),
      allocationId: address?.allocationId,
      publicIp: address?.publicIp,
      dueAt: dueAfter(context, WAIT.natGateway),
      tags: tagsFor(input, 'natgateway'),
      ...(failure ?? equip(tx, context, input, id, subnet, address)),
    });
    return [id];
  });
  // What went wrong is told with the state `failed`, not before.
  return { clientToken: strOpt(input, 'ClientToken'), natGateway: natGatewayView(find(tx, NAT_GATEWAY, natGatewayId), scope) };
});
