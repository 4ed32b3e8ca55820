/** An nftables table as a value, and the transaction that turns one into another: the kernel takes it whole or not at all. */

export interface NftSet {
  /** `set`, or `map` with `key : value` elements. */
  readonly kind: 'set' | 'map';
  /** `ifname . ipv4_addr`, `ipv4_addr : verdict` … */
  readonly type: string;
  readonly elements: ReadonlySet<string>;
}

export interface NftChain {
  /** `type filter hook forward priority 0; policy drop;`. Absent for a chain that others jump to. */
  readonly hook?: string | undefined;
  readonly rules: readonly string[];
}

export interface NftTable {
  /** How long connection tracking remembers an established TCP connection, seconds, by name; one name stands for one time. */
  readonly timeouts: ReadonlyMap<string, number>;
  readonly sets: ReadonlyMap<string, NftSet>;
  readonly chains: ReadonlyMap<string, NftChain>;
}

export const NO_TABLE: NftTable = { timeouts: new Map(), sets: new Map(), chains: new Map() };

export function nftSet(type: string, elements: Iterable<string>): NftSet {
  return { kind: 'set', type, elements: new Set(elements) };
}

export function nftMap(type: string, elements: Iterable<readonly [string, string]>): NftSet {
  return { kind: 'map', type, elements: new Set([...elements].map(([key, value]) => `${key} : ${value}`)) };
}

const sameRules = (a: NftChain, b: NftChain): boolean => a.rules.length === b.rules.length && a.rules.every((rule, index) => rule === b.rules[index]);
const sameElements = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a.size === b.size && [...a].every((element) => b.has(element));

/** Elements a line: a set of thousands must not become one line that nobody can read in an error. */
const ELEMENTS_PER_LINE = 50;
/** Lines of a transaction that only prepares. What one takes has to fit the kernel's buffer for a message, some 200 kB; a rule takes half of one. */
const LINES_PER_TRANSACTION = 250;

/**
 * Texts for `nft -f`, one after the other, that turn `before` into `after`; none when they are equal. Only the last one
 * changes what holds: those before it fill chains and sets that nothing refers to yet, as many as there are. A chain of one
 * name has the same hook in both, a set the same type.
 */
export function nftTransactions(table: string, before: NftTable, after: NftTable): string[] {
  const made: string[] = [];
  const filled: string[] = [];
  const switched: string[] = [];
  const isNew = before.chains.size === 0 && before.sets.size === 0;
  if (isNew && (after.chains.size > 0 || after.sets.size > 0)) made.push(`add table ip ${table}`);
  for (const [name, seconds] of after.timeouts) {
    if (!before.timeouts.has(name)) made.push(`add ct timeout ip ${table} ${name} { protocol tcp; l3proto ip; policy = { established : ${seconds} }; }`);
  }
  for (const [name, set] of after.sets) if (!before.sets.has(name)) made.push(`add ${set.kind} ip ${table} ${name} { type ${set.type}; }`);
  for (const [name, { hook }] of after.chains) if (!before.chains.has(name)) made.push(hook === undefined ? `add chain ip ${table} ${name}` : `add chain ip ${table} ${name} { ${hook} }`);

  // First everything lets go of what goes away, then it goes, then what is there is filled.
  const changed = [...after.chains].filter(([name, chain]) => !sameRules(before.chains.get(name) ?? { rules: [] }, chain));
  const gone = [...before.chains.keys()].filter((name) => !after.chains.has(name));
  for (const name of [...changed.map(([each]) => each), ...gone]) if (before.chains.has(name)) switched.push(`flush chain ip ${table} ${name}`);
  for (const [name, set] of before.sets) switched.push(...elementLines('delete', table, name, set.elements, after.sets.get(name)?.elements ?? NO_ELEMENTS));
  for (const [name, set] of after.sets) {
    const known = before.sets.get(name)?.elements;
    (known === undefined ? filled : switched).push(...elementLines('add', table, name, set.elements, known ?? NO_ELEMENTS));
  }
  for (const [name, { hook, rules }] of changed) {
    const lines = rules.map((rule) => `add rule ip ${table} ${name} ${rule}`);
    (hook === undefined && !before.chains.has(name) ? filled : switched).push(...lines);
  }
  for (const name of gone) switched.push(`delete chain ip ${table} ${name}`);
  for (const name of before.sets.keys()) if (!after.sets.has(name)) switched.push(`delete ${before.sets.get(name)?.kind ?? 'set'} ip ${table} ${name}`);
  for (const name of before.timeouts.keys()) if (!after.timeouts.has(name)) switched.push(`delete ct timeout ip ${table} ${name}`);

  const prepared = [...made, ...filled];
  // What fits is one transaction.
  if (prepared.length + switched.length <= LINES_PER_TRANSACTION) return prepared.length + switched.length === 0 ? [] : [text([...prepared, ...switched])];
  const parts = Array.from({ length: Math.ceil(prepared.length / LINES_PER_TRANSACTION) }, (_, index) => prepared.slice(index * LINES_PER_TRANSACTION, (index + 1) * LINES_PER_TRANSACTION));
  return [...parts, switched].filter((lines) => lines.length > 0).map(text);
}

const NO_ELEMENTS: ReadonlySet<string> = new Set();
const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

function elementLines(verb: 'add' | 'delete', table: string, name: string, elements: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  if (sameElements(elements, others)) return [];
  const different = [...elements].filter((element) => !others.has(element));
  return Array.from({ length: Math.ceil(different.length / ELEMENTS_PER_LINE) }, (_, index) =>
    `${verb} element ip ${table} ${name} { ${different.slice(index * ELEMENTS_PER_LINE, (index + 1) * ELEMENTS_PER_LINE).join(', ')} }`);
}
