import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { socksProxy, socksUrl } from '../../../../src/lib/target/socks-proxy.js';
import { dialUplink } from '../../../../src/lib/target/uplink.js';

const of = (host: string, ALL_PROXY: string, NO_PROXY?: string) => socksProxy(host, { ALL_PROXY, ...(NO_PROXY === undefined ? {} : { NO_PROXY }) });

describe('the SOCKS5 proxy of the environment', () => {
  it('is read with its password, and written back', () => {
    const proxy = of('192.0.2.1', 'socks5h://ada:p%40ss@127.0.0.1:1081');
    expect(proxy).toEqual({ host: '127.0.0.1', port: 1081, username: 'ada', password: 'p@ss', namedBy: 'ALL_PROXY' });
    expect(proxy === undefined ? '' : socksUrl(proxy)).toBe('socks5h://ada:p%40ss@127.0.0.1:1081');
    expect(of('192.0.2.1', 'socks5://proxy')).toEqual({ host: 'proxy', port: 1080, username: '', password: '', namedBy: 'ALL_PROXY' });
  });
  it('is none where none is named, of another kind, or for what goes directly', () => {
    expect([of('h', ''), of('h', 'http://p:3128'), of('192.0.2.1', 'socks5://p', '10.0.0.1, 192.0.2.1'), of('a.example.com', 'socks5://p', '.example.com'), of('h', 'socks5://p', '*')]).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(of('badexample.com', 'socks5://p', 'example.com')).toBeDefined();
    expect(socksProxy('h', { ALL_PROXY: 'socks5://upper', all_proxy: 'socks5://lower' })?.host).toBe('lower');
  });
  it('is no place for a word that is no URL, and tells nobody the password', () => {
    let said = '';
    try {
      of('h', '//ada:secret@proxy');
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toBe('ALL_PROXY is no URL');
  });
});

describe('through it', () => {
  const servers: Server[] = [];
  afterEach(() => servers.splice(0).map((server) => server.close()));
  const listening = async (method: number): Promise<number> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(Buffer.from([5, method]));
        socket.once('data', () => socket.write(Buffer.concat([Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]), Buffer.from('hello')])));
      });
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as { readonly port: number }).port;
  };
  it('a connection opens without a password', async () => {
    const socket = await dialUplink({ host: '127.0.0.1', port: await listening(0), username: '', password: '' }, '192.0.2.1', 22);
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('hello');
    socket.destroy();
  });
  it('one that wants a password says so', async () => {
    await expect(dialUplink({ host: '127.0.0.1', port: await listening(0xff), username: '', password: '' }, '192.0.2.1', 22)).rejects.toMatchObject({ code: 'stream-unreachable', message: expect.stringContaining('takes no password') as string });
  });
});
