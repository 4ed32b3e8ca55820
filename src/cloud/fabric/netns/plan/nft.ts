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

/**
 * Text for `nft -f` that turns `before` into `after`; empty when they are equal. A chain of one name has the same hook in both,
 * a set the same type.
 */
export function nftTransaction(table: string, before: NftTable, after: NftTable): string {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const rulesOf = (name: string, { rules }: NftChain): void => rules.forEach((rule) => say(`add rule ip ${table} ${name} ${rule}`));
  const isNew = before.chains.size === 0 && before.sets.size === 0;
  if (isNew && (after.chains.size > 0 || after.sets.size > 0)) say(`add table ip ${table}`);

  for (const [name, seconds] of after.timeouts) {
    if (!before.timeouts.has(name)) say(`add ct timeout ip ${table} ${name} { protocol tcp; l3proto ip; policy = { established : ${seconds} }; }`);
  }
  for (const [name, set] of after.sets) if (!before.sets.has(name)) say(`add ${set.kind} ip ${table} ${name} { type ${set.type}; }`);
  for (const [name, chain] of after.chains) {
    if (!before.chains.has(name)) say(chain.hook === undefined ? `add chain ip ${table} ${name}` : `add chain ip ${table} ${name} { ${chain.hook} }`);
  }
  // First everything lets go of what goes away, then it goes, then what is there is filled.
  const changed = [...after.chains].filter(([name, chain]) => !sameRules(before.chains.get(name) ?? { rules: [] }, chain));
  const gone = [...before.chains.keys()].filter((name) => !after.chains.has(name));
  for (const name of [...changed.map(([each]) => each), ...gone]) if (before.chains.has(name)) say(`flush chain ip ${table} ${name}`);
  for (const [name, set] of before.sets) elementLines('delete', name, set.elements, after.sets.get(name)?.elements ?? new Set());
  for (const [name, set] of after.sets) elementLines('add', name, set.elements, before.sets.get(name)?.elements ?? new Set());
  for (const [name, chain] of changed) rulesOf(name, chain);
  for (const name of gone) say(`delete chain ip ${table} ${name}`);
  for (const name of before.sets.keys()) if (!after.sets.has(name)) say(`delete ${before.sets.get(name)?.kind ?? 'set'} ip ${table} ${name}`);
  for (const name of before.timeouts.keys()) if (!after.timeouts.has(name)) say(`delete ct timeout ip ${table} ${name}`);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;

  function elementLines(verb: 'add' | 'delete', name: string, elements: ReadonlySet<string>, others: ReadonlySet<string>): void {
    if (sameElements(elements, others)) return;
    const different = [...elements].filter((element) => !others.has(element));
    for (let from = 0; from < different.length; from += ELEMENTS_PER_LINE) {
      say(`${verb} element ip ${table} ${name} { ${different.slice(from, from + ELEMENTS_PER_LINE).join(', ')} }`);
    }
  }
}
