/** Where the statements of a policy's text begin and end, as the simulator tells them: lines and columns from 1. */

export interface Position {
  readonly Line: number;
  readonly Column: number;
}

export interface Span {
  readonly start: Position;
  readonly end: Position;
}

/** In the order of the statements. `text` is a document that was read already. */
export function statementSpans(text: string): Span[] {
  const spans: Span[] = [];
  const open: ('{' | '[')[] = [];
  let key = '';
  let from = -1;
  // A statement is an object that is the value of the top member `Statement`, or lies in its list.
  const isStatement = (): boolean => key === 'Statement' && ((open.length === 2 && open[1] === '{') || (open.length === 3 && open[1] === '[' && open[2] === '{'));
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      const begin = at;
      for (at++; text[at] !== '"' && at < text.length; at++) if (text[at] === '\\') at++;
      if (open.length === 1 && /^\s*:/.test(text.slice(at + 1, at + 1024))) key = text.slice(begin + 1, at);
    } else if (char === '{' || char === '[') {
      open.push(char);
      if (isStatement()) from = at;
    } else if (char === '}' || char === ']') {
      if (char === '}' && isStatement()) spans.push({ start: positionAt(text, from), end: positionAt(text, at) });
      open.pop();
    }
  }
  return spans;
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { Line: before.split('\n').length, Column: offset - before.lastIndexOf('\n') };
}
