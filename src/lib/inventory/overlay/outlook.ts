/** What a snapshot is to become: what is known of it, between which ends it lies where something is not, and what that is. Pure. */
import type { NetworkInterface, NetworkModel } from '../../vpc/model.js';
import type { Snapshot } from '../snapshot/snapshot.js';

/** Something of the outlook that is not known: what depends on it is unknown, and names it. */
export interface Doubt {
  /**
   * Id of what it is about (of a role or profile its name): a way that has to do with that is unknown. Null: nobody can say
   * which ways it concerns. One that matches no id is told and concerns only what the model itself leaves unknown.
   */
  readonly component: string | null;
  /** `SSMEndpoint: SecurityGroupIds is known only after the change`. */
  readonly text: string;
}

export interface Outlook {
  /** Admits the least that it may be. */
  readonly least: Snapshot;
  /** Admits the most; the same as `least` where all is known. */
  readonly most: Snapshot;
  readonly doubts: readonly Doubt[];
}

/** The outlook of a snapshot to which nothing is done. */
export const certain = (snapshot: Snapshot): Outlook => ({ least: snapshot, most: snapshot, doubts: [] });

export const withDoubt = (outlook: Outlook, component: string | null, text: string): Outlook => ({ ...outlook, doubts: [...outlook.doubts, { component, text }] });

/** A change that is known, at both ends. */
export function known(outlook: Outlook, change: (snapshot: Snapshot) => Snapshot): Outlook {
  const least = change(outlook.least);
  return { ...outlook, least, most: outlook.most === outlook.least ? least : change(outlook.most) };
}

/** A change that is another at each end. */
export const between = (outlook: Outlook, least: (snapshot: Snapshot) => Snapshot, most: (snapshot: Snapshot) => Snapshot): Outlook => ({ ...outlook, least: least(outlook.least), most: most(outlook.most) });

/** The lists of a network, which its kinds are edited in. */
export type NetworkList = Exclude<keyof NetworkModel, 'region' | 'blockPublicAccess'>;

export const inNetwork = (snapshot: Snapshot, over: (network: NetworkModel) => Partial<NetworkModel>): Snapshot => ({ ...snapshot, network: { ...snapshot.network, ...over(snapshot.network) } });

export const edited = <Item>(items: readonly Item[], test: (item: Item) => boolean, change: (item: Item) => Item): Item[] => items.map((item) => (test(item) ? change(item) : item));

/** Without the interfaces that `test` holds of. */
export const withoutInterfaces = (snapshot: Snapshot, test: (each: NetworkInterface) => boolean): Snapshot => inNetwork(snapshot, ({ networkInterfaces }) => ({ networkInterfaces: networkInterfaces.filter((each) => !test(each)) }));

/** Routes to what is gone are blackholes (R6). */
export function withDeadRoutes(snapshot: Snapshot, targetId: string): Snapshot {
  return inNetwork(snapshot, ({ routeTables }) => ({
    routeTables: routeTables.map((table) => ({ ...table, routes: edited(table.routes, (route) => route.targetId === targetId, (route) => ({ ...route, state: 'blackhole' })) })),
  }));
}
