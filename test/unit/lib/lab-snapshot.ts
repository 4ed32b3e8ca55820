/** The lab as a snapshot, and the changes that tests make to it. */
import { type Snapshot, SNAPSHOT_KIND, SNAPSHOT_VERSION, type SnapshotInstance, type SnapshotRole } from '../../../src/lib/inventory/snapshot/snapshot.js';
import { type Change as ModelChange, LAB, labModel, REGION } from '../../conformance/fabric/lab-network.js';

export const ROLE = 'lab-role';
export const PROFILE = 'lab-profile';

const CORE = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['ssm:UpdateInstanceInformation', 'ssmmessages:CreateControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenControlChannel', 'ssmmessages:OpenDataChannel'], Resource: '*' }],
});
export const CORE_ARN = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';

export const role = (over: Partial<SnapshotRole> = {}): SnapshotRole => ({
  roleName: ROLE,
  arn: `arn:aws:iam::123456789012:role/${ROLE}`,
  trust: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] }),
  policies: [{ name: 'AmazonSSMManagedInstanceCore', arn: CORE_ARN, document: CORE }],
  boundary: null,
  ...over,
});

const instance = (number: number, over: Partial<SnapshotInstance>): SnapshotInstance => ({
  number, name: `Instance${number}`, instanceId: `i-${number}`, path: 'internet-gateway', auth: 'session-manager', inbound: [], subnetId: LAB.publicSubnet, vpcId: LAB.vpc1, privateIpv4: null, publicIpv4: null,
  publicDnsName: null, keyName: null, instanceProfile: PROFILE, state: 'running', agent: 'online', logicalId: `Instance${number}`, privateDnsName: null, egress: 'internet-gateway', labNumber: number,
  tags: {}, imageId: null, metadata: { enabled: true, tokensRequired: true, hopLimit: 2 }, agentRecord: null, ...over,
});

export function labSnapshot(...changes: readonly ModelChange[]): Snapshot {
  const model = changes.reduce((before, change) => change(before), labModel());
  // There two endpoints have one id, which no region has.
  const network = { ...model, vpcEndpoints: model.vpcEndpoints.map((endpoint) => ({ ...endpoint, vpcEndpointId: `vpce-${endpoint.serviceName.split('.').at(-1)}` })) };
  return {
    kind: SNAPSHOT_KIND,
    version: SNAPSHOT_VERSION,
    takenAt: '2026-11-29T20:00:00.000Z',
    region: REGION,
    account: '123456789012',
    fabric: 'computed',
    stack: 'ssmlab',
    stackParameters: {},
    network,
    names: { [LAB.sgEndpoint]: 'EndpointSecurityGroup', [LAB.sg3]: 'InstanceSecurityGroup3', [LAB.privateTable]: 'PrivateSubnet1RouteTable' },
    endpointPolicies: {},
    instances: [
      instance(1, { auth: 'ssh-key-pair', keyName: 'key', instanceProfile: null, privateIpv4: LAB.ip.one, publicIpv4: LAB.public.one, inbound: ['tcp/22'], agent: null }),
      instance(2, { privateIpv4: LAB.ip.two, publicIpv4: LAB.public.two }),
      instance(3, { privateIpv4: LAB.ip.three, subnetId: LAB.privateSubnet1, path: 'nat-gateway', egress: 'nat-gateway' }),
      instance(4, { privateIpv4: LAB.ip.four, subnetId: LAB.privateSubnet2, vpcId: LAB.vpc2, path: 'vpc-endpoint', egress: 'vpc-endpoint' }),
    ],
    profiles: [{ name: PROFILE, role: role() }],
    hostManagement: null,
    unread: [],
  };
}
