/**
 * `--target aws` held to software that is not ours: moto_server on loopback, as far as it goes. It has no
 * DescribeInstanceInformation: a small proxy answers that one for the instances that moto has named. And it leaves what an executed
 * change set made without the stack's tags, which only its CreateStack gives: the proxy puts them on. And the errors of a target
 * that cannot be reached or does not let one in.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportsOf, Home, root, type Run } from './program.js';

const KEYS = { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing', AWS_EC2_METADATA_DISABLED: 'true' };
const hasMoto = spawnSync('moto_server', ['--help']).status === 0;

/** The port that the system gives out next. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createTcp().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Puts the tag on a stack's instances that says whose they are. Moto reads no signature but the region and service in it. */
async function tagInstances(moto: string): Promise<void> {
  const ask = async (service: string, input: Readonly<Record<string, string>>): Promise<string> => (await fetch(moto, {
    method: 'POST', body: new URLSearchParams(input),
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=testing/20260101/ap-northeast-1/${service}/aws4_request, SignedHeaders=host, Signature=0` },
  })).text();
  const resources = await ask('cloudformation', { Action: 'DescribeStackResources', Version: '2010-05-15', StackName: 'ssmlab' });
  const ids = [...resources.matchAll(/<PhysicalResourceId>(i-[0-9a-f]+)</gu)].map(([, id], i) => [`ResourceId.${i + 1}`, id ?? '']);
  await ask('ec2', { 'Action': 'CreateTags', 'Version': '2016-11-15', 'Tag.1.Key': 'aws:cloudformation:stack-name', 'Tag.1.Value': 'ssmlab', ...Object.fromEntries(ids) as Record<string, string> });
}

describe.skipIf(!hasMoto)(`moto's region${hasMoto ? '' : ' (no moto_server on PATH)'}`, () => {
  const home = new Home();
  const instances = new Set<string>();
  let moto: ChildProcess;
  let proxy: Server;
  let direct = '';
  let environment: NodeJS.ProcessEnv = {};

  beforeAll(async () => {
    const port = await freePort();
    direct = `http://127.0.0.1:${port}`;
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    for (let tries = 0; ; tries++) {
      if (await fetch(direct).then(() => true, () => false)) break;
      if (tries > 300) throw new Error('moto_server does not answer');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    proxy = createServer((incoming, reply) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        if (incoming.headers['x-amz-target'] === 'AmazonSSM.DescribeInstanceInformation') {
          reply.setHeader('content-type', 'application/x-amz-json-1.1');
          reply.end(JSON.stringify({ InstanceInformationList: [...instances].map((InstanceId) => ({ InstanceId, PingStatus: 'Online' })) }));
          return;
        }
        const forward = request(`${direct}${incoming.url}`, { method: incoming.method, headers: incoming.headers }, (answer) => {
          const seen: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => seen.push(chunk)).on('end', () => {
            const body = Buffer.concat(seen);
            for (const [, id] of body.toString().matchAll(/<instanceId>(i-[0-9a-f]+)<\/instanceId>/gu)) instances.add(id ?? '');
            const tagged = Buffer.concat(chunks).includes('Action=ExecuteChangeSet') ? tagInstances(direct) : Promise.resolve();
            void tagged.finally(() => reply.writeHead(answer.statusCode ?? 500, answer.headers).end(body));
          });
        });
        forward.end(Buffer.concat(chunks));
      });
    });
    await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
    environment = { ...KEYS, AWS_REGION: 'ap-northeast-1', AWS_ENDPOINT_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    // Moto wants a size for each volume, which AWS takes from the image.
    const template = home.run(['template']).stdout.replaceAll(/\n {6}BlockDeviceMappings:\n(?: {8}.*\n)+/gu, '\n');
    expect(template).not.toContain('BlockDeviceMappings');
    writeFileSync(join(home.folder, 'lab.yaml'), template);
  });
  afterAll(async () => {
    moto.kill();
    proxy.closeAllConnections();
    await new Promise((resolve) => void proxy.close(resolve));
    home.remove();
  });

  /** Not by `home.run`, which would hold up the proxy. */
  const run = (...args: string[]) => new Promise<Run>((resolve) => {
    const child = spawn(process.execPath, [join(root, 'bin/run.js'), ...args, '--target', 'aws'], { cwd: home.folder, env: { ...home.environment, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('close', (status) => resolve({ status, stdout, stderr, took: 0 }));
  });

  it('has no lab at first', async () => {
    const list = await run('list');
    expect([list.status, list.stderr]).toEqual([3, expect.stringContaining('[no-lab]')]);
    expect(JSON.parse((await run('status', '--json')).stdout)).toMatchObject({ target: 'aws', region: 'ap-northeast-1', account: '123456789012', stack: null });
  });

  it('takes the lab', async () => {
    const deployed = await run('deploy', '--yes', '--ssh-from', '203.0.113.7/32', '--template', join(home.folder, 'lab.yaml'));
    expect(deployed.stderr + deployed.stdout).toMatch(/account 123456789012[\s\S]*Instance4/u);
    expect(deployed.status).toBe(0);
    expect(JSON.parse((await run('status', '--json')).stdout)).toMatchObject({ stack: { name: 'ssmlab', status: 'CREATE_COMPLETE' }, instances: { total: 4, running: 4, online: 4 } });
  });

  it('is listed as moto has it', async () => {
    const { instances: rows } = JSON.parse((await run('list', '--json')).stdout) as { instances: { number: number; name: string; agent: string; privateIpv4: string }[] };
    expect(rows.map(({ number, name, agent }) => `${number} ${name} ${agent}`)).toEqual(['1 Instance1 online', '2 Instance2 online', '3 Instance3 online', '4 Instance4 online']);
  });

  // Moto 5.2 deletes a VPC before what is in it, and fails at that; then its words come through.
  it('is destroyed, or it is said what moto fails at', async () => {
    const destroyed = await run('destroy', '--yes');
    expect(destroyed.stderr).toMatch(/28 resources\n {2}instances {2}Instance1 \(i-/u);
    expect([destroyed.status, destroyed.stderr]).toEqual(destroyed.status === 0 ? [0, expect.stringContaining('Destroyed: no stack')] : [3, expect.stringMatching(/cloudformation DeleteStack: [^\n]*\(DependencyViolation\) +\[aws-error\]/u)]);
  });

  it('names the operation that it does not have', () => {
    const status = home.run(['status', '--target', 'aws'], { environment: { ...environment, AWS_ENDPOINT_URL: direct } });
    expect(status.status).toBe(3);
    expect(status.stderr).toMatch(/127\.0\.0\.1:\d+ answers ssm DescribeInstanceInformation with a web page \(HTTP \d+\), which is no reply of AWS/u);
  });
});

describe('a target AWS that is not there', () => {
  const home = new Home();
  afterAll(() => home.remove());
  const nobody = 'http://127.0.0.1:9';

  it.each<[string, NodeJS.ProcessEnv, string[], number, RegExp]>([
    ['no credentials', { AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: nobody }, ['list'], 3, /no AWS credentials were found[\s\S]*\[credentials-missing\]/u],
    ['a profile that is not there', { AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-west-1' }, ['list', '--profile', 'nope'], 2, /no profile "nope"[\s\S]*\[profile-missing\]/u],
    ['no region', { ...KEYS, AWS_ENDPOINT_URL: nobody }, ['list'], 2, /\[region-missing\][\s\S]*--region/u],
    ['an endpoint that is no URL', { ...KEYS, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: '127.0.0.1:9' }, ['list'], 2, /AWS_ENDPOINT_URL is no http or https URL: "127\.0\.0\.1:9"/u],
    ...(['list', 'status', 'destroy --yes', 'deploy --yes --ssh-from 203.0.113.7/32'].map((command): [string, NodeJS.ProcessEnv, string[], number, RegExp] =>
      [`a dead endpoint, ${command}`, { ...KEYS, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: nobody }, command.split(' '), 3, /nothing answers at 127\.0\.0\.1:9 \(ECONNREFUSED\)[\s\S]*AWS_ENDPOINT_URL leads there/u])),
  ])('%s', (_, environment, args, status, text) => {
    const run = home.run([...args, '--target', 'aws'], { environment });
    expect([run.status, run.stderr]).toEqual([status, expect.stringMatching(text)]);
  });

  it('keys that it does not know', () => {
    expect(home.run(['local', 'start']).status).toBe(0);
    const { AWS_ENDPOINT_URL } = exportsOf(home);
    const run = home.run(['list', '--target', 'aws'], { environment: { ...KEYS, AWS_REGION: 'ap-northeast-1', AWS_ENDPOINT_URL } });
    expect([run.status, run.stderr]).toEqual([3, expect.stringMatching(/does not accept the credentials[\s\S]*\[credentials-wrong\]/u)]);
  });
});
