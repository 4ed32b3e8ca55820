/**
 * The fabric of real packets by itself: how long it takes to stand and to fall, with the lab's network and with 200 instances,
 * and how long until a rule holds. Beside it the same number of bare programs is started, which is what the kernel is asked for.
 */
import { build } from 'esbuild';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../scripts/build.mjs';

const MANY = 200;
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

async function sources(folder) {
  const options = {
    bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error',
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  };
  const program = join(folder, 'holder.mjs');
  await build({ ...options, entryPoints: [join(root, 'src/cloud/fabric/netns/holder/main.ts')], outfile: program });
  const outfile = join(folder, 'netns.mjs');
  await build({
    ...options, outfile,
    stdin: {
      resolveDir: root, loader: 'ts',
      contents: `export { createNetnsFabric } from './src/cloud/fabric/netns/fabric.js';
        export { LAB, addInterface, changed, setIngress, tcpFrom } from './test/conformance/fabric/lab-network.js';
        export { greet, serviceHost, SERVICE } from './test/conformance/fabric/probes.js';`,
    },
  });
  return { program, ...await import(pathToFileURL(outfile).href) };
}

/** Resident memory of a process and all below it, MB. */
function resident(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((each) => each !== '');
  return Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024 + children.reduce((sum, child) => sum + resident(child), 0);
}

/** Undefined, or why it could not be measured. */
export async function measureNetns(folder, goal) {
  const { program, createNetnsFabric, LAB, addInterface, changed, setIngress, tcpFrom, greet, serviceHost, SERVICE } = await sources(folder);
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
  const hosts = Object.keys(SERVICE).map(serviceHost);
  const many = changed(...Array.from({ length: MANY }, (_, index) => addInterface(`eni-many-${index}`, LAB.vpc1, LAB.privateSubnet1, `10.0.2.${30 + (index % 220)}`, [LAB.sg2])));
  const closed = changed(setIngress(LAB.sg1));
  const open = changed(setIngress(LAB.sg1, tcpFrom(22, '0.0.0.0/0')));
  const times = { up: [], down: [], rule: [], program: [] };
  for (let round = 0; round < 5; round++) {
    const up = await timed(async () => {
      const fabric = await start();
      await fabric.serve('ap-northeast-1', hosts);
      await fabric.apply(open);
      return fabric;
    });
    await up.value.listen({ networkInterfaceId: LAB.eni.one, port: 22 }, greet);
    const reaches = () => up.value.connect({ internet: '198.51.100.7' }, { address: LAB.public.one, port: 22 }, { timeoutMs: 100 }).then((stream) => stream.destroy() && true, () => false);
    for (const [model, expected] of [[closed, false], [open, true], [closed, false], [open, true]]) {
      times.rule.push((await timed(() => up.value.apply(model))).took);
      if (await reaches() !== expected) throw new Error('a rule did not hold when apply said so');
    }
    times.up.push(up.took);
    times.down.push((await timed(() => up.value.close())).took);
    times.program.push((await timed(() => spawnSync('nft', ['--version']))).took);
  }
  const beside = `a bare nft: ${median(times.program).toFixed(1)} ms`;
  goal('netns: the lab\'s network up', median(times.up) / 1000, 0.3, 's', beside);
  goal('netns: and down', median(times.down) / 1000, 0.1, 's');
  goal('netns: a rule holds after', median(times.rule), 30, 'ms', beside);

  const fabric = await start();
  await fabric.serve('ap-northeast-1', hosts);
  const scaled = await timed(() => fabric.apply(many));
  goal(`netns: ${MANY} instances more`, scaled.took / 1000, 3, 's');
  const rules = await timed(() => fabric.apply({ ...many, securityGroups: closed.securityGroups }));
  goal(`netns: a rule among ${MANY} instances`, rules.took, 30, 'ms');
  goal(`netns: its processes with ${MANY} instances`, resident(fabric.pid), 100, 'MB');
  goal(`netns: ${MANY} instances down`, (await timed(() => fabric.close())).took / 1000, 0.1, 's');
  return undefined;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  const missing = await measureNetns(folder, (what, value, limit, unit, beside = '') => console.log(`${value <= limit ? 'ok  ' : 'MISS'} ${what.padEnd(42)} ${value.toFixed(2)} ${unit} goal ${limit} ${beside}`));
  if (missing !== undefined) console.log(`skip: ${missing}`);
  execFileSync('rm', ['-r', folder]);
}
