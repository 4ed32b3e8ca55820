/** Words of the language → what they mean: selectors, places, flows; and which instance a selector means. */
import { parseCidr } from '../../net/cidr.js';
import { ALL_PORTS } from '../../net/port.js';
import { type FarEnd, type FlowSpec, PATTERN, type Position, type Selector, type Term } from './language.js';

const SELECTOR = new RegExp(PATTERN.selector, 'u');
const FLOW = new RegExp(PATTERN.flow, 'u');
const ADDRESS = new RegExp(PATTERN.address, 'u');

function termOf(text: string): Term {
  const [, kind, rest = ''] = /^(id|name|tag):(.*)$/su.exec(text) ?? [];
  if (kind === 'tag') {
    const equals = rest.indexOf('=');
    return equals < 0 ? { kind, key: rest, glob: undefined } : { kind, key: rest.slice(0, equals), glob: rest.slice(equals + 1) };
  }
  if (kind === 'id' || kind === 'name') return { kind, glob: rest };
  return { kind: /^i-[0-9a-f]+$/u.test(text) ? 'id' : 'name', glob: text };
}

/** `tag:role=web & name:a*`; undefined when it is no selector. */
export function selectorOf(text: string, at: Position): Selector | undefined {
  if (!SELECTOR.test(text)) return undefined;
  return { text, at, terms: text.split(/ +& +/u).map(termOf) };
}

/** An address, a CIDR (host bits are cleared, as EC2 does), `internet`, `here`, or a selector. */
export function farEndOf(text: string, at: Position): FarEnd | undefined {
  if (text === 'internet' || text === 'here') return { kind: text, text };
  const prefix = parseCidr(ADDRESS.test(text) ? `${text}/32` : text);
  if (prefix !== undefined) return { kind: 'addresses', prefix, text };
  const selector = selectorOf(text, at);
  return selector === undefined ? undefined : { kind: 'instances', selector, text };
}

/** `tcp/22`; undefined when it is no flow, or a range that runs backwards. */
export function flowOf(text: string): FlowSpec | undefined {
  if (!FLOW.test(text)) return undefined;
  const [name = '', range] = text.split('/');
  const protocols = name === 'all' ? (['tcp', 'udp', 'icmp'] as const) : [name as 'tcp' | 'udp' | 'icmp'];
  if (range === undefined) return { text, protocols, ports: ALL_PORTS };
  const [from = 0, to = from] = range.split('-').map(Number);
  return from > to ? undefined : { text, protocols, ports: { from, to } };
}

/** Why a text is no flow: what is wrong with its ports, or which flows there are. */
export function flowProblem(text: string): string {
  const [, from, to = from] = /^(?:tcp|udp)\/(\d+)(?:-(\d+))?$/u.exec(text) ?? [];
  if (from === undefined || to === undefined) return 'tcp/22, udp/53, tcp/8000-8080, tcp, udp, icmp or all';
  const [first, last] = [Number(from), Number(to)];
  if (Math.max(first, last) > ALL_PORTS.to) return `ports end at ${ALL_PORTS.to}`;
  if (Math.min(first, last) < 1) return 'ports begin at 1';
  return first > last ? `its range runs backwards; ${text.split('/')[0]}/${last}-${first} is the same the right way round` : 'a port has no zeros before it';
}

/** `*` is any text, also none; `?` one character. In time linear in both but for the last `*`, whatever the glob. */
export function globMatches(glob: string, text: string): boolean {
  let [at, from] = [0, 0];
  // Where the last `*` stood, and how much of the text it has taken so far.
  let star: number | undefined;
  let taken = 0;
  while (from < text.length) {
    if (glob[at] === '*') {
      star = at++;
      taken = from;
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[from])) {
      at++;
      from++;
    } else if (star !== undefined) {
      at = star + 1;
      from = ++taken;
    } else {
      return false;
    }
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}

/** What a selector looks at. */
export interface Selectable {
  readonly instanceId: string;
  readonly name: string;
  /** In its stack. */
  readonly logicalId: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

function holds(term: Term, instance: Selectable): boolean {
  if (term.kind === 'tag') {
    const value = Object.hasOwn(instance.tags, term.key) ? instance.tags[term.key] : undefined;
    return value !== undefined && (term.glob === undefined || globMatches(term.glob, value));
  }
  const names = term.kind === 'id' ? [instance.instanceId] : [instance.name, instance.logicalId];
  return names.some((name) => name !== null && globMatches(term.glob, name));
}

/** Those of the instances that all terms hold for. */
export function selected<T extends Selectable>(selector: Selector, instances: readonly T[]): T[] {
  return instances.filter((instance) => selector.terms.every((term) => holds(term, instance)));
}
