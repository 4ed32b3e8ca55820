/** Reads the XML documents that clients send: elements and text. No DTD, so no entities but XML's own five and characters by number. */
import { AwsError, type Input } from '../operation.js';

const MAX_DEPTH = 12;
const NAMES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

interface Node {
  readonly name: string;
  readonly children: Node[];
  text: string;
}

/**
 * The members of the document's root, whose name has to be `root`. An element without elements is its text; elements
 * that repeat, and those named in `lists`, are arrays. Throws AwsError MalformedXML.
 */
export function readXml(text: string, root: string, lists: readonly string[] = []): Input {
  const node = parse(text);
  if (node.name !== root) throw malformed();
  const value = valueOf(node, new Set(lists));
  if (typeof value !== 'string') return value;
  if (value.trim() !== '') throw malformed();
  return {};
}

function parse(text: string): Node {
  const top: Node = { name: '', children: [], text: '' };
  const open: Node[] = [top];
  const token = /<\?[^>]*\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;
  let at = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    at = token.lastIndex;
    const [, cdata, closing, name, , empty, plain] = match;
    const current = open.at(-1) ?? top;
    if (cdata !== undefined) current.text += cdata;
    else if (plain !== undefined) current.text += plain.replaceAll(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w{1,8});/g, (_, entity: string) => characterOf(entity));
    else if (name !== undefined) {
      const local = name.slice(name.indexOf(':') + 1);
      if (closing === '/') {
        if (open.length < 2 || current.name !== local) throw malformed();
        open.pop();
      } else {
        if (FORBIDDEN.has(local) || open.length > MAX_DEPTH) throw malformed();
        const node: Node = { name: local, children: [], text: '' };
        current.children.push(node);
        if (empty !== '/') open.push(node);
      }
    }
  }
  const [node] = top.children;
  if (at !== text.length || open.length !== 1 || node === undefined || top.children.length !== 1 || top.text.trim() !== '') throw malformed();
  return node;
}

function characterOf(entity: string): string {
  if (!entity.startsWith('#')) {
    const found = NAMES[entity];
    if (found === undefined) throw malformed();
    return found;
  }
  const code = entity[1] === 'x' ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
  if (code === 0 || code > 0x10_ffff || (code >= 0xd800 && code < 0xe000)) throw malformed();
  return String.fromCodePoint(code);
}

function valueOf(node: Node, lists: ReadonlySet<string>): Input | string {
  if (node.children.length === 0) return node.text;
  if (node.text.trim() !== '') throw malformed();
  const members: Record<string, unknown> = {};
  for (const child of node.children) {
    const value = valueOf(child, lists);
    const before = Object.hasOwn(members, child.name) ? members[child.name] : undefined;
    if (Array.isArray(before)) before.push(value);
    else if (before !== undefined) members[child.name] = [before, value];
    else members[child.name] = lists.has(child.name) ? [value] : value;
  }
  return members;
}

const malformed = (): AwsError => new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
