/** Quoting for a POSIX shell. */

/** One word as a POSIX shell reads it back; words that need no quotes get none. */
export function shellQuote(word: string): string {
  if (word !== '' && /^[A-Za-z0-9_@%+=:,./-]+$/u.test(word)) return word;
  return `'${word.replaceAll('\'', '\'\\\'\'')}'`;
}
