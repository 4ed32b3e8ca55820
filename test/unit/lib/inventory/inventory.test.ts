import { describe, expect, it } from 'vitest';
import type { NetworkDescription } from '../../../../src/lib/aws/ec2-network.js';
import { listed } from '../../../../src/lib/inventory/instance.js';
import { inventoryOf } from '../../../../src/lib/inventory/inventory.js';
import { networkModel } from '../../../../src/lib/inventory/network.js';
import type { ApiInstance } from '../../../../src/lib/inventory/stack-instances.js';
import { listLines } from '../../../../src/lib/report/list.js';
import { plainStyle } from '../../../../src/lib/report/style.js';

/*
 * vpc-1: subnet-pub → igw-1; subnet-nat → nat-1 (in subnet-pub). vpc-2: subnet-iso on the main table, endpoints for ssm and ssmmessages.
 * Both are 10.0.0.0/16, as in the lab.
 */
const network = (over: Partial<NetworkDescription> = {}): NetworkDescription => ({
  vpcs: ['vpc-1', 'vpc-2'].map((VpcId) => ({ VpcId, CidrBlock: '10.0.0.0/16' })),
  internetGateways: [{ InternetGatewayId: 'igw-1', Attachments: [{ VpcId: 'vpc-1', State: 'available' as never }] }],
  subnets: [
    { SubnetId: 'subnet-pub', VpcId: 'vpc-1', CidrBlock: '10.0.1.0/24', AvailabilityZone: 'a' },
    { SubnetId: 'subnet-nat', VpcId: 'vpc-1', CidrBlock: '10.0.2.0/24', AvailabilityZone: 'a' },
    { SubnetId: 'subnet-iso', VpcId: 'vpc-2', CidrBlock: '10.0.3.0/24', AvailabilityZone: 'c' },
  ],
  routeTables: [
    table('rtb-main1', 'vpc-1', { main: true }),
    table('rtb-pub', 'vpc-1', { subnet: 'subnet-pub', route: { GatewayId: 'igw-1' } }),
    table('rtb-nat', 'vpc-1', { subnet: 'subnet-nat', route: { NatGatewayId: 'nat-1' } }),
    table('rtb-main2', 'vpc-2', { main: true }),
  ],
  natGateways: [{ NatGatewayId: 'nat-1', VpcId: 'vpc-1', SubnetId: 'subnet-pub', State: 'available', NatGatewayAddresses: [{ NetworkInterfaceId: 'eni-nat', PrivateIp: '10.0.1.99', PublicIp: '198.18.0.10' }] }],
  vpcEndpoints: ['ssm', 'ssmmessages'].map((service) => ({
    VpcEndpointId: `vpce-${service}`, VpcId: 'vpc-2', VpcEndpointType: 'Interface' as const, ServiceName: `com.amazonaws.ap-northeast-1.${service}`, State: 'available' as never, PrivateDnsEnabled: true,
  })),
  securityGroups: [
    { GroupId: 'sg-ssh', VpcId: 'vpc-1', IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '198.51.100.7/32' }] }] },
    { GroupId: 'sg-none', VpcId: 'vpc-1', IpPermissions: [] },
    { GroupId: 'sg-group', VpcId: 'vpc-1', IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, UserIdGroupPairs: [{ GroupId: 'sg-ssh' }] }] },
  ],
  dnsAttributes: [{ vpcId: 'vpc-2', enableDnsSupport: true, enableDnsHostnames: true }],
  ...over,
});

