/** Sessions whose answers do not arrive, at a service that keeps count of them. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endSession, startSession } from '../../../../src/lib/aws/ssm.js';
import type { Target } from '../../../../src/lib/target/target.js';

type Body = Readonly<Record<string, unknown>>;
const PATIENCE_MS = 200;

let active: { SessionId: string; Target: string; Reason: string }[] = [];
/** Operations as they were called. */
const called: string[] = [];
/** What becomes of the answer to a request that was carried out; undefined: it is sent. */
let fate: (operation: string, nth: number) => 'late' | 'lost' | 'throttled' | 'cut' | undefined;

const ACT: Readonly<Record<string, (body: Body) => Body>> = {
  StartSession: ({ Target: on, Reason }) => {
    active.push({ SessionId: `s-${called.length}`, Target: String(on), Reason: String(Reason) });
    return { SessionId: `s-${called.length}`, TokenValue: 't', StreamUrl: 'wss://host/' };
  },
  // One a page: whoever stops after the first finds none.
  DescribeSessions: ({ Filters, NextToken }) => {
    const on = (Filters as { key: string; value: string }[]).find(({ key }) => key === 'Target')?.value;
    const all = active.filter((session) => session.Target === on);
    const at = Number(NextToken ?? 0);
    return { Sessions: all.slice(at, at + 1), ...(at + 1 < all.length ? { NextToken: String(at + 1) } : {}) };
  },
  TerminateSession: ({ SessionId }) => {
    active = active.filter((session) => session.SessionId !== SessionId);
    return { SessionId };
  },
};

const say = (reply: ServerResponse, value: unknown, status = 200): void => void reply.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(value));
const server = createServer((request, reply) => {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', async () => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    called.push(operation);
    const what = fate(operation, called.filter((one) => one === operation).length);
    if (what === 'throttled') return say(reply, { __type: 'ThrottlingException', message: 'Rate exceeded' }, 400);
    if (what === 'cut') return void request.socket.resetAndDestroy();
    const answer = ACT[operation]?.(JSON.parse(text) as Body) ?? {};
    if (what === 'lost') return void request.socket.resetAndDestroy();
    if (what === 'late') await sleep(PATIENCE_MS * 2);
    return say(reply, answer);
  });
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  called.length = 0;
  // Somebody else's, on the same instance: it has another reason.
  active = [{ SessionId: 'of-another', Target: 'i-1', Reason: 'ssmlab of-another' }];
});

const left: [string, string][] = [];
const target = (): Target => ({
  kind: 'aws', region: 'eu-west-1', credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }), endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  dial: () => Promise.reject(new Error('not used')), pollSeconds: 0, payloadBytes: 1024, defaultClient: 'native', fabric: 'aws', patienceMs: PATIENCE_MS, pauseScale: 0.02,
  onSessionLeft: (sessionId, { message }) => void left.push([sessionId, message]),
});
const open = (): string[] => active.map(({ SessionId }) => SessionId);
beforeEach(() => void (left.length = 0));

describe('a session', () => {
  it('is started by one call', async () => {
    fate = () => undefined;
    expect(await startSession(target(), { instanceId: 'i-1' })).toMatchObject({ sessionId: 's-1' });
    expect([called, open()]).toEqual([['StartSession'], ['of-another', 's-1']]);
  });

  // Who is silent is asked twice, and no more.
  it.each([['late', 1], ['lost', 2]] as const)('whose answer is %s %d times is started anew, and the first ones are ended', async (what, times) => {
    fate = (operation, nth) => (operation === 'StartSession' && nth <= times ? what : undefined);
    expect(await startSession(target(), { instanceId: 'i-1' })).toMatchObject({ sessionId: `s-${times + 1}` });
    expect(open()).toEqual(['of-another', `s-${times + 1}`]);
  });

  it('that is silent twice is given up, and none is left behind', async () => {
    fate = (operation) => (operation === 'StartSession' ? 'late' : undefined);
    await expect(startSession(target(), { instanceId: 'i-1' })).rejects.toMatchObject({ code: 'endpoint-unreachable' });
    expect(called.filter((one) => one === 'StartSession')).toHaveLength(2);
    expect(open()).toEqual(['of-another']);
  });

  it('none of whose answers arrives is not left behind', async () => {
    fate = (operation) => (operation === 'StartSession' ? 'lost' : undefined);
    await expect(startSession(target(), { instanceId: 'i-1' })).rejects.toMatchObject({ code: 'endpoint-unreachable' });
    expect(called.filter((one) => one === 'StartSession')).toHaveLength(5);
    expect(open()).toEqual(['of-another']);
  });

  it('is refused with the service\'s own error though nothing can be looked up', async () => {
    fate = (operation, nth) => (operation === 'StartSession' ? (nth === 1 ? 'lost' : 'throttled') : 'cut');
    await expect(startSession(target(), { instanceId: 'i-1' })).rejects.toMatchObject({ code: 'aws-error', message: expect.stringContaining('Rate exceeded') as string });
  });

  it.each(['late', 'lost', 'throttled', 'cut'] as const)('is ended though the first answer is %s, and nobody hears of that', async (what) => {
    fate = (_operation, nth) => (nth === 1 ? what : undefined);
    await endSession(target(), 'of-another');
    expect([open(), left]).toEqual([[], []]);
  });

  it('that could not be ended is told of, with why; nothing is thrown', async () => {
    fate = () => 'throttled';
    await endSession(target(), 'of-another');
    expect([open(), left]).toEqual([['of-another'], [['of-another', expect.stringContaining('Rate exceeded')]]]);
  });
});
