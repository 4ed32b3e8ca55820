/** A file of expectations, YAML or JSON → what it says. Every problem with its line and column; all that are found at once. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import { SsmlabError } from '../../errors.js';
import { nearNames } from '../../inventory/near.js';
import { shellQuote } from '../../report/shell-quote.js';
import {
  EGRESS, type Entry, ENTRY_MEMBERS, EXPECTATIONS_VERSION, type ExpectationFile, type FlowRule, type Openness, OPENNESS, PATTERN, PING, PLACES, type Position, PUBLIC_IPV4, type Selector, SELECTOR_KINDS,
  type Stated, TOP_MEMBERS,
} from './language.js';
import { farEndOf, flowOf, flowProblem, selectorOf } from './words.js';

/** No file of expectations is larger, in characters, or has more values once its aliases are followed. */
const MOST_CHARACTERS = 1 << 20;
const MOST_NODES = 50_000;
const MOST_DEPTH = 16;
const MOST_TOLD = 10;
/** No word of the file is echoed longer, in characters. */
const MOST_ECHOED = 60;

const cut = (text: string, most = MOST_ECHOED): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

/** A word of the file in quotes. */
const quoted = (text: string): string => JSON.stringify(cut(text));

/** How a mistaken member was meant, or which there are. */
const meant = (word: string, words: readonly string[]): string => {
  const near = nearNames(word, words);
  return near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there ${words.length === 1 ? 'is' : 'are'} ${words.join(', ')}`;
};

const ARE = (words: readonly string[]): string => (words.length === 2 ? `neither ${words.join(' nor ')}` : `none of ${words.join(', ')}`);

const article = (text: string): string => (/^[aeiou]/u.test(text) ? `an ${text}` : `a ${text}`);

/** A scalar as it is written in the file. */
const written = ({ value, source }: Scalar): string => (typeof value === 'string' ? value : (source ?? JSON.stringify(value)));

const aliasProblem = (name: string): string => `YAML reads a word that begins with * as an alias${name === '' ? '' : `, and there is no anchor &${cut(name)}`}; a glob is written in quotes: "*${cut(name)}"`;

const MERGE = '"<<" is no part of YAML 1.2: an alias stands for the whole value';

/** YAML's own complaint, in one line, with what most often lies behind it. */
function yamlProblem(message: string): string {
  const first = (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/u, '');
  return first === 'Alias cannot be an empty string' ? aliasProblem('') : `not well-formed YAML: ${cut(first, 160)}`;
}

/** Raised inside a document to stop reading it: what follows would only be noise. */
class Hopeless extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

const TOO_MUCH = 'one selector with a glob or a tag means many instances: `"web-*"`, `tag:role=web`; or judge several smaller files, one after the other';

class Reader {
  readonly #lines: LineCounter;
  readonly #document: ReturnType<typeof parseDocument>;
  readonly problems: { readonly at: Position; readonly text: string }[] = [];
  #nodes = 0;

  constructor(lines: LineCounter, document: ReturnType<typeof parseDocument>) {
    this.#lines = lines;
    this.#document = document;
  }

  at(offset: number | undefined): Position {
    const { line, col } = this.#lines.linePos(offset ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  wrong(at: Position, text: string): undefined {
    this.problems.push({ at, text });
    return undefined;
  }

  /** The node that is meant, and where it is written: an alias is where it stands. */
  follow(node: unknown, depth = 0): { readonly node: Node | null; readonly at: Position } {
    const there = node as ParsedNode | null;
    const at = this.at(there?.range?.[0]);
    if (++this.#nodes > MOST_NODES) throw new Hopeless(`${at.line}:${at.column}: there are more than ${MOST_NODES} values once aliases are followed`, TOO_MUCH);
    if (!isAlias(there)) return { node: there, at };
    if (depth >= MOST_DEPTH) throw new Hopeless(`${at.line}:${at.column}: aliases lead from one to the next more than ${MOST_DEPTH} times`);
    const resolved = there.resolve(this.#document);
    if (resolved === undefined) throw new Hopeless(`${at.line}:${at.column}: ${aliasProblem(there.source)}`);
    return { node: this.follow(resolved, depth + 1).node, at };
  }

  /** What stands there, as the message names it. */
  #shown(node: Node | null): string {
    if (isMap(node)) return 'a mapping';
    if (isSeq(node)) return 'a list';
    if (isScalar(node) && node.value !== null) return quoted(written(node));
    return 'nothing';
  }

  /** Plain text; numbers and `true` are not. */
  text(node: Node | null, at: Position, what: string): string | undefined {
    if (isScalar(node) && typeof node.value === 'string') return node.value;
    return this.wrong(at, `${this.#shown(node)} is not ${article(what)}`);
  }

  word<T extends string>(node: Node | null, at: Position, words: readonly T[], orAddress = false): Stated<T> | undefined {
    const value = isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
    if (value !== undefined && ((words as readonly string[]).includes(value) || (orAddress && new RegExp(PATTERN.address, 'u').test(value)))) return { value: value as T, at };
    const near = value === undefined ? [] : nearNames(value, words);
    return this.wrong(at, `${this.#shown(node)} is ${orAddress ? `none of ${words.join(', ')}, and no IPv4 address` : ARE(words)}${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''}`);
  }

  map(node: Node | null, at: Position, what: string): YAMLMap | undefined {
    return isMap(node) ? node : this.wrong(at, `${this.#shown(node)} is not ${article(what)}`);
  }

  /** The members of a mapping. What is not known is a problem; what is twice YAML has refused already. */
  members(map: YAMLMap, known?: readonly string[]): { readonly name: string; readonly nameAt: Position; readonly value: Node | null; readonly at: Position }[] {
    return map.items.flatMap(({ key, value }) => {
      const { node, at: nameAt } = this.follow(key);
      const name = isScalar(node) ? written(node) : undefined;
      if (name === undefined) return this.wrong(nameAt, 'a name has to be plain text') ?? [];
      if (known !== undefined && !known.includes(name)) return this.wrong(nameAt, name === '<<' ? MERGE : `${quoted(name)} is not known here; ${meant(name, known)}`) ?? [];
      const followed = this.follow(value);
      return [{ name, nameAt, value: followed.node, at: value === null ? nameAt : followed.at }];
    });
  }

  items(node: Node | null): { readonly value: Node | null; readonly at: Position }[] {
    return isSeq(node) ? node.items.map((item) => this.follow(item)).map((followed) => ({ value: followed.node, at: followed.at })) : [];
  }
}

