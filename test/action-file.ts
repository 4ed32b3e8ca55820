/** action.yml as data, and the `ssmlab` command lines in a shell script: for the tests that hold them to the program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run: string;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string; readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;

interface Flag { readonly type: string; readonly char?: string; readonly options?: readonly string[]; readonly env?: string }
interface Command { readonly flags: Readonly<Record<string, Flag>>; readonly args: Readonly<Record<string, unknown>>; readonly strict?: boolean }
const manifest = (JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as { readonly commands: Readonly<Record<string, Command>> }).commands;

/** Words of a line of bash, as far as the scripts here go: quotes, arrays by `args=(…)`, an end at `|`, `&`, `;`, `>`. */
function words(line: string): string[] {
  const text = /^(?:"[^"]*"|'[^']*'|[^|&;<>"'])*/u.exec(line)?.[0] ?? '';
  return (text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/gu) ?? []).map((word) => word.replaceAll(/["']/gu, ''));
}

/** What is wrong with the `ssmlab` (or `npx ssmlab`) command lines of a script; `count` of them there have to be at least. */
export function wrongCommands(script: string, count = 0): string[] {
  const arrays = [...script.matchAll(/\bargs\+?=\(([^)]*)\)/gu)].flatMap(([, inner = '']) => words(inner));
  const lines = script.split('\n').flatMap((line) => /(?:^\s*|run: |\(|npx )ssmlab\s+(?<rest>[a-z].*)$/u.exec(line.replace(/\s#.*$/u, ''))?.groups?.['rest'] ?? []);
  const wrong = lines.flatMap((line) => {
    const all = words(line).flatMap((word) => (word === '${args[@]}' ? arrays : [word]));
    const name = [all.slice(0, 2).join(':'), all[0] ?? ''].find((id) => Object.hasOwn(manifest, id));
    if (name === undefined) return [`there is no command in: ssmlab ${line}`];
    const { flags, args, strict } = manifest[name] as Command;
    const rest = all.slice(name.split(':').length);
    let operands = 0;
    const problems: string[] = [];
    for (let i = 0; i < rest.length; i++) {
      const word = rest[i] ?? '';
      if (word === '--') break;
      const [, long, value] = /^--([a-z-]+)(?:=(.*))?$/u.exec(word) ?? [];
      const flag = long === undefined ? Object.values(flags).find(({ char }) => word === `-${char}`) : flags[long];
      if (!word.startsWith('-') || word === '-') operands++;
      else if (flag === undefined) problems.push(`${name} has no ${word}`);
      else if (flag.type === 'option') {
        const given = value ?? rest[++i];
        if (given === undefined) problems.push(`${word} of ${name} wants a value`);
        else if (flag.options !== undefined && !given.startsWith('$') && !flag.options.includes(given)) problems.push(`${word} of ${name} takes no ${given}`);
      }
    }
    if (strict !== false && operands > Object.keys(args).length) problems.push(`${name} takes no more than ${Object.keys(args).length} arguments: ${line}`);
    return problems;
  });
  return lines.length < count ? [...wrong, `${lines.length} command lines were found, of ${count}`] : wrong;
}

/** Variables that flags are read from. */
export const flagVariables: ReadonlySet<string> = new Set(Object.values(manifest).flatMap(({ flags }) => Object.values(flags).flatMap(({ env }) => env ?? [])));
