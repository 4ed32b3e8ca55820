/** A strict reader of the XML that the endpoint writes: elements, text and the five entities. What else there is, is refused. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replaceAll(/&(?:#x([0-9A-Fa-f]+)|#(\d+)|(\w+));|&/g, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    const found = name === undefined ? undefined : ENTITIES[name];
    if (found === undefined) throw new Error(`XML: the entity ${whole} is none`);
    return found;
  });
}

/** The root element. Throws for text that is not well formed. */
export function parseXml(text: string): Element {
  const token = /<(\/)?([A-Za-z_][\w.:-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/)?>|([^<]+)/y;
  token.lastIndex = /^<\?xml [^?]*\?>\s*/.exec(text)?.[0].length ?? 0;
  interface Open { name: string; attributes: Record<string, string>; children: Element[]; text: string }
  const top: Open = { name: '', attributes: {}, children: [], text: '' };
  const stack: Open[] = [top];
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    const current = stack.at(-1);
    if (match === null || current === undefined) throw new Error(`XML: cannot be read at ${at}: ${text.slice(at, at + 40)}`);
    const [, closing, name = '', attributes = '', empty, content] = match;
    if (content !== undefined) current.text += unescape(content);
    else if (closing !== undefined) {
      if (current.name !== name || stack.length < 2) throw new Error(`XML: </${name}> closes <${current.name}>`);
      stack.pop();
    } else {
      const element: Open = { name, attributes: Object.fromEntries([...attributes.matchAll(/([\w:.-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, unescape(value)])), children: [], text: '' };
      current.children.push(element);
      if (empty === undefined) stack.push(element);
    }
  }
  const [root, ...more] = top.children;
  if (stack.length !== 1 || root === undefined || more.length > 0) throw new Error('XML: not one whole document');
  return root;
}

export function childOf(element: Element, name: string): Element | undefined {
  return element.children.find((child) => child.name === name);
}
