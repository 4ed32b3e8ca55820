/** Template text (YAML or JSON) → values, with the line of every member; refuses aliases, foreign tags and `__proto__`. */
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import { validationError } from '../errors.js';
import type { Value } from './value.js';

/** A template as read. */
export interface ReadTemplate {
  readonly value: Value;
  /** Line (from 1) of the member at a path such as `/Resources/VPC1/Type`; that of the nearest parent when it is not known. */
  lineOf(path: string): number;
}

/** Functions with a short form, by tag. */
const SHORT: { readonly [tag: string]: string } = {
  '!Ref': 'Ref', '!Condition': 'Condition',
  ...Object.fromEntries(['GetAtt', 'Sub', 'Join', 'Select', 'Split', 'GetAZs', 'FindInMap', 'If', 'Equals', 'And', 'Or', 'Not', 'Base64', 'Cidr', 'ImportValue', 'Transform', 'Length', 'ToJsonString', 'Contains', 'EachMemberEquals', 'EachMemberIn', 'RefAll', 'ValueOf', 'ValueOfAll'].map((name) => [`!${name}`, `Fn::${name}`])),
};

/** Tags of YAML itself that mean what the plain scalar means. */
const PLAIN_TAGS = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/;

const DEPTH = 64;

/** Throws ValidationError: not well-formed (with line and column), or a construct that CloudFormation refuses. */
export function readTemplate(text: string): ReadTemplate {
  const lines = new LineCounter();
  const json = text.trimStart().startsWith('{');
  const format = json ? 'JSON' : 'YAML';
  let document;
  try {
    document = parseDocument(text, { lineCounter: lines, merge: false, uniqueKeys: true, schema: json ? 'json' : 'core', logLevel: 'silent', stringKeys: false });
  } catch (error) {
    if (error instanceof RangeError) throw validationError('Template format error: the template is nested too deeply');
    throw error;
  }
  const [broken] = document.errors;
  if (broken !== undefined) {
    if (broken.message.startsWith('Maximum call stack')) throw validationError('Template format error: the template is nested too deeply');
    const { line, col } = lines.linePos(broken.pos[0]);
    throw validationError(`Template format error: ${format} not well-formed. (line ${line}, column ${col}): ${broken.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? ''}`);
  }
  const known = new Map<string, number>();
  const value = new Reader(lines, known).read(document.contents, '', 0);
  return {
    value,
    lineOf(path) {
      for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
        const line = known.get(at);
        if (line !== undefined) return line;
      }
      return 1;
    },
  };
}

class Reader {
  readonly #lines: LineCounter;
  readonly #known: Map<string, number>;

  constructor(lines: LineCounter, known: Map<string, number>) {
    this.#lines = lines;
    this.#known = known;
  }

  #line(node: Node): number {
    return this.#lines.linePos(node.range?.[0] ?? 0).line;
  }

  read(node: Node | null | undefined, path: string, depth: number): Value {
    if (node === null || node === undefined) return null;
    const line = this.#line(node);
    if (depth > DEPTH) throw validationError(`Template format error: the template is nested too deeply (line ${line})`);
    if (isAlias(node)) throw validationError(`Template error: YAML aliases are not allowed in CloudFormation templates (line ${line})`);
    const plain = this.#plain(node, path, depth);
    const { tag } = node as { tag?: string };
    if (tag === undefined || PLAIN_TAGS.test(tag)) return plain;
    const name = Object.hasOwn(SHORT, tag) ? SHORT[tag] : undefined;
    if (name === undefined) throw validationError(`Template format error: YAML not well-formed. (line ${line}): the tag ${tag} is not known; there are ${Object.keys(SHORT).join(' ')}`);
    return { [name]: name === 'Fn::GetAtt' && typeof plain === 'string' ? attributePath(plain) : plain };
  }

  #plain(node: Node, path: string, depth: number): Value {
    if (isScalar(node)) {
      const { value, source } = node;
      // 012345678901 is an account id and 1.10 a version: a number that does not read back as written stays text.
      if (typeof value === 'number') return source !== undefined && String(value) !== source ? source : value;
      if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
      throw validationError(`Template format error: unsupported value (line ${this.#line(node)})`);
    }
    if (isSeq(node)) return node.items.map((item, index) => this.read(item as Node | null, `${path}/${index}`, depth + 1));
    if (isMap(node)) {
      const found: { [name: string]: Value } = {};
      for (const pair of node.items) {
        if (!isPair(pair) || !isScalar(pair.key)) throw validationError(`Template format error: a name has to be plain text (line ${this.#line(node)})`);
        const key = typeof pair.key.value === 'string' ? pair.key.value : (pair.key.source ?? String(pair.key.value));
        const line = this.#line(pair.key);
        if (key === '__proto__' || key === '<<') throw validationError(`Template format error: the name ${key} is not allowed (line ${line})`);
        this.#known.set(`${path}/${key}`, line);
        found[key] = this.read(pair.value as Node | null, `${path}/${key}`, depth + 1);
      }
      return found;
    }
    throw validationError(`Template format error: unsupported value (line ${this.#line(node)})`);
  }
}

/** `Resource.Attribute.Part` → resource and attribute. */
function attributePath(text: string): Value {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}
