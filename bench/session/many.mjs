/** Many shells at once through one local cloud, by one process with our client; what they cost the region's process. */
import { once } from 'node:events';
import { join } from 'node:path';
import { start } from './children.mjs';
import { memoryOf } from './memory.mjs';
import { bundleProgram } from './product.mjs';

async function client(lab) {
  const outfile = join(lab.folder, 'many-client.mjs');
  await bundleProgram('bench/session/many-client.mjs', outfile);
  return start(process.execPath, [outfile, lab.instanceId, lab.state], { env: lab.environment, stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Opens them, so many at a time, uses each, and reads the region's memory while all are open. */
export async function measureMany(lab, { sessions }, report) {
  const child = await client(lab);
  const lines = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
  const ask = async (command) => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    const { value } = await lines.next();
    return JSON.parse(value ?? '{"failures":["the client ended"]}');
  };
  // What a first session loads is there once, for all: it is no cost of the others.
  await ask({ open: 2 });
  const before = await memoryOf(lab);
  const { failures, seconds } = await ask({ open: sessions });
  const { failures: silent } = await ask({ say: true });
  const after = await memoryOf(lab);
  if (before.guests === 0 || after.guests !== before.guests) throw new Error(`${before.guests} guests told their memory before, ${after.guests} after`);
  const { failures: unended } = await ask({ end: true });
  child.stdin.end();
  await once(child, 'close');
  const [living, resident] = ['living', 'resident'].map((kind) => (after[kind] - before[kind]) / sessions);
  const all = [...failures, ...silent, ...unended];
  report.atMost(`failures of ${sessions} sessions at once`, all.length, 0, '', all[0] ?? `shells on one instance, each used; opened in ${seconds.toFixed(1)} s`);
  report.atMost('a session in the region\'s process', Math.max(living, resident), 1, 'MB', `after collections of garbage in all its threads: ${living.toFixed(2)} MB live, ${resident.toFixed(2)} MB resident, the guest's shell included`);
}
