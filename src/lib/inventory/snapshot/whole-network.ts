/** The network document of a snapshot: what `list` has of it, and all that decides besides. */
import type { NetworkDescription, RestOfNetwork, securityGroupRules } from '../../aws/ec2-network.js';
import type { BlockPublicAccess, NetworkAcl, NetworkAclEntry, NetworkInterface, NetworkModel, SecurityGroup, SecurityGroupRule, Vpc } from '../../vpc/model.js';
import { present } from '../network.js';

type ApiInterface = RestOfNetwork['networkInterfaces'][number];
type ApiAcl = RestOfNetwork['networkAcls'][number];
export type ApiGroupRule = Awaited<ReturnType<ReturnType<typeof securityGroupRules>['read']>>[number];

/** `undefined`: not read. */
type Read<D> = { readonly [K in keyof D]: D[K] | undefined };

function typeOf(each: ApiInterface): NetworkInterface['interfaceType'] {
  const type: string = each.InterfaceType ?? 'interface';
  // The API's model has `natGateway`, its replies and filters `nat_gateway`.
  if (type === 'nat_gateway' || type === 'natGateway') return 'nat_gateway';
  if (type === 'vpc_endpoint') return type;
  // Load balancers, databases and containers have interfaces of the plain type too; only their requester tells them apart.
  const plain = type === 'interface' || type.startsWith('efa');
  return plain && (each.Attachment?.InstanceId !== undefined || each.RequesterManaged !== true) ? 'interface' : 'unsupported';
}

function interfaceOf(each: ApiInterface, isUp: (each: ApiInterface) => boolean): NetworkInterface {
  const secondary = (each.PrivateIpAddresses ?? []).filter((address) => address.Primary !== true)
    .map((address) => ({ privateIp: address.PrivateIpAddress ?? '', ...(address.Association?.PublicIp === undefined ? {} : { publicIp: address.Association.PublicIp }) }));
  const timeout = each.ConnectionTrackingConfiguration?.TcpEstablishedTimeout;
  return {
    networkInterfaceId: each.NetworkInterfaceId ?? '',
    vpcId: each.VpcId ?? '',
    subnetId: each.SubnetId ?? '',
    privateIp: each.PrivateIpAddress ?? '',
    ...(each.Association?.PublicIp === undefined ? {} : { publicIp: each.Association.PublicIp }),
    groupIds: present((each.Groups ?? []).map((group) => group.GroupId)),
    sourceDestCheck: each.SourceDestCheck !== false,
    interfaceType: typeOf(each),
    macAddress: each.MacAddress ?? '',
    ...(secondary.length === 0 ? {} : { secondaryAddresses: secondary }),
    ...(each.Attachment?.InstanceId === undefined ? {} : { instanceId: each.Attachment.InstanceId }),
    ...(each.Attachment?.DeviceIndex === undefined ? {} : { deviceIndex: each.Attachment.DeviceIndex }),
    up: isUp(each),
    ...(timeout === undefined ? {} : { tcpEstablishedTimeout: timeout }),
  };
}

/** Whether what is behind the interface is there: its instance runs, its gateway or endpoint carries traffic (I3). */
function upness(model: NetworkModel, running: ReadonlySet<string>): (each: ApiInterface) => boolean {
  const serving = new Set([
    ...model.natGateways.filter((gateway) => gateway.state === 'available').map((gateway) => gateway.networkInterfaceId),
    ...model.vpcEndpoints.filter((endpoint) => endpoint.state === 'available').flatMap((endpoint) => endpoint.networkInterfaceIds),
  ]);
  return (each) => (each.Attachment?.InstanceId === undefined ? serving.has(each.NetworkInterfaceId ?? '') : running.has(each.Attachment.InstanceId));
}

function entriesOf(acl: ApiAcl): NetworkAclEntry[] {
  return (acl.Entries ?? []).flatMap((entry): NetworkAclEntry[] => {
    const { CidrBlock, Egress, IcmpTypeCode, PortRange, Protocol, RuleAction, RuleNumber } = entry;
    // Entries for IPv6 match no IPv4 packet.
    if (CidrBlock === undefined || RuleNumber === undefined) return [];
    return [{
      ruleNumber: RuleNumber,
      egress: Egress === true,
      protocol: Protocol ?? '-1',
      action: RuleAction === 'allow' || RuleAction === 'deny' ? RuleAction : 'unknown',
      cidr: CidrBlock,
      ...(PortRange?.From === undefined ? {} : { portRange: { from: PortRange.From, to: PortRange.To ?? PortRange.From } }),
      ...(IcmpTypeCode?.Type === undefined ? {} : { icmp: { type: IcmpTypeCode.Type, code: IcmpTypeCode.Code ?? -1 } }),
    }];
  });
}

