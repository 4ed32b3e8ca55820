/** What an instance does by itself at boot and at its end: console, user data, power. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootConsole } from '../../../../../src/cloud/guest/cloud-init/console.js';
import { runUserData } from '../../../../../src/cloud/guest/cloud-init/user-data.js';
import type { Guest, PowerRequest } from '../../../../../src/cloud/guest/guest.js';
import { generateHostKeys } from '../../../../../src/cloud/guest/sshd/host-keys.js';
import { bootGuest, bundleWorker, run, SPECIFICATION } from '../sandbox/bundled-worker.js';

let workerUrl: URL;
let guest: Guest;
beforeAll(async () => {
  workerUrl = await bundleWorker();
  guest = await bootGuest(workerUrl);
});
afterAll(() => guest.stop());

describe('the console', () => {
  const hostKeys = generateHostKeys();
  const text = bootConsole({ specification: SPECIFICATION, bootCount: 2, hostKeys, now: Date.UTC(2026, 10, 5, 4, 3, 2) });
  const between = (name: string) => new RegExp(`-----BEGIN SSH HOST KEY ${name}-----\r\n(.*)-----END SSH HOST KEY ${name}-----`, 's').exec(text)?.[1]?.trim().split('\r\n') ?? [];

  it('shows the host keys where cloud-init does', () => {
    expect(between('KEYS')).toEqual(hostKeys.map(({ publicKey }) => expect.stringMatching(new RegExp(`^${publicKey.split(' ').slice(0, 2).join(' ').replaceAll('+', '\\+')} root@ip-`)) as string));
    expect(text).toMatch(/^<14>Nov {2}5 04:03:02 ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\r$/m);
    expect(text).toContain(SPECIFICATION.instanceId);
  });

  it.skipIf(spawnSync('ssh-keygen', ['-?']).error !== undefined)('gives them the fingerprints that ssh-keygen gives (skipped without it)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ssmlab-keys-'));
    const expected = hostKeys.map(({ publicKey }, index) => {
      const path = join(folder, `${index}.pub`);
      writeFileSync(path, `${publicKey.split(' ').slice(0, 2).join(' ')}\n`);
      return execFileSync('ssh-keygen', ['-lf', path]).toString().split(' ').slice(0, 2).join(' ');
    });
    rmSync(folder, { recursive: true });
    expect(between('FINGERPRINTS').slice(0, -1).map((line) => line.replace(/^<14>.* ec2: /, '').split(' ').slice(0, 2).join(' '))).toEqual(expected);
  });

  it('lists who may log in, or that nobody may', () => {
    expect(text).toMatch(/ci-info: \| ssh-ed25519 \| [A-Za-z0-9+/]{43} +\| - +\| key +\|/);
    expect(bootConsole({ specification: { ...SPECIFICATION, authorizedKeys: [] }, bootCount: 1, hostKeys, now: 0 })).toContain('no authorized SSH keys fingerprints found for user ec2-user');
  });
});

describe('user data', () => {
  it('runs as root, its output in the log and on the console', async () => {
    const script = '#!/bin/bash\nid -un; pwd; echo "to stderr" >&2\necho made > /root/made\n';
    expect(await runUserData(guest, Buffer.from(script))).toEqual({ text: 'cloud-init: root\r\ncloud-init: /\r\ncloud-init: to stderr\r\ncloud-init: finished', exitCode: 0 });
    expect((await run(guest, 'sudo cat /root/made /var/log/cloud-init-output.log; sudo cat /var/lib/cloud/instance/user-data.txt', { user: 'ec2-user' })).stdout).toBe(`made\nroot\n/\nto stderr\n${script}`);
  });

  it('tells how a script failed', async () => {
    expect(await runUserData(guest, Buffer.from('#!/bin/sh\nexit 3\n'))).toEqual({ text: 'cloud-init: the user data\'s script ended with status 3\r\ncloud-init: finished', exitCode: 3 });
  });

  it('unpacks gzip', async () => {
    expect(await runUserData(guest, gzipSync('#!/bin/sh\necho packed\n'))).toMatchObject({ text: 'cloud-init: packed\r\ncloud-init: finished' });
    expect(await runUserData(guest, Buffer.from([0x1f, 0x8b, 1]))).toEqual({ text: 'cloud-init: the user data cannot be unpacked' });
  });

  it('says what it does not run', async () => {
    expect(await runUserData(guest, Buffer.from('#cloud-config\npackages: [nginx]\n'))).toEqual({ text: 'cloud-init: the user data is text/cloud-config; the local cloud\'s guests run scripts (#!) only' });
    expect((await run(guest, 'sudo cat /var/log/cloud-init-output.log', { user: 'ec2-user' })).stdout).toContain('text/cloud-config');
  });
});

describe('power', () => {
  it('is root\'s to switch, and the region hears of it', async () => {
    const requests: PowerRequest[] = [];
    guest.onPower((request) => requests.push(request));
    expect(await run(guest, 'poweroff', { user: 'ec2-user' })).toMatchObject({ code: 1, stderr: expect.stringContaining('Interactive authentication required') as string });
    expect(requests).toEqual([]);
    for (const line of ['sudo poweroff', 'sudo shutdown -h now', 'sudo halt', 'sudo reboot', 'sudo shutdown -r +0']) await run(guest, line, { user: 'ec2-user' });
    expect(requests).toEqual(['off', 'off', 'off', 'reboot', 'reboot']);
  });

  it('can be scheduled and cancelled', async () => {
    expect((await run(guest, 'sudo shutdown +5; sudo shutdown -c', { user: 'ec2-user' })).stderr).toMatch(/^Shutdown scheduled for \w{3} \d{4}-\d{2}-\d{2} [\d:]{8} UTC, use 'shutdown -c' to cancel\.\n$/);
    expect((await run(guest, 'sudo shutdown tomorrow', { user: 'ec2-user' })).stderr).toContain('Failed to parse time specification: tomorrow');
  });
});
