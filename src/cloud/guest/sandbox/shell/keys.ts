/** Terminal input → keys: runs of text, control characters, escape sequences. */

export interface Key {
  readonly kind: 'text' | 'key';
  /** For `text`. */
  readonly text: string;
  /** For `key`: what it does. */
  readonly name: string;
  /** Characters of input used. */
  readonly length: number;
}

const CONTROLS: Readonly<Record<string, string>> = {
  '\x01': 'home', '\x02': 'left', '\x03': 'interrupt', '\x04': 'delete-or-end', '\x05': 'end', '\x06': 'right', '\x07': 'abort', '\b': 'backspace', '\t': 'complete',
  '\n': 'accept', '\x0b': 'kill-to-end', '\x0c': 'clear', '\r': 'accept', '\x0e': 'down', '\x10': 'up', '\x12': 'search', '\x14': 'transpose', '\x15': 'kill-to-start',
  '\x17': 'kill-blank-word', '\x19': 'yank', '\x7f': 'backspace',
};

const SEQUENCES: Readonly<Record<string, string>> = {
  '[A': 'up', '[B': 'down', '[C': 'right', '[D': 'left', '[H': 'home', '[F': 'end', OA: 'up', OB: 'down', OC: 'right', OD: 'left', OH: 'home', OF: 'end',
  '[1~': 'home', '[7~': 'home', '[4~': 'end', '[8~': 'end', '[3~': 'delete', '[1;5C': 'word-right', '[1;5D': 'word-left', '[1;3C': 'word-right', '[1;3D': 'word-left',
  b: 'word-left', f: 'word-right', d: 'kill-word-right', '\x7f': 'kill-word-left', '\b': 'kill-word-left', '<': 'first', '>': 'last', '[200~': 'paste-start', '[201~': 'paste-end',
};

const PASTE_END = '\x1b[201~';

function isControl(character: string): boolean {
  return character < ' ' || character === '\x7f';
}

export function nextKey(input: string, at: number, pasting: boolean): Key {
  const character = input[at] ?? '';
  if (pasting) return pasted(input, at);
  if (!isControl(character)) {
    let end = at + 1;
    while (end < input.length && !isControl(input[end] ?? '')) end += 1;
    const text = input.slice(at, end);
    return { kind: 'text', text, name: '', length: text.length };
  }
  if (character !== '\x1b') return { kind: 'key', text: '', name: CONTROLS[character] ?? 'unknown', length: 1 };
  const match = /^(?:\[[0-9;?]*[ -/]*[@-~]|O[A-Za-z]|[\s\S])/u.exec(input.slice(at + 1, at + 33));
  const sequence = match?.[0] ?? '';
  return { kind: 'key', text: '', name: SEQUENCES[sequence] ?? 'unknown', length: 1 + sequence.length };
}

/** Between the brackets of a bracketed paste only newlines mean anything. */
function pasted(input: string, at: number): Key {
  if (input.startsWith(PASTE_END, at)) return { kind: 'key', text: '', name: 'paste-end', length: PASTE_END.length };
  if (input[at] === '\r' || input[at] === '\n') return { kind: 'key', text: '', name: 'accept', length: 1 };
  let end = at + 1;
  while (end < input.length && !'\r\n\x1b'.includes(input[end] ?? '')) end += 1;
  const text = input.slice(at, end).replaceAll('\t', '    ').replaceAll(/\p{Cc}/gu, '');
  return { kind: 'text', text, name: '', length: end - at };
}
