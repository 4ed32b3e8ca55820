/** Text as the shell would have to read it. */

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/u;

function hasControl(text: string): boolean {
  return Array.from(text).some((character) => character < ' ' || character === '\x7f');
}

/** Single quotes where needed, `$'…'` for control characters. `always`: quotes in any case, as `${x@Q}`. */
export function quoteForShell(text: string, always = false): string {
  if (hasControl(text)) {
    const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r').replaceAll('\x1b', '\\E');
    return `$'${escaped.replaceAll(/\p{Cc}/gu, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)}'`;
  }
  if (!always && PLAIN.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `printf %q`: backslashes where they do. */
export function backslashed(text: string): string {
  if (text === '') return "''";
  if (hasControl(text)) return quoteForShell(text, true);
  return text.replaceAll(/[^A-Za-z0-9_@%+=:./\u0080-\u{10ffff}-]/gu, '\\$&');
}

/** As `set` and `export -p` print values in double quotes. */
export function doubleQuoted(text: string): string {
  return `"${text.replaceAll(/[\\"$`]/gu, '\\$&')}"`;
}

/** Backslash escapes of `echo -e`, `printf` and `$'…'`. `stop`: \c was met. */
export function unescape(text: string, octal: 'echo' | 'printf'): { readonly text: string; readonly stop: boolean } {
  const SIMPLE: Readonly<Record<string, string>> = { a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '"': '"' };
  let out = '';
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length > 0) out += Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : String.fromCharCode(0xdc00 + byte))).join('');
    bytes = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character !== '\\') {
      flush();
      out += character;
      continue;
    }
    const rest = text.slice(at + 1);
    const number = /^(?:x([0-9a-fA-F]{1,2})|(0[0-7]{0,3}|[0-7]{1,3}))/u.exec(rest);
    const unicode = /^(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))/u.exec(rest);
    if (rest.startsWith('c')) {
      flush();
      return { text: joinBytes(out), stop: true };
    }
    if (number !== null && (number[1] !== undefined || octal === 'printf' || rest.startsWith('0'))) {
      const digits = number[1] === undefined ? (number[2] ?? '0').slice(0, octal === 'printf' ? 3 : 4) : number[1];
      bytes.push(Number.parseInt(digits, number[1] === undefined ? 8 : 16) & 255);
      at += number[1] === undefined ? digits.length : digits.length + 1;
    } else if (unicode !== null) {
      flush();
      out += String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(unicode[1] ?? unicode[2] ?? '0', 16)));
      at += unicode[0].length;
    } else {
      flush();
      const simple = SIMPLE[rest[0] ?? ''];
      out += simple ?? `\\${rest[0] ?? ''}`;
      at += rest === '' ? 0 : 1;
    }
  }
  flush();
  return { text: joinBytes(out), stop: false };
}

/** Escaped bytes that together are UTF-8 become the characters they mean. */
function joinBytes(text: string): string {
  return text.replaceAll(/[\udc80-\udcff]+/gu, (run) => {
    const bytes = Buffer.from(Array.from({ length: run.length }, (_, index) => run.charCodeAt(index) - 0xdc00));
    const decoded = bytes.toString('utf8');
    return decoded.includes('\ufffd') ? run : decoded;
  });
}
