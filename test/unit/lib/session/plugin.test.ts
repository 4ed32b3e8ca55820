import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findPlugin, pluginObstacle, runPlugin, usablePlugin } from '../../../../src/lib/session/plugin.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A stand-in on PATH that says `version` and writes down how it was called. */
function plugin(version: string, status = 0, then = '') {
  const folder = mkdtempSync(join(tmpdir(), 'ssmlab-plugin-'));
  folders.push(folder);
  const path = join(folder, 'session-manager-plugin');
  writeFileSync(path, `#!/bin/sh
if [ "$1" = --version ]; then echo '${version}'; exit 0; fi
for word in "$@"; do printf '%s\\n' "$word"; done > "${folder}/argv"
printf '%s' "$AWS_SSM_START_SESSION_RESPONSE" > "${folder}/response"
printf '%s' "$AWS_ACCESS_KEY_ID" > "${folder}/key"
${then}
exit ${status}
`);
  chmodSync(path, 0o755);
  return { environment: { PATH: `${folder}:/usr/bin:/bin`, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' }, read: (name: string) => readFileSync(join(folder, name), 'utf8') };
}

const session = { sessionId: 's-1', tokenValue: 'token-1', streamUrl: 'wss://ssmmessages.example/x', region: 'ap-northeast-1', request: { Target: 'i-0123' } };
const emptyPath = { PATH: '/nonexistent' };

describe('finding', () => {
  it('one', async () => {
    expect(await findPlugin(plugin('1.2.764.0').environment)).toEqual({ version: '1.2.764.0' });
  });
  it('never our own stand-in', async () => {
    const { environment } = plugin('1.3.0.0');
    const [folder] = environment.PATH.split(':');
    expect(await findPlugin({ ...environment, SSMLAB_PATH_FOLDER: folder })).toBeUndefined();
  });
  it.each([
    ['1.2.764.0', undefined, undefined],
    ['1.2.835.0', undefined, undefined],
    ['1.2.677.0', /older than 1\.2\.764\.0, the oldest that AWS supports/, undefined],
    ['1.2.497.0', /older than 1\.2\.764\.0/, /older than 1\.2\.536\.0/],
    ['1.2.896.0', undefined, /opens streams of AWS only/],
    ['1.2.1000.0', undefined, /opens streams of AWS only/],
  ])('%s against AWS and against loopback', (version, aws, loopback) => {
    for (const [url, expected] of [[session.streamUrl, aws], ['ws://127.0.0.1:4577/v1/data-channel/s-1', loopback]] as const) {
      const obstacle = pluginObstacle({ version }, url);
      if (expected === undefined) expect(obstacle).toBeUndefined();
      else expect(obstacle).toMatch(expected);
    }
  });
  it('none', async () => {
    expect(await findPlugin(emptyPath)).toBeUndefined();
    await expect(usablePlugin(session.streamUrl, emptyPath)).rejects.toMatchObject({ code: 'plugin-missing' });
  });
  it('one that the region\'s endpoint lets be used, before there is a session', async () => {
    const { environment } = plugin('1.2.835.0');
    expect(await usablePlugin('http://127.0.0.1:4577', environment)).toEqual({ version: '1.2.835.0' });
    await expect(usablePlugin('http://127.0.0.1:4577', plugin('1.2.896.0').environment)).rejects.toMatchObject({ code: 'plugin-failed', hint: expect.stringContaining('--client native') });
  });
  it('one that says no version', async () => {
    expect(await findPlugin(plugin('hello').environment)).toBeUndefined();
  });
});

describe('running', () => {
  it('hands the token over by variable, never by argument', async () => {
    const { environment, read } = plugin('1.2.835.0');
    await runPlugin({ ...session, environment });
    expect(read('argv').split('\n')).toEqual(['AWS_SSM_START_SESSION_RESPONSE', 'ap-northeast-1', 'StartSession', '', '{"Target":"i-0123"}', 'https://ssm.ap-northeast-1.amazonaws.com', '']);
    expect(JSON.parse(read('response'))).toEqual({ SessionId: 's-1', TokenValue: 'token-1', StreamUrl: 'wss://ssmmessages.example/x' });
    expect(read('key')).toBe('AKIDEXAMPLE');
    expect(process.listenerCount('SIGTSTP')).toBe(0);
  });
  it.each([
    ['missing', () => emptyPath, 'plugin-missing', /not on PATH/],
    ['too old', () => plugin('1.2.677.0').environment, 'plugin-failed', /1\.2\.677\.0 is older than 1\.2\.764\.0/],
  ])('%s', async (_name, environment, code, message) => {
    const error: unknown = await runPlugin({ ...session, environment: environment() }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
  it('hanging though the session is over: named and ended, by force if need be', async () => {
    const { environment } = plugin('1.2.835.0', 0, "trap '' TERM; while :; do sleep 0.1; done");
    let asked = 0;
    await expect(runPlugin({ ...session, environment, watchMs: 30, isOver: async () => (asked += 1) > 2 })).rejects.toMatchObject({ code: 'plugin-failed', message: 'session-manager-plugin 1.2.835.0 did not notice that session s-1 is over, and was ended' });
    expect(asked).toBe(4);
  });
  it('is left alone while the session is there, or nobody can say', async () => {
    const { environment } = plugin('1.2.835.0', 0, 'sleep 0.3');
    const answers = [async () => true, async () => false, () => Promise.reject(new Error('outage'))];
    let asked = 0;
    await runPlugin({ ...session, environment, watchMs: 20, isOver: () => answers[(asked += 1) % 3]?.() ?? Promise.resolve(false) });
    expect(asked).toBeGreaterThan(3);
  });
  it('a panic of the plugin', async () => {
    const { environment } = plugin('1.2.835.0', 2);
    await expect(runPlugin({ ...session, environment })).rejects.toMatchObject({ code: 'plugin-failed', message: 'session-manager-plugin 1.2.835.0 exited with 2' });
  });
});
