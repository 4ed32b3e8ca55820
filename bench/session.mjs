/**
 * Sessions' speed: `node bench/session.mjs`. Makes the product in a temporary folder, with servers in its guests, and prints
 * rates through `ssmlab forward`: client, region and this program in processes of their own. `MEGABYTES=n` sets how many
 * 2^20 bytes go each way (1024), `ROUNDS=n` how often (3). Exits 1 when a goal is missed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { checksumOf, ECHO_PORT, SINK_PORT, SOURCE_PORT } from './session/block.mjs';
import { makeProduct } from './session/product.mjs';
import { download, echoes, upload } from './session/transfer.mjs';

const bytes = Number(process.env.MEGABYTES ?? 1024) * 2 ** 20;
const rounds = Number(process.env.ROUNDS ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'ssmlab-bench-'));
const state = join(folder, 'state');
const environment = { PATH: process.env.PATH, HOME: folder, SSMLAB_HOME: state, NO_COLOR: '1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
const quantile = (values, at) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * at))];

/** Seconds of processor that a process used so far. */
function processor(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const misses = [];
function report(what, value, unit, goal, ok, beside) {
  if (!ok) misses.push(what);
  console.log(`${ok ? 'ok  ' : 'MISS'} ${what.padEnd(34)} ${value.toFixed(2).padStart(8)} ${unit.padEnd(5)} goal ${goal}  ${beside}`);
}

let cli;
try {
  cli = await makeProduct(join(folder, 'product'));
  const run = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { env: environment, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  };
  const random = randomBytes(1 << 26);
  mkdirSync(join(state, 'cloud'), { recursive: true, mode: 0o700 });
  writeFileSync(join(state, 'cloud', 'block'), random, { mode: 0o600 });
  run('deploy', '--yes');
  const { localCloud } = JSON.parse(run('status', '--json'));
  const forward = spawn(process.execPath, [cli, 'forward', '3', `0:${SOURCE_PORT}`, `0:${SINK_PORT}`, `0:${ECHO_PORT}`, '--json'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(forward.stdout.setEncoding('utf8'), 'data');
  const ports = Object.fromEntries(JSON.parse(line).forwards.map(({ remotePort, port }) => [remotePort, port]));
  console.log(`fabric ${localCloud.fabric}, Node ${process.version}, ${availableParallelism()} processors, load ${loadavg()[0].toFixed(1)}; ${bytes / 2 ** 20} MiB of random bytes, ${rounds} rounds`);

  const checksum = checksumOf(bytes, random);
  const ways = { 'from the instance': () => download(ports[SOURCE_PORT], bytes, checksum), 'to the instance': () => upload(ports[SINK_PORT], bytes, checksum, random) };
  for (const [way, transfer] of Object.entries(ways)) {
    const results = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = { region: processor(localCloud.pid), client: processor(forward.pid) };
      const { seconds, whole } = await transfer();
      if (!whole) throw new Error(`other bytes came ${way} than were sent`);
      results.push({ rate: bytes / seconds / 1e6, region: bytes / (processor(localCloud.pid) - before.region) / 1e6, client: bytes / (processor(forward.pid) - before.client) / 1e6 });
    }
    const of = (name) => quantile(results.map((result) => result[name]), 0.5);
    report(`forward, ${way}`, of('rate'), 'MB/s', '100 MB/s', of('rate') >= 100, `${(of('rate') / 0.7).toFixed(0)}× of the 0.7 MB/s that AWS's plugin allows; per second of processor: region ${of('region').toFixed(0)} MB, client ${of('client').toFixed(0)} MB`);
  }
  const times = await echoes(ports[ECHO_PORT], 500);
  report('one byte there and back, p99', quantile(times, 0.99), 'ms', '50 ms', quantile(times, 0.99) <= 50, `median ${quantile(times, 0.5).toFixed(2)} ms`);
  forward.kill('SIGTERM');
  await once(forward, 'exit');
} finally {
  if (cli !== undefined) spawnSync(process.execPath, [cli, 'local', 'stop'], { env: environment });
  rmSync(folder, { recursive: true, force: true });
}
if (misses.length > 0) process.exitCode = 1;
