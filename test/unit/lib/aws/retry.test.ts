/** Calls that are throttled, or whose answers come too late, by the SDK's clients against a real listener. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createChangeSet, executeChangeSet } from '../../../../src/lib/aws/change-sets.js';
import { describeInstances, findKeyPair, importKeyPair } from '../../../../src/lib/aws/ec2.js';
import { generateDataKey } from '../../../../src/lib/aws/kms.js';
import { patienceOf } from '../../../../src/lib/aws/patience.js';
import { createSchedule } from '../../../../src/lib/aws/scheduler.js';
import { describeAgents } from '../../../../src/lib/aws/ssm.js';
import { resolveTarget } from '../../../../src/lib/target/resolve.js';
import type { Target } from '../../../../src/lib/target/target.js';

interface Asked {
  readonly operation: string;
  readonly body: string;
  readonly at: number;
}

const asked: Asked[] = [];
/** What the n-th request of an operation, from 1, is answered with. */
let answer: (operation: string, nth: number, reply: ServerResponse, body: string) => void | Promise<void>;

const server = createServer((request: IncomingMessage, reply) => {
  let body = '';
  request.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => {
    const target = request.headers['x-amz-target'];
    const operation = typeof target === 'string' ? (target.split('.')[1] ?? '') : (new URLSearchParams(body).get('Action') ?? `${request.method} ${request.url}`);
    asked.push({ operation, body, at: performance.now() });
    void answer(operation, of(operation).length, reply, body);
  });
});
const of = (operation: string): Asked[] => asked.filter((one) => one.operation === operation);

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => void (asked.length = 0));

const PATIENCE_MS = 300;
/** A target of its own for each test, since rates are kept with clients. */
const target = (more: Partial<Target> = {}): Target => ({
  kind: 'aws', region: 'eu-west-1', credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }), endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  dial: () => Promise.reject(new Error('not used')), pollSeconds: 0, payloadBytes: 1024, defaultClient: 'native', fabric: 'aws', patienceMs: PATIENCE_MS, pauseScale: 0.05, ...more,
});

const xml = (reply: ServerResponse, text: string, status = 200): void => void reply.writeHead(status, { 'content-type': 'text/xml' }).end(text);
const json = (reply: ServerResponse, value: unknown, status = 200): void => void reply.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(value));
const throttled = (reply: ServerResponse): void => xml(reply, '<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>1</RequestID></Response>', 503);
const NO_INSTANCES = '<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>';
const NO_KEYS = '<DescribeKeyPairsResponse><keySet/></DescribeKeyPairsResponse>';

