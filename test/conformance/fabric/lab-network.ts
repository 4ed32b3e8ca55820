/** The lab's topology (facts/lab.md) as a network document, and the changes that tests make to it. */
import type {
  NetworkAcl, NetworkAclEntry, NetworkInterface, NetworkModel, Route, RouteTable, SecurityGroup, SecurityGroupRule, Vpc, VpcEndpoint,
} from '../../../src/lib/vpc/model.js';

export const REGION = 'ap-northeast-1';

/** Ids and addresses of the lab. */
export const LAB = {
  vpc1: 'vpc-1', vpc2: 'vpc-2',
  publicSubnet: 'subnet-public', privateSubnet1: 'subnet-private1', privateSubnet2: 'subnet-private2', otherSubnet: 'subnet-other2',
  publicTable: 'rtb-public', privateTable: 'rtb-private', main1: 'rtb-main1', main2: 'rtb-main2',
  igw: 'igw-1', nat: 'nat-1',
  acl: { public: 'acl-public', private1: 'acl-private1', private2: 'acl-private2', other2: 'acl-other2' },
  sg1: 'sg-1', sg2: 'sg-2', sg3: 'sg-3', sgEndpoint: 'sg-endpoint', sgDefault2: 'sg-default2',
  eni: { one: 'eni-1', two: 'eni-2', three: 'eni-3', four: 'eni-4', five: 'eni-5', nat: 'eni-nat', ssm: 'eni-ssm', ssmmessages: 'eni-ssmmessages', ec2messages: 'eni-ec2messages' },
  ip: { one: '10.0.1.16', two: '10.0.1.17', three: '10.0.2.18', four: '10.0.3.19', five: '10.0.4.20', nat: '10.0.1.200', ssm: '10.0.3.50', ssmmessages: '10.0.3.51', ec2messages: '10.0.3.52' },
  public: { one: '198.18.0.11', two: '198.18.0.12', nat: '198.18.0.10' },
} as const;

const ANYWHERE = '0.0.0.0/0';

export const ALLOW_ALL_EGRESS: SecurityGroupRule = { ruleId: 'sgr-egress', protocol: '-1', cidr: ANYWHERE };
const SSH_FROM_ANYWHERE: SecurityGroupRule = { ruleId: 'sgr-ssh', protocol: 'tcp', fromPort: 22, toPort: 22, cidr: ANYWHERE };

function group(groupId: string, vpcId: string, ingress: readonly SecurityGroupRule[] = []): SecurityGroup {
  return { groupId, groupName: groupId.replace('sg-', 'group-'), vpcId, ingress, egress: [ALLOW_ALL_EGRESS] };
}

export function entry(ruleNumber: number, egress: boolean, action: 'allow' | 'deny', more: Partial<NetworkAclEntry> = {}): NetworkAclEntry {
  return { ruleNumber, egress, protocol: '-1', action, cidr: ANYWHERE, ...more };
}

export const OPEN_ENTRIES = [entry(100, false, 'allow'), entry(100, true, 'allow')];

function acl(networkAclId: string, vpcId: string, subnetId: string): NetworkAcl {
  return { networkAclId, vpcId, isDefault: false, subnetIds: [subnetId], entries: OPEN_ENTRIES };
}

function vpc(vpcId: string): Vpc {
  return { vpcId, cidrs: ['10.0.0.0/16'], enableDnsSupport: true, enableDnsHostnames: true };
}

const LOCAL: Route = { destination: '10.0.0.0/16', targetKind: 'local', targetId: 'local', state: 'active' };

export function route(targetKind: Route['targetKind'], targetId: string, destination: string = ANYWHERE, state: Route['state'] = 'active'): Route {
  return { destination, targetKind, targetId, state };
}

function table(routeTableId: string, vpcId: string, subnetIds: readonly string[], routes: readonly Route[] = [], main = false): RouteTable {
  return { routeTableId, vpcId, main, subnetIds, routes: [LOCAL, ...routes] };
}

function nic(id: string, vpcId: string, subnetId: string, privateIp: string, groupIds: readonly string[], more: Partial<NetworkInterface> = {}): NetworkInterface {
  return { networkInterfaceId: id, vpcId, subnetId, privateIp, groupIds, sourceDestCheck: true, interfaceType: 'interface', macAddress: '0e:00:00:00:00:01', up: true, ...more };
}

