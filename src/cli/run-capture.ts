/** Runs tcpdump in the user's terminal: its output is the command's, Ctrl-C ends it with its own summary. */
import { spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { SsmlabError } from '../lib/errors.js';
import type { CaptureCommands } from '../lib/target/local/capture.js';

/** Distributions keep these programs where a user's PATH does not lead. */
const environment = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: [process.env['PATH'] ?? '', '/usr/sbin', '/sbin', '/usr/bin', '/bin'].join(delimiter) });

/** Programs on the way wait for tcpdump, and must not go at Ctrl-C before it has said its last; tcpdump itself takes the signal whatever it was given. */
const HELD = ['sh', '-c', 'trap "" INT; exec "$@"', 'sh'] as const;

/** Throws `capture-unavailable` without tcpdump, `usage` for a filter or an interface that it refuses; in its own words. */
export function checkCapture({ check }: CaptureCommands): void {
  const env = environment();
  if (spawnSync('sh', ['-c', 'command -v tcpdump'], { env }).status !== 0) {
    throw new SsmlabError('capture-unavailable', 'tcpdump is not installed', { hint: 'install it (Debian, Ubuntu: `sudo apt-get install tcpdump`); `ssmlab local trace` shows one packet\'s way without it' });
  }
  const [program = '', ...args] = check;
  const { status, stderr, error } = spawnSync(program, args, { env, encoding: 'utf8' });
  if (status === 0) return;
  const said = (error?.message ?? stderr).trim().replaceAll(/^tcpdump: /gmu, '').replaceAll(/\s*\n\s*/gu, ' ');
  if (/syntax|parse|expression|unknown|No such device|illegal|invalid/iu.test(said)) throw new SsmlabError('usage', `tcpdump does not take that: ${said}`, { hint: 'a filter is written as for tcpdump: `tcp port 22 and host 10.0.1.16`' });
  throw new SsmlabError('capture-unavailable', `tcpdump cannot capture there: ${said}`);
}

/** Resolves to tcpdump's status; undefined when a signal ended it. `stdout`: `inherit`, or the descriptor of a file. */
export async function runCapture({ capture }: CaptureCommands, stdout: 'inherit' | number): Promise<number | undefined> {
  const stdio: StdioOptions = ['ignore', stdout, 'inherit'];
  const [program, ...args] = [...HELD, ...capture];
  const child = spawn(program, args, { stdio, env: environment() });
  const end = (): void => {
    const pid = innermost(child.pid);
    if (pid !== undefined) process.kill(pid, 'SIGINT');
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve(status ?? undefined));
    });
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}

/** Those that lead into the namespace wait for their only child. Undefined when it is gone. */
function innermost(pid: number | undefined): number | undefined {
  try {
    const child = pid === undefined ? '' : readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return child === '' ? pid : innermost(Number(child.split(' ')[0]));
  } catch {
    return undefined;
  }
}
