import { describe, expect, it } from 'vitest';
import { outsideOf, readyProgress } from '../../../src/cli/deploy-ready.js';
import { plainStyle } from '../../../src/lib/report/style.js';
import type { Door, ReadyEvent } from '../../../src/lib/stack/ready.js';
import type { Target } from '../../../src/lib/target/target.js';

const door = (name: string, way: Door['way'] = 'session-manager'): Door => ({ name, way, open: async () => ({ state: 'open' }) });

it('a way that opened is told with the last of its kind, a reason at once', () => {
  const doors = [door('Instance1', 'ssh-key-pair'), door('Instance2'), door('Instance3')];
  const [ssh, two, three] = doors as [Door, Door, Door];
  const lines = readyProgress(plainStyle());
  const told = (event: ReadyEvent): string => lines(event, doors).join('\n').replaceAll(/ {2,}/gu, ' ').trim();
  expect(told({ kind: 'open', door: three })).toBe('');
  expect(told({ kind: 'shut', door: ssh, why: 'waiting for its host keys' })).toMatch(/SSH Instance1: waiting for its host keys$/u);
  expect(told({ kind: 'open', door: two })).toMatch(/sessions Instance2, Instance3 opened and ended$/u);
  expect(told({ kind: 'open', door: ssh })).toMatch(/SSH Instance1 by its key, host key pinned$/u);
  expect(told({ kind: 'untried', door: ssh, why: 'not from here' })).toMatch(/SSH Instance1 is not tried: not from here$/u);
});

describe('SSH is expected to answer here', () => {
  const aws = (own: () => Promise<string>) => ({ target: { fabric: 'aws', ownCidr: own } as unknown as Target });
  const here = aws(async () => '203.0.113.7/32');
  it.each([undefined, '0.0.0.0/0', '203.0.113.7/32', '203.0.113.0/24'])('opened to %s', async (from) => expect(await outsideOf(here, from)).toBeUndefined());
  it('not where others are let in, or where this machine is nobody knows', async () => {
    expect(await outsideOf(here, '198.51.100.0/24')).toBe('port 22 is open from 198.51.100.0/24 only, and this machine is seen as 203.0.113.7');
    expect(await outsideOf({ target: { fabric: 'aws' } as Target }, '198.51.100.0/24')).toBe('port 22 is open from 198.51.100.0/24 only, and this machine is not known to be there');
  });
});
