/** A lab of the bench's own, in a temporary folder: the product with `product.mjs`' additions, deployed; and the programs of AWS that are run beside it. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProduct } from './product.mjs';

export const median = (values) => quantile(values, 0.5);
export const quantile = (values, at) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * at))];

/** Seconds of processor that a process used so far. */
export function processor(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Milliseconds of processor that a process, all its threads and its descendants used so far; those that have ended count no more. */
export function processorOfTree(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + processorOfThread(`/proc/${pid}/task/${thread}`), 0);
  } catch (error) {
    return endedMeanwhile(error);
  }
}

function processorOfThread(folder) {
  try {
    const children = readFileSync(`${folder}/children`, 'latin1').split(' ').filter((child) => child !== '');
    return Number(readFileSync(`${folder}/schedstat`, 'latin1').split(' ')[0]) / 1e6 + children.reduce((all, child) => all + processorOfTree(child), 0);
  } catch (error) {
    return endedMeanwhile(error);
  }
}

function endedMeanwhile(error) {
  if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
  return 0;
}

/** Deploys it. `random`: the bytes that its servers send. */
export async function makeLab() {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-bench-'));
  const state = join(folder, 'state');
  const environment = { PATH: process.env.PATH, HOME: folder, SSMLAB_HOME: state, SSMLAB_FABRIC: process.env.SSMLAB_FABRIC ?? 'computed', NO_COLOR: '1', TERM: 'xterm-256color', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  let cli;
  const run = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { env: environment, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  };
  const stop = () => {
    if (cli !== undefined) spawnSync(process.execPath, [cli, 'local', 'stop'], { env: environment });
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    cli = await makeProduct(join(folder, 'product'));
    const random = randomBytes(1 << 26);
    mkdirSync(join(state, 'cloud'), { recursive: true, mode: 0o700 });
    writeFileSync(join(state, 'cloud', 'block'), random, { mode: 0o600 });
    run('deploy', '--yes');
    const exported = Object.fromEntries([...run('local', 'env').matchAll(/^export (\w+)='?([^'\n;]*)'?;?$/gm)].map(([, name, value]) => [name, value]));
    const instance = JSON.parse(run('list', '--json')).instances.find(({ number }) => number === 3);
    const { localCloud } = JSON.parse(run('status', '--json'));
    return {
      folder, state, cli, environment, random, run, stop,
      cloud: localCloud,
      instanceId: instance.instanceId,
      /** What `local env` exports, with the PATH of this process. */
      exported: { ...environment, ...exported, PATH: process.env.PATH },
      /** Its agents send payloads of no more than so many bytes from now on; undefined: their own. */
      agentPayloads: (bytes) => {
        const file = join(state, 'cloud', 'agent-payload-bytes');
        if (bytes === undefined) rmSync(file, { force: true });
        else writeFileSync(file, String(bytes), { mode: 0o600 });
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** The version of AWS's plugin on PATH, and why it cannot be run here, one of the two. */
export function awsPlugin() {
  const { stdout, status } = spawnSync('session-manager-plugin', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return { missing: 'session-manager-plugin is not on PATH' };
  const version = stdout.trim();
  const [, , build = 0] = version.split('.').map(Number);
  return build < 536 || build >= 889 ? { missing: `session-manager-plugin ${version} opens no stream of loopback, or shows its token` } : { version };
}

/** Whether the AWS CLI is on PATH: its version, or nothing. */
export function awsCli() {
  const { stdout, stderr, status } = spawnSync('aws', ['--version'], { encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}`.split(' ')[0].replace('/', ' ') : undefined;
}
