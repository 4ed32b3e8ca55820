/**
 * TCP from the laptop to instance 1, through the SOCKS5 uplink and over real packets: a program of the host in a process of its
 * own sends to and receives from one in the instance's network namespace, and what arrived is counted there.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fabricSources, labFabric } from './fabric-sources.mjs';

const MEGABYTES = 1024;
const ROUNDS = 5;
const GOAL = 200;
const PORT = 22;
const PASSWORD = 'of this bench';
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const SOURCES = `export { createNetnsFabric } from './src/cloud/fabric/netns/fabric.js';
  export { startUplink } from './src/cloud/fabric/uplink/uplink.js';
  export { dialUplink } from './src/lib/target/uplink.js';
  export { LAB, labModel, REGION } from './test/conformance/fabric/lab-network.js';`;

/** In the instance. The first byte says what is wanted: `>` counts what comes and says how much it was, `<` sends. */
const SERVER = `import { createServer } from 'node:net';
const piece = Buffer.alloc(1 << 18);
createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => undefined);
  socket.once('data', (first) => {
    let left = ${MEGABYTES} * 1e6;
    const send = () => {
      while (left > 0) {
        const some = Math.min(left, piece.length);
        left -= some;
        if (!socket.write(piece.subarray(0, some))) return void socket.once('drain', send);
      }
      socket.end();
    };
    if (first[0] === 60) return send();
    let bytes = first.length - 1;
    socket.on('data', (chunk) => (bytes += chunk.length)).on('end', () => socket.end(String(bytes)));
  });
}).listen(${PORT}, '0.0.0.0', () => console.log('listens'));
`;

/** On the host: says how many MB/s went each way. */
const client = (module, uplink, address) => `import { dialUplink } from ${JSON.stringify(module)};
const piece = Buffer.alloc(1 << 18);
const total = ${MEGABYTES} * 1e6;
const dial = () => dialUplink(${JSON.stringify(uplink)}, ${JSON.stringify(address)}, ${PORT}, 10_000);
async function to() {
  const socket = await dial();
  const began = performance.now();
  socket.write('>');
  for (let left = total; left > 0; left -= piece.length) if (!socket.write(piece.subarray(0, Math.min(left, piece.length)))) await new Promise((resolve) => socket.once('drain', resolve));
  socket.end();
  let said = '';
  for await (const chunk of socket) said += chunk;
  if (Number(said) !== total) throw new Error('arrived: ' + said + ' bytes of ' + total);
  return total / 1000 / (performance.now() - began);
}
async function from() {
  const socket = await dial();
  const began = performance.now();
  socket.write('<');
  let bytes = 0;
  for await (const chunk of socket) bytes += chunk.length;
  socket.end();
  if (bytes !== total) throw new Error('arrived: ' + bytes + ' bytes of ' + total);
  return total / 1000 / (performance.now() - began);
}
console.log(JSON.stringify({ to: await to(), from: await from() }));
`;

/** Undefined, or why it could not be measured. */
export async function measureUplink(folder, atLeast) {
  const sources = await fabricSources(folder, 'uplink', SOURCES);
  const { startUplink, LAB, REGION } = sources;
  const { fabric, missing: why } = await labFabric(sources);
  if (fabric === undefined) return why;
  const uplink = await startUplink({ fabric, region: REGION, password: PASSWORD, log: (line) => console.error(line) });
  const { entrance } = fabric.namespaces(REGION).namespaces.find(({ id }) => id === 'i-1');
  const env = { PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  const server = spawn(entrance[0], [...entrance.slice(1), process.execPath, '--input-type=module', '-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'], env });
  try {
    await once(server.stdout, 'data');
    const file = join(folder, 'uplink-client.mjs');
    writeFileSync(file, client(join(folder, 'uplink.mjs'), { host: '127.0.0.1', port: uplink.port, username: 'ssmlab', password: PASSWORD }, LAB.public.one));
    const rates = { to: [], from: [] };
    for (let round = 0; round < ROUNDS; round++) {
      const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'], env });
      let said = '';
      child.stdout.on('data', (chunk) => (said += chunk));
      await once(child, 'close');
      const { to, from } = JSON.parse(said);
      rates.to.push(to);
      rates.from.push(from);
    }
    atLeast('uplink: from the laptop to instance 1', median(rates.to), GOAL, 'MB/s');
    atLeast('uplink: from instance 1 to the laptop', median(rates.from), GOAL, 'MB/s');
  } finally {
    server.kill('SIGKILL');
    await uplink.close();
    await fabric.close();
  }
  return undefined;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  const missing = await measureUplink(folder, (what, value, limit, unit) => console.log(`${value >= limit ? 'ok  ' : 'MISS'} ${what.padEnd(42)} ${value.toFixed(0)} ${unit} goal at least ${limit}`));
  if (missing !== undefined) console.log(`skip: ${missing}`);
  execFileSync('rm', ['-r', folder]);
}
