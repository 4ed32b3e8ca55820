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

/** A script that has `nft` take a transaction. */
export const nftScript = (transaction: string): string => `nft -f - <<'NFT'\n${transaction}NFT\n`;

export function nftSet(type: string, elements: Iterable<string>): NftSet {
  return { kind: 'set', type, elements: new Set(elements) };
}

export function nftMap(type: string, elements: Iterable<readonly [string, string]>): NftSet {
  return { kind: 'map', type, elements: new Set([...elements].map(([key, value]) => `${key} : ${value}`)) };
}

const sameRules = (a: NftChain, b: NftChain): boolean => a === b || (a.rules.length === b.rules.length && a.rules.every((rule, index) => rule === b.rules[index]));

function sameElements(a: NftSet, b: NftSet): boolean {
  if (a.elements.size !== b.elements.size) return false;
  for (const element of b.elements) if (!a.elements.has(element)) return false;
  return true;
}

/** Elements a line: a set of thousands must not become one line that nobody can read in an error. */
const ELEMENTS_PER_LINE = 50;

/**
 * What one transaction may be, in bytes of netlink messages: `nft` sends it in one piece, and who is not the host's root cannot
 * make a socket's buffer larger than the kernel's 208 KB.
 */
const MOST = 120_000;

/** Generous: a rule's messages have six bytes for each of its characters, an element's a hundred. */
const weightOf = (line: string): number => 80 + 8 * line.length + 60 * line.split(',').length;
const weigh = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + weightOf(line), 0);

/** Pieces as they come, together as long as they are not too much; a piece is never cut. */
function packed(pieces: readonly (readonly string[])[]): string[][] {
  const packs: string[][] = [];
  let weight = Infinity;
  for (const piece of pieces.filter((each) => each.length > 0)) {
    const more = weigh(piece);
    if (weight + more > MOST) {
      packs.push([]);
      weight = 0;
    }
    packs.at(-1)?.push(...piece);
    weight += more;
  }
  return packs;
}

/**
 * Texts for `nft -f`, in their order, that turn `before` into `after`; none when they are equal: one where it is not too
 * much. Else what is new is made first, where no packet comes by yet; then each set that changes, in one piece each; then all
 * rules that packets come by, in one piece; then goes what they do not come by any more. A chain of one name has the
 * same hook in both, a set the same type.
 */
export function nftTransactions(table: string, before: NftTable, after: NftTable): string[] {
  const isNew = before.chains.size === 0 && before.sets.size === 0;
  const declared: string[] = isNew && (after.chains.size > 0 || after.sets.size > 0) ? [`add table ip ${table}`] : [];
  const [prepared, elements, rules, bases, flushed, lost, gone]: [string[], string[], string[], string[], string[], string[], string[]] = [[], [], [], [], [], [], []];
  const changing: string[][] = [];

  for (const [name, seconds] of after.timeouts) {
    if (!before.timeouts.has(name)) declared.push(`add ct timeout ip ${table} ${name} { protocol tcp; l3proto ip; policy = { established : ${seconds} }; }`);
  }
  for (const [name, set] of after.sets) if (!before.sets.has(name)) declared.push(`add ${set.kind} ip ${table} ${name} { type ${set.type}; }`);
  for (const [name, chain] of after.chains) {
    if (before.chains.has(name)) continue;
    if (chain.hook === undefined) declared.push(`add chain ip ${table} ${name}`);
    else bases.push(`add chain ip ${table} ${name} { ${chain.hook} }`);
  }
  for (const [name, chain] of after.chains) {
    const known = before.chains.get(name);
    if (sameRules(known ?? { rules: [] }, chain)) continue;
    if (known !== undefined) flushed.push(`flush chain ip ${table} ${name}`);
    (known === undefined && chain.hook === undefined ? prepared : rules).push(...chain.rules.map((rule) => `add rule ip ${table} ${name} ${rule}`));
  }
  for (const name of before.chains.keys()) {
    if (after.chains.has(name)) continue;
    flushed.push(`flush chain ip ${table} ${name}`);
    gone.push(`delete chain ip ${table} ${name}`);
  }
  for (const [name, set] of after.sets) {
    const known = before.sets.get(name);
    if (known === undefined) elements.push(...elementLines('add', name, set.elements, new Set()));
    else if (!sameElements(known, set)) changing.push([...elementLines('delete', name, known.elements, set.elements), ...elementLines('add', name, set.elements, known.elements)]);
  }
  for (const [name, set] of before.sets) {
    if (after.sets.has(name)) continue;
    lost.push(...elementLines('delete', name, set.elements, new Set()));
    gone.push(`delete ${set.kind} ip ${table} ${name}`);
  }
  for (const name of before.timeouts.keys()) if (!after.timeouts.has(name)) gone.push(`delete ct timeout ip ${table} ${name}`);
  const single = (lines: readonly string[]): string[][] => lines.map((line) => [line]);
  const pieces = [...single([...declared, ...elements, ...prepared]), ...changing, [...bases, ...flushed, ...rules], ...single([...lost, ...gone])].filter((each) => each.length > 0);
  const packs = weigh(pieces.flat()) > MOST ? packed(pieces) : pieces.length > 0 ? [pieces.flat()] : [];
  return packs.map((lines) => `${lines.join('\n')}\n`);

  function elementLines(verb: 'add' | 'delete', name: string, some: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
    const different = [...some].filter((element) => !others.has(element));
    return Array.from({ length: Math.ceil(different.length / ELEMENTS_PER_LINE) }, (_, index) =>
      `${verb} element ip ${table} ${name} { ${different.slice(index * ELEMENTS_PER_LINE, (index + 1) * ELEMENTS_PER_LINE).join(', ')} }`);
  }
}
