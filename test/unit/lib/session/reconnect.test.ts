import { afterEach, describe, expect, it, vi } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { MESSAGE_TYPE, PAYLOAD_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import { openDataChannel, type DataChannel, type DataChannelOptions } from '../../../../src/lib/session/data-channel.js';
import { Reconnector, type StreamAddress } from '../../../../src/lib/session/reconnect.js';
import { startGateway, type Gateway, type GatewayOptions, type Peer } from './gateway-double.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each();
});

async function gateway(options: GatewayOptions = { resumes: true }): Promise<Gateway> {
  const started = await startGateway(options);
  cleanups.push(() => started.close());
  return started;
}

type More = Partial<DataChannelOptions> & { readonly address?: (() => Promise<StreamAddress | undefined>) | undefined; readonly budgetMs?: number; readonly refusedMs?: number };

async function opened(server: Gateway, { address, budgetMs, refusedMs, ...more }: More = {}): Promise<{ channel: DataChannel; peer: Peer; losses: string[] }> {
  const losses: string[] = [];
  let tokens = 1;
  const opening = openDataChannel({
    streamUrl: server.url, tokenValue: 'token-1', sessionId: 'demo-0123', payloadBytes: 1024,
    reconnect: { resume: address ?? (async () => ({ streamUrl: `${server.url}&cell-number=${(tokens += 1)}`, tokenValue: `token-${tokens}` })), firstPauseMs: 1, budgetMs, refusedMs },
    onLost: (why) => losses.push(why.message),
    ...more,
  });
  const peer = await server.client();
  peer.say(PAYLOAD_TYPE.output, 'sh-5.2$ ');
  const channel = await opening;
  cleanups.push(() => channel.close());
  return { channel, peer, losses };
}

