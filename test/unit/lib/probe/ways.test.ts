import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import type { KnownInstance } from '../../../../src/lib/inventory/instance.js';
import { lineOf } from '../../../../src/lib/probe/line-of.js';
import { wayInto } from '../../../../src/lib/probe/run-line.js';
import { chooseClient, commandRequest, pluginSession, sessionStarter, startOn } from '../../../../src/lib/probe/session-way.js';
import type { Plugin } from '../../../../src/lib/session/plugin.js';
import type { Target } from '../../../../src/lib/target/target.js';

const target = (over: Partial<Target> = {}): Target => ({
  kind: 'local', region: 'ap-northeast-1', credentials: async () => ({ accessKeyId: 'LAB', secretAccessKey: 's' }), endpoint: 'http://127.0.0.1:4566',
  dial: () => Promise.reject(new Error('not used')), pollSeconds: 0, payloadBytes: 1024, defaultClient: 'native', fabric: 'computed', ...over,
});
const instance = (over: Partial<KnownInstance> = {}): KnownInstance => ({
  number: 3, name: 'Instance3', instanceId: 'i-3', path: 'none', auth: 'none', inbound: [], subnetId: null, vpcId: null, privateIpv4: null, publicIpv4: null, publicDnsName: null,
  keyName: null, instanceProfile: null, state: 'running', agent: 'connection-lost', logicalId: 'Instance3', privateDnsName: null, egress: 'none', labNumber: null, ...over,
});
const session = { sessionId: 's-1', tokenValue: 't', streamUrl: 'ws://127.0.0.1:4566/v1/data-channel/s-1' };

describe('lineOf', () => {
  it.each([
    [['exit 7'], 'exit 7'],
    [['sh', '-c', 'exit 7'], 'sh -c \'exit 7\''],
    [['echo', 'a b', '$HOME', 'it\'s'], 'echo \'a b\' \'$HOME\' \'it\'\\\'\'s\''],
  ])('%j → %s', (words, want) => expect(lineOf(words)).toBe(want));
});

describe('wayInto', () => {
  it.each([
    ['what is open', { auth: 'session-manager' as const }, 'session-manager'],
    ['SSH that is shut, so that the error says so', { keyName: 'k' }, 'ssh-key-pair'],
  ])('takes %s', (_, over, want) => expect(wayInto(instance(over))).toBe(want));
  it('says so when there is none', () => expect(() => wayInto(instance())).toThrow(/has no way in/u));
});

describe('chooseClient', () => {
  type Find = () => Promise<Plugin | undefined>;
  const supported: Find = async () => ({ version: '1.2.764.0' });
  const old: Find = async () => ({ version: '1.2.0.0' });
  const absent: Find = async () => undefined;
  it.each([
    ['auto on loopback', 'auto', 'ws://127.0.0.1:1/x', supported, 'native'],
    ['auto with a plugin', 'auto', 'wss://ssmmessages.eu-west-1.amazonaws.com/x', supported, 'plugin'],
    ['auto with an old one', 'auto', 'wss://ssmmessages.eu-west-1.amazonaws.com/x', old, 'native'],
    ['auto without', 'auto', 'wss://ssmmessages.eu-west-1.amazonaws.com/x', absent, 'native'],
    ['what was asked for', 'plugin', 'ws://127.0.0.1:1/x', absent, 'plugin'],
  ] as const)('%s', async (_, asked, url, find, want) => expect(await chooseClient({}, asked, url, find)).toBe(want));
  it('auto where ssmmessages has an endpoint of its own', async () => {
    const [url, target] = ['wss://vpce-1.ssmmessages.eu-west-1.vpce.amazonaws.com/x', { serviceEndpoints: { ssmmessages: 'https://vpce-1.ssmmessages.eu-west-1.vpce.amazonaws.com' } }];
    expect([await chooseClient(target, 'auto', url, supported), await chooseClient(target, 'plugin', url, supported)]).toEqual(['native', 'plugin']);
  });
});

describe('sessions', () => {
  it('start apart where the target wants it, at once elsewhere, and in order', async () => {
    const at: number[] = [];
    const begin = async () => {
      at.push(performance.now());
      return session;
    };
    const start = sessionStarter(target({ sessionIntervalMs: 30 }), begin);
    await Promise.all(['a', 'b', 'c'].map((instanceId) => start({ instanceId })));
    expect((at[2] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(55);
    const order: string[] = [];
    const free = sessionStarter(target(), async ({ instanceId }) => (order.push(instanceId), session));
    await Promise.all(['a', 'b'].map((instanceId) => free({ instanceId })));
    expect(order).toEqual(['a', 'b']);
  });
  it('go on after one that failed', async () => {
    let calls = 0;
    const start = sessionStarter(target({ sessionIntervalMs: 1 }), async () => (++calls === 1 ? Promise.reject(new Error('x')) : session));
    await expect(start({ instanceId: 'a' })).rejects.toThrow('x');
    expect(await start({ instanceId: 'b' })).toBe(session);
  });
  it('say what the instance lacks', async () => {
    const lost = startOn(() => Promise.reject(new SsmlabError('not-connected', 'AWS\'s text')), instance(), commandRequest('i-3', 'true'));
    await expect(lost).rejects.toMatchObject({ code: 'not-connected', message: 'no session opens on Instance3 (i-3): the connection to its agent is lost', hint: expect.stringMatching(/^run `ssmlab explain 3` /u) as string });
  });
  it('give the plugin the lab\'s keys by the environment, and no profile', async () => {
    const { environment, endpoint, request } = await pluginSession(target(), session, { instanceId: 'i-3' });
    expect(environment).toMatchObject({ AWS_ACCESS_KEY_ID: 'LAB' });
    expect(environment).not.toHaveProperty('AWS_PROFILE');
    expect([endpoint, request]).toEqual(['http://127.0.0.1:4566', { Target: 'i-3' }]);
  });
});
