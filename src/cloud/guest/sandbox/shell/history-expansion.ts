/** History expansion as bash does at the prompt: `!!`, `!n`, `!-n`, `!prefix`, `!?part?`, `!$`, and `^old^new`. */

/** Where the text of an event's name ends. */
const EVENT = /^!(?:!|\$|-?\d+|\?[^?\n]*\??|[^\s;&()|<>:="'`!$?^*{}[\]\\-][^\s;&()|<>:"'`]*)/u;

export type Expanded = { readonly line: string; readonly changed: boolean } | { readonly failed: string };

/** The line that an event names; undefined when there is none. */
function eventOf(designator: string, history: readonly string[]): string | undefined {
  const name = designator.slice(1);
  if (name === '!') return history.at(-1);
  // The last word, quotes and all.
  if (name === '$') return history.at(-1)?.match(/(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+(?=\s*$)/u)?.[0];
  if (/^-?\d+$/u.test(name)) {
    const number = Number(name);
    return number < 0 ? history.at(number) : history[number - 1];
  }
  const part = /^\?([^?]*)\??$/u.exec(name)?.[1];
  return history.findLast((line) => (part === undefined ? line.startsWith(name) : line.includes(part)));
}

/** The line with its events put in. Nothing is expanded in single quotes, after a backslash, and where `!` belongs to a parameter or a pattern (`$!`, `${!x}`, `[!a]`). */
export function expandHistory(line: string, history: readonly string[]): Expanded {
  const quick = /^\^([^^]+)\^([^^]*)\^?(.*)$/u.exec(line);
  if (quick !== null) {
    const [, from = '', to = '', rest = ''] = quick;
    const last = history.at(-1);
    return last?.includes(from) === true ? { line: last.replace(from, () => to) + rest, changed: true } : { failed: `:s${line}: substitution failed` };
  }
  let result = '';
  let quote: '"' | '\'' | undefined;
  let changed = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (character === '\\' && quote !== '\'') {
      result += line.slice(at, at + 2);
      at += 1;
      continue;
    }
    if (quote === undefined && (character === '\'' || character === '"')) quote = character;
    else if (character === quote) quote = undefined;
    const inhibited = quote === '\'' || /(?:\$|\$\{|\[)$/u.test(line.slice(0, at));
    const designator = character === '!' && !inhibited ? EVENT.exec(line.slice(at))?.[0] : undefined;
    if (designator === undefined) {
      result += character;
      continue;
    }
    const event = eventOf(designator, history);
    if (event === undefined) return { failed: `${designator}: event not found` };
    result += event;
    changed = true;
    at += designator.length - 1;
  }
  return { line: result, changed };
}
