/** What the kernel is to hold, namespace by namespace, as a value: made by the plan, compared by the difference. */
import type { NftTable } from './nft.js';

/** Name of the namespace that the holder lives in: the simulated internet. */
export const INTERNET_NAMESPACE = '';

export interface LinkEnd {
  readonly namespace: string;
  /** Interface name, 15 characters at most. */
  readonly name: string;
  readonly mac: string;
}

/** A veth pair. */
export interface Link {
  readonly ends: readonly [LinkEnd, LinkEnd];
  /** Bytes. */
  readonly mtu: number;
}

/** One thing that `ip` or `/proc/sys` holds. */
export interface Setting {
  /** A line of `ip -batch`, or `net/…` path and value of a sysctl. */
  readonly put: string;
  /** The line that takes it back; absent for what goes with its interface or stays. */
  readonly remove?: string | undefined;
  /** The interface that it stands on, whose end is its end. */
  readonly link?: string | undefined;
}

export interface NamespaceState {
  /** Set for instances: the namespace belongs to a user namespace of its own, whose root the guest is. */
  readonly owned: boolean;
  /** Lines of `ip -batch` that are given once, when the namespace is made. */
  readonly first: readonly string[];
  /** By what they are, so that another value for the same thing is seen as a change; in the order of putting. */
  readonly sysctls: ReadonlyMap<string, Setting>;
  readonly settings: ReadonlyMap<string, Setting>;
  readonly table: NftTable;
}

export interface FabricState {
  readonly namespaces: ReadonlyMap<string, NamespaceState>;
  /** By the name of their first end and its namespace. */
  readonly links: ReadonlyMap<string, Link>;
}

export const NOTHING: FabricState = { namespaces: new Map(), links: new Map() };
