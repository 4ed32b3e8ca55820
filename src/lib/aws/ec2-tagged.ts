/** Everything of EC2's that carries a tag and costs by being there, or keeps something else from going. */
import { DescribeAddressesCommand, DescribeKeyPairsCommand, DescribeNatGatewaysCommand, DescribeVpcEndpointsCommand, DescribeVpcsCommand, type Tag } from '@aws-sdk/client-ec2';
import type { Target } from '../target/target.js';
import { describeInstances, ec2, filter } from './ec2.js';
import { everyPage } from './pages.js';

/** One of them. `kind`: as `aws ec2` names it in commands. */
export interface Tagged {
  readonly kind: 'instance' | 'nat-gateway' | 'address' | 'vpc-endpoint' | 'vpc' | 'key-pair';
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
}

const GONE = new Set(['deleted', 'terminated']);

/** Those with the tag, in the order in which they have to go. */
export async function taggedResources(target: Target, key: string, value: string): Promise<Tagged[]> {
  const client = ec2(target);
  const tagged = filter(`tag:${key}`, value);
  const [instances, gateways, addresses, endpoints, vpcs, keys] = await Promise.all([
    describeInstances(target, [tagged]),
    everyPage((NextToken) => client.send(new DescribeNatGatewaysCommand({ Filter: [tagged], NextToken })), (page) => page.NatGateways),
    client.send(new DescribeAddressesCommand({ Filters: [tagged] })),
    everyPage((NextToken) => client.send(new DescribeVpcEndpointsCommand({ Filters: [tagged], NextToken })), (page) => page.VpcEndpoints),
    everyPage((NextToken) => client.send(new DescribeVpcsCommand({ Filters: [tagged], NextToken })), (page) => page.Vpcs),
    client.send(new DescribeKeyPairsCommand({ Filters: [tagged] })),
  ]);
  const as = (kind: Tagged['kind'], id: string | undefined, tags: readonly Tag[] | undefined, state = ''): Tagged[] =>
    id === undefined || GONE.has(state.toLowerCase()) ? [] : [{ kind, id, tags: Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])) }];
  return [
    ...instances.flatMap(({ InstanceId, Tags }) => as('instance', InstanceId, Tags)),
    ...gateways.flatMap(({ NatGatewayId, Tags, State }) => as('nat-gateway', NatGatewayId, Tags, State)),
    ...endpoints.flatMap(({ VpcEndpointId, Tags, State }) => as('vpc-endpoint', VpcEndpointId, Tags, State)),
    ...(addresses.Addresses ?? []).flatMap(({ AllocationId, Tags }) => as('address', AllocationId, Tags)),
    ...vpcs.flatMap(({ VpcId, Tags }) => as('vpc', VpcId, Tags)),
    ...(keys.KeyPairs ?? []).flatMap(({ KeyName, Tags }) => as('key-pair', KeyName, Tags)),
  ];
}
