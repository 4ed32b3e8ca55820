/** IpPermissions as requests give them, taken apart into single rules: one protocol, one port range, one peer (S4). */
import { isIPv6 } from 'node:net';
import { canonicalCidr } from '../../../../lib/net/cidr.js';
import { has, intOpt, str, strOpt, structs } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import type { SecurityGroupRecord, SecurityGroupRuleRecord } from '../model.js';
import { find, SECURITY_GROUP } from '../noun.js';
import { prefixListOf } from '../prefix-list/prefix-lists.js';
import { refuse, type Scope } from '../operation.js';

/** A rule before it has an id. */
export type Permission = Omit<SecurityGroupRuleRecord, 'securityGroupRuleId' | 'groupId' | 'isEgress' | 'tags'>;

type Ports = Pick<Permission, 'ipProtocol' | 'fromPort' | 'toPort'>;

const NAMES: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6' };

function protocolOf(input: Input): string {
  const text = str(input, 'IpProtocol').toLowerCase();
  if (text === '-1' || text === 'all') return '-1';
  if (['tcp', 'udp', 'icmp', 'icmpv6'].includes(text)) return text;
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return NAMES[String(Number(text))] ?? String(Number(text));
  throw new AwsError('InvalidPermission.Malformed', `Invalid value '${text}' for IP protocol. Unknown protocol.`);
}

