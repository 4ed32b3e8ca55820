import { describe, expect, it } from 'vitest';
import { agentText, requirePower, troubleOf, troublesOf } from '../../../../src/lib/inventory/standing.js';

const instance = { name: 'Instance3', instanceId: 'i-3', state: 'running', instanceProfile: 'role', agent: 'online' as const };

describe('what stands against a shell', () => {
  it.each([
    [{}, undefined],
    [{ state: 'stopped' }, 'Instance3 is stopped'],
    [{ state: 'shutting-down', agent: null }, 'Instance3 is shutting down'],
    [{ agent: 'connection-lost' as const }, 'Instance3 is not connected'],
    [{ agent: null }, 'Instance3 is not connected'],
    [{ agent: null, instanceProfile: null }, undefined],
  ])('%j: %s', (over, trouble) => expect(troubleOf({ ...instance, ...over })).toBe(trouble));

  it('of a stack those too that it made and that are there no more', () => {
    const made = [{ logicalId: 'Instance2', physicalId: 'i-2' }, { logicalId: 'Instance3', physicalId: 'i-3' }];
    expect(troublesOf([{ ...instance, state: 'stopped' }], made)).toEqual(['Instance3 is stopped', 'Instance2 is gone']);
    expect(troublesOf([instance], made.slice(1))).toEqual([]);
  });

  it.each(['stopping', 'stopped'])('a machine that is %s is told how to be started', (state) => {
    expect(() => requirePower({ ...instance, state })).toThrow(expect.objectContaining({ code: 'not-connected', message: `Instance3 (i-3) is ${state}`, hint: expect.stringContaining('aws ec2 start-instances --instance-ids i-3') as string }));
  });
  it('a terminated one does not come back', () => {
    expect(() => requirePower({ ...instance, state: 'terminated' })).toThrow(expect.objectContaining({ hint: expect.stringContaining('does not come back') as string }));
  });
  it.each(['pending', 'running'])('%s is tried', (state) => expect(() => requirePower({ ...instance, state })).not.toThrow());

  it('the agent is told of in words', () => expect(['online', 'connection-lost', 'inactive', null].map((agent) => agentText({ agent } as Parameters<typeof agentText>[0]))).toEqual([
    'its agent is online', 'the connection to its agent is lost', 'its agent is inactive', 'Systems Manager does not know it',
  ]));
});