function selectorFrom(reader: Reader, value: Node | null, at: Position): Selector | undefined {
  const text = reader.text(value, at, 'selector: a name, an instance id, name:… or tag:…');
  if (text === undefined) return undefined;
  const selector = selectorOf(text, at);
  if (selector !== undefined) return selector;
  if ((PLACES as readonly string[]).includes(text)) return reader.wrong(at, `"${text}" is a place, not an instance; one of that name is name:${text}`);
  const kind = /^([^:&=]*):/u.exec(text)?.[1];
  if (kind !== undefined && !(SELECTOR_KINDS as readonly string[]).includes(kind)) return reader.wrong(at, `${quoted(text)}: there is no selector ${cut(kind)}:; ${meant(kind, SELECTOR_KINDS.map((each) => each))}; a name with a colon in it is name:${cut(text)}`);
  return reader.wrong(at, `${quoted(text)} is not a selector: a name, an instance id, name:…, id:… or tag:KEY=…, several that all have to hold with & between them`);
}

function selectorsFrom(reader: Reader, value: Node | null, at: Position): Selector[] {
  const single = isSeq(value) ? undefined : selectorFrom(reader, value, at);
  if (!isSeq(value)) return single === undefined ? [] : [single];
  if (value.items.length === 0) reader.wrong(at, 'the list of selectors is empty');
  return reader.items(value).flatMap((item) => selectorFrom(reader, item.value, item.at) ?? []);
}

/** `reach` or `from`: place → flow → open or closed. */
function flowsFrom(reader: Reader, direction: FlowRule['direction'], value: Node | null, at: Position): FlowRule[] {
  const places = reader.map(value, at, 'mapping of places: `internet: { tcp/443: open }`');
  if (places === undefined) return [];
  if (places.items.length === 0) reader.wrong(at, `"${direction}" says nothing`);
  return reader.members(places).flatMap((place) => {
    const far = farEndOf(place.name, place.nameAt);
    if (far === undefined) reader.wrong(place.nameAt, `${quoted(place.name)} is not a place: internet, here, an IPv4 address, a CIDR, or a selector of instances`);
    const flows = reader.map(place.value, place.at, 'mapping of flows: `tcp/443: open`');
    if (flows?.items.length === 0) reader.wrong(place.at, `nothing is said of ${quoted(place.name)}`);
    return (flows === undefined ? [] : reader.members(flows)).flatMap((member) => {
      const flow = flowOf(member.name);
      if (flow === undefined) reader.wrong(member.nameAt, `${quoted(member.name)} is not a flow: ${flowProblem(member.name)}`);
      const is = reader.word<Openness>(member.value, member.at, OPENNESS);
      return far === undefined || flow === undefined || is === undefined ? [] : [{ direction, far, flow, is: is.value, at: member.nameAt }];
    });
  });
}

