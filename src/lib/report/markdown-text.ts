/** Text from outside for GitHub's Markdown: it is shown as it is, and is neither markup, nor a link, nor a mention. */
import { visible } from './markup-text.js';

// Everything that Markdown, HTML or a table's cell could read as more than itself; GitHub's own: `@name`, `#1`, `:smile:`, `www.`, `http://`.
const MEANT = /[&<>"'`*_[\]()!\\|~#@:$^{}=]|(?<=www)\./giu;

const asNumbers = (text: string): string => visible(text).replace(MEANT, (character) => `&#${character.charCodeAt(0)};`);

/** A sentence of ours that may name a file of the user's. */
export const markdownSentence = asNumbers;

/** In a `<code>` of its own, where GitHub looks for no mentions; characters with a meaning as numbers. Empty text gives an empty string. */
export function markdownText(text: string): string {
  const shown = asNumbers(text);
  return shown.trim() === '' ? '' : `<code>${shown}</code>`;
}
