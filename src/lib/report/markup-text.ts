/** Text from outside for XML, HTML and SVG: nothing in it is markup, and nothing in it is hidden. */
import { printable } from './printable.js';

// What XML 1.0 (2.2, Char) does not allow and `printable` does not show already: halves of a surrogate pair, U+FFFE and U+FFFF.
const NO_CHARACTER = /\p{Cs}|[\ufffe\uffff]/gu;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };

/** One line; what is no character is shown as `\u{d800}`, as {@link printable} shows what would reorder or control. */
export function visible(text: string): string {
  return printable(text).replace(NO_CHARACTER, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** As text between tags, or between the quotes of an attribute. `##[` would be a command in the log of GitHub Actions, where somebody may print the file. */
export function markupText(text: string): string {
  return visible(text).replace(/[&<>"']/gu, (character) => ENTITIES[character] ?? character).replaceAll('##[', '##&#91;');
}
