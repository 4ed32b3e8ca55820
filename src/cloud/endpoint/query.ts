/** Decodes the form bodies of ec2Query and awsQuery into {@link Input} (`emulators.md` §3). */
import { AwsError, type Input } from './operation.js';

/** A decoded form: its Action and Version, and everything else nested by the dots. */
export interface DecodedQuery {
  readonly action: string | undefined;
  readonly version: string | undefined;
  readonly input: Input;
}

/** Names that no request of AWS's has and that mean something to JavaScript objects. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_PARAMETERS = 10_000;
const MAX_DEPTH = 16;

/** Members by name; arrays are made of those whose names are all numbers. */
type Node = Map<string, Node | string>;

/**
 * Decodes `a=b&c.1=d`; `+` and `%20` are both a space. `member` between a list's name and its index (awsQuery) is left
 * out. Throws AwsError MalformedQueryString for what cannot be read.
 */
export function decodeQuery(text: string): DecodedQuery {
  const root: Node = new Map();
  let action: string | undefined;
  let version: string | undefined;
  const pairs = text.split('&');
  if (pairs.length > MAX_PARAMETERS) throw new AwsError('MalformedQueryString', `The request has more than ${MAX_PARAMETERS} parameters`);
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodePart(equals < 0 ? pair : pair.slice(0, equals));
    const value = decodePart(equals < 0 ? '' : pair.slice(equals + 1));
    if (name === 'Action') action = value;
    else if (name === 'Version') version = value;
    else if (!name.startsWith('X-Amz-')) place(root, name, value);
  }
  return { action, version, input: structureOf(root) };
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new AwsError('MalformedQueryString', 'The query string contains a syntax error');
  }
}

function place(root: Node, name: string, value: string): void {
  const parts = name.split('.');
  if (parts.length > MAX_DEPTH || parts.includes('')) throw new AwsError('MalformedQueryString', `The parameter name ${shown(name)} cannot be read`);
  let node = root;
  for (const [index, part] of parts.entries()) {
    if (FORBIDDEN.has(part)) throw new AwsError('UnknownParameter', `The parameter ${shown(name)} is not recognized`);
    const last = index === parts.length - 1;
    const found = node.get(part);
    if (last) {
      if (found !== undefined) throw new AwsError('MalformedQueryString', `The parameter ${shown(name)} is given twice`);
      node.set(part, value);
      return;
    }
    // `Parameters=` beside `Parameters.member.1…` is not a request that a client makes.
    if (typeof found === 'string') throw new AwsError('MalformedQueryString', `The parameter ${shown(name)} is both a value and a structure`);
    const next: Node = found ?? new Map<string, Node | string>();
    node.set(part, next);
    node = next;
  }
}

function structureOf(node: Node): Input {
  const structure: Record<string, unknown> = {};
  for (const [name, child] of node) structure[name] = valueOf(child);
  return structure;
}

function valueOf(node: Node | string): unknown {
  if (typeof node === 'string') return node;
  const member = node.get('member');
  if (node.size === 1 && member instanceof Map && isList(member)) return listOf(member);
  if (node.size === 1 && member === '') return [];
  return isList(node) ? listOf(node) : structureOf(node);
}

function isList(node: Node): boolean {
  for (const name of node.keys()) if (!/^\d{1,6}$/.test(name)) return false;
  return node.size > 0;
}

/** Gaps in the numbering close up: only the order counts. */
function listOf(node: Node): unknown[] {
  return [...node].toSorted(([a], [b]) => Number(a) - Number(b)).map(([, child]) => valueOf(child));
}

function shown(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}
