import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hasLetGo } from '../../../../../src/lib/session/port/let-go.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Both ends of a connection: the program's and ours. */
async function pair(listen: { readonly host: string } | { readonly path: string }, host?: string): Promise<{ theirs: Socket; ours: Socket }> {
  const server = createServer({ allowHalfOpen: true });
  closing.push(() => server.close());
  server.listen('path' in listen ? listen : { port: 0, ...listen });
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const to = 'path' in listen ? { path: listen.path } : { port: (server.address() as AddressInfo).port, host: host ?? listen.host };
  const theirs = connect({ ...to, allowHalfOpen: true });
  const [ours] = await accepted;
  closing.push(() => ours.destroy(), () => theirs.destroy());
  ours.resume().on('error', () => undefined);
  return { theirs, ours };
}

describe.runIf(process.platform === 'linux')('on Linux', () => {
  it.each([
    ['IPv4', '127.0.0.1', undefined],
    ['IPv6', '::1', undefined],
    ['IPv4 at a listener of both', '::', '127.0.0.1'],
  ])('knows who has closed from who has ended its direction: %s', async (_, host, to) => {
    const { theirs, ours } = await pair({ host }, to);
    expect(await hasLetGo(ours)).toBe(false);
    const ended = once(ours, 'end');
    theirs.end('x');
    await ended;
    expect(await hasLetGo(ours)).toBe(false);
    theirs.destroy();
    await vi.waitFor(async () => expect(await hasLetGo(ours)).toBe(true));
  });
});

it('knows it of no unix socket and of no other stream', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-let-go-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  const { theirs, ours } = await pair({ path: join(folder, 's') });
  const ended = once(ours, 'end');
  theirs.destroy();
  await ended;
  expect(await hasLetGo(ours)).toBe(false);
  expect(await hasLetGo(new PassThrough())).toBe(false);
});
