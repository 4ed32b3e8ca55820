/** A snapshot as text and back: JSON with one order, and read strictly, since what is misread is judged wrongly. */
import { SsmlabError } from '../../errors.js';
import type {
  BlockPublicAccess, BlockPublicAccessExclusion, InternetGateway, NatGateway, NetworkAcl, NetworkAclEntry, NetworkInterface, NetworkModel, PrefixList, Route, RouteTable, SecurityGroup, SecurityGroupRule, Subnet, Vpc,
  VpcEndpoint,
} from '../../vpc/model.js';
import { lineOfPath, lineOfSyntaxError } from './json-place.js';
import { inOrder } from './order.js';
import { address, addressIfAny, type Check, cidr, cidrIfAny, list, moment, object, oneOf, optional, orNull, pathText, record, ShapeError, text, truth, unique, whole } from './shape.js';
import { type AgentRecord, type HostManagement, type PolicyText, type Snapshot, SNAPSHOT_KIND, SNAPSHOT_VERSION, type SnapshotInstance, type SnapshotPart, type SnapshotProfile, type SnapshotRole, type Unread } from './snapshot.js';

const vpc = object<Vpc>({ vpcId: text, cidrs: list(cidr), enableDnsSupport: truth, enableDnsHostnames: truth, domainNameServers: optional(list(text)) });
const subnet = object<Subnet>({ subnetId: text, vpcId: text, cidr: cidrIfAny, availabilityZone: text });
const route = object<Route>({
  destination: text,
  targetKind: oneOf('local', 'internet-gateway', 'nat-gateway', 'network-interface', 'vpc-endpoint', 'unsupported'),
  targetId: text,
  state: oneOf('active', 'blackhole'),
});
const routeTable = object<RouteTable>({ routeTableId: text, vpcId: text, main: truth, subnetIds: list(text), gatewayIds: optional(list(text)), routes: list(route) });
const entry = object<NetworkAclEntry>({
  ruleNumber: whole,
  egress: truth,
  protocol: text,
  action: oneOf('allow', 'deny', 'unknown'),
  cidr,
  portRange: optional(object<{ readonly from: number; readonly to: number }>({ from: whole, to: whole })),
  icmp: optional(object<{ readonly type: number; readonly code: number }>({ type: whole, code: whole })),
});
const networkAcl = object<NetworkAcl>({ networkAclId: text, vpcId: text, isDefault: truth, subnetIds: list(text), entries: list(entry) });
const rule = object<SecurityGroupRule>({ ruleId: text, protocol: text, fromPort: optional(whole), toPort: optional(whole), cidr: optional(cidr), groupId: optional(text), prefixListId: optional(text) });
const securityGroup = object<SecurityGroup>({ groupId: text, groupName: text, vpcId: text, ingress: list(rule), egress: list(rule) });
const networkInterface = object<NetworkInterface>({
  networkInterfaceId: text,
  vpcId: text,
  subnetId: text,
  privateIp: addressIfAny,
  publicIp: optional(address),
  groupIds: list(text),
  sourceDestCheck: truth,
  interfaceType: oneOf('interface', 'nat_gateway', 'vpc_endpoint', 'unsupported'),
  macAddress: text,
  secondaryAddresses: optional(list(object<{ readonly privateIp: string; readonly publicIp?: string | undefined }>({ privateIp: address, publicIp: optional(address) }))),
  instanceId: optional(text),
  deviceIndex: optional(whole),
  up: truth,
  tcpEstablishedTimeout: optional(whole),
});
const internetGateway = object<InternetGateway>({ internetGatewayId: text, vpcId: optional(text) });
const natGateway = object<NatGateway>({ natGatewayId: text, vpcId: text, subnetId: text, networkInterfaceId: text, privateIp: addressIfAny, publicIp: optional(address), state: text });
const vpcEndpoint = object<VpcEndpoint>({
  vpcEndpointId: text, vpcId: text, endpointType: oneOf('Interface', 'Gateway'), serviceName: text, state: text, privateDnsEnabled: truth, networkInterfaceIds: list(text), routeTableIds: list(text),
});
const prefixList = object<PrefixList>({ prefixListId: text, prefixListName: text, cidrs: list(cidr) });
const exclusion = object<BlockPublicAccessExclusion>({ exclusionId: text, resourceId: text, mode: oneOf('allow-egress', 'allow-bidirectional') });
const blockPublicAccess = object<BlockPublicAccess>({ mode: oneOf('off', 'block-ingress', 'block-bidirectional'), exclusions: unique(list(exclusion), (each) => each.exclusionId) });

