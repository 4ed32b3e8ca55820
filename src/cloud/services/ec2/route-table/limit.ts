/** Routes that a table may have; a route to a prefix list counts as many as the list may have entries. */
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { ROUTE_TABLE } from '../model.js';
import { weightOf } from '../prefix-list/prefix-lists.js';

const LIMIT = 50;

/** Judges the table as it is now in the transaction. Throws RouteLimitExceeded. */
export function checkRouteLimit(state: Reader, routeTableId: string): void {
  const routes = (state.get(ROUTE_TABLE, routeTableId)?.routes ?? []).filter((route) => route.target !== 'local');
  const weight = routes.reduce((sum, { destination }) => sum + weightOf(state, destination.startsWith('pl-') ? destination : undefined), 0);
  if (weight > LIMIT) throw new AwsError('RouteLimitExceeded', `The maximum number of routes has been reached for ${routeTableId}`);
}