describe('a call that is throttled', () => {
  it('holds back none of the other operations', async () => {
    answer = (operation, nth, reply) => (operation === 'DescribeInstances' && nth === 1 ? throttled(reply) : xml(reply, operation === 'DescribeInstances' ? NO_INSTANCES : NO_KEYS));
    const at = target({ pauseScale: 1 });
    const held = describeInstances(at, []);
    while (asked.length === 0) await sleep(5);
    await sleep(20);
    const began = performance.now();
    for (let each = 0; each < 20; each += 1) await findKeyPair(at, 'a');
    expect(performance.now() - began, 'of twenty others').toBeLessThan(1000);
    expect(await held).toEqual([]);
    expect(of('DescribeInstances')).toHaveLength(2);
  });

  it('for good, or without an answer, leaves the others their tries', async () => {
    answer = (operation, nth, reply) => {
      if (operation === 'DescribeInstances' || nth === 1) reply.destroy();
      else xml(reply, NO_KEYS);
    };
    const at = target();
    const failed = await Promise.allSettled(Array.from({ length: 20 }, () => describeInstances(at, [])));
    expect(failed.map(({ status }) => status)).toEqual(failed.map(() => 'rejected'));
    // Twenty, and the 35 more that the SDK's quota of 500 has at 14 each.
    expect(of('DescribeInstances')).toHaveLength(55);
    expect(await findKeyPair(at, 'a')).toBeUndefined();
    expect(of('DescribeKeyPairs')).toHaveLength(2);
  });

  it.each([['adaptive', true], ['standard', false]] as const)('has a rate from then on, and not one that it crawls at, in the mode %s: %s', async (mode, isHeld) => {
    answer = (_operation, nth, reply) => (nth === 1 ? throttled(reply) : xml(reply, NO_INSTANCES));
    const at = target({ pauseScale: 1, retries: { mode, maxAttempts: 3 } });
    await describeInstances(at, []);
    const began = performance.now();
    await Promise.all(Array.from({ length: 5 }, () => describeInstances(at, [])));
    const took = performance.now() - began;
    // Half a call a second, until what was sent is measured.
    expect(took > 1000).toBe(isHeld);
    expect(took).toBeLessThan(8000);
  });

  it('is tried as often as AWS_MAX_ATTEMPTS or the profile says: by a client of the SDK\'s, and beside them', async () => {
    answer = (_operation, _nth, reply) => throttled(reply);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA').stubEnv('AWS_SECRET_ACCESS_KEY', 's');
    const at = await resolveTarget({ kind: 'aws', region: 'eu-west-1', home: '/nowhere', environment: { AWS_ENDPOINT_URL: target().endpoint, AWS_MAX_ATTEMPTS: '2' } });
    await expect(describeInstances({ ...at, pauseScale: 0.05 }, [])).rejects.toMatchObject({ code: 'aws-error' });
    await expect(generateDataKey({ ...at, pauseScale: 0.05 }, 'key', 64, {})).rejects.toMatchObject({ code: 'aws-error' });
    vi.unstubAllEnvs();
    expect(asked.map(({ operation }) => operation)).toEqual(['DescribeInstances', 'DescribeInstances', 'GenerateDataKey', 'GenerateDataKey']);
  });

  it('is tried five times, then told, with what to do', async () => {
    answer = (_operation, _nth, reply) => throttled(reply);
    await expect(describeInstances(target(), [])).rejects.toMatchObject({ code: 'aws-error', message: 'ec2 DescribeInstances: Request limit exceeded. (RequestLimitExceeded)', hint: expect.stringContaining('wait a minute') as string });
    expect(asked).toHaveLength(5);
  });
});

/** Keeps the first answer back for longer than the caller waits; `made`: what is answered to each request. */
function firstIsLate(made: (reply: ServerResponse, nth: number, body: string) => void): void {
  answer = async (_operation, nth, reply, body) => {
    if (nth === 1) await sleep(PATIENCE_MS * 2);
    if (!reply.destroyed) made(reply, nth, body);
  };
}

const member = (name: string): unknown[] => asked.map(({ body }) => (body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>)[name] : new URLSearchParams(body).get(name)));