function endpoint(service: string, networkInterfaceId: string): VpcEndpoint {
  return {
    vpcEndpointId: `vpce-${service.length}a`, vpcId: LAB.vpc2, endpointType: 'Interface', serviceName: `com.amazonaws.${REGION}.${service}`,
    state: 'available', privateDnsEnabled: true, networkInterfaceIds: [networkInterfaceId], routeTableIds: [],
  };
}

/** The lab, with one more subnet and instance (5) in VPC 2 that wears the VPC's default group. */
export function labModel(): NetworkModel {
  const { eni, ip } = LAB;
  const endpointNic = (id: string, address: string): NetworkInterface =>
    nic(id, LAB.vpc2, LAB.privateSubnet2, address, [LAB.sgEndpoint], { interfaceType: 'vpc_endpoint' });
  return {
    region: REGION,
    vpcs: [vpc(LAB.vpc1), vpc(LAB.vpc2)],
    subnets: [
      { subnetId: LAB.publicSubnet, vpcId: LAB.vpc1, cidr: '10.0.1.0/24', availabilityZone: `${REGION}a` },
      { subnetId: LAB.privateSubnet1, vpcId: LAB.vpc1, cidr: '10.0.2.0/24', availabilityZone: `${REGION}a` },
      { subnetId: LAB.privateSubnet2, vpcId: LAB.vpc2, cidr: '10.0.3.0/24', availabilityZone: `${REGION}c` },
      { subnetId: LAB.otherSubnet, vpcId: LAB.vpc2, cidr: '10.0.4.0/24', availabilityZone: `${REGION}d` },
    ],
    routeTables: [
      table(LAB.main1, LAB.vpc1, [], [], true),
      table(LAB.publicTable, LAB.vpc1, [LAB.publicSubnet], [route('internet-gateway', LAB.igw)]),
      table(LAB.privateTable, LAB.vpc1, [LAB.privateSubnet1], [route('nat-gateway', LAB.nat)]),
      table(LAB.main2, LAB.vpc2, [], [], true),
    ],
    networkAcls: [
      acl(LAB.acl.public, LAB.vpc1, LAB.publicSubnet), acl(LAB.acl.private1, LAB.vpc1, LAB.privateSubnet1),
      acl(LAB.acl.private2, LAB.vpc2, LAB.privateSubnet2), acl(LAB.acl.other2, LAB.vpc2, LAB.otherSubnet),
    ],
    securityGroups: [
      group(LAB.sg1, LAB.vpc1, [SSH_FROM_ANYWHERE]),
      group(LAB.sg2, LAB.vpc1),
      group(LAB.sg3, LAB.vpc2),
      group(LAB.sgDefault2, LAB.vpc2, [{ ruleId: 'sgr-self', protocol: '-1', groupId: LAB.sgDefault2 }]),
      group(LAB.sgEndpoint, LAB.vpc2, [{ ruleId: 'sgr-https', protocol: 'tcp', fromPort: 443, toPort: 443, groupId: LAB.sg3 }]),
    ],
    networkInterfaces: [
      nic(eni.one, LAB.vpc1, LAB.publicSubnet, ip.one, [LAB.sg1], { publicIp: LAB.public.one, instanceId: 'i-1' }),
      nic(eni.two, LAB.vpc1, LAB.publicSubnet, ip.two, [LAB.sg2], { publicIp: LAB.public.two, instanceId: 'i-2' }),
      nic(eni.three, LAB.vpc1, LAB.privateSubnet1, ip.three, [LAB.sg2], { instanceId: 'i-3' }),
      nic(eni.four, LAB.vpc2, LAB.privateSubnet2, ip.four, [LAB.sg3], { instanceId: 'i-4' }),
      nic(eni.five, LAB.vpc2, LAB.otherSubnet, ip.five, [LAB.sgDefault2], { instanceId: 'i-5' }),
      nic(eni.nat, LAB.vpc1, LAB.publicSubnet, ip.nat, [], { interfaceType: 'nat_gateway', publicIp: LAB.public.nat, sourceDestCheck: false }),
      endpointNic(eni.ssm, ip.ssm), endpointNic(eni.ssmmessages, ip.ssmmessages), endpointNic(eni.ec2messages, ip.ec2messages),
    ],
    internetGateways: [{ internetGatewayId: LAB.igw, vpcId: LAB.vpc1 }],
    natGateways: [{ natGatewayId: LAB.nat, vpcId: LAB.vpc1, subnetId: LAB.publicSubnet, networkInterfaceId: eni.nat, privateIp: ip.nat, publicIp: LAB.public.nat, state: 'available' }],
    vpcEndpoints: [endpoint('ssm', eni.ssm), endpoint('ssmmessages', eni.ssmmessages), endpoint('ec2messages', eni.ec2messages)],
    prefixLists: [{ prefixListId: 'pl-s3', prefixListName: `com.amazonaws.${REGION}.s3`, cidrs: ['198.19.0.200/32'] }],
  };
}

