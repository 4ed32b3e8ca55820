/** What a lab would leave behind that goes on costing: found by the stack's tag, or by the ids of what it had. */
import { DescribeNatGatewaysCommand, DescribeNetworkInterfacesCommand, DescribeRegionsCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVolumesCommand, DescribeVpcEndpointsCommand, type Filter } from '@aws-sdk/client-ec2';
import type { Target } from '../target/target.js';
import { ec2, filter, FILTER_VALUES } from './ec2.js';
import { chunks, everyPage } from './pages.js';

/** NAT gateways that are there or on their way out; deleted ones are listed for an hour. */
export async function natGateways(target: Target, ...by: Filter[]): Promise<string[]> {
  const found = await everyPage((NextToken) => ec2(target).send(new DescribeNatGatewaysCommand({ Filter: [...by, filter('state', 'pending', 'available', 'deleting', 'failed')], NextToken })), (page) => page.NatGateways);
  return found.flatMap(({ NatGatewayId }) => NatGatewayId ?? []);
}

/** Endpoints that are there or on their way out. */
export async function vpcEndpoints(target: Target, ...by: Filter[]): Promise<string[]> {
  const found = await everyPage((NextToken) => ec2(target).send(new DescribeVpcEndpointsCommand({ Filters: by, NextToken })), (page) => page.VpcEndpoints);
  return found.flatMap(({ VpcEndpointId, State }) => (String(State).toLowerCase() === 'deleted' ? [] : (VpcEndpointId ?? [])));
}

/** Volumes that these instances have. */
export async function volumesOf(target: Target, instanceIds: readonly string[]): Promise<string[]> {
  return volumes(target, 'attachment.instance-id', instanceIds);
}

/** Those of these volumes that are there. */
export async function volumesThere(target: Target, volumeIds: readonly string[]): Promise<string[]> {
  return volumes(target, 'volume-id', volumeIds);
}

async function volumes(target: Target, name: string, values: readonly string[]): Promise<string[]> {
  const found = await Promise.all(chunks(values, FILTER_VALUES).map((some) =>
    everyPage((NextToken) => ec2(target).send(new DescribeVolumesCommand({ Filters: [filter(name, ...some)], NextToken })), (page) => page.Volumes)));
  return found.flat().flatMap(({ VolumeId }) => VolumeId ?? []);
}

/** What is in these VPCs beside `own` (ids) and what AWS itself puts there, in words: VPCs and subnets do not go before it. */
export async function strangersIn(target: Target, vpcIds: readonly string[], own: ReadonlySet<string>): Promise<string[]> {
  const inThem = { Filters: [filter('vpc-id', ...vpcIds)] };
  const [interfaces, groups, subnets] = await Promise.all([
    everyPage((NextToken) => ec2(target).send(new DescribeNetworkInterfacesCommand({ ...inThem, NextToken })), (page) => page.NetworkInterfaces),
    everyPage((NextToken) => ec2(target).send(new DescribeSecurityGroupsCommand({ ...inThem, NextToken })), (page) => page.SecurityGroups),
    everyPage((NextToken) => ec2(target).send(new DescribeSubnetsCommand({ ...inThem, NextToken })), (page) => page.Subnets),
  ]);
  return [
    ...interfaces.flatMap(({ NetworkInterfaceId: id = '', SubnetId = '', RequesterManaged, Attachment }) => {
      const instance = Attachment?.InstanceId;
      // Those of endpoints and NAT gateways go a while after these.
      if (RequesterManaged === true || own.has(id) || (instance !== undefined && own.has(instance))) return [];
      return [`${instance === undefined ? `network interface ${id}` : `instance ${instance}`} in ${SubnetId}`];
    }),
    ...groups.flatMap(({ GroupId = '', GroupName }) => (GroupName === 'default' || own.has(GroupId) ? [] : [`security group ${GroupId}`])),
    ...subnets.flatMap(({ SubnetId = '' }) => (own.has(SubnetId) ? [] : [`subnet ${SubnetId}`])),
  ];
}

/** Regions that the account has switched on. */
export async function regions(target: Target): Promise<string[]> {
  const { Regions } = await ec2(target).send(new DescribeRegionsCommand({}));
  return (Regions ?? []).flatMap(({ RegionName }) => RegionName ?? []).toSorted();
}
