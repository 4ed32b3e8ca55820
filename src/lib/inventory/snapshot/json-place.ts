/** Where in a JSON text a value stands, for errors: JSON.parse keeps no positions. */

const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\[^])*"/y;
const SCALAR = /[^,\]}\s"]+/y;

class Scanner {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What the pattern takes from here; empty when it does not fit. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  space(): void {
    this.#take(SPACE);
  }

  string(): string {
    return this.#take(STRING);
  }

  /** Goes over the character if it is there. */
  over(char: string): boolean {
    this.space();
    if (this.#text[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  /** Goes over a whole value. */
  value(): void {
    let depth = 0;
    do {
      this.space();
      const char = this.#text[this.at];
      if (char === undefined) return;
      if (char === '"') this.string();
      else if (char === '{' || char === '[') {
        depth += 1;
        this.at += 1;
      } else if (char === '}' || char === ']') {
        depth -= 1;
        this.at += 1;
      } else if (char === ',' || char === ':') this.at += 1;
      else this.#take(SCALAR);
    } while (depth > 0);
  }
}

/** Puts the scanner at the key's value, or at its name where a member is meant; the last of several. False when it is not there. */
function enter(scanner: Scanner, key: string | number): boolean {
  let found: number | undefined;
  if (typeof key === 'number' ? !scanner.over('[') : !scanner.over('{')) return false;
  for (let index = 0; !scanner.over(typeof key === 'number' ? ']' : '}'); index += 1) {
    scanner.space();
    if (typeof key === 'number') {
      if (index === key) found = scanner.at;
    } else {
      const start = scanner.at;
      const name = scanner.string();
      if (name === '' || !scanner.over(':')) return false;
      scanner.space();
      if (name === JSON.stringify(key)) found = start;
    }
    const before = scanner.at;
    scanner.value();
    if (scanner.at === before) return false;
    scanner.over(',');
  }
  if (found === undefined) return false;
  scanner.at = found;
  return true;
}

/** Line, from 1, of the value at a path; of what holds it when it is missing. The text is JSON. */
export function lineOfPath(text: string, path: readonly (string | number)[]): number {
  const scanner = new Scanner(text);
  scanner.space();
  let { at } = scanner;
  for (const key of path) {
    if (!enter(scanner, key)) break;
    at = scanner.at;
    if (typeof key === 'string') {
      scanner.string();
      scanner.over(':');
      scanner.space();
    }
  }
  return lineAt(text, at);
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

const TOKEN = /[ \t\r\n]*(?:([[\]{},:])|("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.]))/y;

/** What may come next: a value, a value or the list's end, a member's name (or the end), its colon, or what stands after a value. */
type Next = 'value' | 'first-item' | 'name' | 'first-name' | 'colon' | 'after';

/** What comes after a token; undefined when it may not stand there. `open`: the brackets around it. */
function step(next: Next, mark: string | undefined, isText: boolean, open: string[]): Next | undefined {
  if (mark === undefined) {
    if (next === 'value' || next === 'first-item') return 'after';
    return isText && (next === 'name' || next === 'first-name') ? 'colon' : undefined;
  }
  if ((mark === '{' || mark === '[') && (next === 'value' || next === 'first-item')) {
    open.push(mark);
    return mark === '{' ? 'first-name' : 'first-item';
  }
  const inner = open.at(-1);
  const mayClose = next === 'after' || next === (mark === '}' ? 'first-name' : 'first-item');
  if ((mark === '}' && inner === '{' && mayClose) || (mark === ']' && inner === '[' && mayClose)) {
    open.pop();
    return 'after';
  }
  if (mark === ':' && next === 'colon') return 'value';
  if (mark === ',' && next === 'after') return inner === '{' ? 'name' : inner === '[' ? 'value' : undefined;
  return undefined;
}

/** Line on which a text stops to be JSON; its last line when it only ends too soon. Not every engine's JSON.parse tells. */
export function lineOfSyntaxError(text: string): number {
  const open: string[] = [];
  let next: Next | undefined = 'value';
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    next = match === null ? undefined : step(next, match[1], match[2] !== undefined, open);
    if (match === null || next === undefined) break;
    at += match[0].length;
  }
  return lineAt(text, Math.min(at + (/^[ \t\r\n]*/.exec(text.slice(at))?.[0].length ?? 0), text.trimEnd().length));
}
