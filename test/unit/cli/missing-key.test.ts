import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { missingKeyLines } from '../../../src/cli/missing-key.js';
import type { ListedInstance } from '../../../src/lib/inventory/instance.js';
import { plainStyle } from '../../../src/lib/report/style.js';

const instance = (number: number, auth: ListedInstance['auth'], keyName: string | null): ListedInstance => ({
  number, name: `Instance${number}`, instanceId: `i-${number}`, path: 'internet-gateway', auth, inbound: [], subnetId: null, vpcId: null, privateIpv4: null, publicIpv4: null, publicDnsName: null, keyName, instanceProfile: null, state: 'running', agent: null,
});
const FLAGS = { target: 'aws', region: 'eu-central-1', stack: 'web' } as const;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ssmlab-key-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lines = (instances: ListedInstance[]): string =>
  missingKeyLines(plainStyle(), { stack: 'web', lab: { folder, keyFile: join(folder, 'id'), keyRecord: '', knownHosts: '', sshConfig: '' } }, instances, FLAGS).join('\n');

it('is told with the file, and with commands for this very lab', () => {
  const told = lines([instance(1, 'ssh-key-pair', 'web-key'), instance(2, 'session-manager', null)]);
  expect(told).toContain('Instance1');
  expect(told).not.toContain('Instance2');
  expect(told).toContain(join(folder, 'id'));
  expect(told).toContain('`ssmlab connect 1 --identity FILE --target aws --region eu-central-1 --stack web`');
  expect(told).toContain('`ssmlab destroy --target aws --region eu-central-1 --stack web`');
});

it('is not told when it is here, or when the key was never ours', () => {
  expect(lines([instance(1, 'ssh-key-pair', 'another'), instance(2, 'session-manager', 'web-key')])).toBe('');
  writeFileSync(join(folder, 'id'), '');
  expect(lines([instance(1, 'ssh-key-pair', 'web-key')])).toBe('');
});