function table(id: string, vpc: string, { main = false, subnet, route }: { main?: boolean; subnet?: string; route?: object }): NetworkDescription['routeTables'][number] {
  return {
    RouteTableId: id,
    VpcId: vpc,
    Associations: [{ Main: main, SubnetId: subnet }],
    Routes: [{ DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', State: 'active' }, ...(route === undefined ? [] : [{ DestinationCidrBlock: '0.0.0.0/0', State: 'active' as const, ...route }])],
  };
}

const instance = (id: string, logicalId: string, over: Partial<ApiInstance> = {}): ApiInstance => withInterface({
  InstanceId: id, VpcId: 'vpc-1', SubnetId: 'subnet-pub', PrivateIpAddress: '10.0.1.16', PublicDnsName: '', State: { Name: 'running' }, SecurityGroups: [{ GroupId: 'sg-none' }],
  Tags: [{ Key: 'Name', Value: logicalId }, { Key: 'aws:cloudformation:logical-id', Value: logicalId }], ...over,
});
/** As EC2 describes it: the interface has the address, the groups and what it is associated with. */
function withInterface(described: ApiInstance): ApiInstance {
  const { InstanceId, VpcId, SubnetId, PrivateIpAddress, PublicIpAddress, SecurityGroups } = described;
  const Association = PublicIpAddress === undefined || PublicIpAddress === '' ? undefined : { PublicIp: PublicIpAddress };
  return { ...described, NetworkInterfaces: [{ NetworkInterfaceId: `eni-${InstanceId}`, VpcId, SubnetId, PrivateIpAddress, Groups: SecurityGroups, Association, SourceDestCheck: true, Attachment: { DeviceIndex: 0 } }] };
}
const profile = { IamInstanceProfile: { Arn: 'arn:aws:iam::123456789012:instance-profile/path/lab-profile' } };

const four = (names: readonly [string, string, string, string]): ApiInstance[] => [
  instance('i-4', names[3], { VpcId: 'vpc-2', SubnetId: 'subnet-iso', PrivateIpAddress: '10.0.3.19', ...profile }),
  instance('i-3', names[2], { SubnetId: 'subnet-nat', ...profile }),
  instance('i-2', names[1], { PublicIpAddress: '198.18.0.12', ...profile }),
  instance('i-1', names[0], { PublicIpAddress: '198.18.0.11', KeyName: 'k', SecurityGroups: [{ GroupId: 'sg-ssh' }] }),
];
const agents = ['i-2', 'i-3', 'i-4'].map((InstanceId) => ({ InstanceId, PingStatus: 'Online' as const }));
const take = (instances: readonly ApiInstance[], description = network()) => inventoryOf(instances, networkModel('ap-northeast-1', description, instances), agents);

const LAB = ['Instance1', 'Instance2', 'Instance3', 'Instance4'] as const;
const SHORT = { 'i-1': ['internet-gateway', 'ssh-key-pair', 'tcp/22'], 'i-2': ['internet-gateway', 'session-manager', ''], 'i-3': ['nat-gateway', 'session-manager', ''], 'i-4': ['vpc-endpoint', 'session-manager', ''] };
const short = (rows: ReturnType<typeof take>) => Object.fromEntries(rows.map((row) => [row.instanceId, [row.path, row.auth, row.inbound.join()]]));

describe('inventoryOf', () => {
  it('derives path, auth method and what is open, in the lab\'s order', () => {
    const rows = take(four(LAB));
    expect(rows.map((row) => row.number)).toEqual([1, 2, 3, 4]);
    expect(short(rows)).toEqual(SHORT);
    expect(rows[0]).toMatchObject({ publicDnsName: null, instanceProfile: null, agent: null, keyName: 'k' });
    expect(rows[1]).toMatchObject({ instanceProfile: 'lab-profile', agent: 'online' });
  });

  it('derives the same of the same four under other names', () => {
    const rows = take(four(['Zulu', 'Alpha', 'Mike', 'Bravo']));
    expect(rows.map((row) => `${row.number} ${row.name} ${row.labNumber}`)).toEqual(['1 Zulu 1', '2 Alpha 2', '3 Mike 3', '4 Bravo 4']);
    expect(short(rows)).toEqual(SHORT);
    // Also when they bear each other's.
    expect(take(four(['Instance3', 'Instance4', 'Instance1', 'Instance2'])).map((row) => `${row.number} ${row.instanceId}`)).toEqual(['1 i-1', '2 i-2', '3 i-3', '4 i-4']);
  });

  it.each<[string, Partial<NetworkDescription>, string, string]>([
    ['a default route to the internet gateway for 3', { routeTables: network().routeTables.map((each) => (each.RouteTableId === 'rtb-nat' ? table('rtb-nat', 'vpc-1', { subnet: 'subnet-nat', route: { GatewayId: 'igw-1' } }) : each)) }, 'i-3', 'internet-gateway'],
    ['no default route', { routeTables: network().routeTables.map((each) => (each.RouteTableId === 'rtb-nat' ? table('rtb-nat', 'vpc-1', { subnet: 'subnet-nat' }) : each)) }, 'i-3', 'none'],
    ['a NAT gateway that is deleted', { natGateways: network().natGateways.map((each) => ({ ...each, State: 'deleted' as const })) }, 'i-3', 'none'],
    ['one endpoint less', { vpcEndpoints: network().vpcEndpoints.slice(0, 1) }, 'i-4', 'none'],
    ['private DNS off', { vpcEndpoints: network().vpcEndpoints.map((each) => ({ ...each, PrivateDnsEnabled: false })) }, 'i-4', 'none'],
    ['a gateway that is not attached', { internetGateways: [] }, 'i-2', 'none'],
    ['endpoints that are not available yet', { vpcEndpoints: network().vpcEndpoints.map((each) => ({ ...each, State: 'pending' as never })) }, 'i-4', 'none'],
    ['enableDnsHostnames switched off later', { dnsAttributes: [{ vpcId: 'vpc-2', enableDnsSupport: true, enableDnsHostnames: false }] }, 'i-4', 'none'],
    ['enableDnsSupport switched off later', { dnsAttributes: [{ vpcId: 'vpc-2', enableDnsSupport: false, enableDnsHostnames: true }] }, 'i-4', 'none'],
  ])('%s', (_, change, id, path) => {
    expect(take(four(LAB), network(change)).find((row) => row.instanceId === id)?.path).toBe(path);
  });

  it('calls the path of an instance without a public address closed (I2), unless it does not run', () => {
    const rows = (over: Partial<ApiInstance>) => take(four(LAB).map((each) => (each.InstanceId === 'i-2' ? withInterface({ ...each, PublicIpAddress: undefined, ...over }) : each)));
    expect(rows({})[1]).toMatchObject({ instanceId: 'i-2', path: 'internet-gateway', egress: 'none' });
    expect(listLines(rows({}), { style: plainStyle(false) })[2]).toContain('internet gateway (closed)');
    expect(listLines(rows({ State: { Name: 'stopped' } }), { style: plainStyle(false) }).join('\n')).not.toContain('closed');
    expect(take(four(LAB)).map((row) => row.egress)).toEqual(['internet-gateway', 'internet-gateway', 'nat-gateway', 'vpc-endpoint']);
  });

  it.each<[string, Partial<ApiInstance>, string]>([
    ['no public address', { PublicIpAddress: '' }, 'none'],
    ['no key pair', { KeyName: '' }, 'none'],
    ['port 22 for a group only', { SecurityGroups: [{ GroupId: 'sg-group' }] }, 'none'],
    ['port 22 shut and a role', { SecurityGroups: [{ GroupId: 'sg-none' }], ...profile }, 'session-manager'],
  ])('auth of 1 with %s', (_, over, auth) => {
    const one = four(LAB).map((each) => (each.InstanceId === 'i-1' ? { ...each, ...over } : each));
    expect(take(one).find((row) => row.instanceId === 'i-1')?.auth).toBe(auth);
  });

  it('puts others behind the lab\'s, never over them', () => {
    const rows = take([...four(LAB), instance('i-old', 'Instance1', { State: { Name: 'shutting-down' } }), instance('i-x', 'Extra')]);
    expect(rows.map((row) => row.number)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

it('lists what fits: a table without controls, in 80 columns too', () => {
  const rows = take(four(['In\u001b[2Jst', 'Instance2', 'Instance3', 'Instance4']));
  expect(listLines(rows, { style: plainStyle(false) }).join('\n')).toContain('In\\e[2Jst');
  for (const width of [100, 80]) expect(Math.max(...listLines(take(four(LAB)), { style: plainStyle(false), width, wide: true }).map((line) => line.length))).toBeLessThanOrEqual(width);
  expect(listLines(take(four(LAB)), { style: plainStyle(), width: 100 })).toEqual([
    '  #  NAME       PATH              AUTH             INBOUND  PRIVATE IPV4  PUBLIC IPV4  AGENT',
    '  1  Instance1  internet gateway  SSH key pair     tcp/22   10.0.1.16     198.18.0.11  –',
    '  2  Instance2  internet gateway  Session Manager  none     10.0.1.16     198.18.0.12  online',
    '  3  Instance3  NAT gateway       Session Manager  none     10.0.1.16     –            online',
    '  4  Instance4  VPC endpoint      Session Manager  none     10.0.3.19     –            online',
  ]);
  expect(Object.keys(listed(rows[0] ?? (() => { throw new Error('none'); })()))).toEqual(['number', 'name', 'instanceId', 'path', 'auth', 'inbound', 'subnetId', 'vpcId', 'privateIpv4', 'publicIpv4', 'publicDnsName', 'keyName', 'instanceProfile', 'state', 'agent']);
});