async function failure(channel: DataChannel): Promise<SsmlabError> {
  try {
    for await (const _ of channel.messages());
  } catch (error) {
    if (error instanceof SsmlabError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

const collect = async (channel: DataChannel): Promise<string> => {
  let text = '';
  for await (const { payload } of channel.messages()) text += payload.toString();
  return text;
};

describe('a cut stream', () => {
  it('goes on at the new address with a fresh token and the same client, nothing lost or doubled', async () => {
    const server = await gateway({ resumes: true });
    const { channel, peer, losses } = await opened(server);
    await channel.write(Buffer.from('before '));
    expect(await channel.flushed()).toBe(true);
    const unheard = peer.frame(PAYLOAD_TYPE.output, 'said into the cut ');
    peer.socket.terminate();
    const typing = channel.write(Buffer.from('in between '));
    const again = await server.client();
    again.socket.send(unheard);
    again.say(PAYLOAD_TYPE.output, 'after');
    await typing;
    expect(await channel.flushed()).toBe(true);
    again.closeChannel('done');
    expect(await collect(channel)).toBe('sh-5.2$ said into the cut after');
    expect([again.typed.toString(), channel.output, channel.over]).toEqual(['before in between ', 'done', true]);
    expect(again.open).toMatchObject({ tokenValue: 'token-2', clientId: peer.open?.role === 'client' ? peer.open.clientId : '' });
    expect(again.request.url).toBe(`${peer.request.url}&cell-number=2`);
    expect(losses).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+ closed the stream of session demo-0123 \(1006\)$/)]);
  });

  it('signs each upgrade with credentials as they are by then, for those of the hour before have expired', async () => {
    const server = await gateway();
    let hour = 0;
    const credentials = async () => ({ accessKeyId: `ASIA${hour}`, secretAccessKey: 's', sessionToken: `token-${hour}` });
    const { peer } = await opened(server, { signer: { region: 'eu-west-1', credentials } });
    hour = 1;
    peer.socket.terminate();
    const again = await server.client();
    const of = ({ request }: Peer) => [/Credential=(\w+)\//u.exec(request.headers.authorization ?? '')?.[1], request.headers['x-amz-security-token']];
    expect([of(peer), of(again)]).toEqual([['ASIA0', 'token-0'], ['ASIA1', 'token-1']]);
  });

  it('survives many cuts in the middle of both directions', async () => {
    let heard = 0;
    const server = await gateway({ resumes: true, hears: (message) => message.messageType !== MESSAGE_TYPE.inputStreamData || (heard += 1) % 7 !== 3 });
    const { channel, peer } = await opened(server);
    const sent = Buffer.alloc(300_000, 'abcdefghijklmnopqrstuvwxyz0123456789');
    const writing = channel.write(sent);
    let current = peer;
    for (let cut = 0; cut < 5; cut += 1) {
      const goal = (cut + 1) * 40_000;
      await current.until(() => current.typed.length >= goal);
      current.socket.terminate();
      current = await server.client();
    }
    await writing;
    expect(await channel.flushed()).toBe(true);
    expect(current.typed.equals(sent)).toBe(true);
  });

  it('is noticed also when it only falls silent', async () => {
    const server = await gateway();
    const { peer, losses } = await opened(server, { pingAfterMs: 40, pongWithinMs: 60 });
    peer.socket.pause();
    const again = await server.client();
    await again.until(() => again.open !== undefined);
    expect(losses).toEqual([expect.stringMatching(/^nothing was heard from 127\.0\.0\.1:\d+ for \d+ s$/)]);
  });

  it('keeps what is typed meanwhile and can be left', async () => {
    const server = await gateway();
    const { channel, peer } = await opened(server, { address: () => new Promise(() => undefined) });
    peer.socket.terminate();
    const reading = collect(channel);
    await channel.write(Buffer.from('typed'));
    expect(channel.open).toBe(true);
    channel.close();
    expect(await reading).toBe('sh-5.2$ ');
    expect(channel.over).toBe(false);
  });
});

describe('no way back', () => {
  it('the service says that the session is over', async () => {
    const server = await gateway();
    const { channel, peer } = await opened(server, { address: async () => undefined });
    peer.socket.terminate();
    expect(await failure(channel)).toMatchObject({ code: 'session-failed', message: expect.stringMatching(/^session demo-0123 is over: the service ended it while the connection was lost \(127\.0\.0\.1:\d+ closed the stream of session demo-0123 \(1006\)\)$/) });
    expect(channel.over).toBe(true);
  });

  it('the budget is used up: host, port, cause, and how long it was tried', async () => {
    const server = await startGateway({ resumes: true });
    const { channel } = await opened(server, { budgetMs: 60 });
    await server.close();
    const error = await failure(channel);
    expect(error.code).toBe('stream-unreachable');
    expect(error.message).toMatch(/^the stream at 127\.0\.0\.1:\d+ cannot be reached: ECONNREFUSED; the way back was sought for 0 s$/);
  });

  it('an address that refuses long enough is believed', async () => {
    const server = await startGateway({ resumes: true });
    const { channel } = await opened(server, { refusedMs: 30 });
    await server.close();
    expect((await failure(channel)).message).toMatch(/ECONNREFUSED; the way back was sought for/);
  });

  it('the credentials may not do it: no waiting mends that', async () => {
    const server = await gateway();
    const { channel, peer } = await opened(server, { address: () => Promise.reject(new SsmlabError('access-denied', 'ssm ResumeSession: no')) });
    peer.socket.terminate();
    expect((await failure(channel)).message).toBe('ssm ResumeSession: no');
  });

  it('other errors of the service are waited out', async () => {
    const server = await gateway();
    let asked = 0;
    const { channel, peer } = await opened(server, {
      address: async () => {
        asked += 1;
        if (asked < 4) throw new SsmlabError('aws-error', 'ThrottlingException');
        return { streamUrl: server.url, tokenValue: 't' };
      },
    });
    peer.socket.terminate();
    (await server.client()).closeChannel('bye');
    expect(await collect(channel)).toBe('sh-5.2$ ');
    expect(asked).toBe(4);
  });

  it('a service that closes every stream at once is not asked for ever', async () => {
    const server = await gateway();
    let asked = 0;
    const opening = openDataChannel({
      streamUrl: server.url, tokenValue: 't', sessionId: 'demo-0123', payloadBytes: 1024,
      reconnect: { firstPauseMs: 1, resume: async () => ({ streamUrl: server.url, tokenValue: `again-${(asked += 1)}` }) },
    });
    const closing = (async () => {
      for (let times = 0; times < 3; times += 1) (await server.client()).socket.close(1008, 'refused');
    })();
    await expect(opening).rejects.toMatchObject({ code: 'session-failed', message: expect.stringMatching(/closed the stream of session demo-0123 \(1008 refused\)$/) });
    await closing;
    expect(asked).toBe(2);
  });
});

describe('the pauses', () => {
  it('grow from none to long ones', async () => {
    const at: number[] = [];
    const reconnector = new Reconnector({ firstPauseMs: 8, resume: async () => ({ streamUrl: 'ws://127.0.0.1:1/', tokenValue: 't' }) });
    const search = new AbortController();
    const seek = (times: number) => reconnector.connect(async () => {
      at.push(performance.now());
      if (at.length === times) search.abort(new Error('enough'));
      throw new SsmlabError('stream-unreachable', 'no');
    }, search.signal);
    await expect(seek(6)).rejects.toThrow('enough');
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    // Half of 8, 16, 32, 64, 128 ms at least: a timer may be late, never early.
    for (const [index, least] of [4, 8, 16, 32, 64].entries()) expect(gaps[index]).toBeGreaterThanOrEqual(least - 1);
  });
});

describe('the time there is', () => {
  it('is five minutes where nothing is said', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    cleanups.push(() => vi.restoreAllMocks());
    // Milliseconds at which the service is asked.
    const moments = [0, 60_000, 299_000, 300_001, 400_000];
    let asked = 0;
    const seeker = new Reconnector({
      firstPauseMs: 1,
      resume: () => {
        now = moments[asked] ?? Infinity;
        asked += 1;
        return Promise.reject(new SsmlabError('aws-error', 'ThrottlingException'));
      },
    });
    await expect(seeker.connect(() => Promise.reject(new Error('never')), new AbortController().signal)).rejects.toMatchObject({ message: 'ThrottlingException; the way back was sought for 5 minutes' });
    expect(asked).toBe(4);
  });

  it('is over when it is over: the last pause is no longer than what is left of it', async () => {
    // The longest pauses there can be: tries after 0, 200, 600 and 1400 ms, and the next would come after 3000.
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    cleanups.push(() => vi.restoreAllMocks());
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
    const seeker = new Reconnector({ resume: () => Promise.reject(new SsmlabError('endpoint-unreachable', 'nothing answers', { cause: refused })), firstPauseMs: 200, refusedMs: 1500 });
    const began = performance.now();
    await expect(seeker.connect(() => Promise.reject(new Error('never')), new AbortController().signal)).rejects.toThrow('the way back was sought for');
    expect(performance.now() - began).toBeGreaterThan(1400);
    expect(performance.now() - began).toBeLessThan(2800);
  });
});
