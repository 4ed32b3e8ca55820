/** A strict reader of XML 1.0 without DTDs: what is not well-formed throws. Enough for what is written here. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

const CHAR = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const ENTITY: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'' };

function decoded(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));|&/giu, (whole, decimal?: string, hex?: string, name?: string) => {
    const code = decimal === undefined ? (hex === undefined ? undefined : Number.parseInt(hex, 16)) : Number(decimal);
    const character = code === undefined ? ENTITY[name ?? ''] : String.fromCodePoint(code);
    if (character === undefined || !CHAR.test(character)) throw new Error(`no such reference: ${whole}`);
    return character;
  });
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const rest = text.replace(/\s+([\w:-]+)\s*=\s*"([^"<]*)"/gu, (_, name: string, value: string) => {
    if (name in found) throw new Error(`attribute ${name} twice`);
    found[name] = decoded(value);
    return '';
  });
  if (rest.trim() !== '') throw new Error(`not attributes: ${rest}`);
  return found;
}

/** The document's element. */
export function parseXml(document: string): Element {
  if (!CHAR.test(document)) throw new Error('a character that XML does not allow');
  const text = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/u, '');
  interface Open { readonly name: string; readonly attributes: Record<string, string>; readonly children: (Element | string)[] }
  const outer: Open = { name: '', attributes: {}, children: [] };
  const stack: Open[] = [outer];
  let at = 0;
  const top = (): Open => stack.at(-1) ?? outer;
  for (const match of text.matchAll(/<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+\s*=\s*"[^"<]*")*)\s*(\/?)>/gu)) {
    const between = text.slice(at, match.index);
    if (between.includes('<') || between.includes(']]>')) throw new Error(`markup in text: ${between.slice(0, 80)}`);
    if (between !== '') top().children.push(decoded(between));
    at = match.index + match[0].length;
    const [, slash, name = '', attributes = '', empty] = match;
    if (slash === '/') {
      const closed = stack.pop();
      if (closed === undefined || closed.name !== name || closed === outer) throw new Error(`</${name}> closes <${closed?.name ?? ''}>`);
      top().children.push(closed);
    } else {
      const open: Open = { name, attributes: attributesOf(attributes), children: [] };
      if (empty === '/') top().children.push(open);
      else stack.push(open);
    }
  }
  const rest = text.slice(at);
  if (stack.length !== 1 || rest.includes('<')) throw new Error(`not closed, or no tag: ${rest.slice(0, 80)}`);
  const elements = outer.children.filter((child): child is Element => typeof child !== 'string');
  const [root] = elements;
  if (root === undefined || elements.length !== 1 || [rest, ...outer.children].some((child) => typeof child === 'string' && child.trim() !== '')) throw new Error('not one element');
  return root;
}

export const textOf = (element: Element): string => element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');

/** It and all below it. */
export const everyElement = (element: Element): Element[] => [element, ...element.children.flatMap((child) => (typeof child === 'string' ? [] : everyElement(child)))];
