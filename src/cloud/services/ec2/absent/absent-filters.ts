/** Filters that look at what no resource of the local cloud has (IPv6, Outposts, transit gateways): they are known, and match nothing. */
import type { FilterTable } from '../describe.js';

export function absentFilters(names: readonly string[]): FilterTable<object> {
  return Object.fromEntries(names.map((name) => [name, () => undefined]));
}
