import { describe, expect, it } from 'vitest';
import type { ListedInstance } from '../../../../src/lib/inventory/instance.js';
import { listLines } from '../../../../src/lib/report/list.js';
import { plainStyle } from '../../../../src/lib/report/style.js';

const instance: ListedInstance = {
  number: 1, name: 'Instance1', instanceId: 'i-0123456789abcdef0', path: 'internet-gateway', auth: 'session-manager', inbound: ['tcp/22'], subnetId: 'subnet-0123456789abcdef0', vpcId: 'vpc-1',
  privateIpv4: '10.0.1.16', publicIpv4: '198.18.0.11', publicDnsName: null, keyName: null, instanceProfile: null, state: 'running', agent: 'online',
};

describe('the list', () => {
  it.each([
    [undefined, '# NAME INSTANCE ID PATH AUTH INBOUND SUBNET PRIVATE IPV4 PUBLIC IPV4 STATE AGENT'],
    [100, '# NAME PATH AUTH INBOUND PRIVATE IPV4 PUBLIC IPV4 AGENT'],
    [80, '# NAME PATH AUTH INBOUND PUBLIC IPV4 AGENT'],
    [60, '# NAME PATH AUTH INBOUND'],
    [52, '# NAME PATH AUTH'],
  ])('in %s columns has %s, each row on one line', (width, titles) => {
    const lines = listLines([instance], { style: plainStyle(), width, wide: true });
    expect(lines[0]?.trim().replaceAll(/\s+/gu, ' ')).toBe(titles);
    expect(lines).toHaveLength(2);
    if (width !== undefined) for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  });
});
