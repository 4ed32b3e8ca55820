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


function aws(environment, args) {
  const result = spawnSync('aws', args, { env: environment, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`aws ${args.slice(0, 2).join(' ')} ended with ${result.status}: ${result.stderr.trim()}`);
  return result.stdout;
}

/** The lab without its own volumes: moto cannot read a volume that keeps the size of its image. */
function template(folder) {
  const path = join(folder, 'lab.yaml');
  writeFileSync(path, readFileSync(join(root, 'src/lib/lab/template.yaml'), 'utf8').replaceAll(/^( +)BlockDeviceMappings:.*\n(?:\1[ -].*\n)+/gm, ''));
  return path;
}

/** Milliseconds from the start of `aws cloudformation create-stack` until it has ended and the stack's own last event says that it is complete. */
function createStack(environment, endpoint, path, name) {
  const cli = (...args) => aws(environment, ['--endpoint-url', endpoint, '--output', 'text', ...args]);
  cli('ec2', 'create-key-pair', '--key-name', name);
  const started = Date.now();
  cli('cloudformation', 'create-stack', '--stack-name', name, '--capabilities', 'CAPABILITY_IAM', '--template-body', `file://${path}`, '--parameters', `ParameterKey=KeyName,ParameterValue=${name}`);
  const answered = Date.now();
  let status = '';
  do {
    status = cli('cloudformation', 'describe-stacks', '--stack-name', name, '--query', 'Stacks[0].StackStatus').trim();
  } while (status === 'CREATE_IN_PROGRESS');
  if (status !== 'CREATE_COMPLETE') throw new Error(`the stack ended ${status}`);
  const complete = Date.parse(cli('cloudformation', 'describe-stack-events', '--stack-name', name, '--query', 'StackEvents[0].Timestamp').trim());
  return Math.max(answered, complete) - started;
}

/** Deletes it and waits: what is measured after it has to find the region empty. moto cannot delete the lab. */
function deleteStack(environment, endpoint, name) {
  const cli = (...args) => spawnSync('aws', ['--endpoint-url', endpoint, ...args], { env: environment });
  cli('cloudformation', 'delete-stack', '--stack-name', name);
  for (let waited = 0; waited < 30 && cli('cloudformation', 'describe-stacks', '--stack-name', name).status === 0; waited++);
  cli('ec2', 'delete-key-pair', '--key-name', name);
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
  const ours = ['bench-1', 'bench-2', 'bench-3'].map((name) => {
    const took = createStack({ ...environment, ...exported }, endpoint, path, name);
    deleteStack({ ...environment, ...exported }, endpoint, name);
    return took;
  });
  if (!found('moto_server', '-h', environment)) return `no moto_server on PATH; ours takes ${median(ours).toFixed(0)} ms`;
  const port = await freePort();
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { env: environment, stdio: 'ignore' });
  try {
    const url = `http://127.0.0.1:${port}`;
    for (let waited = 0; waited < 200 && !(await fetch(url).then(() => true, () => false)); waited++) await sleep(100);
    const keys = { AWS_ACCESS_KEY_ID: 'moto', AWS_SECRET_ACCESS_KEY: 'moto', AWS_DEFAULT_REGION: 'ap-northeast-1' };
    const theirs = ['bench-1', 'bench-2', 'bench-3'].map((name) => createStack({ ...environment, ...keys }, url, path, name));
    goal('create-stack of the lab by the AWS CLI', median(ours) / 1000, (median(theirs) + FABRIC_MS) / 1000, 's', `moto_server: ${(median(theirs) / 1000).toFixed(2)} s, and ${FABRIC_MS / 1000} s until a network is up`);
    return undefined;
  } catch (error) {
    return `moto_server: ${error.message}`;
  } finally {
    moto.kill();
  }
}