describe('a call whose answer comes too late', () => {
  it('is made again: a read', async () => {
    firstIsLate((reply) => json(reply, { InstanceInformationList: [{ InstanceId: 'i-1' }] }));
    // From the call on: on a busy machine the service may be late to see the first try.
    const began = performance.now();
    expect(await describeAgents(target())).toEqual([{ InstanceId: 'i-1' }]);
    expect(asked).toHaveLength(2);
    expect((asked[1]?.at ?? 0) - began).toBeGreaterThanOrEqual(PATIENCE_MS - 5);
  });

  it('is given up after two, with the host and why, and is told of while it is waited for', async () => {
    answer = () => undefined;
    const told: unknown[] = [];
    const { port } = server.address() as AddressInfo;
    await expect(describeAgents(target({ patienceMs: 60, onSilence: (silence) => void told.push(silence) }))).rejects.toMatchObject({ code: 'endpoint-unreachable', message: expect.stringMatching(/^nothing answers at 127\.0\.0\.1:\d+ \((?:TimeoutError|ETIMEDOUT)\)$/u) as string });
    expect(asked).toHaveLength(2);
    expect(told).toEqual(Array.from({ length: 2 }, () => expect.objectContaining({ who: `127.0.0.1:${port}`, asked: 'DescribeInstanceInformation', afterMs: 30 }) as unknown));
  });

  it.each<[string, (at: Target) => Promise<unknown>]>([
    ['ec2 DescribeInstances', (at) => describeInstances(at, [])],
    ['ssm DescribeInstanceInformation', (at) => describeAgents(at)],
    ['kms GenerateDataKey', (at) => generateDataKey(at, 'key', 64, {})],
  ])('is given up after two when it has begun and does not go on, and is told of: %s', async (name, call) => {
    answer = (_operation, _nth, reply) => void reply.writeHead(200, { 'content-length': '100' }).write('{');
    const told: unknown[] = [];
    await expect(call(target({ patienceMs: 60, onSilence: ({ asked: operation }) => void told.push(operation) }))).rejects.toMatchObject({ code: 'endpoint-unreachable', message: expect.stringMatching(new RegExp(`^127\\.0\\.0\\.1:\\d+ began its answer to ${name} and did not go on$`, 'u')) as string, hint: expect.any(String) as string });
    expect(asked).toHaveLength(2);
    expect(told).toEqual([name.split(' ')[1], name.split(' ')[1]]);
  });

  it('is waited for as long as it goes on', async () => {
    answer = async (_operation, _nth, reply) => {
      reply.writeHead(200, { 'content-type': 'text/xml' });
      for (const part of NO_INSTANCES.match(/.{1,8}/gu) ?? []) {
        reply.write(part);
        await sleep(40);
      }
      reply.end();
    };
    expect(await describeInstances(target({ patienceMs: 200 }), [])).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it('is told of as it is waited for, and not when it has come', async () => {
    const told: unknown[] = [];
    answer = (_operation, _nth, reply) => json(reply, { InstanceInformationList: [] });
    await describeAgents(target({ patienceMs: 60, onSilence: (silence) => void told.push(silence) }));
    await sleep(60);
    expect(told).toEqual([]);
  });

  it('has more time where it makes something, and on this machine', () => {
    expect(['DescribeStacks', 'ListRoles', 'GetCallerIdentity', 'CreateChangeSet', 'StartSession', 'SimulatePrincipalPolicy'].map((operation) => patienceOf({ kind: 'aws' }, operation) / 1000)).toEqual([20, 20, 20, 60, 60, 60]);
    expect(patienceOf({ kind: 'local' }, 'DescribeStacks')).toBe(60_000);
    expect(patienceOf({ kind: 'aws', patienceMs: 1500 }, 'DescribeStacks')).toBe(1500);
  });

  it.each([
    ['CreateChangeSet', 'ClientToken', (at: Target) => createChangeSet(at, { name: 's', changeSet: 'ssmlab-1', type: 'CREATE', template: '{}', parameters: {}, tags: {} }), '<CreateChangeSetResponse><CreateChangeSetResult><Id>arn:c</Id><StackId>arn:s</StackId></CreateChangeSetResult></CreateChangeSetResponse>', { changeSetId: 'arn:c', stackId: 'arn:s' }],
    ['ExecuteChangeSet', 'ClientRequestToken', (at: Target) => executeChangeSet(at, 'arn:c'), '<ExecuteChangeSetResponse><ExecuteChangeSetResult/></ExecuteChangeSetResponse>', undefined],
  ])('is marked as the same one: %s by its %s', async (_operation, token, call, reply, result) => {
    firstIsLate((to) => xml(to, reply));
    expect(await call(target())).toEqual(result);
    const [first, second, ...more] = member(token);
    expect([first, more]).toEqual([expect.stringMatching(/^[a-zA-Z0-9][-a-zA-Z0-9]*$/u), []]);
    expect(second).toBe(first);
    // Another time it is another.
    await call(target());
    if (token === 'ClientRequestToken') expect(member(token)[2]).not.toBe(first);
  });

  it('is marked as the same one: CreateSchedule by its ClientToken', async () => {
    firstIsLate((reply) => json(reply, { ScheduleArn: 'arn' }));
    await createSchedule(target(), { name: 'n', at: new Date(), target: 'arn', roleArn: 'arn', input: {}, description: '' });
    expect(member('ClientToken')).toEqual([expect.any(String), member('ClientToken')[0]]);
  });

  it('that has no mark, ImportKeyPair, finds what the first one made', async () => {
    firstIsLate((reply, nth) => (nth === 1 ? xml(reply, '<ImportKeyPairResponse/>') : xml(reply, '<Response><Errors><Error><Code>InvalidKeyPair.Duplicate</Code><Message>is there</Message></Error></Errors></Response>', 400)));
    // What is there under the name is compared with what was sent: lib/stack/key-pair.
    expect(await importKeyPair(target(), 'lab-key', 'ssh-ed25519 AAAA', {})).toBe(false);
    expect(asked).toHaveLength(2);
  });
});
