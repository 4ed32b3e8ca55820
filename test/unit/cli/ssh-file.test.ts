import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LabContext } from '../../../src/cli/lab-context.js';
import { sshLines } from '../../../src/cli/ssh-file.js';
import type { KnownInstance } from '../../../src/lib/inventory/instance.js';
import { labFolder } from '../../../src/lib/target/lab-folder.js';
import type { Target } from '../../../src/lib/target/target.js';

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'ssmlab-ssh-file-'))));
afterEach(() => rmSync(home, { recursive: true }));

const flags = { target: 'local', stack: 'ssmlab' } as const;
const instance = (number: number, over: Partial<KnownInstance> = {}): KnownInstance => ({
  number, name: `Instance${number}`, instanceId: `i-${number}`, path: 'none', auth: 'session-manager', inbound: [], subnetId: null, vpcId: null, privateIpv4: null, publicIpv4: null, publicDnsName: null,
  keyName: null, instanceProfile: null, state: 'running', agent: 'online', logicalId: null, privateDnsName: null, egress: 'none', labNumber: null, ...over,
});
const open = instance(1, { auth: 'ssh-key-pair', publicIpv4: '198.18.0.11', keyName: 'k' });

function context({ withKey = true } = {}): LabContext {
  const target = { kind: 'local', region: 'eu-west-1', proxyCommand: 'dial %h %p' } as Target;
  const lab = labFolder(home, target, 'ssmlab');
  if (withKey) {
    mkdirSync(dirname(lab.keyFile), { recursive: true, mode: 0o700 });
    writeFileSync(lab.keyFile, 'key', { mode: 0o600 });
  }
  return { home, target, stack: 'ssmlab', lab };
}

/** Host → its ProxyCommand. */
const proxies = (text: string): Record<string, string | undefined> => Object.fromEntries(text.split(/^Host /mu).slice(1).map((block) => [block.split(/\s/u)[0] ?? '', /ProxyCommand (.*)/u.exec(block)?.[1]]));

it('leads to its lab whichever is in use later: by all flags, also those of the usual lab', async () => {
  const made = context();
  await sshLines(made, { ...flags, profile: '50% off' }, [instance(2)]);
  expect(proxies(readFileSync(made.lab.sshConfig, 'utf8'))['Instance2']).toMatch(/ --target local --profile '50%% off' --region eu-west-1 --stack ssmlab$/u);
});

it('leads to every instance: the open one by its address, the others through their sessions', async () => {
  const made = context();
  const lines = await sshLines(made, { ...flags, region: 'eu-west-1', stack: 'other' }, [open, instance(2), instance(3), instance(4, { auth: 'none' })]);
  expect(lines).toEqual([`  ssh -F ${made.lab.sshConfig} Instance1`, `  ssh -F ${made.lab.sshConfig} Instance2  # by Session Manager; Instance3 alike`]);
  const text = readFileSync(made.lab.sshConfig, 'utf8');
  expect(statSync(made.lab.sshConfig).mode & 0o777).toBe(0o600);
  const { Instance1, Instance2, ...others } = proxies(text);
  expect(Instance1).toBe('dial %h %p');
  expect(Instance2).toMatch(new RegExp(` proxy %h %p --user %r --push-key ${made.lab.keyFile} --target local --region eu-west-1 --stack other$`, 'u'));
  expect(Object.keys(others)).toEqual(['Instance3']);
  expect(text).toContain('HostName i-2\n');
});

it('names few of many', async () => {
  const [line] = await sshLines(context(), flags, Array.from({ length: 9 }, (_, index) => instance(index + 1)));
  expect(line).toMatch(/Instance1 {2}# by Session Manager; 8 others alike$/u);
});

it('says what is missing without the key, and of sessions nothing', async () => {
  const made = context({ withKey: false });
  expect(await sshLines(made, flags, [open, instance(2)])).toEqual(['  Instance1 by OpenSSH needs the private half of the key pair k: name its file with --identity FILE']);
  expect(await sshLines(made, flags, [instance(2)])).toEqual([]);
});
