/** What becomes of a session that could not be ended, by a service that refuses for a while. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { heedSessions } from '../../../src/cli/session-left.js';
import { endSession } from '../../../src/lib/aws/ssm.js';
import type { Target } from '../../../src/lib/target/target.js';

const ended: string[] = [];
let refuses = true;
const server = createServer((request, reply) => {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => {
    if (!refuses) ended.push((JSON.parse(text) as { SessionId: string }).SessionId);
    reply.writeHead(refuses ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' }).end(refuses ? '{"__type":"AccessDeniedException","message":"not you"}' : '{}');
  });
});
const folder = mkdtempSync(join(tmpdir(), 'ssmlab-left-'));
const target = (): Target => ({
  kind: 'aws', region: 'eu-west-1', credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }), endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  dial: () => Promise.reject(new Error('not used')), pollSeconds: 0, payloadBytes: 1024, defaultClient: 'native', fabric: 'aws',
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});
const lines: string[] = [];
const heed = (where = folder) => heedSessions(target(), { folder: where }, (line) => lines.push(line));
beforeEach(() => {
  lines.length = 0;
  ended.length = 0;
});

it('is told of, and ended by the next command that may', async () => {
  refuses = true;
  await endSession(heed().target, 'lab-1');
  expect(lines).toEqual(['note: session lab-1 could not be ended: ssm TerminateSession: not you. The next command of this lab tries again; else it ends when it has been idle for 20 minutes']);
  // One that may not either says nothing of it, and forgets nothing.
  await heed().ended;
  expect(lines).toHaveLength(1);
  refuses = false;
  await heed().ended;
  expect([ended, lines.length, existsSync(join(folder, 'sessions-left'))]).toEqual([['lab-1'], 1, false]);
  await heed().ended;
  expect(ended).toHaveLength(1);
});

it('is told of where the lab has no folder, too', async () => {
  refuses = true;
  await endSession(heed(join(folder, 'none')).target, 'lab-1');
  expect(lines).toHaveLength(1);
  expect(existsSync(join(folder, 'none'))).toBe(false);
});
