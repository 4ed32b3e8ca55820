/** What the user typed after `--`, as one line for the remote shell. */
import { shellQuote } from '../report/shell-quote.js';

/** One word is a line for the shell; several are an argv, each quoted so that the shell gives back just that. */
export const lineOf = (words: readonly string[]): string => (words.length === 1 ? (words[0] ?? '') : words.map(shellQuote).join(' '));
