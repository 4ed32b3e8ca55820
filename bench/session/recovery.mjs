/** How long a backlog takes after a path was dead: `recovery-program.mjs`, run and reported. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median } from './lab.mjs';
import { bundleProgram } from './product.mjs';

const MESSAGES = 10_000;
/** AWS's ends send the oldest message again, ten times a second, and nothing else (`protocol.md` §4). */
const HEAD_ONLY_SECONDS = MESSAGES / 10;

export async function measureRecovery({ folder, environment }, { rounds }, report) {
  const program = join(folder, 'recovery.mjs');
  await bundleProgram('bench/session/recovery-program.mjs', program);
  const results = Array.from({ length: rounds }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, String(MESSAGES)], { env: environment, encoding: 'utf8', timeout: 120_000 });
    if (status !== 0) throw new Error(`the recovery ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  });
  const seconds = median(results.map(({ milliseconds }) => milliseconds)) / 1000;
  report.atMost(`${MESSAGES} messages after a dead path`, seconds, 2, 's', `50 ms of round trip, 1 KiB each, ${results[0].sentInVain} of them sent in vain, from the cut on, reconnecting included; sending the oldest again and again needs ${HEAD_ONLY_SECONDS} s`);
}
