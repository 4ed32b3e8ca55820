/** Create-stack of the lab through the AWS CLI, here and on moto_server beside it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../scripts/build.mjs';

const found = (program, question, environment) => spawnSync(program, [question], { env: environment }).status === 0;

/** What the network takes to come up, by the region's own pace: NAT gateway, then the instances behind it (`services/ec2/waits.ts`). */
const FABRIC_MS = 1300;

const STACK = 'bench-lab';

function aws(environment, args) {
  const started = performance.now();
  const result = spawnSync('aws', args, { env: environment, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`aws ${args.slice(0, 2).join(' ')} ended with ${result.status}: ${result.stderr.trim()}`);
  return { took: performance.now() - started, stdout: result.stdout };
}

/** The lab without its own volumes: moto cannot read a volume that keeps the size of its image. */
function template(folder) {
  const path = join(folder, 'lab.yaml');
  writeFileSync(path, readFileSync(join(root, 'src/lib/lab/template.yaml'), 'utf8').replaceAll(/^( +)BlockDeviceMappings:.*\n(?:\1[ -].*\n)+/gm, ''));
  return path;
}

/** Milliseconds from the call of `aws cloudformation create-stack` until a poll by the CLI sees it complete; then it is deleted. */
function createStack(environment, endpoint, path) {
  const cli = (...args) => aws(environment, ['--endpoint-url', endpoint, '--output', 'text', ...args]);
  cli('ec2', 'create-key-pair', '--key-name', STACK);
  const started = performance.now();
  cli('cloudformation', 'create-stack', '--stack-name', STACK, '--capabilities', 'CAPABILITY_IAM', '--template-body', `file://${path}`, '--parameters', `ParameterKey=KeyName,ParameterValue=${STACK}`);
  let status = '';
  do {
    status = cli('cloudformation', 'describe-stacks', '--stack-name', STACK, '--query', 'Stacks[0].StackStatus').stdout.trim();
  } while (status === 'CREATE_IN_PROGRESS');
  const took = performance.now() - started;
  if (status !== 'CREATE_COMPLETE') throw new Error(`the stack ended ${status}`);
  cli('cloudformation', 'delete-stack', '--stack-name', STACK);
  for (let waited = 0; waited < 30 && spawnSync('aws', ['--endpoint-url', endpoint, 'cloudformation', 'describe-stacks', '--stack-name', STACK], { env: environment }).status === 0; waited++);
  cli('ec2', 'delete-key-pair', '--key-name', STACK);
  return took;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

export async function measureCreateStack(folder, environment, exported, endpoint, goal) {
  if (!found('aws', '--version', environment)) return 'no aws on PATH';
  const path = template(folder);
  const ours = [1, 2, 3].map(() => createStack({ ...environment, ...exported }, endpoint, path));
  if (!found('moto_server', '-h', environment)) return `no moto_server on PATH; ours takes ${median(ours).toFixed(0)} ms`;
  const port = await freePort();
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { env: environment, stdio: 'ignore' });
  try {
    const url = `http://127.0.0.1:${port}`;
    for (let waited = 0; waited < 200 && !(await fetch(url).then(() => true, () => false)); waited++) await sleep(100);
    const keys = { AWS_ACCESS_KEY_ID: 'moto', AWS_SECRET_ACCESS_KEY: 'moto', AWS_DEFAULT_REGION: 'ap-northeast-1' };
    const theirs = [1, 2, 3].map(() => createStack({ ...environment, ...keys }, url, path));
    goal('create-stack of the lab by the AWS CLI', median(ours) / 1000, (median(theirs) + FABRIC_MS) / 1000, 's', `moto_server: ${(median(theirs) / 1000).toFixed(2)} s, and ${FABRIC_MS / 1000} s until a network is up`);
    return undefined;
  } catch (error) {
    return `moto_server: ${error.message}`;
  } finally {
    moto.kill();
  }
}
