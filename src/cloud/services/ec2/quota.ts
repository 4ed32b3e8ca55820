/** What the account may have no more of: the numbers that Service Quotas gives, in EC2's words. */
import { AwsError } from '../../endpoint/operation.js';
import type { Reader } from '../../state/store.js';
import { ELASTIC_IPS, INTERFACE_ENDPOINTS, INTERNET_GATEWAYS, NAT_GATEWAYS, STANDARD_VCPUS, valueInForce, VPCS } from '../service-quotas/quotas.js';
import { instanceTypeNamed } from './instance/types.js';
import { ADDRESS, INSTANCE, INTERNET_GATEWAY, NAT_GATEWAY, SUBNET, VPC, VPC_ENDPOINT } from './model.js';

/** Each is asked before one more is made. Throws …LimitExceeded. */
export function roomForVpc(state: Reader): void {
  if (state.list(VPC).length >= valueInForce(state, VPCS)) throw new AwsError('VpcLimitExceeded', 'The maximum number of VPCs has been reached.');
}

export function roomForInternetGateway(state: Reader): void {
  if (state.list(INTERNET_GATEWAY).length >= valueInForce(state, INTERNET_GATEWAYS)) throw new AwsError('InternetGatewayLimitExceeded', 'The maximum number of internet gateways has been reached.');
}

export function roomForAddress(state: Reader): void {
  if (state.list(ADDRESS).length >= elasticIpLimit(state)) throw new AwsError('AddressLimitExceeded', 'The maximum number of addresses has been reached.');
}

export const elasticIpLimit = (state: Reader): number => valueInForce(state, ELASTIC_IPS);

/** A gateway counts while it is pending, available or deleting. */
export function roomForNatGateway(state: Reader, availabilityZone: string): void {
  const limit = valueInForce(state, NAT_GATEWAYS);
  const counted = state.list(NAT_GATEWAY).filter((gateway) => gateway.state !== 'failed' && gateway.state !== 'deleted' && state.get(SUBNET, gateway.subnetId)?.availabilityZone === availabilityZone);
  if (counted.length >= limit) throw new AwsError('NatGatewayLimitExceeded', `Performing this operation would exceed the limit of ${limit} NAT gateways`);
}

export function roomForInterfaceEndpoint(state: Reader, vpcId: string): void {
  const counted = state.list(VPC_ENDPOINT).filter((endpoint) => endpoint.vpcId === vpcId && endpoint.vpcEndpointType === 'Interface');
  if (counted.length >= valueInForce(state, INTERFACE_ENDPOINTS)) throw new AwsError('VpcEndpointLimitExceeded', 'The maximum number of VPC endpoints has been reached.');
}

/** How many more instances with so many vCPUs may run: those that are pending or running count. */
export function roomForInstances(state: Reader, vcpus: number): number {
  const running = state.list(INSTANCE).filter((instance) => instance.state === 'pending' || instance.state === 'running');
  const used = running.reduce((sum, instance) => sum + (instanceTypeNamed(instance.instanceType)?.vcpus ?? 0), 0);
  return Math.max(0, Math.floor((valueInForce(state, STANDARD_VCPUS) - used) / vcpus));
}

export function vcpuLimitExceeded(state: Reader): AwsError {
  return new AwsError('VcpuLimitExceeded', `You have requested more vCPU capacity than your current vCPU limit of ${valueInForce(state, STANDARD_VCPUS)} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`);
}
