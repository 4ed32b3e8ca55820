/** The price list of AWS: what the parts of a lab cost on demand in a region, an hour. It is asked in one region for all. */
import { SsmlabError } from '../errors.js';
import type { Prices } from '../price/prices.js';
import type { ApiTarget } from './client.js';
import { jsonCall } from './json-call.js';
import { everyPageBy } from './pages.js';
import { pricingHome } from './public-address.js';

type Document = { readonly [key: string]: unknown };

const at = (value: unknown, ...names: readonly string[]): unknown => names.reduce<unknown>((found, name) => (typeof found === 'object' && found !== null ? (found as Document)[name] : undefined), value);
const valuesOf = (value: unknown): unknown[] => (typeof value === 'object' && value !== null ? Object.values(value) : []);

/** USD a unit of the first price of a product on demand that is not a free tier's. */
function onDemand(product: unknown): number | undefined {
  const dimensions = valuesOf(at(product, 'terms', 'OnDemand')).flatMap((offer) => valuesOf(at(offer, 'priceDimensions')));
  const prices = dimensions.map((dimension) => Number(at(dimension, 'pricePerUnit', 'USD'))).filter((price) => Number.isFinite(price) && price > 0);
  return prices[0];
}

interface Question {
  readonly service: 'AmazonEC2' | 'AmazonVPC';
  readonly attributes: Readonly<Record<string, string>>;
  /** End of the usage type, which begins with the region's own letters: `APN1-NatGateway-Hours`. */
  readonly usage: RegExp;
}

const COMPUTE = { operatingSystem: 'Linux', tenancy: 'Shared', preInstalledSw: 'NA', capacitystatus: 'Used' } as const;
const NAT: Question = { service: 'AmazonEC2', attributes: { productFamily: 'NAT Gateway' }, usage: /(?:^|-)NatGateway-Hours$/u };
const ENDPOINT: Question = { service: 'AmazonVPC', attributes: { productFamily: 'VpcEndpoint' }, usage: /(?:^|-)VpcEndpoint-Hours$/u };
const ADDRESS: Question = { service: 'AmazonVPC', attributes: { group: 'VPCPublicIPv4Address' }, usage: /(?:^|-)PublicIPv4:InUseAddress$/u };
const VOLUME: Question = { service: 'AmazonEC2', attributes: { volumeApiName: 'gp3' }, usage: /(?:^|-)EBS:VolumeUsage\.gp3$/u };

/** The price of what the question names; undefined where the list has none. */
async function price(target: ApiTarget, { service, attributes, usage }: Question): Promise<number | undefined> {
  const Filters = Object.entries({ regionCode: target.region, ...attributes }).map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value }));
  const [found] = await everyPageBy<number>(async (NextToken, prices) => {
    const page = await jsonCall(target, { service: 'pricing', targetPrefix: 'AWSPriceListService', name: 'GetProducts', home: pricingHome(target) }, { ServiceCode: service, Filters, FormatVersion: 'aws_v1', ...(NextToken === undefined ? {} : { NextToken }) });
    const list = page['PriceList'];
    for (const entry of Array.isArray(list) ? list : []) {
      const product = parsed(entry);
      const type = at(product, 'product', 'attributes', 'usagetype');
      const asked = typeof type === 'string' && usage.test(type) ? onDemand(product) : undefined;
      if (asked !== undefined) {
        prices.push(asked);
        return undefined;
      }
    }
    return page['NextToken'];
  });
  return found;
}

/** An entry is a JSON document as a string, in SDKs an object. */
function parsed(entry: unknown): unknown {
  if (typeof entry !== 'string') return entry;
  try {
    return JSON.parse(entry);
  } catch (error) {
    throw new SsmlabError('aws-error', 'pricing GetProducts: an entry of the price list is no JSON', { cause: error });
  }
}

/** The prices of a region for instances of these types; undefined where the list lacks one of the lab's parts there. Throws as the SDK's clients here do. */
export async function listPrices(target: ApiTarget, instanceTypes: readonly string[]): Promise<Prices | undefined> {
  const [nat, endpoint, address, volume, ...instances] = await Promise.all([
    price(target, NAT), price(target, ENDPOINT), price(target, ADDRESS), price(target, VOLUME),
    ...instanceTypes.map((instanceType) => price(target, { service: 'AmazonEC2', attributes: { instanceType, ...COMPUTE }, usage: /(?:^|-)BoxUsage:/u })),
  ]);
  if (nat === undefined || endpoint === undefined || address === undefined || volume === undefined || instances.includes(undefined)) return undefined;
  return {
    natGatewayHour: nat, interfaceEndpointHour: endpoint, publicIpv4Hour: address, gp3GigabyteMonth: volume,
    instanceHour: Object.fromEntries(instanceTypes.map((type, i) => [type, instances[i] ?? 0])),
  };
}
