/** EC2 calls of the tool, every page of them. */
import {
  DeleteKeyPairCommand, DescribeAddressesCommand, DescribeInstancesCommand, DescribeInternetGatewaysCommand, DescribeKeyPairsCommand, DescribeNatGatewaysCommand, DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVpcAttributeCommand, DescribeVpcEndpointsCommand, DescribeVpcsCommand, EC2Client, type Filter, ImportKeyPairCommand, type Instance,
  type InternetGateway, type KeyPairInfo, type NatGateway, type RouteTable, type SecurityGroup, type Subnet, type Vpc, type VpcEndpoint,
} from '@aws-sdk/client-ec2';
import type { Target } from '../target/target.js';
import { clientPerTarget } from './client.js';
import { awsCode } from './errors.js';
import { everyPage } from './pages.js';

const ec2 = clientPerTarget('ec2', (options) => new EC2Client(options));

const filter = (name: string, ...values: string[]): Filter => ({ Name: name, Values: values });

/** Instances with these filters; terminated ones are left out unless `states` asks for them. */
export function describeInstances(target: Target, filters: readonly Filter[], states = ['pending', 'running', 'shutting-down', 'stopping', 'stopped']): Promise<Instance[]> {
  const Filters = [...filters, filter('instance-state-name', ...states)];
  return everyPage(
    (NextToken) => ec2(target).send(new DescribeInstancesCommand({ Filters, NextToken })),
    (page) => page.Reservations?.flatMap((reservation) => reservation.Instances ?? []),
  );
}

/** Filter for what CloudFormation stacks made (CloudFormation tags it so); 200 names at most. */
export const ofStack = (...stacks: string[]): Filter => filter('tag:aws:cloudformation:stack-name', ...stacks);

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

export interface DnsAttributes {
  readonly vpcId: string;
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
}

/** A VPC's two DNS attributes: a call each, since the API has them one at a time. */
async function describeDns(target: Target, vpcId: string): Promise<DnsAttributes> {
  const ask = (Attribute: 'enableDnsSupport' | 'enableDnsHostnames') => ec2(target).send(new DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute }));
  const [support, hostnames] = await Promise.all([ask('enableDnsSupport'), ask('enableDnsHostnames')]);
  return { vpcId, enableDnsSupport: support.EnableDnsSupport?.Value === true, enableDnsHostnames: hostnames.EnableDnsHostnames?.Value === true };
}

/** Reads the network of these VPCs, all kinds at once. */
export async function describeNetwork(target: Target, vpcIds: readonly string[]): Promise<NetworkDescription> {
  const Filters = [filter('vpc-id', ...vpcIds)];
  const attached = [filter('attachment.vpc-id', ...vpcIds)];
  const [vpcs, internetGateways, subnets, routeTables, natGateways, vpcEndpoints, dnsAttributes, securityGroups] = await Promise.all([
    everyPage((NextToken) => ec2(target).send(new DescribeVpcsCommand({ Filters, NextToken })), (page) => page.Vpcs),
    everyPage((NextToken) => ec2(target).send(new DescribeInternetGatewaysCommand({ Filters: attached, NextToken })), (page) => page.InternetGateways),
    everyPage((NextToken) => ec2(target).send(new DescribeSubnetsCommand({ Filters, NextToken })), (page) => page.Subnets),
    everyPage((NextToken) => ec2(target).send(new DescribeRouteTablesCommand({ Filters, NextToken })), (page) => page.RouteTables),
    everyPage((NextToken) => ec2(target).send(new DescribeNatGatewaysCommand({ Filter: Filters, NextToken })), (page) => page.NatGateways),
    everyPage((NextToken) => ec2(target).send(new DescribeVpcEndpointsCommand({ Filters, NextToken })), (page) => page.VpcEndpoints),
    Promise.all(vpcIds.map((vpcId) => describeDns(target, vpcId))),
    everyPage((NextToken) => ec2(target).send(new DescribeSecurityGroupsCommand({ Filters, NextToken })), (page) => page.SecurityGroups),
  ]);
  return { vpcs, internetGateways, subnets, routeTables, natGateways, vpcEndpoints, dnsAttributes, securityGroups };
}

/** The key pair of this name with its public half where the service tells it, or undefined. */
export async function findKeyPair(target: Target, keyName: string): Promise<KeyPairInfo | undefined> {
  const found = await ec2(target).send(new DescribeKeyPairsCommand({ Filters: [filter('key-name', keyName)], IncludePublicKey: true }));
  return found.KeyPairs?.[0];
}

/** Imports the public half. Returns false when a pair of this name is already there. */
export async function importKeyPair(target: Target, keyName: string, publicKey: string, tags: Readonly<Record<string, string>>): Promise<boolean> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  try {
    await ec2(target).send(new ImportKeyPairCommand({ KeyName: keyName, PublicKeyMaterial: Buffer.from(publicKey), TagSpecifications: [{ ResourceType: 'key-pair', Tags }] }));
    return true;
  } catch (error) {
    if (awsCode(error) === 'InvalidKeyPair.Duplicate') return false;
    throw error;
  }
}

/** Deletes it; one that is not there is no error (as the API has it). */
export async function deleteKeyPair(target: Target, keyName: string): Promise<void> {
  await ec2(target).send(new DeleteKeyPairCommand({ KeyName: keyName }));
}

/** Public addresses that carry the stack's tag. */
export async function describeAddresses(target: Target, stack: string): Promise<string[]> {
  const found = await ec2(target).send(new DescribeAddressesCommand({ Filters: [ofStack(stack)] }));
  return (found.Addresses ?? []).map((address) => address.PublicIp ?? address.AllocationId ?? '');
}

/** Ids of VPCs; with a stack only those that it made, without one all that are not default. */
export async function describeVpcIds(target: Target, stack?: string): Promise<string[]> {
  const Filters = [stack === undefined ? filter('is-default', 'false') : ofStack(stack)];
  const vpcs = await everyPage((NextToken) => ec2(target).send(new DescribeVpcsCommand({ Filters, NextToken })), (page) => page.Vpcs);
  return vpcs.flatMap((vpc) => vpc.VpcId ?? []);
}