function entryFrom(reader: Reader, node: Node | null, at: Position): Entry | undefined {
  const map = reader.map(node, at, 'mapping with `select` and what is expected');
  if (map === undefined) return undefined;
  const members = reader.members(map, ENTRY_MEMBERS);
  const of = (name: (typeof ENTRY_MEMBERS)[number]) => members.find((member) => member.name === name);
  const select = of('select');
  if (select === undefined) reader.wrong(at, 'it lacks `select`: which instances are meant');
  if (select !== undefined && members.length === 1) reader.wrong(at, `nothing is expected of them; ${meant('', ENTRY_MEMBERS.slice(1))}`);
  const word = <T extends string>(name: (typeof ENTRY_MEMBERS)[number], words: readonly T[], orAddress = false) => {
    const member = of(name);
    return member === undefined ? undefined : reader.word<T>(member.value, member.at, words, orAddress);
  };
  return {
    select: select === undefined ? [] : selectorsFrom(reader, select.value, select.at),
    sessionManager: word('session-manager', OPENNESS),
    ssh: word('ssh', OPENNESS),
    publicIpv4: word<string>('public-ipv4', PUBLIC_IPV4, true),
    ping: word('ping', PING),
    egress: word<string>('egress', EGRESS, true),
    flows: (['reach', 'from'] as const).flatMap((direction) => {
      const member = of(direction);
      return member === undefined ? [] : flowsFrom(reader, direction, member.value, member.at);
    }),
  };
}

function entriesFrom(reader: Reader, contents: unknown): Entry[] {
  const { node, at } = reader.follow(contents);
  const map = reader.map(node, at, 'file of expectations: `version: 1` and `instances:`');
  if (map === undefined) return [];
  const members = reader.members(map, TOP_MEMBERS);
  const version = members.find((member) => member.name === 'version');
  if (version === undefined) reader.wrong(at, `it lacks \`version: ${EXPECTATIONS_VERSION}\``);
  else if (!isScalar(version.value) || version.value.value !== EXPECTATIONS_VERSION) reader.wrong(version.at, `version ${isScalar(version.value) ? cut(written(version.value)) : 'of another kind'} is not known; this program reads version ${EXPECTATIONS_VERSION}`);
  const instances = members.find((member) => member.name === 'instances');
  if (instances === undefined) return reader.wrong(at, 'it lacks `instances`: a list of what is expected') ?? [];
  if (!isSeq(instances.value)) return reader.wrong(instances.at, '`instances` is not a list') ?? [];
  if (instances.value.items.length === 0) reader.wrong(instances.at, 'nothing is expected: the list is empty');
  return reader.items(instances.value).flatMap((item) => entryFrom(reader, item.value, item.at) ?? []);
}

/** Throws `expectations-invalid` with every problem, as `FILE:LINE:COLUMN: …`. `path`: the file's name as the user gave it. */
export function readExpectations(text: string, path: string): ExpectationFile {
  const lines = new LineCounter();
  if (text.trim() === '') throw new SsmlabError('expectations-invalid', `${path} is empty`, { hint: `\`ssmlab expect init --output ${shellQuote(path)} --force\` writes into it what the configuration says now; docs/expectations.md has the language` });
  const refuse = (problems: readonly string[], hint?: string): SsmlabError => {
    const more = problems.length - MOST_TOLD;
    return new SsmlabError('expectations-invalid', [...problems.slice(0, MOST_TOLD).map((problem) => `${path}:${problem}`), ...(more > 0 ? [`and ${more} more`] : [])].join('\n'), { hint });
  };
  if (text.length > MOST_CHARACTERS) throw refuse([`1:1: it is larger than ${MOST_CHARACTERS} characters`], `look whether ${path} is the right file; ${TOO_MUCH}`);
  const nested = ['1:1: it is nested too deeply'];
  try {
    const document = parseDocument(text, { lineCounter: lines, merge: false, uniqueKeys: true, schema: 'core', logLevel: 'error', prettyErrors: false });
    const reader = new Reader(lines, document);
    // A tag that nobody knows is a warning to the library; here it is a word that means nothing.
    const broken = [...document.errors, ...document.warnings];
    for (const error of broken) reader.wrong(reader.at(error.pos[0]), error.message.startsWith('Maximum call stack') ? 'it is nested too deeply' : yamlProblem(error.message));
    const entries = broken.length > 0 ? [] : entriesFrom(reader, document.contents);
    if (reader.problems.length === 0) return { path, entries };
    throw refuse(reader.problems.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column).map(({ at, text: problem }) => `${at.line}:${at.column}: ${problem}`));
  } catch (error) {
    if (error instanceof Hopeless) throw refuse([error.message], error.hint);
    throw error instanceof RangeError ? refuse(nested) : error;
  }
}