const network = object<NetworkModel>({
  region: text,
  vpcs: unique(list(vpc), (each) => each.vpcId),
  subnets: unique(list(subnet), (each) => each.subnetId),
  routeTables: unique(list(routeTable), (each) => each.routeTableId),
  networkAcls: unique(list(networkAcl), (each) => each.networkAclId),
  securityGroups: unique(list(securityGroup), (each) => each.groupId),
  networkInterfaces: unique(list(networkInterface), (each) => each.networkInterfaceId),
  internetGateways: unique(list(internetGateway), (each) => each.internetGatewayId),
  natGateways: unique(list(natGateway), (each) => each.natGatewayId),
  vpcEndpoints: unique(list(vpcEndpoint), (each) => each.vpcEndpointId),
  prefixLists: unique(list(prefixList), (each) => each.prefixListId),
  blockPublicAccess: optional(blockPublicAccess),
});

const path = oneOf('internet-gateway', 'nat-gateway', 'vpc-endpoint', 'none');
const agentRecord = object<AgentRecord>({ pingStatus: oneOf('Online', 'ConnectionLost', 'Inactive', 'Unknown'), lastPing: orNull(moment), version: orNull(text) });
const instance = object<SnapshotInstance>({
  number: whole,
  name: text,
  instanceId: text,
  path,
  auth: oneOf('ssh-key-pair', 'session-manager', 'none'),
  inbound: list(text),
  subnetId: orNull(text),
  vpcId: orNull(text),
  privateIpv4: orNull(address),
  publicIpv4: orNull(address),
  publicDnsName: orNull(text),
  keyName: orNull(text),
  instanceProfile: orNull(text),
  state: text,
  agent: orNull(oneOf('online', 'connection-lost', 'inactive', 'unknown')),
  logicalId: orNull(text),
  privateDnsName: orNull(text),
  egress: path,
  labNumber: orNull(whole),
  tags: record(text),
  imageId: orNull(text),
  metadata: object<SnapshotInstance['metadata']>({ enabled: truth, tokensRequired: truth, hopLimit: whole }),
  agentRecord: orNull(agentRecord),
});

const policy = object<PolicyText>({ name: text, arn: orNull(text), document: text });
const role = object<SnapshotRole>({ roleName: text, arn: text, trust: text, policies: list(policy), boundary: orNull(policy) });
const profile = object<SnapshotProfile>({ name: text, role: orNull(role) });
const hostManagement = object<HostManagement>({ roleName: text, role: orNull(role) });
const part = oneOf<SnapshotPart>(
  'instances', 'networkInterfaces', 'vpcs', 'dnsAttributes', 'dhcpOptions', 'subnets', 'routeTables', 'networkAcls', 'securityGroups',
  'internetGateways', 'natGateways', 'vpcEndpoints', 'prefixLists', 'blockPublicAccess', 'agents', 'instanceProfiles', 'roles', 'hostManagement', 'stackParameters',
);
const unread = object<Unread>({ part, action: text, code: text, message: text });

const snapshot = object<Snapshot>({
  kind: oneOf(SNAPSHOT_KIND),
  version: oneOf(SNAPSHOT_VERSION),
  takenAt: moment,
  region: text,
  account: orNull(text),
  fabric: oneOf('aws', 'netns', 'computed'),
  stack: text,
  stackParameters: record(text),
  network,
  names: record(text),
  endpointPolicies: record(text),
  dhcpOptions: optional(record(list(text))),
  instances: unique(list(instance), (each) => each.instanceId),
  profiles: unique(list(profile), (each) => each.name),
  hostManagement: orNull(hostManagement),
  unread: list(unread),
});

/** A document of ours, whatever its version: what is told of first. */
const heading: Check<{ readonly kind: string; readonly version: unknown }> = (value, place) => {
  const { kind, version } = record((member) => member)(value, place);
  return { kind: oneOf(SNAPSHOT_KIND)(kind, { key: 'kind', up: place }), version };
};

/** The snapshot in a text. `source`: what the text is called in errors. Throws `snapshot-invalid` with line, member and value. */
export function parseSnapshot(source: string, json: string): Snapshot {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new SsmlabError('snapshot-invalid', `${source} line ${lineOfSyntaxError(json)}: this is no JSON`, { cause: error });
  }
  try {
    const { version } = heading(value, undefined);
    if (typeof version === 'number' && version > SNAPSHOT_VERSION) {
      throw new SsmlabError('snapshot-invalid', `${source} is a snapshot of version ${version}, and this ssmlab reads version ${SNAPSHOT_VERSION}`, { hint: 'use the ssmlab that wrote it, or a newer one' });
    }
    return snapshot(value, undefined);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new SsmlabError('snapshot-invalid', `${source} line ${lineOfPath(json, error.path)}: ${error.path.length === 0 ? 'the document' : pathText(error.path)} ${error.message}`, { cause: error });
  }
}

/** The snapshot as text: the same for the same things, a member a line, so that two of them diff well. */
export function snapshotText(taken: Snapshot): string {
  return `${JSON.stringify(inOrder(taken), null, 2)}\n`;
}
