/** What an account and a region have and allow: read before something is made there. */
import {
  DescribeAvailabilityZonesCommand, DescribeInstanceTypeOfferingsCommand, DescribeInternetGatewaysCommand, DescribeVpcBlockPublicAccessOptionsCommand, DescribeVpcEndpointServicesCommand, DescribeVpcsCommand, DescribeAddressesCommand,
  GetInstanceMetadataDefaultsCommand, type InstanceMetadataDefaultsResponse, type VpcBlockPublicAccessOptions,
} from '@aws-sdk/client-ec2';
import type { Target } from '../target/target.js';
import { describeInstances, ec2, filter } from './ec2.js';
import { awsCode } from './errors.js';
import { jsonCall } from './json-call.js';
import { everyPage } from './pages.js';

/** Names of the zones that instances can be started in: Local and Wavelength Zones are not among them. */
export async function availabilityZones(target: Target): Promise<string[]> {
  const { AvailabilityZones } = await ec2(target).send(new DescribeAvailabilityZonesCommand({ Filters: [filter('zone-type', 'availability-zone'), filter('state', 'available')] }));
  return (AvailabilityZones ?? []).flatMap((zone) => zone.ZoneName ?? []).toSorted();
}

/** Zones in which a type is offered, for each of the types. */
export async function offeredZones(target: Target, types: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const offerings = await everyPage(
    (NextToken) => ec2(target).send(new DescribeInstanceTypeOfferingsCommand({ LocationType: 'availability-zone', Filters: [filter('instance-type', ...types)], NextToken })),
    (page) => page.InstanceTypeOfferings,
  );
  return new Map(types.map((type) => [type, offerings.flatMap(({ InstanceType, Location }) => (InstanceType === type ? (Location ?? []) : [])).toSorted()]));
}

/** Zones in which each of these endpoint services is there; one that the region does not have is left out. */
export async function endpointServiceZones(target: Target, services: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  // A name that is not there fails the whole call (InvalidServiceName); as a filter it finds nothing.
  const details = await everyPage(
    (NextToken) => ec2(target).send(new DescribeVpcEndpointServicesCommand({ Filters: [filter('service-name', ...services), filter('service-type', 'Interface')], NextToken })),
    (page) => page.ServiceDetails,
  );
  return new Map(details.flatMap(({ ServiceName, AvailabilityZones }) => (ServiceName === undefined ? [] : [[ServiceName, (AvailabilityZones ?? []).toSorted()]])));
}

/** The account's defaults for the instance metadata service, in this region. */
export async function metadataDefaults(target: Target): Promise<InstanceMetadataDefaultsResponse> {
  return (await ec2(target).send(new GetInstanceMetadataDefaultsCommand({}))).AccountLevel ?? {};
}

/** Block Public Access of the account, in this region. */
export async function blockPublicAccess(target: Target): Promise<VpcBlockPublicAccessOptions> {
  return (await ec2(target).send(new DescribeVpcBlockPublicAccessOptionsCommand({}))).VpcBlockPublicAccessOptions ?? {};
}

/** How much of what is limited is there, of everybody's. */
export interface Usage {
  readonly vpcs: number;
  readonly internetGateways: number;
  readonly elasticIps: number;
  /** Of instances that run or are about to, of the standard families (A, C, D, H, I, M, R, T, Z), on demand. */
  readonly standardVcpus: number;
}

/** Counts it. */
export async function usage(target: Target): Promise<Usage> {
  const [vpcs, gateways, addresses, instances] = await Promise.all([
    everyPage((NextToken) => ec2(target).send(new DescribeVpcsCommand({ NextToken })), (page) => page.Vpcs),
    everyPage((NextToken) => ec2(target).send(new DescribeInternetGatewaysCommand({ NextToken })), (page) => page.InternetGateways),
    ec2(target).send(new DescribeAddressesCommand({})),
    describeInstances(target, [], ['pending', 'running']),
  ]);
  const standard = instances.filter(({ InstanceType = '', InstanceLifecycle }) => InstanceLifecycle !== 'spot' && /^[acdhimrtz]\d/u.test(InstanceType));
  return {
    vpcs: vpcs.length,
    internetGateways: gateways.length,
    elasticIps: (addresses.Addresses ?? []).length,
    standardVcpus: standard.reduce((sum, { CpuOptions }) => sum + (CpuOptions?.CoreCount ?? 1) * (CpuOptions?.ThreadsPerCore ?? 1), 0),
  };
}

/** A quota by its service and code: what is granted to the account, else AWS's default; undefined when the service does not know it here. */
export async function quota(target: Target, ServiceCode: string, QuotaCode: string): Promise<number | undefined> {
  const which = { ServiceCode, QuotaCode };
  const granted = valueOf(await jsonCall(target, { service: 'servicequotas', targetPrefix: 'ServiceQuotasV20190624', name: 'GetServiceQuota' }, which).catch(noneWhenAbsent));
  return granted ?? valueOf(await jsonCall(target, { service: 'servicequotas', targetPrefix: 'ServiceQuotasV20190624', name: 'GetAWSDefaultServiceQuota' }, which).catch(noneWhenAbsent));
}

function valueOf(reply: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const value = (reply?.['Quota'] as { readonly Value?: unknown } | undefined)?.Value;
  return typeof value === 'number' ? value : undefined;
}

function noneWhenAbsent(error: unknown): undefined {
  if (awsCode(error) !== 'NoSuchResourceException') throw error;
  return undefined;
}
