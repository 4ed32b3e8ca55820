/**
 * Guests of real processes by themselves: how long until a prompt stands, the first with the making of the machine's root and
 * the next, and how fast files go. Beside it a bare program is started, which is what most of it is
 * made of: some thirty for a root, four for a prompt.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { fabricSources, labFabric } from './fabric-sources.mjs';

const MEGABYTES = 100;
const PIECE = 32_768;
/** What an SFTP client has under way. */
const TOGETHER = 64;
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const SOURCES = `export { createNetnsFabric } from './src/cloud/fabric/netns/fabric.js';
  export { createNamespaceGuestHost } from './src/cloud/guest/namespace/host.js';
  export { missingGuestPrograms } from './src/cloud/guest/namespace/requirements.js';
  export { LAB, labModel, REGION } from './test/conformance/fabric/lab-network.js';`;

/** Milliseconds until a shell at a terminal has shown its prompt. */
async function prompt(guest) {
  const began = performance.now();
  const shell = await guest.spawn({ user: 'ssm-user', run: { kind: 'shell', login: false }, pty: { columns: 80, rows: 24, term: 'xterm' } });
  let seen = '';
  await new Promise((resolve) => shell.stdout.on('data', (chunk) => {
    seen += chunk;
    if (seen.includes('$ ')) resolve();
  }));
  return performance.now() - began;
}

/** MB/s of a pass over a file in pieces, so many at a time. */
async function rate(work) {
  const pieces = MEGABYTES * 1e6 / PIECE;
  let next = 0;
  const began = performance.now();
  await Promise.all(Array.from({ length: TOGETHER }, async () => {
    while (next < pieces) await work(next++ * PIECE);
  }));
  return MEGABYTES * 1000 / (performance.now() - began);
}

/** Undefined, or why it could not be measured. */
export async function measureGuests(folder, goal, atLeast) {
  const sources = await fabricSources(folder, 'guests', SOURCES);
  const { createNamespaceGuestHost, missingGuestPrograms, LAB, REGION } = sources;
  const [missing] = missingGuestPrograms();
  if (missing !== undefined) return `there is no ${missing.program}`;
  const { fabric, missing: why } = await labFabric(sources);
  if (fabric === undefined) return why;
  const host = createNamespaceGuestHost({ fabric, namespaces: fabric.guests, log: (line) => console.error(line) });
  const times = { first: [], next: [], stop: [], program: [] };
  const rates = { up: [], down: [] };
  for (let round = 0; round < 7; round++) {
    const guest = await host.boot({ region: REGION, instanceId: `i-${round}`, networkInterfaceId: LAB.eni.one, privateIp: LAB.ip.one, hostName: 'ip-10-0-1-16', domainName: 'ap-northeast-1.compute.internal', architecture: 'x86_64', authorizedKeys: [] });
    times.first.push(await prompt(guest));
    for (let more = 0; more < 3; more++) times.next.push(await prompt(guest));
    const files = guest.files('ec2-user');
    const piece = Buffer.alloc(PIECE, round);
    await files.create('file', 0o644);
    rates.up.push(await rate((at) => files.write('file', at, piece)));
    rates.down.push(await rate((at) => files.read('file', at, PIECE)));
    const began = performance.now();
    await guest.stop();
    times.stop.push(performance.now() - began);
    const started = performance.now();
    spawnSync('nsenter', ['--version']);
    times.program.push(performance.now() - started);
  }
  const bare = median(times.program);
  const beside = (values) => `a bare nsenter: ${bare.toFixed(1)} ms, this: ${median(values).toFixed(1)} ms`;
  goal('guests: first prompt, the root is made', median(times.first) / bare, 60, '×', beside(times.first));
  goal('guests: a further prompt', median(times.next) / bare, 8, '×', beside(times.next));
  goal('guests: power off', median(times.stop) / bare, 5, '×', beside(times.stop));
  atLeast('guests: files up', median(rates.up), 50, 'MB/s');
  atLeast('guests: files down', median(rates.down), 50, 'MB/s');
  await fabric.close();
  return undefined;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  const say = (ok, what, value, limit, unit, beside) => console.log(`${ok ? 'ok  ' : 'MISS'} ${what.padEnd(42)} ${value.toFixed(1)} ${unit} goal ${limit} ${beside}`);
  const missing = await measureGuests(folder, (what, value, limit, unit, beside = '') => say(value <= limit, what, value, limit, unit, beside), (what, value, limit, unit, beside = '') => say(value >= limit, what, value, `at least ${limit}`, unit, beside));
  if (missing !== undefined) console.log(`skip: ${missing}`);
  execFileSync('rm', ['-r', folder]);
}
