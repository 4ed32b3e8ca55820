/**
 * Speed and size, as ratios against something run beside it: `npm run bench`. Needs a built tree; makes a lab of its own in a
 * temporary folder. Prints medians and exits 1 when a goal is missed.
 */
import { build } from 'esbuild';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/build.mjs';
import { measureCreateStack } from './moto.mjs';
import { measureGuests } from './guests.mjs';
import { measureMany } from './many.mjs';
import { measureNetns } from './netns.mjs';
import { measureReachability } from './reachability.mjs';
import { measureRegion, writeInstances } from './region.mjs';
import { resident } from './resident.mjs';
import { measureUplink } from './uplink.mjs';

const folder = mkdtempSync(join(tmpdir(), 'ssmlab-bench-'));
const environment = { PATH: process.env.PATH, HOME: folder, SSMLAB_HOME: join(folder, 'state'), SSMLAB_FABRIC: process.env.SSMLAB_FABRIC ?? 'computed', NO_COLOR: '1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
const bin = join(root, 'bin/run.js');
const rounds = Number(process.env.ROUNDS ?? 15);

function run(args, options = {}) {
  const started = performance.now();
  const result = spawnSync(process.execPath, args, { env: { ...environment, ...options.env }, encoding: 'utf8', cwd: folder });
  const took = performance.now() - started;
  if (result.status !== 0) throw new Error(`${args.join(' ')} ended with ${result.status}:\n${result.stdout}${result.stderr}`);
  return { took, stdout: result.stdout };
}
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Medians of several programs, interleaved so that the machine's moods hit all alike. */
function medians(programs) {
  const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) for (const [name, args] of Object.entries(programs)) times[name].push(run(args.args ?? args, args).took);
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}

const rows = [];
const notes = [];
function goal(what, value, limit, unit, beside = '') {
  rows.push({ what, value, limit, unit, beside, ok: value <= limit });
}

/** A rate that has to be reached. */
function atLeast(what, value, limit, unit, beside = '') {
  rows.push({ what, value, limit, unit, beside, ok: value >= limit, least: true });
}

/** What `local env` exports. */
const exportsOf = () => Object.fromEntries([...run([bin, 'local', 'env']).stdout.matchAll(/^export (\w+)='?([^'\n;]*)'?;?$/gm)].map(([, name, value]) => [name, value]));

const folderSize = (path) => readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0) / 2 ** 20;

try {
  const deploy = run([bin, 'deploy', '--yes']).took;
  goal('deploy of the lab', deploy / 1000, 5, 's');
  // All of its probes run beside the one that takes longest, which nobody answers: what else it does has to fit beside that.
  const silent = 'a=$(date +%s%N); ping -c 4 -i 0.2 -W 1 8.8.8.8 >/dev/null; b=$(date +%s%N); echo $(((b - a) / 1000000))';
  const turns = [1, 2, 3, 4, 5].map(() => ({ ping: Number(run([bin, 'exec', '4', '--', silent]).stdout), verify: run([bin, 'verify']).took }));
  const [ping, verify] = [median(turns.map((turn) => turn.ping)), median(turns.map((turn) => turn.verify))];
  goal('verify of the lab', verify / ping, 1.5, '×', `a silent ping in instance 4: ${ping.toFixed(0)} ms, verify: ${verify.toFixed(0)} ms`);
  const status = JSON.parse(run([bin, 'status', '--json']).stdout);
  for (const instance of ['1', '2', '3', '4']) run([bin, 'exec', instance, '--', 'uname']);
  goal('local cloud with the lab, resident', resident(status.localCloud.pid), 300, 'MB');

  const exported = exportsOf();
  const bare = join(folder, 'bare.mjs');
  writeFileSync(`${bare}.ts`, "import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';\nconst { Reservations } = await new EC2Client({}).send(new DescribeInstancesCommand({}));\nconsole.log(Reservations.length);\n");
  await build({
    stdin: { contents: readFileSync(`${bare}.ts`, 'utf8'), resolveDir: root }, outfile: bare, bundle: true, platform: 'node', format: 'esm', mainFields: ['module', 'main'], target: 'node20', logLevel: 'error',
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
  const times = medians({ 'node -e 0': ['-e', '0'], '--help': [bin, '--help'], list: [bin, 'list'], bare: { args: [bare], env: exported } });
  goal('--help', times['--help'] / times['node -e 0'], 4.5, '×', `node -e 0: ${times['node -e 0'].toFixed(0)} ms, --help: ${times['--help'].toFixed(0)} ms`);
  goal('list', times.list / times.bare, 1.8, '×', `bare DescribeInstances: ${times.bare.toFixed(0)} ms, list: ${times.list.toFixed(0)} ms`);

  const missing = await measureCreateStack(folder, { ...environment, HOME: process.env.HOME }, exported, exported.AWS_ENDPOINT_URL, goal);
  if (missing !== undefined) notes.push(`skip create-stack beside moto_server: ${missing}`);

  run([bin, 'destroy', '--yes']);
  run([bin, 'local', 'start']);
  run([bin, 'local', 'stop']);
  await writeInstances(folder, join(folder, 'state/cloud'));
  run([bin, 'local', 'start']);
  const { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = exportsOf();
  await measureRegion(folder, { pid: JSON.parse(run([bin, 'status', '--json']).stdout).localCloud.pid, endpoint, credentials: { accessKeyId, secretAccessKey } }, goal, atLeast);

  await measureReachability(folder, goal, atLeast);

  const withoutPackets = await measureNetns(folder, goal);
  if (withoutPackets !== undefined) notes.push(`skip the fabric of real packets: ${withoutPackets}`);
  if (withoutPackets === undefined) await measureUplink(folder, atLeast);
  const withoutGuests = withoutPackets ?? await measureGuests(folder, goal, atLeast);
  if (withoutGuests !== undefined) notes.push(`skip guests of real processes: ${withoutGuests}`);
  if (withoutPackets === undefined) await measureMany(folder, goal);

  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, encoding: 'utf8' }).trim().split('\n').at(-1);
  const empty = mkdtempSync(join(folder, 'install-'));
  writeFileSync(join(empty, 'package.json'), '{}');
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', join(folder, packed)], { cwd: empty });
  goal('what a user installs', folderSize(join(empty, 'node_modules')), 30, 'MB');
  goal('packages a user installs', readdirSync(join(empty, 'node_modules')).filter((name) => !name.startsWith('.')).length, 5, '');
  goal('a developer\'s node_modules', folderSize(join(root, 'node_modules')), 450, 'MB');
} finally {
  spawnSync(process.execPath, [bin, 'local', 'stop'], { env: environment });
  rmSync(folder, { recursive: true, force: true });
}
for (const { what, value, limit, unit, beside, ok, least } of rows) {
  console.log(`${ok ? 'ok  ' : 'MISS'} ${what.padEnd(38)} ${value.toFixed(2).padStart(8)} ${unit.padEnd(3)} goal ${least === true ? 'at least ' : ''}${typeof limit === 'number' && !Number.isInteger(limit) ? limit.toFixed(2) : limit} ${unit}  ${beside}`);
}
for (const note of notes) console.log(note);
// Sessions, with less than `node bench/session.mjs` takes by itself.
const sessions = spawnSync(process.execPath, [join(root, 'bench/session.mjs')], { env: { MEGABYTES: '128', ...process.env }, stdio: 'inherit' });
if (sessions.status !== 0 || rows.some((row) => !row.ok)) process.exitCode = 1;
