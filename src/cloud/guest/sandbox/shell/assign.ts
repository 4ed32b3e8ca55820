/** Array assignments: `a=(x y)`, `a=([k]=v)`, and the text form that declare and local receive. */
import type { WordNode } from 'just-bash';
import { parseScript } from './parse.js';
import type { Shell } from './shell.js';

export async function assignArray(shell: Shell, name: string, words: readonly WordNode[], append: boolean): Promise<void> {
  const associative = shell.variables.find(name)?.associative === true;
  const elements = new Map<string, string>(append ? shell.variables.elements(name) : []);
  let next = append && elements.size > 0 ? Math.max(...[...elements.keys()].map(Number)) + 1 : 0;
  for (const word of words) {
    const keyed = keyOf(word);
    if (keyed !== undefined) {
      const key = associative ? await shell.expandText(keyed.key) : await shell.subscript(name, keyed.key);
      elements.set(key, await shell.expander.text({ type: 'Word', parts: keyed.value }));
      next = Number(key) + 1;
    } else {
      for (const value of await shell.expander.fields([word])) {
        elements.set(String(next), value);
        next += 1;
        shell.process.kernel.memory.words(elements.size);
      }
    }
  }
  shell.variables.setArray(name, elements);
}

/** `[key]=value` as an element; the grammar leaves it a word. */
function keyOf(word: WordNode): { readonly key: string; readonly value: WordNode['parts'] } | undefined {
  const source = word.parts.map((part) => (part.type === 'Literal' ? part.value : part.type === 'Glob' ? part.pattern : '\0')).join('');
  const match = /^\[([^\]\0]*)\]=/u.exec(source);
  if (match === null) return undefined;
  let skip = match[0].length;
  const value: WordNode['parts'] = [];
  for (const part of word.parts) {
    if (part.type !== 'Literal' && part.type !== 'Glob') {
      value.push(part);
      continue;
    }
    const text = part.type === 'Literal' ? part.value : part.pattern;
    const rest = text.slice(Math.min(skip, text.length));
    skip -= Math.min(skip, text.length);
    if (rest !== '') value.push({ type: 'Literal', value: rest });
  }
  return { key: match[1] ?? '', value };
}

/** `x=(1 2)` given as one argument. */
export async function assignArrayText(shell: Shell, source: string): Promise<void> {
  const command = parseScript(source).statements[0]?.pipelines[0]?.commands[0];
  const assignment = command?.type === 'SimpleCommand' ? command.assignments[0] : undefined;
  if (assignment?.array !== null && assignment?.array !== undefined) await assignArray(shell, assignment.name, assignment.array, assignment.append);
}
