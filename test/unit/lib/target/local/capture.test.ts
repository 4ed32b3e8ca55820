import { describe, expect, it } from 'vitest';
import type { FabricDescription } from '../../../../../src/lib/aws/ssmlab.js';
import { captureCommands, type CapturePoint } from '../../../../../src/lib/target/local/capture.js';

const FABRIC: FabricDescription = {
  kind: 'netns', uidMode: 'multi', wan: null,
  namespaces: [
    { kind: 'internet', id: null, entrance: ['enter', 'internet'] }, { kind: 'nat-gateway', id: 'nat-1', entrance: ['enter', 'n1'] },
    { kind: 'instance', id: 'i-1', entrance: ['enter', 'i1'] }, { kind: 'instance', id: 'i-2', entrance: ['enter', 'i2'] },
  ],
};
const INSTANCE: CapturePoint = { kind: 'instance', instanceId: 'i-2' };
const failure = (code: string, message: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error;

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('where and how packets are captured', () => {
  it('is the instance\'s own interface, with the filter as one word behind --', () => {
    expect(captureCommands(FABRIC, { point: INSTANCE, filter: ['tcp', 'port', '22'], raw: false })).toEqual({
      check: ['enter', 'i2', 'tcpdump', '-n', '-i', 'ens5', '-d', '--', 'tcp port 22'],
      capture: ['enter', 'i2', 'tcpdump', '-n', '-i', 'ens5', '-l', '--', 'tcp port 22'],
    });
  });

  it('is every link of the internet, without the plumbing whatever the filter says', () => {
    expect(captureCommands(FABRIC, { point: { kind: 'internet' }, filter: ['icmp', 'or', 'udp'], raw: false }).capture.at(-1)).toBe('not net 240.0.0.0/4 and (icmp or udp)');
    expect(captureCommands(FABRIC, { point: { kind: 'internet' }, filter: [], raw: false }).capture.slice(2)).toEqual(['tcpdump', '-n', '-i', 'any', '-l', '--', 'not net 240.0.0.0/4']);
  });

  it('takes bytes, a count and another interface', () => {
    expect(captureCommands(FABRIC, { point: INSTANCE, filter: [], raw: true, count: 5, device: 'ens6' }).capture).toEqual(['enter', 'i2', 'tcpdump', '-n', '-i', 'ens6', '-U', '-w', '-', '-c', '5']);
  });

  it('takes the only NAT gateway without its id, and wants one of several', () => {
    const options = { point: { kind: 'nat-gateway' }, filter: [], raw: false } as const;
    expect(captureCommands(FABRIC, options).capture.slice(0, 2)).toEqual(['enter', 'n1']);
    const several = { ...FABRIC, namespaces: [...FABRIC.namespaces, { kind: 'nat-gateway', id: 'nat-2', entrance: ['enter', 'n2'] } as const] };
    expect(thrown(() => captureCommands(several, options))).toEqual(failure('usage', /nat-1, nat-2/u));
    expect(captureCommands(several, { ...options, point: { kind: 'nat-gateway', natGatewayId: 'nat-2' } }).capture.slice(0, 2)).toEqual(['enter', 'n2']);
    expect(thrown(() => captureCommands({ ...FABRIC, namespaces: [] }, options))).toEqual(failure('capture-unavailable', /no NAT gateway that is available/u));
  });

  it('is nowhere for an instance that is off, with one uid, and without packets', () => {
    expect(thrown(() => captureCommands(FABRIC, { point: { kind: 'instance', instanceId: 'i-9' }, filter: [], raw: false }))).toEqual(failure('capture-unavailable', /i-9 does not run/u));
    expect(thrown(() => captureCommands({ ...FABRIC, uidMode: 'single' }, { point: INSTANCE, filter: [], raw: false }))).toEqual(failure('capture-unavailable', /one uid only/u));
    expect(thrown(() => captureCommands({ kind: 'computed', uidMode: null, namespaces: [], wan: null }, { point: INSTANCE, filter: [], raw: false }))).toEqual(failure('no-packets', /computed fabric/u));
  });
});
