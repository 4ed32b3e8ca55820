import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateHostKeys } from '../../../../src/cloud/guest/sshd/host-keys.js';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { askForTrust, hostKeyChanged, trustedKeys } from '../../../../src/lib/probe/host-trust.js';
import { describeKey } from '../../../../src/lib/ssh/key-pair.js';
import type { UnknownHost } from '../../../../src/lib/ssh/questions.js';
import type { Target } from '../../../../src/lib/target/target.js';

const target = {} as Target;
const lines = generateHostKeys().map(({ publicKey }) => publicKey.split(' ').slice(0, 2).join(' '));
const [one, two] = lines.map((line) => Buffer.from(line.split(' ')[1] ?? '', 'base64')) as [Buffer, Buffer];
const console_ = `boot\r\n-----BEGIN SSH HOST KEY KEYS-----\r\n${lines.map((line) => `${line} root@ip\r\n`).join('')}-----END SSH HOST KEY KEYS-----\r\n`;

let folder: string;
let lab: { readonly knownHosts: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssmlab-trust-'));
  lab = { knownHosts: join(folder, 'lab', 'known_hosts') };
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('host keys that are trusted', () => {
  it('are learnt from the console once, and not asked for again: a stopped instance keeps them, another one has its own', async () => {
    expect(await trustedKeys(target, lab, 'i-1', async () => console_)).toEqual({ keys: [one, two], why: '', learnt: true });
    expect(await trustedKeys(target, lab, 'i-1', () => Promise.reject(new Error('asked again')))).toEqual({ keys: [one, two], why: '', learnt: false });
    expect(await trustedKeys(target, lab, 'i-2', async () => '')).toMatchObject({ keys: [], learnt: false });
  });
  it.each<[string, () => Promise<string>, string]>([
    ['has nothing', async () => '', 'its console tells nothing yet'],
    ['has none', async () => 'Hello, World!', 'its console does not tell it'],
    ['may not be read', () => Promise.reject(new SsmlabError('access-denied', 'ec2 GetConsoleOutput: not authorized')), 'its console cannot be read: ec2 GetConsoleOutput: not authorized'],
  ])('are none where the console %s', async (_, consoleOf, why) => {
    expect(await trustedKeys(target, lab, 'i-1', consoleOf)).toEqual({ keys: [], why, learnt: false });
    expect(existsSync(lab.knownHosts)).toBe(false);
  });
});

describe('a host key that nobody told of', () => {
  const shown = { where: 'Instance1 (198.18.0.11:22)', instanceId: 'i-1', key: one };
  const answering = (yes: boolean) => {
    const asked: UnknownHost[] = [];
    return { asked, passphrase: async () => '', trust: async (host: UnknownHost) => (asked.push(host), yes) };
  };
  it('is refused where nobody can be asked', async () => {
    await expect(askForTrust(shown, 'its console tells nothing yet', lab, undefined)).rejects.toMatchObject({ code: 'host-key-unknown', message: `the host key ${describeKey(one)} of Instance1 (198.18.0.11:22) is not known: its console tells nothing yet, and nobody can be asked`, hint: expect.stringContaining('ssmlab connect') });
    expect(existsSync(lab.knownHosts)).toBe(false);
  });
  it('is pinned after a yes, and after a no nothing is', async () => {
    const no = answering(false);
    await expect(askForTrust(shown, 'why', lab, no)).rejects.toMatchObject({ code: 'declined' });
    expect([no.asked, existsSync(lab.knownHosts)]).toEqual([[{ where: shown.where, instanceId: 'i-1', key: describeKey(one), why: 'why' }], false]);
    await askForTrust(shown, 'why', lab, answering(true));
    expect(readFileSync(lab.knownHosts, 'utf8')).toBe(`i-1 ${lines[0]}\n`);
  });
  it('and is another than is known: both fingerprints, what can have happened, what to do', () => {
    expect(hostKeyChanged(shown, [two], '/lab/known_hosts')).toMatchObject({
      code: 'host-key-changed',
      message: `Instance1 (198.18.0.11:22) shows the host key ${describeKey(one)}, and i-1 is known by ${describeKey(two)}`,
      hint: expect.stringMatching(/stand in between.*made anew.*remove the lines of i-1 from \/lab\/known_hosts/u),
    });
  });
});
