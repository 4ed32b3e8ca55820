/**
 * Each part of the lab taken away in turn, or something let in, and the claims that this breaks: those and no others. Each is
 * made twice: to a snapshot, where the prediction alone has to see it, and by the AWS CLI to a lab that is deployed.
 */
import type { Snapshot } from '../../../src/lib/inventory/snapshot/snapshot.js';
import type { Claim, VerifyReport } from '../../../src/lib/verify/claim.js';
import type { NetworkModel } from '../../../src/lib/vpc/model.js';
import { ALLOW_ALL_EGRESS, type Change, entry, LAB, OPEN_ENTRIES, route, setEgress, setEndpoints, setEntries, setIngress, setRoutes, setTable, setVpc, tcpFrom } from '../fabric/lab-network.js';

/** A deployed lab, with the AWS CLI and the ids of its resources. */
export interface DeployedLab {
  readonly aws: (...args: string[]) => Promise<string>;
  /** Physical id by logical id. */
  readonly id: (logicalId: string) => string;
}

export interface Mutation {
  readonly name: string;
  readonly onSnapshot: (snapshot: Snapshot) => Snapshot;
  /** Makes it and resolves to what undoes it; undefined where nothing can. */
  readonly onLab: (lab: DeployedLab) => Promise<(() => Promise<unknown>) | undefined>;
  /** `4 way-in`, `4 endpoint SSMEndpoint`. */
  readonly broken: readonly string[];
  /** Instances that cannot be entered any more: what only their inside shows is unknown. */
  readonly lost: readonly number[];
}

const network = (...changes: readonly Change[]) => (snapshot: Snapshot): Snapshot => ({ ...snapshot, network: changes.reduce((model: NetworkModel, change) => change(model), snapshot.network) });
const instance = (number: number, patch: object) => (snapshot: Snapshot): Snapshot => ({ ...snapshot, instances: snapshot.instances.map((each) => (each.labNumber === number ? { ...each, ...patch } : each)) });
const withoutEndpoint = (service: string): Change => (model) => ({
  ...model,
  vpcEndpoints: model.vpcEndpoints.filter(({ serviceName }) => !serviceName.endsWith(`.${service}`)),
  networkInterfaces: model.networkInterfaces.filter(({ networkInterfaceId }) => networkInterfaceId !== `eni-${service}`),
});

const ANYWHERE = '0.0.0.0/0';
const ALL = '[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]';

const routeRemoved = (table: string, target: readonly [string, string]): Mutation['onLab'] => async ({ aws, id }) => {
  await aws('ec2', 'delete-route', '--route-table-id', id(table), '--destination-cidr-block', ANYWHERE);
  return () => aws('ec2', 'create-route', '--route-table-id', id(table), '--destination-cidr-block', ANYWHERE, target[0], id(target[1]));
};

const associationRemoved = (table: string, subnet: string): Mutation['onLab'] => async ({ aws, id }) => {
  const association = await aws('ec2', 'describe-route-tables', '--route-table-ids', id(table), '--query', 'RouteTables[0].Associations[0].RouteTableAssociationId');
  await aws('ec2', 'disassociate-route-table', '--association-id', association);
  return () => aws('ec2', 'associate-route-table', '--route-table-id', id(table), '--subnet-id', id(subnet));
};

const egressRemoved = (group: string): Mutation['onLab'] => async ({ aws, id }) => {
  await aws('ec2', 'revoke-security-group-egress', '--group-id', id(group), '--ip-permissions', ALL);
  return () => aws('ec2', 'authorize-security-group-egress', '--group-id', id(group), '--ip-permissions', ALL);
};

const ingress = (what: 'revoke' | 'authorize', group: string, permission: (lab: DeployedLab) => object): Mutation['onLab'] => async (lab) => {
  const change = (how: string) => lab.aws('ec2', `${how}-security-group-ingress`, '--group-id', lab.id(group), '--ip-permissions', JSON.stringify([permission(lab)]));
  await change(what);
  return () => change(what === 'revoke' ? 'authorize' : 'revoke');
};

const endpointRemoved = (logicalId: string, service: string): Mutation['onLab'] => async ({ aws, id }) => {
  await aws('ec2', 'delete-vpc-endpoints', '--vpc-endpoint-ids', id(logicalId));
  return () => aws('ec2', 'create-vpc-endpoint', '--vpc-endpoint-type', 'Interface', '--vpc-id', id('VPC2'), '--service-name', `com.amazonaws.ap-northeast-1.${service}`, '--subnet-ids', id('PrivateSubnet2'), '--security-group-ids', id('EndpointSecurityGroup'), '--private-dns-enabled');
};

