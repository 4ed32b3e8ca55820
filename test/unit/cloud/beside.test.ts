/** The endpoint's second door. */
import { createServer, get } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { openBeside } from '../../../src/cloud/beside.js';
import { lockEndpoint } from '../../../src/lib/target/local/lock.js';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const each of cleanups.splice(0)) each();
});

const lock = `@ssmlab-test-${process.pid}`;
const server = () => createServer((request, response) => void response.end(`you asked for ${request.url ?? ''}`));

it.skipIf(process.platform !== 'linux')('leads to the same server, until it is closed', async () => {
  const beside = await openBeside(server(), lock);
  cleanups.push(() => beside?.close());
  const endpoint = lockEndpoint(beside?.address ?? '');
  const ask = (): Promise<string> => new Promise((resolve, reject) => {
    get({ socketPath: 'path' in endpoint ? endpoint.path : '', path: '/it', agent: false }, (response) => {
      response.setEncoding('utf8').once('data', resolve);
    }).once('error', reject);
  });
  expect(await ask()).toBe('you asked for /it');
  beside?.close();
  await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it.skipIf(process.platform !== 'linux')('is none where its name is taken', async () => {
  const first = await openBeside(server(), lock);
  cleanups.push(() => first?.close());
  expect(first).toBeDefined();
  expect(await openBeside(server(), lock)).toBeUndefined();
});

it('is none where the lock is no abstract socket', async () => {
  expect(await openBeside(server(), '127.0.0.1:50000')).toBeUndefined();
});
