/**
 * The words of a file of expectations, version 1 (`docs/expectations.md`): what may stand where, as patterns that the parser
 * and the published schema both hold, and what a file says once it is read.
 */
import type { PortRange } from '../../net/port.js';
import type { Prefix } from '../../net/cidr.js';

export const EXPECTATIONS_VERSION = 1;

/** A way or a flow: whether it has to be open or has to be shut. */
export type Openness = 'open' | 'closed';
export const OPENNESS = ['open', 'closed'] as const;

export const PING = ['replies', 'silence'] as const;
/** Words beside an address. `own`: the one that EC2 says it has. */
export const PUBLIC_IPV4 = ['own', 'none'] as const;
/** Words beside an address. `own`: its public address; `nat-gateway`: that of the NAT gateway which its route leads to. */
export const EGRESS = ['own', 'nat-gateway', 'none'] as const;
/** Places that are words. `internet`: every public address that is not the region's own; `here`: this machine, as the region sees it. */
export const PLACES = ['internet', 'here'] as const;
/** What may stand before the colon of a selector. */
export const SELECTOR_KINDS = ['id', 'name', 'tag'] as const;

export const TOP_MEMBERS = ['version', 'instances'] as const;
export const ENTRY_MEMBERS = ['select', 'session-manager', 'ssh', 'public-ipv4', 'ping', 'egress', 'reach', 'from'] as const;

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const PORT = '(?:6553[0-5]|655[0-2]\\d|65[0-4]\\d{2}|6[0-4]\\d{3}|[1-5]\\d{4}|[1-9]\\d{0,3})';
// A term without a kind is an instance id or a name. Digits, dots and slashes alone are an address that is not one.
const BARE = `(?!(?:internet|here) *(?:&|$))(?![\\d./]+ *(?:&|$))[^\\s:&=](?:[^:&=]*[^\\s:&=])?`;
const NAMED = '(?:id|name):[^\\s&](?:[^&]*[^\\s&])?';
const TAGGED = 'tag:[^\\s&=](?:[^&=]*[^\\s&=])?(?:=(?:[^\\s&](?:[^&]*[^\\s&])?)?)?';
const TERM = `(?:${NAMED}|${TAGGED}|${BARE})`;
const SELECTOR = `${TERM}(?: +& +${TERM})*`;

/** Regular expressions as text, anchored; `u` is meant. ECMA-262, as JSON Schema wants them. */
export const PATTERN = {
  address: `^${IPV4}$`,
  selector: `^${SELECTOR}$`,
  place: `^(?:internet|here|${IPV4}(?:/(?:3[0-2]|[12]?\\d))?|${SELECTOR})$`,
  flow: `^(?:all|icmp|(?:tcp|udp)(?:/${PORT}(?:-${PORT})?)?)$`,
} as const;

/** Where something stands in the file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One condition of a selector. Globs: `*` is any text, `?` one character; letter case counts, as in AWS. */
export type Term =
  | { readonly kind: 'id' | 'name'; readonly glob: string }
  /** Without a value the tag has to be there. */
  | { readonly kind: 'tag'; readonly key: string; readonly glob: string | undefined };

/** All terms have to hold. */
export interface Selector {
  readonly text: string;
  readonly terms: readonly Term[];
  readonly at: Position;
}

export type FarEnd =
  | { readonly kind: 'internet' | 'here'; readonly text: string }
  | { readonly kind: 'addresses'; readonly prefix: Prefix; readonly text: string }
  | { readonly kind: 'instances'; readonly selector: Selector; readonly text: string };

/** `tcp/22`, `udp`, `icmp`, `all`: which packets are meant. */
export interface FlowSpec {
  readonly text: string;
  /** Each of them is meant. */
  readonly protocols: readonly ('tcp' | 'udp' | 'icmp')[];
  /** Of TCP and UDP. */
  readonly ports: PortRange;
}

/** One flow, to or from the entry's instances. */
export interface FlowRule {
  readonly direction: 'reach' | 'from';
  readonly far: FarEnd;
  readonly flow: FlowSpec;
  readonly is: Openness;
  readonly at: Position;
}

/** A value with its place in the file. */
export interface Stated<T> {
  readonly value: T;
  readonly at: Position;
}

/** What is expected of the instances that any of the selectors finds. */
export interface Entry {
  readonly select: readonly Selector[];
  readonly sessionManager: Stated<Openness> | undefined;
  readonly ssh: Stated<Openness> | undefined;
  /** `own`, `none` or an address. */
  readonly publicIpv4: Stated<string> | undefined;
  readonly ping: Stated<(typeof PING)[number]> | undefined;
  /** `own`, `nat-gateway`, `none` or an address. */
  readonly egress: Stated<string> | undefined;
  readonly flows: readonly FlowRule[];
}

export interface ExpectationFile {
  /** As the user wrote it. */
  readonly path: string;
  readonly entries: readonly Entry[];
}
