/** How this program can be called again: by its name where the user has it, by npx in its folder, else by its path. */
import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { shellQuote } from '../lib/report/shell-quote.js';

export interface SelfOptions {
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** The script that runs, `process.argv[1]`. */
  readonly script?: string | undefined;
  readonly node?: string | undefined;
  /** Where the user stands. */
  readonly folder?: string | undefined;
}

const isNpm = (environment: NodeJS.ProcessEnv): boolean => environment['npm_command'] !== undefined || environment['npm_lifecycle_event'] !== undefined || environment['npm_execpath'] !== undefined;

const real = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};

/** True when `ssmlab` on the user's own PATH is this very program. The folders that npm and npx put before it are there for their child only. */
function isOnPath(script: string, environment: NodeJS.ProcessEnv): boolean {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '' && !(isNpm(environment) && /[\\/]node_modules[\\/]\.bin[\\/]?$/u.test(folder)));
  return folders.some((folder) => {
    try {
      const candidate = join(folder, 'ssmlab');
      accessSync(candidate, constants.X_OK);
      return realpathSync(candidate) === realpathSync(script);
    } catch {
      return false;
    }
  });
}

/** A command that works in any shell, folder and terminal: what ssh runs as ProxyCommand. The file's real path, as npx calls it by one in its cache, and the state folder where the user chose one. */
export function selfCommand({ environment = process.env, script = process.argv[1] ?? 'ssmlab', node = process.execPath }: SelfOptions = {}): string {
  const kept = ['SSMLAB_HOME', 'XDG_STATE_HOME'].filter((name) => (environment[name] ?? '') !== '').slice(0, 1).map((name) => `${name}=${shellQuote(environment[name] ?? '')}`);
  return [...(kept.length === 0 ? [] : ['env', ...kept]), shellQuote(node), shellQuote(real(script))].join(' ');
}

/** How the user can type the program's name where they stand: `ssmlab` when it is on their PATH, `npx ssmlab` when npm brought them or they are in its folder, else by its path. */
export function programName({ environment = process.env, script = process.argv[1] ?? '', folder = process.cwd() }: SelfOptions = {}): string {
  if (isOnPath(script, environment)) return 'ssmlab';
  const root = dirname(dirname(real(script)));
  if (isNpm(environment) || `${real(folder)}${sep}`.startsWith(`${root}${sep}`)) return 'npx ssmlab';
  return `node ${shellQuote(real(script))}`;
}

/** A hint's or message's commands, `` `ssmlab …` ``, as the user can type them. */
export function asTyped(text: string, program = programName()): string {
  return text.replaceAll(/(?<=`|`eval "\$\()ssmlab(?=[ `])/gu, () => program);
}
