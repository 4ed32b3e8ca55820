/** What stands there, times what AWS asks for it. Computed, not observed: the bill is AWS's. */
import { HOURS_A_MONTH, type Prices } from './prices.js';

/** What is billed by the hour for being there. */
export interface Quantities {
  readonly natGateways: number;
  /** Interface endpoints, each counted once a zone. */
  readonly interfaceEndpoints: number;
  readonly publicIpv4: number;
  /** How many instances of each type. */
  readonly instances: Readonly<Record<string, number>>;
  readonly gp3Gigabytes: number;
}

export interface CostItem {
  /** In words, in the plural where there are several: `3 interface endpoints`. */
  readonly what: string;
  /** USD an hour for all of them; null where the price is not known. */
  readonly hourly: number | null;
}

export interface Estimate {
  readonly items: readonly CostItem[];
  /** USD an hour for what has a price. */
  readonly hourly: number;
  /** Every item has a price. */
  readonly complete: boolean;
}

const counted = (count: number, singular: string): string => `${count} ${singular}${count === 1 ? '' : singular.endsWith('s') ? 'es' : 's'}`;

/** An item for each kind that there is any of, the most expensive first. */
export function estimate(quantities: Quantities, prices: Prices): Estimate {
  const all: readonly (readonly [count: number, what: string, each: number | undefined])[] = [
    [quantities.natGateways, counted(quantities.natGateways, 'NAT gateway'), prices.natGatewayHour],
    [quantities.interfaceEndpoints, counted(quantities.interfaceEndpoints, 'interface endpoint'), prices.interfaceEndpointHour],
    [quantities.publicIpv4, counted(quantities.publicIpv4, 'public IPv4 address'), prices.publicIpv4Hour],
    ...Object.entries(quantities.instances).map(([type, count]) => [count, counted(count, `${type} instance`), prices.instanceHour[type]] as const),
    [quantities.gp3Gigabytes, `${quantities.gp3Gigabytes} GB of gp3 volumes`, prices.gp3GigabyteMonth / HOURS_A_MONTH],
  ];
  const items = all
    .filter(([count]) => count > 0)
    .map(([count, what, each]): CostItem => ({ what, hourly: each === undefined ? null : count * each }))
    .toSorted((a, b) => (b.hourly ?? Infinity) - (a.hourly ?? Infinity));
  return { items, hourly: items.reduce((sum, { hourly }) => sum + (hourly ?? 0), 0), complete: items.every(({ hourly }) => hourly !== null) };
}

/** USD for so long, of which NAT gateways and endpoints bill each begun hour in full (`aws-facts.md` §8). */
export function costSoFar(quantities: Quantities, prices: Prices, milliseconds: number): number {
  const hours = Math.max(0, milliseconds) / 3_600_000;
  const byBegunHour = quantities.natGateways * prices.natGatewayHour + quantities.interfaceEndpoints * prices.interfaceEndpointHour;
  return byBegunHour * Math.ceil(hours) + (estimate(quantities, prices).hourly - byBegunHour) * hours;
}