function portsOf(input: Input): Ports {
  const ipProtocol = protocolOf(input);
  const fromPort = intOpt(input, 'FromPort');
  const toPort = intOpt(input, 'ToPort');
  if (ipProtocol === 'tcp' || ipProtocol === 'udp') {
    if (fromPort === undefined || toPort === undefined) throw new AwsError('InvalidParameterValue', "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
    for (const port of [fromPort, toPort]) if (port < 0 || port > 65535) throw new AwsError('InvalidParameterValue', `TCP/UDP port (${port}) out of range`);
    if (fromPort > toPort) throw new AwsError('InvalidParameterValue', `Invalid TCP/UDP port range (${fromPort}:${toPort})`);
    return { ipProtocol, fromPort, toPort };
  }
  if (ipProtocol === 'icmp' || ipProtocol === 'icmpv6') {
    const [type, code] = [fromPort ?? -1, toPort ?? -1];
    if (type < -1 || type > 255) throw new AwsError('InvalidParameterValue', `ICMP type (${type}) out of range`);
    if (code < -1 || code > 255) throw new AwsError('InvalidParameterValue', `ICMP code (${code}) out of range`);
    return { ipProtocol, fromPort: type, toPort: code };
  }
  return { ipProtocol, fromPort: -1, toPort: -1 };
}

function cidrIpv4Of(text: string): string {
  const cidr = canonicalCidr(text);
  if (cidr === undefined) throw new AwsError('InvalidParameterValue', `CIDR block ${text} is malformed`);
  return cidr;
}

function cidrIpv6Of(text: string): string {
  const [address = '', length = ''] = text.split('/');
  if (!isIPv6(address) || !/^(?:\d{1,2}|1[01]\d|12[0-8])$/.test(length)) throw new AwsError('InvalidParameterValue', `CIDR block ${text} is malformed`);
  return `${address.toLowerCase()}/${Number(length)}`;
}

/** Whose groups are meant. */
type Place = Pick<Scope, 'region' | 'accountId'>;

/** A referenced group, of the same VPC (peering is not there) and so of the same account. A pair as DescribeSecurityGroups gives it names its account too. */
function referencedGroupOf(state: Reader, { accountId }: Place, group: SecurityGroupRecord, pair: Input): string {
  refuse(pair, ['VpcPeeringConnectionId']);
  const groupId = strOpt(pair, 'GroupId');
  const userId = strOpt(pair, 'UserId') ?? accountId;
  const vpcId = strOpt(pair, 'VpcId') ?? group.vpcId;
  if (groupId === undefined) {
    throw new AwsError('InvalidParameterValue', "Invalid value 'null' for groupId. Groups of a VPC are referenced by id.");
  }
  if (userId !== accountId) throw new AwsError('InvalidGroup.NotFound', `The security group '${groupId}' does not exist`);
  const referenced = find(state, SECURITY_GROUP, groupId);
  if (referenced.vpcId !== group.vpcId || vpcId !== group.vpcId) {
    throw new AwsError('InvalidGroup.NotFound', `You have specified two resources that belong to different networks.`);
  }
  return groupId;
}

function prefixListIdOf(state: Reader, region: string, text: string): string {
  return prefixListOf(state, region, text, 'InvalidPrefixListId.NotFound').prefixListId;
}

export function descriptionOf(input: Input): { readonly description?: string | undefined } {
  const description = strOpt(input, 'Description');
  if (description === undefined || description === '') return {};
  if (description.length > 255 || !/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/.test(description)) {
    throw new AwsError('InvalidParameterValue', "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*");
  }
  return { description };
}

function permissionsOf(state: Reader, place: Place, group: SecurityGroupRecord, input: Input): Permission[] {
  const ports = portsOf(input);
  return [
    ...structs(input, 'IpRanges').map((range) => ({ ...ports, cidrIpv4: cidrIpv4Of(str(range, 'CidrIp')), ...descriptionOf(range) })),
    ...structs(input, 'Ipv6Ranges').map((range) => ({ ...ports, cidrIpv6: cidrIpv6Of(str(range, 'CidrIpv6')), ...descriptionOf(range) })),
    ...structs(input, 'PrefixListIds').map((one) => ({ ...ports, prefixListId: prefixListIdOf(state, place.region, str(one, 'PrefixListId')), ...descriptionOf(one) })),
    ...structs(input, 'Groups').map((pair) => ({ ...ports, referencedGroupId: referencedGroupOf(state, place, group, pair), ...descriptionOf(pair) })),
  ];
}

/** What makes two rules the same: everything but their description. */
export function identityOf(permission: Permission): string {
  const peer = permission.cidrIpv4 ?? permission.cidrIpv6 ?? permission.prefixListId ?? permission.referencedGroupId ?? '';
  return `${permission.ipProtocol}|${permission.fromPort}|${permission.toPort}|${peer}`;
}

/** The rules of the request: IpPermissions, or the older single form (IpProtocol, FromPort, ToPort, CidrIp). */
export function requestedPermissions(state: Reader, place: Place, group: SecurityGroupRecord, input: Input): Permission[] {
  refuse(input, ['SourceSecurityGroupName', 'SourceSecurityGroupOwnerId']);
  const structured = structs(input, 'IpPermissions');
  if (structured.length > 0 && has(input, 'IpProtocol')) throw new AwsError('InvalidParameterCombination', 'The parameters ipPermissions and ipProtocol cannot both be specified');
  const permissions = structured.length > 0
    ? structured.flatMap((one) => permissionsOf(state, place, group, one))
    : [{ ...portsOf(input), cidrIpv4: cidrIpv4Of(str(input, 'CidrIp')) }];
  if (permissions.length === 0) throw new AwsError('MissingParameter', 'Source or destination must be specified');
  if (new Set(permissions.map(identityOf)).size < permissions.length) throw new AwsError('InvalidParameterValue', 'The same permission must not appear multiple times');
  return permissions;
}

/** One rule in the flat form of ModifySecurityGroupRules: exactly one peer. */
export function flatPermission(state: Reader, place: Place, group: SecurityGroupRecord, input: Input): Permission {
  const ports = portsOf(input);
  const peers = ['CidrIpv4', 'CidrIpv6', 'PrefixListId', 'ReferencedGroupId'].filter((name) => has(input, name));
  const [peer] = peers;
  if (peer === undefined || peers.length > 1) throw new AwsError('InvalidParameterCombination', 'Exactly one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId must be specified.');
  const rule = { ...ports, ...descriptionOf(input) };
  switch (peer) {
    case 'CidrIpv4': return { ...rule, cidrIpv4: cidrIpv4Of(str(input, peer)) };
    case 'CidrIpv6': return { ...rule, cidrIpv6: cidrIpv6Of(str(input, peer)) };
    case 'PrefixListId': return { ...rule, prefixListId: prefixListIdOf(state, place.region, str(input, peer)) };
    default: return { ...rule, referencedGroupId: referencedGroupOf(state, place, group, { GroupId: str(input, peer) }) };
  }
}
