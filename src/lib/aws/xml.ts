/** The XML of AWS's query protocols: elements and text, as much of XML as those replies have. */

export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** Text of an element without children. */
  readonly text: string;
}

const TOKEN = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z_][\w.-]*)((?:\s[^<>]*?)?)(\/?)>|([^<]+)/gy;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

interface Draft {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

/** The document's element; undefined when the text is no such document. Document types and their entities are none. */
export function parseXml(source: string): XmlElement | undefined {
  const top: Draft = { name: '', children: [], text: '' };
  const open: Draft[] = [top];
  let at = 0;
  for (const match of source.matchAll(TOKEN)) {
    if (match.index !== at) return undefined;
    at += match[0].length;
    const [, closing, name, , empty, text] = match;
    const inner = open.at(-1) ?? top;
    if (text !== undefined) {
      const decoded = decode(text);
      if (decoded === undefined || (inner === top && decoded.trim() !== '')) return undefined;
      inner.text += decoded;
    } else if (name !== undefined && closing === '/') {
      if (inner === top || inner.name !== name) return undefined;
      open.pop();
      (open.at(-1) ?? top).children.push(inner.children.length === 0 ? inner : { ...inner, text: '' });
    } else if (name !== undefined && empty === '/') {
      inner.children.push({ name, children: [], text: '' });
    } else if (name !== undefined) {
      open.push({ name, children: [], text: '' });
    }
  }
  return at === source.length && open.length === 1 && top.children.length === 1 ? top.children[0] : undefined;
}

/** Text with its references in place; undefined when one is none. */
function decode(text: string): string | undefined {
  let wrong = false;
  const decoded = text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));|&/giu, (_whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
    const found = code === undefined ? ENTITIES[name ?? ''] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    wrong ||= found === undefined;
    return found ?? '';
  });
  return wrong ? undefined : decoded;
}

/** The element that is reached by these names. */
export function child(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  return names.reduce<XmlElement | undefined>((at, name) => at?.children.find((each) => each.name === name), element);
}

/** Its text; undefined when it is not there. */
export function textAt(element: XmlElement | undefined, ...names: readonly string[]): string | undefined {
  return child(element, ...names)?.text;
}

/** The `member`s of a list. */
export function membersAt(element: XmlElement | undefined, ...names: readonly string[]): readonly XmlElement[] {
  return (child(element, ...names)?.children ?? []).filter((each) => each.name === 'member');
}
