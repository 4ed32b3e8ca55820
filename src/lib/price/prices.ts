/**
 * What AWS asks for the parts of a lab, on demand, in USD, without taxes: a table with its date, for where the live price list may not be
 * read. Source and grades: `aws-facts.md` §8.
 */

/** What is billed, by its unit. */
export interface Prices {
  /** A NAT gateway, an hour; what it carries is billed besides, by the gigabyte. */
  readonly natGatewayHour: number;
  /** An interface endpoint in one zone, an hour. */
  readonly interfaceEndpointHour: number;
  /** A public IPv4 address, in use or idle, an hour. */
  readonly publicIpv4Hour: number;
  /** An instance by its type, an hour, Linux. */
  readonly instanceHour: Readonly<Record<string, number>>;
  /** A gigabyte of a gp3 volume, a month. */
  readonly gp3GigabyteMonth: number;
}

/** When the table was written down. */
export const TABLE_DATE = '2026-11-23';

/** Hours that AWS's price list counts for a month. */
export const HOURS_A_MONTH = 730;

const TABLE: Readonly<Record<string, Prices>> = {
  'us-east-1': { natGatewayHour: 0.045, interfaceEndpointHour: 0.01, publicIpv4Hour: 0.005, instanceHour: { 't4g.nano': 0.0042, 't3.nano': 0.0052 }, gp3GigabyteMonth: 0.08 },
  'ap-northeast-1': { natGatewayHour: 0.062, interfaceEndpointHour: 0.014, publicIpv4Hour: 0.005, instanceHour: { 't4g.nano': 0.0054, 't3.nano': 0.0068 }, gp3GigabyteMonth: 0.096 },
};

/** The table's prices of a region; undefined where it has none. */
export function tablePrices(region: string): Prices | undefined {
  return Object.hasOwn(TABLE, region) ? TABLE[region] : undefined;
}

/** Regions that the table has, the cheapest first. */
export const TABLE_REGIONS: readonly string[] = Object.keys(TABLE);
