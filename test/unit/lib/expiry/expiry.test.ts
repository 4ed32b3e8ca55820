import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import type { ExpiryApi } from '../../../../src/lib/expiry/api.js';
import { lifetimeText, parseLifetime } from '../../../../src/lib/expiry/duration.js';
import { dropExpiry, expiryName, setExpiry } from '../../../../src/lib/expiry/expiry.js';

const expiry = { region: 'eu-central-1', account: '123456789012', stack: 'ssmlab', stackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/ssmlab/1', at: new Date('2026-12-01T10:00:00Z') };

class AwsError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const refused = (name: string, message: string): SsmlabError => new SsmlabError('aws-error', message, { cause: new AwsError(name, message) });

/** What was called; a schedule is refused as often as said. */
function fake(refusals: readonly SsmlabError[] = []): { api: ExpiryApi; calls: string[] } {
  const calls: string[] = [];
  const left = [...refusals];
  return {
    calls,
    api: {
      createRole: async ({ name }) => (calls.push(`role ${name}`), `arn:aws:iam::123456789012:role/${name}`),
      deleteRole: async (name) => void calls.push(`drop role ${name}`),
      createSchedule: async ({ name, at, input }) => {
        calls.push(`schedule ${name} ${at.toISOString()} ${JSON.stringify(input)}`);
        const error = left.shift();
        if (error !== undefined) throw error;
      },
      deleteSchedule: async (name) => void calls.push(`drop schedule ${name}`),
      isScheduleThere: async () => false,
      roleArn: async () => undefined,
    },
  };
}

const patient = { pollSeconds: 10, pause: async () => undefined };
const name = 'ssmlab-ttl-eu-central-1-ssmlab';

describe('the end of a lab', () => {
  it('is a schedule for the very stack, with a role of its own, after what was there before is gone', async () => {
    const { api, calls } = fake();
    await setExpiry(api, expiry, patient);
    expect(calls).toEqual([`drop schedule ${name}`, `drop role ${name}`, `role ${name}`, `schedule ${name} 2026-12-01T10:00:00.000Z {"StackName":"${expiry.stackId}"}`]);
  });

  it('waits for a role that Scheduler does not know yet, for a minute', async () => {
    const notYet = refused('ValidationException', 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');
    const quick = fake([notYet, notYet]);
    await setExpiry(quick.api, expiry, patient);
    expect(quick.calls.filter((call) => call.startsWith('schedule '))).toHaveLength(3);
    const never = fake(Array.from({ length: 20 }, () => notYet));
    await expect(setExpiry(never.api, expiry, patient)).rejects.toMatchObject({ code: 'expiry-failed', message: expect.stringContaining('assume the role') as string });
    expect(never.calls.filter((call) => call.startsWith('schedule '))).toHaveLength(7);
    expect(never.calls.slice(-2)).toEqual([`drop schedule ${name}`, `drop role ${name}`]);
  });

  it('leaves nothing of itself where it is refused', async () => {
    const { api, calls } = fake([refused('AccessDeniedException', 'not authorized to perform: scheduler:CreateSchedule')]);
    await expect(setExpiry(api, expiry, patient)).rejects.toMatchObject({ code: 'expiry-failed', message: expect.stringContaining('scheduler:CreateSchedule') as string });
    expect(calls.slice(-2)).toEqual([`drop schedule ${name}`, `drop role ${name}`]);
  });

  it('is taken away under the same name', async () => {
    const { api, calls } = fake();
    await dropExpiry(api, expiry);
    expect(calls).toEqual([`drop schedule ${name}`, `drop role ${name}`]);
  });

  it('has a name that a role may have, and another for each stack and region', () => {
    const long = 'a'.repeat(128);
    expect(expiryName('ap-northeast-1', long)).toHaveLength(64);
    expect(expiryName('ap-northeast-1', long)).not.toBe(expiryName('ap-northeast-1', `${long.slice(1)}b`));
    expect(expiryName('us-east-1', 'lab')).not.toBe(expiryName('us-east-2', 'lab'));
  });
});

describe('how long a lab may live', () => {
  it.each([['90m', 5_400_000], ['2h', 7_200_000], ['30d', 2_592_000_000], ['10m', 600_000]])('%s', (text, milliseconds) => {
    expect(parseLifetime(text)).toBe(milliseconds);
  });
  it.each(['', '2', '2 h', '-2h', '1.5h', '9m', '31d', '2w', '0h', '1e3h'])('refuses %j', (text) => {
    expect(() => parseLifetime(text)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  });
  it.each([[0, '0 min'], [3_600_000, '1 h'], [7_500_000, '2 h 5 min'], [90_061_000, '1 d 1 h'], [-5, '0 min']])('%d ms is %s', (milliseconds, text) => {
    expect(lifetimeText(milliseconds)).toBe(text);
  });
});
