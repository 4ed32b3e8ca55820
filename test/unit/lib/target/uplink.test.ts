import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeCredentialsStatus, encodeMethodChoice, encodeReply, REPLY } from '../../../../src/lib/net/socks5.js';
import { dialUplink } from '../../../../src/lib/target/uplink.js';

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