const privateDnsOff = (logicalId: string): Mutation['onLab'] => async ({ aws, id }) => {
  await aws('ec2', 'modify-vpc-endpoint', '--vpc-endpoint-id', id(logicalId), '--no-private-dns-enabled');
  return () => aws('ec2', 'modify-vpc-endpoint', '--vpc-endpoint-id', id(logicalId), '--private-dns-enabled');
};

const vpcAttributeOff = (vpc: string, attribute: 'dns-support' | 'dns-hostnames'): Mutation['onLab'] => async ({ aws, id }) => {
  await aws('ec2', 'modify-vpc-attribute', '--vpc-id', id(vpc), `--no-enable-${attribute}`);
  return () => aws('ec2', 'modify-vpc-attribute', '--vpc-id', id(vpc), `--enable-${attribute}`);
};

const profileRemoved = (number: number): Mutation['onLab'] => async ({ aws, id }) => {
  const association = await aws('ec2', 'describe-iam-instance-profile-associations', '--filters', `Name=instance-id,Values=${id(`Instance${number}`)}`, '--query', 'IamInstanceProfileAssociations[0].AssociationId');
  await aws('ec2', 'disassociate-iam-instance-profile', '--association-id', association);
  return () => aws('ec2', 'associate-iam-instance-profile', '--instance-id', id(`Instance${number}`), '--iam-instance-profile', `Name=${id('InstanceProfile')}`);
};

