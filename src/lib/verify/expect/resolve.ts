/** What a file says × which instances there are → what is expected of each. A selector that matches nothing, and a file that contradicts itself, are errors. */
import { SsmlabError } from '../../errors.js';
import { nearNames } from '../../inventory/near.js';
import type { SnapshotInstance } from '../../inventory/snapshot/snapshot.js';
import { contradictionsOf } from './contradiction.js';
import type { Entry, ExpectationFile, FlowRule, Openness, Position, Selector, Stated } from './language.js';
import { selected } from './words.js';

/** A flow of the file; `far`: the one instance that is meant, where the far end is a selector. */
export interface ExpectedFlow {
  readonly rule: FlowRule;
  readonly far: SnapshotInstance | undefined;
}

/** All that the file says of one instance. */
export interface Expected {
  readonly instance: SnapshotInstance;
  readonly sessionManager: Openness | undefined;
  readonly ssh: Openness | undefined;
  readonly publicIpv4: string | undefined;
  readonly ping: 'replies' | 'silence' | undefined;
  readonly egress: string | undefined;
  readonly flows: readonly ExpectedFlow[];
}

const place = (path: string, { line, column }: Position): string => `${path}:${line}:${column}`;

/** What a far end may be called besides. */
const PLACES = ['internet', 'here'];

/** Which there are, in the words of the selector's terms and `words`, for one that matches none. */
function nearest({ terms }: Selector, instances: readonly SnapshotInstance[], words: readonly string[]): string {
  const candidates = terms.flatMap((term) => {
    if (term.kind === 'id') return instances.map(({ instanceId }) => instanceId);
    if (term.kind === 'name') return [...instances.flatMap(({ name, logicalId }) => [name, ...(logicalId === null ? [] : [logicalId])]), ...words];
    return instances.flatMap(({ tags }) => Object.entries(tags).map(([key, value]) => (term.glob === undefined ? `tag:${key}` : `tag:${key}=${value}`)));
  });
  const near = terms.flatMap((term) => nearNames(term.kind === 'tag' ? `tag:${term.key}${term.glob === undefined ? '' : `=${term.glob}`}` : term.glob, candidates));
  if (near.length > 0) return `; did you mean ${[...new Set(near)].join(' or ')}?`;
  const names = instances.map(({ name }) => name);
  return names.length > 0 && names.length <= 8 ? `; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}` : '';
}

class Matches {
  readonly #instances: readonly SnapshotInstance[];
  readonly #path: string;
  readonly problems = new Set<string>();

  constructor(instances: readonly SnapshotInstance[], path: string) {
    this.#instances = instances;
    this.#path = path;
  }

  /** Those that are meant; none is a problem. */
  of(selector: Selector, but?: SnapshotInstance): SnapshotInstance[] {
    const all = selected(selector, this.#instances);
    const others = all.filter((instance) => instance !== but);
    if (all.length === 0) this.problems.add(`${place(this.#path, selector.at)}: "${selector.text}" matches no instance${nearest(selector, this.#instances, but === undefined ? [] : PLACES)}`);
    else if (others.length === 0) this.problems.add(`${place(this.#path, selector.at)}: "${selector.text}" matches no other instance than ${all.map(({ name }) => name).join(', ')} itself`);
    return others;
  }
}

/** Keeps the first word on each matter, and holds later ones against it. */
class Word {
  readonly #said = new Map<string, Stated<string>>();
  readonly #path: string;
  readonly contradictions = new Set<string>();

  constructor(path: string) {
    this.#path = path;
  }

  /** True when nothing was said on the matter before. `what`: the matter, where its name is not enough to tell it apart. */
  isFirst(instance: SnapshotInstance, matter: string, stated: Stated<string>, what = matter): boolean {
    const key = `${instance.instanceId} ${what}`;
    const before = this.#said.get(key);
    if (before === undefined) {
      this.#said.set(key, stated);
      return true;
    }
    if (before.value !== stated.value) this.contradictions.add(`${place(this.#path, stated.at)}: ${matter} of ${instance.name} is ${stated.value} here and ${before.value} in line ${before.at.line}`);
    return false;
  }

  /** Rules between the same ends: flows that overlap may not be open and closed. Said once of the file, however many instances are meant. */
  compare(rules: readonly FlowRule[]): void {
    for (const { later, earlier, both } of contradictionsOf(rules)) {
      this.contradictions.add(`${place(this.#path, later.at)}: "${later.flow.text}: ${later.is}" contradicts "${earlier.flow.text}: ${earlier.is}" in line ${earlier.at.line}: both mean ${both}`);
    }
  }
}

/** Whom a flow is to or from: names may be shared, ids are not. */
const farKey = ({ rule, far }: ExpectedFlow): string => `${rule.direction} ${far?.instanceId ?? rule.far.text}`;

function flowsOf(instance: SnapshotInstance, entries: readonly Entry[], matches: Matches, word: Word): ExpectedFlow[] {
  const flows = entries.flatMap((entry) => entry.flows.flatMap((rule): ExpectedFlow[] => {
    const fars = rule.far.kind === 'instances' ? matches.of(rule.far.selector, instance) : [undefined];
    return fars.map((far) => ({ rule, far }));
  })).filter((flow) => {
    const { rule, far } = flow;
    return word.isFirst(instance, `${rule.flow.text} ${rule.direction === 'reach' ? 'to' : 'from'} ${far?.name ?? rule.far.text}`, { value: rule.is, at: rule.at }, `${rule.flow.text} ${farKey(flow)}`);
  });
  const byFar = new Map<string, FlowRule[]>();
  for (const flow of flows) {
    const key = farKey(flow);
    const its = byFar.get(key);
    if (its === undefined) byFar.set(key, [flow.rule]);
    else its.push(flow.rule);
  }
  for (const rules of byFar.values()) word.compare(rules);
  return flows;
}

/**
 * In the order of the instances. Throws `expectations-unmatched` naming every selector that matches nothing, and
 * `expectations-invalid` where the file says different things of one instance.
 */
export function resolveExpectations({ path, entries }: ExpectationFile, instances: readonly SnapshotInstance[]): Expected[] {
  const matches = new Matches(instances, path);
  const word = new Word(path);
  const of = new Map<SnapshotInstance, Set<Entry>>();
  for (const entry of entries) {
    for (const instance of entry.select.flatMap((selector) => matches.of(selector))) {
      const its = of.get(instance);
      if (its === undefined) of.set(instance, new Set([entry]));
      else its.add(entry);
    }
  }
  const expected = instances.flatMap((instance): Expected[] => {
    const its = [...(of.get(instance) ?? [])];
    if (its.length === 0) return [];
    const one = <T extends string>(matter: string, pick: (entry: Entry) => Stated<T> | undefined): T | undefined => {
      const said = its.flatMap((entry) => pick(entry) ?? []);
      return said.filter((stated) => word.isFirst(instance, matter, stated))[0]?.value;
    };
    return [{
      instance,
      sessionManager: one('session-manager', (entry) => entry.sessionManager),
      ssh: one('ssh', (entry) => entry.ssh),
      publicIpv4: one('public-ipv4', (entry) => entry.publicIpv4),
      ping: one('ping', (entry) => entry.ping),
      egress: one('egress', (entry) => entry.egress),
      flows: flowsOf(instance, its, matches, word),
    }];
  });
  if (matches.problems.size > 0) throw new SsmlabError('expectations-unmatched', [...matches.problems].join('\n'));
  if (word.contradictions.size > 0) throw new SsmlabError('expectations-invalid', [...word.contradictions].join('\n'));
  return expected;
}
