/** Create-stack of the lab through the AWS CLI, here and on moto_server beside it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../scripts/build.mjs';

const found = (program, question, environment) => spawnSync(program, [question], { env: environment }).status === 0;

function aws(environment, args) {
  const result = spawnSync('aws', args, { env: environment, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`aws ${args.slice(4, 6).join(' ')} ended with ${result.status}: ${result.stderr.trim()}`);
  return result.stdout;
}

/** The lab without its own volumes: moto cannot read a volume that keeps the size of its image. Each round has a text of its own: the region keeps templates as read. */
function template(folder, name) {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, `# ${name}\n${readFileSync(join(root, 'src/lib/lab/template.yaml'), 'utf8')}`.replaceAll(/^( +)BlockDeviceMappings:.*\n(?:\1[ -].*\n)+/gm, ''));
  return path;
}

/** What has to come up one after the other: instance 3 has its way out only when the NAT gateway has come up. */
const CHAIN = ['NATGateway', 'Instance3'];

/**
 * The fabric's time, milliseconds: how long the stack, by its own events, had made the members of the chain and waited for their network and machines to be up.
 * All else that happens meanwhile, and CloudFormation's own steps between them, is not in it.
 */
function fabricTime(events) {
  const at = (name, what) => Date.parse(events.find(([, logicalId, status, reason]) => logicalId === name && (status === what || reason === what))[0]);
  return CHAIN.reduce((sum, name) => sum + at(name, 'CREATE_COMPLETE') - at(name, 'Resource creation Initiated'), 0);
}

/**
 * From the start of `aws cloudformation create-stack`, milliseconds: `last`, until it has ended and the stack's own last event says that it is complete;
 * `seen`, until the AWS CLI, asked again and again as its waiter does but without a pause, has told so.
 */
function createStack(environment, endpoint, path, name) {
  const cli = (...args) => aws(environment, ['--endpoint-url', endpoint, '--output', 'json', ...args]);
  cli('ec2', 'create-key-pair', '--key-name', name);
  const started = Date.now();
  cli('cloudformation', 'create-stack', '--stack-name', name, '--capabilities', 'CAPABILITY_IAM', '--template-body', `file://${path}`, '--parameters', `ParameterKey=KeyName,ParameterValue=${name}`);
  const answered = Date.now();
  let status = '';
  do {
    status = JSON.parse(cli('cloudformation', 'describe-stacks', '--stack-name', name, '--query', 'Stacks[0].StackStatus'));
  } while (status === 'CREATE_IN_PROGRESS');
  const seen = Date.now() - started;
  if (status !== 'CREATE_COMPLETE') throw new Error(`the stack ended ${status}`);
  const events = JSON.parse(cli('cloudformation', 'describe-stack-events', '--stack-name', name, '--query', 'StackEvents[].[Timestamp,LogicalResourceId,ResourceStatus,ResourceStatusReason]'));
  return { seen, last: Math.max(answered, Date.parse(events[0][0])) - started, events };
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
  if (!found('moto_server', '-h', environment)) return 'no moto_server on PATH';
  const port = await freePort();
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { env: environment, stdio: 'ignore' });
  try {
    const url = `http://127.0.0.1:${port}`;
    for (let waited = 0; waited < 200 && !(await fetch(url).then(() => true, () => false)); waited++) await sleep(100);
    const keys = { AWS_ACCESS_KEY_ID: 'moto', AWS_SECRET_ACCESS_KEY: 'moto', AWS_DEFAULT_REGION: 'ap-northeast-1' };
    const ours = [];
    const theirs = [];
    // In turns, so that the machine's moods hit both alike.
    for (const name of ['bench-1', 'bench-2', 'bench-3', 'bench-4', 'bench-5']) {
      const path = template(folder, name);
      theirs.push(createStack({ ...environment, ...keys }, url, path, name));
      ours.push(createStack({ ...environment, ...exported }, endpoint, path, name));
      deleteStack({ ...environment, ...exported }, endpoint, name);
    }
    const fabric = median(ours.map(({ events }) => fabricTime(events))) / 1000;
    const [last, seen, motoLast, motoSeen] = [ours.map((one) => one.last), ours.map((one) => one.seen), theirs.map((one) => one.last), theirs.map((one) => one.seen)].map((times) => median(times) / 1000);
    goal('create-stack of the lab by the AWS CLI', last, motoLast + fabric, 's', `until its last event; moto_server: ${motoLast.toFixed(2)} s, the fabric: ${fabric.toFixed(2)} s`);
    goal('the same, seen by the AWS CLI', seen, motoSeen + fabric, 's', `by polling; moto_server: ${motoSeen.toFixed(2)} s, the fabric: ${fabric.toFixed(2)} s`);
    return undefined;
  } catch (error) {
    return `moto_server: ${error.message}`;
  } finally {
    moto.kill();
  }
}
