/** Text from an instance, a tag or a name, made safe for a terminal: what would control it is shown instead. */

// C0 (tab and newline too), DEL, C1, line and paragraph separators, and the marks that reorder text (Trojan Source).
// oxlint-disable-next-line no-control-regex -- the very characters that are looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** One line without control characters; each is shown as an escape such as `\n`, `\e` or `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => SHORT[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Several lines: each made printable, the line ends kept; trailing empty lines dropped. */
export function printableLines(text: string): string[] {
  const lines = text.split(/\r?\n/u).map(printable);
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  return lines;
}
