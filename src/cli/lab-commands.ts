/** Commands in text, as they have to be typed to mean the lab that the text is about. */
import { DEFAULT_STACK_NAME } from '../lib/lab/lab.js';
import { SsmlabError } from '../lib/errors.js';
import { shellQuote } from '../lib/report/shell-quote.js';
import { type LabInUse, labInUse } from '../lib/target/lab-in-use.js';
import { stateHome } from '../lib/target/local/home.js';
import type { LabFlags } from './lab-context.js';

/** What a command that names no lab means; a record that cannot be read is told by the command that needs it. */
function inUseNow(environment: NodeJS.ProcessEnv): LabInUse | null {
  try {
    return labInUse(stateHome(environment)) ?? null;
  } catch (error) {
    if (error instanceof SsmlabError) return null;
    throw error;
  }
}

/** The flags that say which lab, in their order; a flag that is not needed is absent. */
function flagsOf({ target, region, profile, stack }: LabFlags, environment: NodeJS.ProcessEnv, inUse: LabInUse | null): (readonly [name: string, value: string])[] {
  const isSet = (name: string): boolean => environment[name] !== undefined;
  const usual: LabInUse = inUse ?? { target: 'local', stack: DEFAULT_STACK_NAME };
  // What is said of another target than that of the lab in use is about another lab: nothing else is taken from it then.
  const bare: Partial<LabInUse> = usual.target === target ? usual : { stack: DEFAULT_STACK_NAME };
  return [
    ...(target !== usual.target || isSet('SSMLAB_TARGET') ? [['--target', target] as const] : []),
    ...(profile === undefined || profile === bare.profile ? [] : [['--profile', profile] as const]),
    ...(region === undefined || (region === bare.region && !isSet('SSMLAB_REGION')) ? [] : [['--region', region] as const]),
    ...(stack !== bare.stack || isSet('SSMLAB_STACK') ? [['--stack', stack] as const] : []),
  ];
}

export interface ForLabOptions {
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** What was typed behind the command, and stays. */
  readonly typed?: readonly string[] | undefined;
  /** What `ssmlab use` chose; null for none. */
  readonly inUse?: LabInUse | null | undefined;
}

/**
 * A command with the flags that lead it to the same lab; those that it has are not said twice. A variable may have led this one
 * there (or be overruled by a flag), and need not be set where the command is pasted: what it says is written out. The lab in use
 * is what a command means by itself.
 */
export function forLab(command: string, lab: LabFlags, { environment = process.env, typed = [], inUse = inUseNow(environment) }: ForLabOptions = {}): string {
  const [own = '', ...remote] = command.split(/ (?=-- )/u);
  const words = [...own.split(' '), ...typed];
  const flags = flagsOf(lab, environment, inUse).filter(([name]) => !words.some((word) => word === name || word.startsWith(`${name}=`)));
  return [own, ...[...typed, ...flags.flat()].map(shellQuote), ...remote].join(' ');
}

/** Commands that take the flags of a lab. */
const OF_A_LAB = 'connect|deploy|destroy|diagram|diff|exec|expect init|explain|forward|list|proxy|status|verify';

/** A text's commands, `` `ssmlab …` ``, with the flags of the lab that it is about. */
export function ofLab(text: string, lab: LabFlags | undefined, options?: Omit<ForLabOptions, 'typed'>): string {
  if (lab === undefined) return text;
  return text.replaceAll(new RegExp(`\`ssmlab ((?:${OF_A_LAB})(?: [^\`]*)?)\``, 'gu'), (whole, command: string) => (/ --help\b/u.test(command) ? whole : `\`ssmlab ${forLab(command, lab, options)}\``));
}

/** An error whose commands mean the lab that it is about. */
export function errorOfLab(error: SsmlabError, lab: LabFlags | undefined): SsmlabError {
  const [message, hint] = [ofLab(error.message, lab), ofLab(error.hint, lab)];
  return message === error.message && hint === error.hint ? error : new SsmlabError(error.code, message, { cause: error.cause, hint });
}