/** A change of the network: model in, model out. */
export type Change = (model: NetworkModel) => NetworkModel;

export function changed(...changes: readonly Change[]): NetworkModel {
  return changes.reduce((model, change) => change(model), labModel());
}

/** Patches the one item of a list that has the id; a typo in a test must not pass for a network without the change. */
function edit(key: Exclude<keyof NetworkModel, 'region' | 'blockPublicAccess'>, id: string, patch: object): Change {
  return (model) => {
    const items: readonly object[] = model[key];
    if (!items.some((item) => Object.values(item)[0] === id)) throw new Error(`no ${id} in ${key}`);
    return { ...model, [key]: items.map((item) => (Object.values(item)[0] === id ? { ...item, ...patch } : item)) };
  };
}

export const setRoutes = (tableId: string, ...routes: readonly Route[]): Change => edit('routeTables', tableId, { routes: [LOCAL, ...routes] });
export const setTable = (tableId: string, patch: Partial<RouteTable>): Change => edit('routeTables', tableId, patch);
export const setIngress = (groupId: string, ...ingress: readonly SecurityGroupRule[]): Change => edit('securityGroups', groupId, { ingress });
export const setEgress = (groupId: string, ...egress: readonly SecurityGroupRule[]): Change => edit('securityGroups', groupId, { egress });
export const setEntries = (networkAclId: string, ...entries: readonly NetworkAclEntry[]): Change => edit('networkAcls', networkAclId, { entries });
export const setInterface = (id: string, patch: Partial<NetworkInterface>): Change => edit('networkInterfaces', id, patch);
export const addInterface = (id: string, vpcId: string, subnetId: string, ip: string, groupIds: readonly string[], more: Partial<NetworkInterface> = {}): Change =>
  (model) => ({ ...model, networkInterfaces: [...model.networkInterfaces, nic(id, vpcId, subnetId, ip, groupIds, { instanceId: `i-${id}`, ...more })] });
export const setVpc = (vpcId: string, patch: Partial<Vpc>): Change => edit('vpcs', vpcId, patch);
export const setEndpoints = (patch: Partial<VpcEndpoint>, service = ''): Change =>
  (model) => ({ ...model, vpcEndpoints: model.vpcEndpoints.map((each) => (each.serviceName.endsWith(service) ? { ...each, ...patch } : each)) });
export const setNat = (patch: Partial<NetworkModel['natGateways'][number]>): Change => edit('natGateways', LAB.nat, patch);
export const removeNat: Change = (model) => ({ ...model, natGateways: [], networkInterfaces: model.networkInterfaces.filter((each) => each.interfaceType !== 'nat_gateway') });
export const detachGateway: Change = (model) => ({ ...model, internetGateways: [{ internetGatewayId: LAB.igw }] });
/** The S3 gateway endpoint with its route in VPC 2's main table (P14). */
export const addGatewayEndpoint: Change = (model) => setRoutes(LAB.main2, route('vpc-endpoint', 'vpce-s3', 'pl-s3'))({
  ...model,
  vpcEndpoints: [...model.vpcEndpoints, {
    vpcEndpointId: 'vpce-s3', vpcId: LAB.vpc2, endpointType: 'Gateway', serviceName: `com.amazonaws.${REGION}.s3`, state: 'available',
    privateDnsEnabled: false, networkInterfaceIds: [], routeTableIds: [LAB.main2],
  }],
});

export const tcpFrom = (port: number, cidr: string, ruleId = `sgr-${port}`): SecurityGroupRule => ({ ruleId, protocol: 'tcp', fromPort: port, toPort: port, cidr });
export const tcpFromGroup = (port: number, groupId: string): SecurityGroupRule => ({ ruleId: `sgr-${port}-${groupId}`, protocol: 'tcp', fromPort: port, toPort: port, groupId });
export const icmpFrom = (cidr: string): SecurityGroupRule => ({ ruleId: 'sgr-icmp', protocol: 'icmp', fromPort: -1, toPort: -1, cidr });
