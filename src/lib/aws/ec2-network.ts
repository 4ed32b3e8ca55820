/** EC2's Describe calls for the network of some VPCs: one for each kind of thing and page of it, each by itself, so that one may be refused. */
import {
  DescribeDhcpOptionsCommand, DescribeInternetGatewaysCommand, DescribeManagedPrefixListsCommand, DescribeNatGatewaysCommand, DescribeNetworkAclsCommand, DescribeNetworkInterfacesCommand,
  DescribePrefixListsCommand, DescribeRouteTablesCommand, DescribeSecurityGroupRulesCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVpcAttributeCommand,
  DescribeVpcBlockPublicAccessExclusionsCommand, DescribeVpcBlockPublicAccessOptionsCommand, DescribeVpcEndpointsCommand, DescribeVpcsCommand, type DhcpOptions, type Filter, GetManagedPrefixListEntriesCommand,
  type InternetGateway, type NatGateway, type NetworkAcl, type NetworkInterface, type PrefixList, type RouteTable, type SecurityGroup, type SecurityGroupRule, type Subnet, type Vpc,
  type VpcBlockPublicAccessExclusion, type VpcBlockPublicAccessOptions, type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import { SsmlabError } from '../errors.js';
import type { Target } from '../target/target.js';
import { ec2, filter, FILTER_VALUES } from './ec2.js';
import { chunks, everyPage, forEachOf } from './pages.js';

/** What decides which way the instances of these VPCs take. */
export interface NetworkDescription {
  readonly vpcs: readonly Vpc[];
  readonly internetGateways: readonly InternetGateway[];
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  readonly natGateways: readonly NatGateway[];
  readonly vpcEndpoints: readonly VpcEndpoint[];
  readonly securityGroups: readonly SecurityGroup[];
  /** Of every VPC asked for: which of them have endpoints with private DNS is known only when the endpoints are, a round of calls later. */
  readonly dnsAttributes: readonly DnsAttributes[];
}

/** What decides besides whether a packet arrives. */
export interface RestOfNetwork {
  /** Requester-managed ones of NAT gateways and endpoints among them. */
  readonly networkInterfaces: readonly NetworkInterface[];
  readonly networkAcls: readonly NetworkAcl[];
  readonly dhcpOptions: readonly DhcpOptions[];
  /** Of AWS's services, with their prefixes. */
  readonly prefixLists: readonly PrefixList[];
  /** Empty, or the account's one. */
  readonly blockPublicAccess: readonly VpcBlockPublicAccessOptions[];
  readonly blockPublicAccessExclusions: readonly VpcBlockPublicAccessExclusion[];
}

export interface DnsAttributes {
  readonly vpcId: string;
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
}

/** One kind of thing: the IAM action that it takes, and all of it. */
export interface Reading<T> {
  readonly action: `ec2:${string}`;
  readonly read: () => Promise<readonly T[]>;
}

export type Readings<D> = { readonly [K in keyof D]: D[K] extends readonly (infer T)[] ? Reading<T> : never };

/** A VPC's two DNS attributes: a call each, since the API has them one at a time. */
async function describeDns(target: Target, vpcId: string): Promise<DnsAttributes> {
  const ask = (Attribute: 'enableDnsSupport' | 'enableDnsHostnames') => ec2(target).send(new DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute }));
  const [support, hostnames] = await Promise.all([ask('enableDnsSupport'), ask('enableDnsHostnames')]);
  return { vpcId, enableDnsSupport: support.EnableDnsSupport?.Value === true, enableDnsHostnames: hostnames.EnableDnsHostnames?.Value === true };
}

const MODES: ReadonlySet<string> = new Set(['off', 'block-bidirectional', 'block-ingress'] satisfies VpcBlockPublicAccessOptions['InternetGatewayBlockMode'][]);

/** What a mode of another name lets through nobody here knows: it counts as not read. */
function known(options: VpcBlockPublicAccessOptions): VpcBlockPublicAccessOptions {
  const mode = options.InternetGatewayBlockMode;
  if (mode === undefined || MODES.has(mode)) return options;
  const message = `Block Public Access is "${mode}", which this version does not know`;
  throw new SsmlabError('aws-error', message, { cause: Object.assign(new Error(message), { name: 'UnsupportedOperation' }) });
}

/** The same call for these VPCs (or groups, or lists), as many of them at once as a filter takes. */
type OfVpcs = <T>(read: (filters: Filter[]) => Promise<T[]>, name?: string) => () => Promise<T[]>;
const ofVpcs = (vpcIds: readonly string[]): OfVpcs => (read, name = 'vpc-id') => async () =>
  (await Promise.all(chunks(vpcIds, FILTER_VALUES).map((some) => read([filter(name, ...some)])))).flat();

