/** Runs one program in one of the lab's network namespaces. */
import { spawn } from 'node:child_process';
import type { RunRequest, RunResult } from './protocol.js';
import { NETWORK_NAMESPACES } from './protocol.js';

/** Most that is kept of either output, characters. */
const OUTPUT_LIMIT = 1_000_000;

export function run({ namespace, argv, input }: Omit<RunRequest, 'op'>): Promise<RunResult> {
  const [program = '', ...args] = namespace === '' ? argv : ['nsenter', `--net=${NETWORK_NAMESPACES}/${namespace}`, ...argv];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (output[name].length < OUTPUT_LIMIT) output[name] += text;
      });
    }
    child.once('error', reject);
    child.once('close', (status) => resolve({ status: status ?? undefined, ...output }));
    // One that ends before it has read all says why on its own.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
