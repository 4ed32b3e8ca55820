/** Questions to a person, on stderr so that stdout stays data. @inquirer/prompts is loaded only when one is asked. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SsmlabError } from '../lib/errors.js';
import type { ListedInstance } from '../lib/inventory/instance.js';
import { authText, pathText, shortTexts } from '../lib/report/list.js';
import { printable } from '../lib/report/printable.js';
import { cellWidth } from '../lib/report/table.js';
import { textWidth } from './terminal.js';

/** Milliseconds in which what was typed right behind an answer is read. */
const BEHIND_MS = 20;

/**
 * An answer behind which Ctrl-C was typed at once is none. While the terminal is raw for the question a Ctrl-C is a byte and no signal, and the
 * question, which is over, does not read it. Rejects as a question does on Ctrl-C.
 */
async function heedingInterrupt<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  let pressed = false;
  const onKey = (_: string | undefined, key: { readonly ctrl?: boolean; readonly name?: string } | undefined): void => {
    pressed ||= key?.ctrl === true && key.name === 'c';
  };
  process.stdin.on('keypress', onKey);
  try {
    const answer = await ask();
    process.stdin.resume();
    await sleep(BEHIND_MS);
    process.stdin.pause();
    if (pressed) throw Object.assign(new Error('Ctrl-C behind the answer'), { name: 'ExitPromptError' });
    return answer;
  } finally {
    process.stdin.off('keypress', onKey);
  }
}

/** Yes or no, no by default. Throws `declined` on no, with what is then the case; rejects on Ctrl-C. Not asked any more after `signal`. */
export async function confirmOrDecline(question: string, declined: string, signal: AbortSignal): Promise<void> {
  const { confirm } = await import('@inquirer/prompts');
  const yes = await heedingInterrupt(() => confirm({ message: question, default: false }, { output: process.stderr, signal }));
  if (!yes) throw new SsmlabError('declined', `${declined}: the answer was no`);
}

/** A name typed out, for what costs more than a y by mistake. Throws `declined` for anything else, with what is then the case; rejects on Ctrl-C. */
export async function confirmByName(question: string, name: string, declined: string, signal: AbortSignal): Promise<void> {
  const { input } = await import('@inquirer/prompts');
  const typed = (await heedingInterrupt(() => input({ message: question }, { output: process.stderr, signal }))).trim();
  if (typed !== name) throw new SsmlabError('declined', `${declined}: ${typed === '' ? 'nothing' : `"${typed}"`} was typed, and not "${name}"`, { hint: `run it again and type ${name}, or pass --yes` });
}

/** The six digits that an MFA device shows, for a profile that wants them. */
export async function askMfaCode(serial: string): Promise<string> {
  const { input } = await import('@inquirer/prompts');
  return (await input({ message: `MFA code of ${printable(serial)}`, validate: (text) => /^\d{6}$/u.test(text.trim()) || 'six digits' }, { output: process.stderr })).trim();
}

/** What the prompt puts before a line. */
const POINTER = 2;

/**
 * Line of the picker for an instance. It stays one line in `width` columns: its words are put shorter first, then the last of them are
 * left out, and the name is cut at last.
 */
export function pickerLine(instance: ListedInstance, width = Infinity): string {
  const rest = [instance.publicIpv4 ?? instance.privateIpv4, instance.agent].filter((part) => part !== null);
  const short = [...shortTexts(instance), ...rest];
  const head = `${instance.number}  ${printable(instance.name)}`;
  const tries = [[pathText(instance), authText(instance), ...rest], ...short.map((_, left) => short.slice(0, short.length - left))].map((parts) => `${head}  ${parts.join(' · ')}`);
  const room = width - POINTER;
  const fits = [...tries, head].find((line) => cellWidth(line) <= room);
  if (fits !== undefined) return fits;
  let cut = '';
  for (const character of head) {
    if (cellWidth(cut + character) >= room) break;
    cut += character;
  }
  return `${cut}…`;
}

/** All that an instance can be found by in the picker. */
const searched = (instance: ListedInstance): string =>
  [pickerLine(instance), instance.path, instance.auth, instance.instanceId, instance.privateIpv4, instance.publicDnsName].join(' ').toLowerCase();

/** The instances that have every word of the term, whatever their order; the one whose number or name it is comes first. */
export function filterInstances<Instance extends ListedInstance>(instances: readonly Instance[], term: string | undefined): Instance[] {
  const wanted = (term ?? '').trim().toLowerCase();
  const words = wanted.split(/\s+/u).filter((word) => word !== '');
  const exact = (instance: Instance): boolean => String(instance.number) === wanted || instance.name.toLowerCase() === wanted;
  return instances.filter((instance) => words.every((word) => searched(instance).includes(word))).toSorted((a, b) => Number(exact(b)) - Number(exact(a)));
}

/** Aborted by Esc, as Ctrl-C is by inquirer itself; the end of an arrow key's sequence is none. */
async function untilEscape<Answer>(ask: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
  const escape = new AbortController();
  const onKey = (_: string | undefined, key: { readonly name?: string } | undefined): void => {
    if (key?.name === 'escape') escape.abort();
  };
  process.stdin.on('keypress', onKey);
  try {
    return await ask(escape.signal);
  } finally {
    process.stdin.off('keypress', onKey);
  }
}

/** A list to choose from that narrows as one types. Rejects on Esc and Ctrl-C, as a question does. Not asked any more after `signal`. */
export async function pickInstance<Instance extends ListedInstance>(instances: readonly Instance[], signal: AbortSignal): Promise<Instance> {
  const { search } = await import('@inquirer/prompts');
  return untilEscape((escape) => search(
    {
      message: 'Connect to',
      source: (term) => filterInstances(instances, term).map((instance) => ({ name: pickerLine(instance, textWidth(process.stderr)), short: printable(instance.name), value: instance })),
      theme: { style: { keysHelpTip: (keys: [string, string][]) => [...keys, ['esc', 'leave']].map((words) => words.join(' ')).join(' • ') } },
    },
    { output: process.stderr, signal: AbortSignal.any([signal, escape]) },
  ));
}
