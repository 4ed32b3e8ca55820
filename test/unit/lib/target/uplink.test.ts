import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeCredentialsStatus, encodeMethodChoice, encodeReply, REPLY } from '../../../../src/lib/net/socks5.js';
import { dialPort } from '../../../../src/lib/probe/dial.js';
import { dialUplink, ProxyFailure } from '../../../../src/lib/target/uplink.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A SOCKS server that answers each message with the next of the answers; the last may carry the connection's first bytes. */
async function scripted(answers: readonly Buffer[]): Promise<{ host: string; port: number; username: string; password: string; heard: Buffer[] }> {
  const heard: Buffer[] = [];
  const server = createServer((socket: Socket) => {
    let step = 0;
    socket.on('error', () => undefined).on('data', (data) => {
      heard.push(data);
      const answer = answers[step++];
      if (answer !== undefined) socket.write(answer);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: '127.0.0.1', port: address.port, username: 'lab', password: 'secret', heard };
}

describe('dialUplink', () => {
  it('leaves the first bytes of the connection in the socket', async () => {
    const uplink = await scripted([encodeMethodChoice(2), encodeCredentialsStatus(true), Buffer.concat([encodeReply(REPLY.succeeded), Buffer.from('SSH-2.0-x\r\n')])]);
    const socket = await dialUplink(uplink, '198.18.0.11', 22);
    const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(first.toString()).toBe('SSH-2.0-x\r\n');
    expect(uplink.heard[2]).toEqual(Buffer.from([5, 1, 0, 1, 198, 18, 0, 11, 0, 22]));
    socket.destroy();
  });

  it.each([
    ['a wrong password', [encodeMethodChoice(2), encodeCredentialsStatus(false)], /does not accept the password/u],
    ['a refusal', [encodeMethodChoice(2), encodeCredentialsStatus(true), encodeReply(REPLY.connectionRefused)], /198\.18\.0\.11:22 cannot be reached: connection refused/u],
    ['another program', [Buffer.from('HTTP/1.1 400 Bad Request\r\n')], /cannot be reached/u],
    ['silence', [], /timed out/u],
  ])('says %s', async (_, answers, message) => {
    const uplink = await scripted(answers);
    await expect(dialUplink(uplink, '198.18.0.11', 22, 150)).rejects.toMatchObject({ code: 'stream-unreachable', message: expect.stringMatching(message) as string });
  });
});

describe('a proxy that the user named', () => {
  const named = async (answers: readonly Buffer[]) => ({ ...(await scripted(answers)), namedBy: 'ALL_PROXY' });

  it.each([
    ['says nothing', [], /timed out, nothing answered in 0\.15 s/u],
    ['wants another password', [encodeMethodChoice(2), encodeCredentialsStatus(false)], /does not accept the password/u],
    ['is none', [Buffer.from('HTTP/1.1 400 Bad Request\r\n')], /./u],
  ])('and that %s is blamed by its address and what names it, and nothing is known of the host', async (_, answers, why) => {
    const uplink = await named(answers);
    const error = await dialUplink(uplink, '198.18.0.11', 22, 150).then(() => undefined, (thrown: unknown) => thrown as Error & { hint: string });
    expect(error).toMatchObject({ code: 'stream-unreachable', cause: expect.any(ProxyFailure) as ProxyFailure, hint: 'ALL_PROXY names the proxy: check that it runs there, or unset ALL_PROXY' });
    expect(error?.message).toMatch(new RegExp(`^198\\.18\\.0\\.11:22 cannot be reached: no way through the SOCKS proxy 127\\.0\\.0\\.1:${uplink.port}: `, 'u'));
    expect(error?.message).toMatch(why);
    expect(`${error?.message}${error?.hint}`).not.toContain('secret');
    expect(await dialPort({ dial: (host, port, { timeoutMs } = {}) => dialUplink(uplink, host, port, timeoutMs) }, '198.18.0.11', 22, 150)).toMatchObject({ outcome: 'untried' });
  });

  it('is not blamed for the host behind it', async () => {
    const greeting = [encodeMethodChoice(2), encodeCredentialsStatus(true)];
    const dial = (answers: readonly Buffer[]) => async (host: string, port: number, { timeoutMs }: { readonly timeoutMs?: number } = {}) => dialUplink(await named(answers), host, port, timeoutMs);
    expect(await dialPort({ dial: dial([...greeting, encodeReply(REPLY.connectionRefused)]) }, '198.18.0.11', 22, 150)).toMatchObject({ outcome: 'refused' });
    expect(await dialPort({ dial: dial(greeting) }, '198.18.0.11', 22, 150)).toMatchObject({ outcome: 'silence' });
  });
});