const aclOf = (acl: ApiAcl): NetworkAcl => ({
  networkAclId: acl.NetworkAclId ?? '',
  vpcId: acl.VpcId ?? '',
  isDefault: acl.IsDefault === true,
  subnetIds: present((acl.Associations ?? []).map((association) => association.SubnetId)),
  entries: entriesOf(acl),
});

const PORTED = new Set(['tcp', 'udp', 'icmp', '6', '17', '1']);

function ruleOf(rule: ApiGroupRule): SecurityGroupRule {
  const protocol = rule.IpProtocol ?? '-1';
  return {
    ruleId: rule.SecurityGroupRuleId ?? '',
    protocol,
    ...(PORTED.has(protocol) ? { fromPort: rule.FromPort, toPort: rule.ToPort } : {}),
    ...(rule.CidrIpv4 === undefined ? {} : { cidr: rule.CidrIpv4 }),
    ...(rule.ReferencedGroupInfo?.GroupId === undefined ? {} : { groupId: rule.ReferencedGroupInfo.GroupId }),
    ...(rule.PrefixListId === undefined ? {} : { prefixListId: rule.PrefixListId }),
  };
}

/** The groups with their rules' own ids (`sgr-…`), where those could be read. */
export function withRuleIds(groups: readonly SecurityGroup[], rules: readonly ApiGroupRule[] | undefined): readonly SecurityGroup[] {
  if (rules === undefined) return groups;
  const of = new Map<string, SecurityGroupRule[]>();
  for (const rule of rules) {
    // A rule with an IPv6 peer admits nothing of an IPv4 network (V14).
    if (rule.CidrIpv6 !== undefined) continue;
    const key = `${rule.GroupId} ${rule.IsEgress === true}`;
    const own = of.get(key);
    if (own === undefined) of.set(key, [ruleOf(rule)]);
    else own.push(ruleOf(rule));
  }
  return groups.map((group) => ({ ...group, ingress: of.get(`${group.groupId} false`) ?? [], egress: of.get(`${group.groupId} true`) ?? [] }));
}

/** The name servers of each option set, by its id. */
export function nameServersBySet(sets: RestOfNetwork['dhcpOptions']): Record<string, string[]> {
  return Object.fromEntries(sets.map(({ DhcpOptionsId = '', DhcpConfigurations = [] }) => {
    const option = DhcpConfigurations.find((each) => each.Key === 'domain-name-servers');
    return [DhcpOptionsId, present((option?.Values ?? []).map((value) => value.Value))];
  }));
}

/** A VPC without a set has the id `default`, and no server is told. */
function nameServersOf(vpc: Vpc, description: NetworkDescription, sets: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return sets[description.vpcs.find((each) => each.VpcId === vpc.vpcId)?.DhcpOptionsId ?? ''] ?? [];
}

/** Exclusions that are made and not yet gone. */
const IN_FORCE = new Set(['create-complete', 'update-in-progress', 'update-complete', 'update-failed', 'delete-in-progress']);

function blockPublicAccessOf([options]: RestOfNetwork['blockPublicAccess'], exclusions: RestOfNetwork['blockPublicAccessExclusions']): BlockPublicAccess {
  const mode = options?.InternetGatewayBlockMode;
  return {
    mode: mode === 'block-bidirectional' || mode === 'block-ingress' ? mode : 'off',
    // An exclusion of a mode that is not known here lets nothing through that is known of.
    exclusions: exclusions.filter((each) => IN_FORCE.has(each.State ?? '')).flatMap(({ ExclusionId = '', ResourceArn, InternetGatewayExclusionMode: allowed }) =>
      (allowed === 'allow-egress' || allowed === 'allow-bidirectional' ? [{ exclusionId: ExclusionId, resourceId: ResourceArn?.split('/').at(-1) ?? '', mode: allowed }] : [])),
  };
}

/** `base`: the model of `list`. What was not read stays as it is there. `running`: ids of instances. */
export function wholeNetwork(base: NetworkModel, description: NetworkDescription, rest: Read<RestOfNetwork>, running: ReadonlySet<string>): NetworkModel {
  const { dhcpOptions, networkInterfaces, networkAcls, blockPublicAccess, blockPublicAccessExclusions } = rest;
  const isUp = upness(base, running);
  const sets = dhcpOptions === undefined ? undefined : nameServersBySet(dhcpOptions);
  return {
    ...base,
    vpcs: sets === undefined ? base.vpcs : base.vpcs.map((vpc) => ({ ...vpc, domainNameServers: nameServersOf(vpc, description, sets) })),
    networkInterfaces: networkInterfaces === undefined ? base.networkInterfaces : networkInterfaces.map((each) => interfaceOf(each, isUp)),
    networkAcls: networkAcls === undefined ? base.networkAcls : networkAcls.map(aclOf),
    ...(blockPublicAccess === undefined ? {} : { blockPublicAccess: blockPublicAccessOf(blockPublicAccess, blockPublicAccessExclusions ?? []) }),
  };
}