/** For what `list` shows. */
function readingsOf(target: Target, vpcIds: readonly string[]): Readings<NetworkDescription> {
  const client = ec2(target);
  const inThem = ofVpcs(vpcIds);
  return {
    vpcs: { action: 'ec2:DescribeVpcs', read: inThem((Filters) => everyPage((NextToken) => client.send(new DescribeVpcsCommand({ Filters, NextToken })), (page) => page.Vpcs)) },
    internetGateways: { action: 'ec2:DescribeInternetGateways', read: inThem((Filters) => everyPage((NextToken) => client.send(new DescribeInternetGatewaysCommand({ Filters, NextToken })), (page) => page.InternetGateways), 'attachment.vpc-id') },
    subnets: { action: 'ec2:DescribeSubnets', read: inThem((Filters) => everyPage((NextToken) => client.send(new DescribeSubnetsCommand({ Filters, NextToken })), (page) => page.Subnets)) },
    routeTables: { action: 'ec2:DescribeRouteTables', read: inThem((Filters) => everyPage((NextToken) => client.send(new DescribeRouteTablesCommand({ Filters, NextToken })), (page) => page.RouteTables)) },
    natGateways: { action: 'ec2:DescribeNatGateways', read: inThem((Filter) => everyPage((NextToken) => client.send(new DescribeNatGatewaysCommand({ Filter, NextToken })), (page) => page.NatGateways)) },
    vpcEndpoints: { action: 'ec2:DescribeVpcEndpoints', read: inThem((Filters) => everyPage((NextToken) => client.send(new DescribeVpcEndpointsCommand({ Filters, NextToken })), (page) => page.VpcEndpoints)) },
    securityGroups: { action: 'ec2:DescribeSecurityGroups', read: inThem((Filters) => everyPage((NextToken) => client.send(new DescribeSecurityGroupsCommand({ Filters, NextToken })), (page) => page.SecurityGroups)) },
    dnsAttributes: { action: 'ec2:DescribeVpcAttribute', read: () => forEachOf(vpcIds, (vpcId) => describeDns(target, vpcId)) },
  };
}

/** For a whole snapshot. */
export function networkReadings(target: Target, vpcIds: readonly string[]): Readings<NetworkDescription & RestOfNetwork> {
  const client = ec2(target);
  const inThem = ofVpcs(vpcIds);
  return {
    ...readingsOf(target, vpcIds),
    networkInterfaces: { action: 'ec2:DescribeNetworkInterfaces', read: inThem((Filters) => everyPage((NextToken) => client.send(new DescribeNetworkInterfacesCommand({ Filters, NextToken })), (page) => page.NetworkInterfaces)) },
    networkAcls: { action: 'ec2:DescribeNetworkAcls', read: inThem((Filters) => everyPage((NextToken) => client.send(new DescribeNetworkAclsCommand({ Filters, NextToken })), (page) => page.NetworkAcls)) },
    // Which sets the VPCs have is known only when they are, a round of calls later; an account has few.
    dhcpOptions: { action: 'ec2:DescribeDhcpOptions', read: () => everyPage((NextToken) => client.send(new DescribeDhcpOptionsCommand({ NextToken })), (page) => page.DhcpOptions) },
    prefixLists: { action: 'ec2:DescribePrefixLists', read: () => everyPage((NextToken) => client.send(new DescribePrefixListsCommand({ NextToken })), (page) => page.PrefixLists) },
    blockPublicAccess: { action: 'ec2:DescribeVpcBlockPublicAccessOptions', read: async () => [known((await client.send(new DescribeVpcBlockPublicAccessOptionsCommand({}))).VpcBlockPublicAccessOptions ?? {})] },
    blockPublicAccessExclusions: { action: 'ec2:DescribeVpcBlockPublicAccessExclusions', read: () => everyPage((NextToken) => client.send(new DescribeVpcBlockPublicAccessExclusionsCommand({ NextToken })), (page) => page.VpcBlockPublicAccessExclusions) },
  };
}

/** Reads the network of these VPCs, the kinds that `list` needs, all at once. */
export async function describeNetwork(target: Target, vpcIds: readonly string[]): Promise<NetworkDescription> {
  const of = readingsOf(target, vpcIds);
  const [vpcs, internetGateways, subnets, routeTables, natGateways, vpcEndpoints, dnsAttributes, securityGroups] = await Promise.all([
    of.vpcs.read(), of.internetGateways.read(), of.subnets.read(), of.routeTables.read(), of.natGateways.read(), of.vpcEndpoints.read(), of.dnsAttributes.read(), of.securityGroups.read(),
  ]);
  return { vpcs, internetGateways, subnets, routeTables, natGateways, vpcEndpoints, dnsAttributes, securityGroups };
}

/** These groups, of whichever VPC they are. */
export function securityGroups(target: Target, groupIds: readonly string[]): Reading<SecurityGroup> {
  return {
    action: 'ec2:DescribeSecurityGroups',
    read: ofVpcs(groupIds)((Filters) => everyPage((NextToken) => ec2(target).send(new DescribeSecurityGroupsCommand({ Filters, NextToken })), (page) => page.SecurityGroups), 'group-id'),
  };
}

/** The rules of these groups, with their ids. */
export function securityGroupRules(target: Target, groupIds: readonly string[]): Reading<SecurityGroupRule> {
  const inThem = ofVpcs(groupIds);
  return {
    action: 'ec2:DescribeSecurityGroupRules',
    read: inThem((Filters) => everyPage((NextToken) => ec2(target).send(new DescribeSecurityGroupRulesCommand({ Filters, NextToken })), (page) => page.SecurityGroupRules), 'group-id'),
  };
}

/** Names of prefix lists, of whoever they are. */
export function managedPrefixLists(target: Target, prefixListIds: readonly string[]): Reading<{ readonly PrefixListId?: string | undefined; readonly PrefixListName?: string | undefined }> {
  return {
    action: 'ec2:DescribeManagedPrefixLists',
    read: ofVpcs(prefixListIds)((Filters) => everyPage((NextToken) => ec2(target).send(new DescribeManagedPrefixListsCommand({ Filters, NextToken })), (page) => page.PrefixLists), 'prefix-list-id'),
  };
}

/** The entries of one: the API has no call for several. */
export function prefixListEntries(target: Target, PrefixListId: string): Reading<{ readonly Cidr?: string | undefined }> {
  return {
    action: 'ec2:GetManagedPrefixListEntries',
    read: () => everyPage((NextToken) => ec2(target).send(new GetManagedPrefixListEntriesCommand({ PrefixListId, NextToken })), (page) => page.Entries),
  };
}
