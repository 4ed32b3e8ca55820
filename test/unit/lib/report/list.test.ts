import { describe, expect, it } from 'vitest';
import type { ListedInstance } from '../../../../src/lib/inventory/instance.js';
import { listLines } from '../../../../src/lib/report/list.js';
import { plainStyle } from '../../../../src/lib/report/style.js';
import { cellWidth } from '../../../../src/lib/report/table.js';

const instance = (number: number, changes: Partial<ListedInstance> = {}): ListedInstance => ({
  number, name: `Instance${number}`, instanceId: `i-0123456789abcde${number}f`, path: 'internet-gateway', auth: 'session-manager', inbound: [], subnetId: 'subnet-07dfca3962c6c62f0', vpcId: 'vpc-0', privateIpv4: '10.0.1.16',
  publicIpv4: '198.18.0.11', publicDnsName: null, keyName: null, instanceProfile: null, state: 'running', agent: 'online', ...changes,
});
const lab = [instance(1, { auth: 'ssh-key-pair', inbound: ['tcp/22'], agent: null }), instance(2), instance(3, { path: 'nat-gateway', publicIpv4: null }), instance(4, { path: 'vpc-endpoint', publicIpv4: null })];
const at = (width: number | undefined, instances = lab): string[] => listLines(instances, { style: plainStyle(), width, wide: true });

describe('listLines', () => {
  it.each([40, 60, 80, 100, 120, 140, 200])('does not wrap at %i columns, also with an agent lost and another stopped', (width) => {
    for (const instances of [lab, [...lab, instance(5, { agent: 'connection-lost', state: 'stopping' })]]) {
      expect(at(width, instances).filter((line) => cellWidth(line) > width)).toEqual([]);
    }
  });
  it.each([100, 120, 140, undefined])('has the ids at %s columns', (width) => expect(at(width).join('\n')).toContain(lab[3]?.instanceId ?? ''));
  it('says what is hidden, and only then', () => {
    expect(at(100).at(-1)).toBe('  hidden: SUBNET, STATE; a pipe and --json have all');
    expect(at(80).at(-1)).toMatch(/^ {2}hidden: INSTANCE ID, SUBNET, STATE; /u);
    for (const width of [undefined, 200, 40]) expect(at(width).join('\n')).not.toContain('hidden');
  });
  it('says all of an instance on lines of its own where no table fits', () => {
    const lines = at(40).slice(0, 10);
    expect(lines[0]).toBe('  1  Instance1');
    for (const value of ['i-0123456789abcde1f', 'internet gateway', 'SSH key pair', 'tcp/22', '10.0.1.16', '198.18.0.11', 'running']) expect(lines.some((line) => line.endsWith(`  ${value}`))).toBe(true);
  });
});
