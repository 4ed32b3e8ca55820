/** How this program can be called again: by its name where the user has it, else by its path. */
import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { shellQuote } from '../lib/report/shell-quote.js';

export interface SelfOptions {
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** The script that runs, `process.argv[1]`. */
  readonly script?: string | undefined;
  readonly node?: string | undefined;
}

const isNpm = (environment: NodeJS.ProcessEnv): boolean => environment['npm_command'] !== undefined || environment['npm_lifecycle_event'] !== undefined;

/** True when `ssmlab` on the PATH is this very program. npm and npx put it there for their own child only. */
function isOnPath(script: string, environment: NodeJS.ProcessEnv): boolean {
  if (isNpm(environment)) return false;
  return (environment['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      const candidate = join(folder, 'ssmlab');
      accessSync(candidate, constants.X_OK);
      return folder !== '' && realpathSync(candidate) === realpathSync(script);
    } catch {
      return false;
    }
  });
}

/** A command that works in the user's shell wherever it stands: what ssh runs as ProxyCommand. */
export function selfCommand({ environment = process.env, script = process.argv[1] ?? 'ssmlab', node = process.execPath }: SelfOptions = {}): string {
  return isOnPath(script, environment) ? 'ssmlab' : `${shellQuote(node)} ${shellQuote(script)}`;
}

/** How a hint names the program: `npx ssmlab` to who came by npm, else `ssmlab`. */
export function programName({ environment = process.env, script = process.argv[1] ?? '' }: SelfOptions = {}): string {
  return isOnPath(script, environment) ? 'ssmlab' : 'npx ssmlab';
}
