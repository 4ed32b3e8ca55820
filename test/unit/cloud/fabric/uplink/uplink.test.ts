import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createComputedFabric } from '../../../../../src/cloud/fabric/computed/fabric.js';
import type { Fabric } from '../../../../../src/cloud/fabric/fabric.js';
import { type RunningUplink, startUplink } from '../../../../../src/cloud/fabric/uplink/uplink.js';
import { encodeConnect, encodeCredentials, encodeGreeting, METHOD, REPLY } from '../../../../../src/lib/net/socks5.js';
import { changed, LAB, REGION, setIngress, tcpFrom } from '../../../../conformance/fabric/lab-network.js';
import { greet } from '../../../../conformance/fabric/probes.js';

const PASSWORD = 'secret of this lab';

async function start(): Promise<{ fabric: Fabric; uplink: RunningUplink }> {
  const fabric = createComputedFabric({ log: () => undefined });
  await fabric.apply(changed(setIngress(LAB.sg1, { ruleId: 'sgr-all', protocol: 'tcp', fromPort: 0, toPort: 65535, cidr: '0.0.0.0/0' })));
  await fabric.listen({ networkInterfaceId: LAB.eni.one, port: 22 }, greet);
  const uplink = await startUplink({ fabric, region: REGION, password: PASSWORD, log: () => undefined, connectTimeoutMs: 50 });
  onTestFinished(async () => {
    await uplink.close();
    await fabric.close();
  });
  return { fabric, uplink };
}

function dial(uplink: RunningUplink): Socket {
  const socket = connect({ host: '127.0.0.1', port: uplink.port });
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** The next `bytes` that come back, fewer when the end comes first. */
async function receive(socket: Socket, bytes: number): Promise<Buffer> {
  let got = Buffer.alloc(0);
  while (got.length < bytes) {
    const chunk = socket.read() as Buffer | null;
    if (chunk !== null) got = Buffer.concat([got, chunk]);
    else if (socket.readableEnded || socket.destroyed) break;
    else await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
  }
  if (got.length > bytes) socket.unshift(got.subarray(bytes));
  return got.subarray(0, bytes);
}

const hello = (password = PASSWORD, username = 'ssmlab'): Buffer => Buffer.concat([encodeGreeting([METHOD.usernamePassword]), encodeCredentials(username, password)]);

describe('the uplink', () => {
  it.each([[LAB.public.one], [`ec2-198-18-0-11.${REGION}.compute.amazonaws.com`]])('leads to %s as seen from the internet', async (host) => {
    const { uplink } = await start();
    const socket = dial(uplink);
    socket.write(Buffer.concat([hello(), encodeConnect({ host, port: 22 })]));
    expect((await receive(socket, 4 + 10)).subarray(0, 6).toString('hex')).toBe('050201000500');
    expect(String(await receive(socket, 13))).toBe('198.51.100.7\n');
    socket.end('echo');
    expect(String(await receive(socket, 4))).toBe('echo');
    await once(socket.resume(), 'end');
  });

  it('takes the handshake a byte at a time, and what follows it', async () => {
    const { uplink } = await start();
    const socket = dial(uplink);
    for (const byte of Buffer.concat([hello(), encodeConnect({ host: LAB.public.one, port: 22 }), Buffer.from('early')])) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(String((await receive(socket, 14 + 13 + 5)).subarray(14))).toBe('198.51.100.7\nearly');
  });

  it.each([
    ['a wrong password', hello('wrong'), '05020101'],
    ['a wrong user', hello(PASSWORD, 'root'), '05020101'],
    ['no password', encodeGreeting([METHOD.none]), '05ff'],
    ['SOCKS4', Buffer.from('0401001601020304', 'hex'), ''],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), ''],
  ])('refuses %s and hangs up', async (_name, bytes, answer) => {
    const { uplink } = await start();
    const socket = dial(uplink);
    socket.write(bytes);
    expect((await receive(socket, 100)).toString('hex')).toBe(answer);
    await once(socket.resume(), 'close');
  });

  it.each([
    ['a port where nothing listens', encodeConnect({ host: LAB.public.one, port: 23 }), REPLY.connectionRefused],
    ['an instance that admits nothing', encodeConnect({ host: LAB.public.two, port: 22 }), REPLY.ttlExpired],
    ['a private address', encodeConnect({ host: LAB.ip.one, port: 22 }), REPLY.ttlExpired],
    ['the loopback of this machine', encodeConnect({ host: '127.0.0.1', port: 22 }), REPLY.ttlExpired],
    ['a name that is not there', encodeConnect({ host: 'nothing.example', port: 22 }), REPLY.hostUnreachable],
    ['BIND', Buffer.from('0502000101020304001605', 'hex'), REPLY.commandNotSupported],
    ['an IPv6 address', Buffer.from('05010004', 'hex'), REPLY.addressTypeNotSupported],
  ])('answers %s with the right code', async (_name, request, code) => {
    const { uplink } = await start();
    const socket = dial(uplink);
    socket.write(Buffer.concat([hello(), request]));
    const answer = await receive(socket, 14);
    expect(answer.subarray(4, 6).toString('hex')).toBe(Buffer.from([5, code]).toString('hex'));
  });

  it('listens on loopback only, and says when the port is taken', async () => {
    const { fabric, uplink } = await start();
    await expect(startUplink({ fabric, region: REGION, port: uplink.port, password: PASSWORD, log: () => undefined })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(uplink.port).toBeGreaterThan(0);
  });

  it('passes a reset on', async () => {
    const { fabric, uplink } = await start();
    await fabric.apply(changed(setIngress(LAB.sg1, tcpFrom(7000, '0.0.0.0/0'))));
    await fabric.listen({ networkInterfaceId: LAB.eni.one, port: 7000 }, (stream) => {
      stream.once('data', () => stream.destroy());
    });
    const socket = dial(uplink);
    socket.write(Buffer.concat([hello(), encodeConnect({ host: LAB.public.one, port: 7000 })]));
    await receive(socket, 14);
    const error = once(socket.resume(), 'error');
    socket.write('x');
    expect((await error)[0]).toMatchObject({ code: 'ECONNRESET' });
  });
});
