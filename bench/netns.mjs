/**
 * The fabric of real packets by itself: how long it takes to stand and to fall, with the lab's network and with 200 instances,
 * and how long until a rule holds. Each is told as a multiple of what a bare `nft` takes to start and end just then, since
 * starting such programs is what most of it is.
 */
import { execFileSync, spawn } from 'node:child_process';
import { fabricSources } from './fabric-sources.mjs';
import { resident } from './resident.mjs';

const MANY = 200;
/** What the bare program takes on the calm machine that the goals are meant for, milliseconds. */
const CALM_MS = 2.5;
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const SOURCES = `export { createNetnsFabric } from './src/cloud/fabric/netns/fabric.js';
  export { LAB, addInterface, changed, setIngress, tcpFrom } from './test/conformance/fabric/lab-network.js';
  export { greet, serviceHost, SERVICE } from './test/conformance/fabric/probes.js';`;

/** Undefined, or why it could not be measured. */
export async function measureNetns(folder, goal) {
  const { program, createNetnsFabric, LAB, addInterface, changed, setIngress, tcpFrom, greet, serviceHost, SERVICE } = await fabricSources(folder, 'netns', SOURCES);
  const start = () => createNetnsFabric({ program, log: (line) => console.error(line), onEnd: (why) => console.error(why) });
  try {
    await (await start()).close();
  } catch (error) {
    return error.message;
  }
  const timed = async (what) => {
    const began = performance.now();
    const value = await what();
    return { took: performance.now() - began, value };
  };
  const bare = () => timed(() => new Promise((resolve) => spawn('nft', ['--version'], { stdio: 'ignore', env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` } }).on('close', resolve)));
  const beside = (what, took, bareTook, goalMs) => goal(`netns: ${what}`, took / bareTook, goalMs / CALM_MS, '×', `${took.toFixed(1)} ms, a bare nft ${bareTook.toFixed(1)} ms, goal ${goalMs} ms where that takes ${CALM_MS} ms`);
  const hosts = Object.keys(SERVICE).map(serviceHost);
  const many = changed(...Array.from({ length: MANY }, (_, index) => addInterface(`eni-many-${index}`, LAB.vpc1, LAB.privateSubnet1, `10.0.2.${30 + (index % 220)}`, [LAB.sg2])));
  const closed = changed(setIngress(LAB.sg1));
  const open = changed(setIngress(LAB.sg1, tcpFrom(22, '0.0.0.0/0')));
  const times = { up: [], down: [], rule: [], bare: [] };
  for (let round = 0; round < 5; round++) {
    const up = await timed(async () => {
      const fabric = await start();
      await fabric.serve('ap-northeast-1', hosts);
      await fabric.apply(open);
      return fabric;
    });
    await up.value.listen({ networkInterfaceId: LAB.eni.one, port: 22 }, greet);
    const reaches = () => up.value.connect({ internet: '198.51.100.7' }, { address: LAB.public.one, port: 22 }, { timeoutMs: 500 }).then((stream) => stream.destroy() && true, () => false);
    for (const [model, expected] of [[closed, false], [open, true], [closed, false], [open, true]]) {
      times.rule.push((await timed(() => up.value.apply(model))).took);
      times.bare.push((await bare()).took);
      if (await reaches() !== expected) throw new Error('a rule did not hold when apply said so');
    }
    times.up.push(up.took);
    times.down.push((await timed(() => up.value.close())).took);
  }
  const bareTook = median(times.bare);
  beside('the lab\'s network up', median(times.up), bareTook, 300);
  beside('and down', median(times.down), bareTook, 100);
  beside('a rule holds', median(times.rule), bareTook, 30);

  const fabric = await start();
  await fabric.serve('ap-northeast-1', hosts);
  const around = [];
  const sample = async () => {
    for (let round = 0; round < 5; round++) around.push((await bare()).took);
  };
  await sample();
  const scaled = await timed(() => fabric.apply(many));
  await sample();
  beside(`${MANY} instances more`, scaled.took, median(around), 3000);
  const rules = { took: [], bare: [] };
  for (const groups of [closed, open, closed, open, closed, open, closed]) {
    rules.took.push((await timed(() => fabric.apply({ ...many, securityGroups: groups.securityGroups }))).took);
    rules.bare.push((await bare()).took);
  }
  beside(`a rule among ${MANY} instances`, median(rules.took), median(rules.bare), 30);
  goal(`netns: its processes with ${MANY} instances`, resident(fabric.pid), 100, 'MB');
  beside(`${MANY} instances down`, (await timed(() => fabric.close())).took, bareTook, 100);
  return undefined;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  const missing = await measureNetns(folder, (what, value, limit, unit, beside = '') => console.log(`${value <= limit ? 'ok  ' : 'MISS'} ${what.padEnd(42)} ${value.toFixed(2)} ${unit} goal ${limit} ${beside}`));
  if (missing !== undefined) console.log(`skip: ${missing}`);
  execFileSync('rm', ['-r', folder]);
}
