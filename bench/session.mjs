/**
 * Sessions' speed: `node bench/session.mjs`. Makes the product in a temporary folder, with servers in its guests, and prints rates, times and sizes beside AWS's
 * plugin where it is on PATH: client, region and this program in processes of their own. `MEGABYTES=n` sets how many 2^20 bytes go each way (1024), `ROUNDS=n` how
 * often (3), `SESSIONS=n` how many are open at once (200), `KEYS=n` how many keys are typed with each client (1000), `PARTS=forward,small,prompt,keys,recovery,many` what is measured (all).
 * Exits 1 when a goal is missed.
 */
import { availableParallelism, loadavg } from 'node:os';
import { endChildren, step } from './session/children.mjs';
import { measureForward, measureSmallPayloads } from './session/forward.mjs';
import { awsPlugin, makeLab } from './session/lab.mjs';
import { measureMany } from './session/many.mjs';
import { measureRecovery } from './session/recovery.mjs';
import { measureKeys, measurePrompt } from './session/terminals.mjs';

const setting = (name, otherwise) => Number(process.env[name] ?? otherwise);
const bytes = setting('MEGABYTES', 1024) * 2 ** 20;
const rounds = setting('ROUNDS', 3);

let missed = false;
const line = (verdict, what, value, unit, goal, beside) => console.log(`${verdict} ${what.padEnd(36)} ${value.toFixed(2).padStart(8)} ${unit.padEnd(5)} goal ${goal} ${unit}  ${beside}`);
const judged = (ok, ...rest) => {
  missed ||= !ok;
  line(ok ? 'ok  ' : 'MISS', ...rest);
};
const report = {
  atLeast: (what, value, goal, unit, beside) => judged(value >= goal, what, value, unit, `at least ${goal}`, beside),
  atMost: (what, value, goal, unit, beside) => judged(value <= goal, what, value, unit, `${goal}`, beside),
  skip: (what, why) => console.log(`skip ${what.padEnd(36)} ${why}`),
};

const plugin = awsPlugin();
let lab;
try {
  lab = await makeLab();
  const { fabric } = lab.cloud;
  console.log(`fabric ${fabric}, Node ${process.version}, ${availableParallelism()} processors, load ${loadavg()[0].toFixed(1)}; ${bytes / 2 ** 20} MiB of random bytes, ${rounds} rounds; ${plugin.version === undefined ? plugin.missing : `AWS's plugin ${plugin.version}`}`);
  const parts = {
    forward: () => measureForward(lab, { bytes, rounds }, report),
    small: () => measureSmallPayloads(lab, plugin, { rounds }, report),
    prompt: () => measurePrompt(lab, plugin, { rounds: Math.max(rounds, 5) }, report),
    keys: () => measureKeys(lab, plugin, { keys: setting('KEYS', 1000) }, report),
    recovery: () => measureRecovery(lab, { rounds }, report),
    many: () => measureMany(lab, { sessions: setting('SESSIONS', 200) }, report),
  };
  for (const name of process.env.PARTS?.split(',') ?? Object.keys(parts)) {
    const run = parts[name];
    if (run === undefined) throw new Error(`PARTS knows ${Object.keys(parts).join(', ')}, and no ${name}`);
    await step(name, run);
  }
} catch (error) {
  missed = true;
  console.error(`the bench ends here: ${error.stack}`);
} finally {
  await endChildren();
  lab?.stop();
}
if (missed) process.exitCode = 1;