const noProfile = { instanceProfile: null, auth: 'none' };
const managed = (...instances: number[]) => instances.flatMap((number) => [`${number} way-in`, `${number} instance-profile`]);
const DENY_HTTPS = entry(90, true, 'deny', { protocol: '6', portRange: { from: 443, to: 443 } });

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the public subnet\'s default route', onSnapshot: network(setRoutes(LAB.publicTable)), onLab: routeRemoved('PublicSubnetRouteTable', ['--gateway-id', 'IGW']), lost: [1, 2, 3],
    broken: ['1 way-in', '1 ping', '1 egress-identity', '1 inbound', '1 default-route PublicSubnet', '2 way-in', '2 ping', '2 egress-identity', '2 default-route PublicSubnet', '3 way-in', '3 ping', '3 egress-identity'],
  },
  {
    name: 'the private subnet\'s default route', onSnapshot: network(setRoutes(LAB.privateTable)), onLab: routeRemoved('PrivateSubnet1RouteTable', ['--nat-gateway-id', 'NATGateway']), lost: [3],
    broken: ['3 way-in', '3 ping', '3 egress-identity', '3 default-route PrivateSubnet1'],
  },
  {
    name: 'the public subnet\'s association with its route table', onSnapshot: network(setTable(LAB.publicTable, { subnetIds: [] })), onLab: associationRemoved('PublicSubnetRouteTable', 'PublicSubnet'), lost: [1, 2, 3],
    broken: ['1 way-in', '1 ping', '1 egress-identity', '1 inbound', '1 default-route PublicSubnet', '2 way-in', '2 ping', '2 egress-identity', '2 default-route PublicSubnet', '3 way-in', '3 ping', '3 egress-identity'],
  },
  {
    name: 'the private subnet\'s association with its route table', onSnapshot: network(setTable(LAB.privateTable, { subnetIds: [] })), onLab: associationRemoved('PrivateSubnet1RouteTable', 'PrivateSubnet1'), lost: [3],
    broken: ['3 way-in', '3 ping', '3 egress-identity', '3 default-route PrivateSubnet1'],
  },
  {
    name: 'the rule that lets SSH in', onSnapshot: network(setIngress(LAB.sg1)), lost: [1], broken: ['1 way-in', '1 inbound', '1 security-group InstanceSecurityGroup1'],
    onLab: ingress('revoke', 'InstanceSecurityGroup1', () => ({ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '198.51.100.7/32' }] })),
  },
  { name: 'what lets instance 1 out', onSnapshot: network(setEgress(LAB.sg1)), onLab: egressRemoved('InstanceSecurityGroup1'), lost: [], broken: ['1 ping', '1 egress-identity', '1 security-group InstanceSecurityGroup1'] },
  {
    name: 'what lets instances 2 and 3 out', onSnapshot: network(setEgress(LAB.sg2)), onLab: egressRemoved('InstanceSecurityGroup2'), lost: [2, 3],
    broken: [2, 3].flatMap((number) => [`${number} way-in`, `${number} ping`, `${number} egress-identity`, `${number} security-group InstanceSecurityGroup2`]),
  },
  { name: 'what lets instance 4 out', onSnapshot: network(setEgress(LAB.sg3)), onLab: egressRemoved('InstanceSecurityGroup3'), lost: [4], broken: ['4 way-in', '4 security-group InstanceSecurityGroup3'] },
  {
    name: 'the rule that lets instance 4 to the endpoints', onSnapshot: network(setIngress(LAB.sgEndpoint)), lost: [4], broken: ['4 way-in', '4 security-group EndpointSecurityGroup'],
    onLab: ingress('revoke', 'EndpointSecurityGroup', ({ id }) => ({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs: [{ GroupId: id('InstanceSecurityGroup3') }] })),
  },
  // Answers need no rule (S2).
  { name: 'what lets the endpoints out', onSnapshot: network(setEgress(LAB.sgEndpoint)), onLab: egressRemoved('EndpointSecurityGroup'), lost: [], broken: ['4 security-group EndpointSecurityGroup'] },
  { name: 'the endpoint for ssm', onSnapshot: network(withoutEndpoint('ssm')), onLab: endpointRemoved('SSMEndpoint', 'ssm'), lost: [4], broken: ['4 way-in', '4 service-address ssm', '4 endpoint SSMEndpoint'] },
  { name: 'the endpoint for ssmmessages', onSnapshot: network(withoutEndpoint('ssmmessages')), onLab: endpointRemoved('SSMMessagesEndpoint', 'ssmmessages'), lost: [4], broken: ['4 way-in', '4 service-address ssmmessages', '4 endpoint SSMMessagesEndpoint'] },
  // No agent needs it any more (`aws-facts.md` §0).
  { name: 'the endpoint for ec2messages', onSnapshot: network(withoutEndpoint('ec2messages')), onLab: endpointRemoved('EC2MessagesEndpoint', 'ec2messages'), lost: [], broken: ['4 endpoint EC2MessagesEndpoint'] },
  { name: 'private DNS of the endpoint for ssm', onSnapshot: network(setEndpoints({ privateDnsEnabled: false }, '.ssm')), onLab: privateDnsOff('SSMEndpoint'), lost: [4], broken: ['4 way-in', '4 service-address ssm', '4 endpoint SSMEndpoint'] },
  {
    name: 'private DNS of the endpoint for ssmmessages', onSnapshot: network(setEndpoints({ privateDnsEnabled: false }, '.ssmmessages')), onLab: privateDnsOff('SSMMessagesEndpoint'), lost: [4],
    broken: ['4 way-in', '4 service-address ssmmessages', '4 endpoint SSMMessagesEndpoint'],
  },
  { name: 'DNS host names of VPC 2', onSnapshot: network(setVpc(LAB.vpc2, { enableDnsHostnames: false })), onLab: vpcAttributeOff('VPC2', 'dns-hostnames'), lost: [4], broken: ['4 way-in', '4 service-address ssm', '4 service-address ssmmessages'] },
  { name: 'DNS of VPC 2', onSnapshot: network(setVpc(LAB.vpc2, { enableDnsSupport: false })), onLab: vpcAttributeOff('VPC2', 'dns-support'), lost: [4], broken: ['4 way-in', '4 service-address ssm', '4 service-address ssmmessages'] },
  { name: 'DNS host names of VPC 1', onSnapshot: network(setVpc(LAB.vpc1, { enableDnsHostnames: false })), onLab: vpcAttributeOff('VPC1', 'dns-hostnames'), lost: [], broken: [] },
  {
    name: 'DNS of VPC 1', onSnapshot: network(setVpc(LAB.vpc1, { enableDnsSupport: false })), onLab: vpcAttributeOff('VPC1', 'dns-support'), lost: [2, 3],
    broken: ['1 service-address ssm', '1 service-address ssmmessages', ...[2, 3].flatMap((number) => [`${number} way-in`, `${number} service-address ssm`, `${number} service-address ssmmessages`])],
  },
  ...[2, 3, 4].map((number): Mutation => ({ name: `the instance profile of instance ${number}`, onSnapshot: instance(number, noProfile), onLab: profileRemoved(number), lost: [number], broken: managed(number) })),
  {
    name: 'the policy of the role', lost: [2, 3, 4], broken: managed(2, 3, 4),
    onSnapshot: (snapshot) => ({ ...snapshot, profiles: snapshot.profiles.map((profile) => ({ ...profile, role: profile.role === null ? null : { ...profile.role, policies: [] } })) }),
    onLab: async ({ aws, id }) => {
      const policy = ['--role-name', id('InstanceRole'), '--policy-arn', 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'];
      await aws('iam', 'detach-role-policy', ...policy);
      return () => aws('iam', 'attach-role-policy', ...policy);
    },
  },
  {
    name: 'HTTPS out of the public and the private subnet of VPC 1, by a network ACL', lost: [2, 3], broken: ['2 way-in', '3 way-in'],
    onSnapshot: network(setEntries(LAB.acl.public, DENY_HTTPS, ...OPEN_ENTRIES), setEntries(LAB.acl.private1, DENY_HTTPS, ...OPEN_ENTRIES)),
    onLab: async ({ aws, id }) => {
      const acl = await aws('ec2', 'describe-network-acls', '--filters', `Name=vpc-id,Values=${id('VPC1')}`, 'Name=default,Values=true', '--query', 'NetworkAcls[0].NetworkAclId');
      const where = ['--network-acl-id', acl, '--rule-number', '90', '--egress'];
      await aws('ec2', 'create-network-acl-entry', ...where, '--protocol', 'tcp', '--port-range', 'From=443,To=443', '--cidr-block', ANYWHERE, '--rule-action', 'deny');
      return () => aws('ec2', 'delete-network-acl-entry', ...where);
    },
  },
  {
    name: 'the wall: SSH to instance 1 from others than whom SSHSourceCidr names', lost: [], broken: ['1 security-group InstanceSecurityGroup1'],
    onSnapshot: network(setIngress(LAB.sg1, tcpFrom(22, ANYWHERE), tcpFrom(22, '203.0.113.0/24'))),
    onLab: ingress('authorize', 'InstanceSecurityGroup1', () => ({ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '203.0.113.0/24' }] })),
  },
  {
    name: 'the wall: SSH from everywhere to instances 2 and 3', lost: [], broken: ['2 inbound', '2 security-group InstanceSecurityGroup2', '3 security-group InstanceSecurityGroup2'],
    onSnapshot: network(setIngress(LAB.sg2, { ruleId: 'sgr-open', protocol: 'tcp', fromPort: 22, toPort: 22, cidr: ANYWHERE })),
    onLab: ingress('authorize', 'InstanceSecurityGroup2', () => ({ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: ANYWHERE }] })),
  },
  {
    name: 'the wall: everything from everywhere to instance 4, which has no address to come to', lost: [], broken: ['4 security-group InstanceSecurityGroup3'],
    onSnapshot: network(setIngress(LAB.sg3, { ...ALLOW_ALL_EGRESS, ruleId: 'sgr-in' })), onLab: ingress('authorize', 'InstanceSecurityGroup3', () => ({ IpProtocol: '-1', IpRanges: [{ CidrIp: ANYWHERE }] })),
  },
  {
    name: 'the NAT gateway', lost: [3], broken: ['3 way-in', '3 ping', '3 egress-identity', '3 default-route PrivateSubnet1'],
    onSnapshot: network(setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat, ANYWHERE, 'blackhole')), (model) => ({ ...model, natGateways: [], networkInterfaces: model.networkInterfaces.filter(({ interfaceType }) => interfaceType !== 'nat_gateway') })),
    onLab: async ({ aws, id }) => {
      await aws('ec2', 'delete-nat-gateway', '--nat-gateway-id', id('NATGateway'));
      return undefined;
    },
  },
];

/** `4 way-in`, `4 endpoint SSMEndpoint`; the address that inbound is asked from is not part of the name. */
export const claimName = ({ instance, claim, subject }: Pick<Claim, 'instance' | 'claim' | 'subject'>): string => [instance, claim, ...(subject === null || claim === 'inbound' ? [] : [subject])].join(' ');

export const brokenClaims = (report: Pick<VerifyReport, 'claims'>): string[] => report.claims.filter(({ verdict }) => verdict === 'fail').map(claimName);
