/**
 * What the lab's parts cost, as the price list has it (`aws-facts.md` §8, dated; t3.nano by AWS's on-demand page): two regions, on
 * demand, USD. The names of usage types are the price list's own: AmazonEC2 writes none before those of us-east-1.
 */
import { createHash } from 'node:crypto';

export interface Product {
  readonly serviceCode: 'AmazonEC2' | 'AmazonVPC';
  /** Absent for public addresses. */
  readonly productFamily?: string | undefined;
  readonly sku: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly price: { readonly usd: string; readonly unit: string; readonly description: string };
}

/** When the figures were read. */
export const PUBLISHED = '2026-11-23T00:00:00Z';

interface PricedRegion {
  readonly regionCode: string;
  readonly location: string;
  /** Before usage types of AmazonEC2, and of AmazonVPC. */
  readonly prefixes: readonly [ec2: string, vpc: string];
  readonly natGateway: number;
  readonly natGatewayGb: number;
  readonly endpoint: number;
  readonly address: number;
  readonly t4gNano: number;
  readonly t3Nano: number;
  readonly gp3: number;
}

const REGIONS: readonly PricedRegion[] = [
  { regionCode: 'us-east-1', location: 'US East (N. Virginia)', prefixes: ['', 'USE1-'], natGateway: 0.045, natGatewayGb: 0.045, endpoint: 0.01, address: 0.005, t4gNano: 0.0042, t3Nano: 0.0052, gp3: 0.08 },
  { regionCode: 'ap-northeast-1', location: 'Asia Pacific (Tokyo)', prefixes: ['APN1-', 'APN1-'], natGateway: 0.062, natGatewayGb: 0.062, endpoint: 0.014, address: 0.005, t4gNano: 0.0054, t3Nano: 0.0068, gp3: 0.096 },
];

const SERVICE_NAMES = { AmazonEC2: 'Amazon Elastic Compute Cloud', AmazonVPC: 'Amazon Virtual Private Cloud' } as const;

/** One product; its SKU follows from what it is, so that it is the same at every start. */
function product(region: PricedRegion, serviceCode: Product['serviceCode'], productFamily: string | undefined, own: Readonly<Record<string, string>>, price: readonly [amount: number, unit: string, what: string]): Product {
  const attributes = { servicecode: serviceCode, servicename: SERVICE_NAMES[serviceCode], location: region.location, locationType: 'AWS Region', regionCode: region.regionCode, ...own };
  const digest = createHash('sha256').update(JSON.stringify(attributes)).digest('base64').replaceAll(/[^A-Za-z0-9]/g, '');
  const [amount, unit, what] = price;
  return { serviceCode, productFamily, sku: digest.slice(0, 16).toUpperCase(), attributes, price: { usd: amount.toFixed(10), unit, description: `$${amount} per ${what}` } };
}

function nano(region: PricedRegion, family: 't4g' | 't3', amount: number): Product {
  const name = `${family}.nano`;
  return product(region, 'AmazonEC2', 'Compute Instance', {
    instanceType: name, instanceFamily: 'General purpose', vcpu: '2', memory: '0.5 GiB', storage: 'EBS only', currentGeneration: 'Yes', processorArchitecture: '64-bit', physicalProcessor: family === 't4g' ? 'AWS Graviton2 Processor' : 'Intel Skylake E5 2686 v5',
    operatingSystem: 'Linux', preInstalledSw: 'NA', licenseModel: 'No License required', tenancy: 'Shared', capacitystatus: 'Used', marketoption: 'OnDemand', operation: 'RunInstances', usagetype: `${region.prefixes[0]}BoxUsage:${name}`,
  }, [amount, 'Hrs', `On Demand Linux ${name} Instance Hour`]);
}

function productsOf(region: PricedRegion): Product[] {
  const [ec2, vpc] = region.prefixes;
  const nat = { group: 'NGW:NatGateway', operation: 'NatGateway' };
  return [
    product(region, 'AmazonEC2', 'NAT Gateway', { ...nat, groupDescription: 'Hourly charge for NAT Gateways', usagetype: `${ec2}NatGateway-Hours` }, [region.natGateway, 'Hrs', 'NAT Gateway Hour']),
    product(region, 'AmazonEC2', 'NAT Gateway', { ...nat, groupDescription: 'Charge for per GB data processed by NatGateways', usagetype: `${ec2}NatGateway-Bytes` }, [region.natGatewayGb, 'GB', 'GB Data Processed by NAT Gateways']),
    nano(region, 't4g', region.t4gNano),
    nano(region, 't3', region.t3Nano),
    product(region, 'AmazonEC2', 'Storage', { volumeApiName: 'gp3', volumeType: 'General Purpose', storageMedia: 'SSD-backed', operation: '', usagetype: `${ec2}EBS:VolumeUsage.gp3` }, [region.gp3, 'GB-Mo', 'GB-month of General Purpose (gp3) provisioned storage']),
    product(region, 'AmazonVPC', 'VpcEndpoint', { endpointType: 'PrivateLink', operation: 'VpcEndpoint', usagetype: `${vpc}VpcEndpoint-Hours` }, [region.endpoint, 'Hrs', 'VPC Endpoint Hour']),
    product(region, 'AmazonVPC', undefined, { group: 'VPCPublicIPv4Address', groupDescription: 'Hourly charge for In-use Public IPv4 Addresses', operation: '', usagetype: `${vpc}PublicIPv4:InUseAddress` }, [region.address, 'Hrs', 'In-use public IPv4 address per hour']),
  ];
}

export const PRODUCTS: readonly Product[] = REGIONS.flatMap(productsOf);

/** What filters and attribute values see: the attributes, and the family. */
export const fieldsOf = ({ attributes, productFamily }: Product): Readonly<Record<string, string>> => (productFamily === undefined ? attributes : { ...attributes, productFamily });
