/** The prices of a region: AWS's own list where it may be read, else the table with its date. */
import { listPrices } from '../aws/pricing.js';
import { SsmlabError } from '../errors.js';
import type { Target } from '../target/target.js';
import { type Prices, TABLE_DATE, TABLE_REGIONS, tablePrices } from './prices.js';

/** `source`: where they are from, in words; why there are none, where there are none. */
export interface SourcedPrices {
  readonly prices: Prices | undefined;
  readonly source: string;
}

/** Never throws for a list that cannot be read: what it costs is told as well as it is known. */
export async function pricesOf(target: Target, instanceTypes: readonly string[]): Promise<SourcedPrices> {
  const { region } = target;
  let why = 'the price list has not all of it for this region';
  try {
    const prices = await listPrices(target, instanceTypes);
    if (prices !== undefined) return { prices, source: 'by AWS\'s price list of now' };
  } catch (error) {
    if (!(error instanceof SsmlabError)) throw error;
    why = error.code === 'access-denied' ? 'the price list may not be read' : 'the price list does not answer';
  }
  const prices = tablePrices(region);
  if (prices !== undefined) return { prices, source: `by a table of ${TABLE_DATE}; ${why}` };
  return { prices: undefined, source: `${why}, and the table has ${TABLE_REGIONS.join(' and ')} only, where the lab is about 0.11 to 0.15 USD an hour` };
}
