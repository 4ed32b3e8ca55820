/**
 * The reachability engine by itself, in a process of its own: 10 000 instances in 200 VPCs indexed, then 100 000 flows of every
 * kind traced with all their hops. Counted is the process's own processor time, garbage collection included, so that other
 * programs do not count; and the most that it ever had resident.
 */
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/build.mjs';

const GOAL_PER_SECOND = 50_000;
const GOAL_MB = 1024;

/** Adds the rows: traces a second, the index, and the memory. */
export async function measureReachability(folder, goal, atLeast) {
  const outfile = join(folder, 'reachability.mjs');
  await build({ entryPoints: [join(root, 'bench/reachability/trace.ts')], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' });
  const { perSecond, indexMs, parseMs, peakMb, dispositions } = JSON.parse(execFileSync(process.execPath, [outfile], { encoding: 'utf8' }));
  const kinds = Object.entries(dispositions).map(([name, count]) => `${count} ${name}`).join(', ');
  atLeast('reachability: traces a second, one core', perSecond, GOAL_PER_SECOND, '', kinds);
  // The model comes as JSON in a snapshot: to index it may take as long as to read it takes.
  goal('reachability: index beside JSON.parse', indexMs / parseMs, 5, '×', `10 000 instances in 200 VPCs: ${indexMs.toFixed(0)} ms, parsed in ${parseMs.toFixed(0)} ms`);
  goal('reachability: most resident', peakMb, GOAL_MB, 'MB');
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-bench-'));
  let missed = false;
  const row = (what, value, limit, unit, beside, ok, least) => {
    missed ||= !ok;
    console.log(`${ok ? 'ok  ' : 'MISS'} ${what.padEnd(42)} ${value.toFixed(2)} ${unit} goal ${least}${limit} ${beside}`);
  };
  await measureReachability(folder, (what, value, limit, unit, beside = '') => row(what, value, limit, unit, beside, value <= limit, ''), (what, value, limit, unit, beside = '') => row(what, value, limit, unit, beside, value >= limit, 'at least '));
  rmSync(folder, { recursive: true });
  if (missed) process.exitCode = 1;
}
