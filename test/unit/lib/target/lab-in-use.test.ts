import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillLabFlags, usedLabText } from '../../../../src/cli/lab-in-use.js';
import { forgetLab, isMadeHere, labInUse, labsMadeHere, useLab, useNone } from '../../../../src/lib/target/lab-in-use.js';

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'ssmlab-use-'))));
afterEach(() => rmSync(home, { recursive: true }));

const made = (name: string): void => {
  mkdirSync(join(home, 'labs', name, 'key'), { recursive: true });
  writeFileSync(join(home, 'labs', name, 'key', 'id_ed25519'), '');
};

describe('the lab in use', () => {
  it('is kept by its names, for this user alone, and forgotten', async () => {
    expect(labInUse(home)).toBeUndefined();
    await useLab(home, { target: 'aws', region: 'eu-west-1', profile: 'sandbox', stack: 'web' });
    expect(labInUse(home)).toEqual({ target: 'aws', region: 'eu-west-1', profile: 'sandbox', stack: 'web' });
    expect(statSync(join(home, 'in-use.json')).mode & 0o777).toBe(0o600);
    expect(Object.keys(JSON.parse(readFileSync(join(home, 'in-use.json'), 'utf8')) as object)).toEqual(['target', 'region', 'profile', 'stack']);
    await useNone(home);
    expect(labInUse(home)).toBeUndefined();
  });

  it('is forgotten when it is destroyed, and no other one is', async () => {
    const destroyed = { target: 'aws', region: 'eu-west-1', profile: 'sandbox', stack: 'web' } as const;
    expect(await forgetLab(home, destroyed)).toBe(false);
    for (const inUse of [{ ...destroyed, stack: 'other' }, { ...destroyed, region: 'us-east-1' }, { ...destroyed, profile: 'other' }, { target: 'local', stack: 'web' }] as const) {
      await useLab(home, inUse);
      expect([await forgetLab(home, destroyed), labInUse(home)]).toEqual([false, expect.objectContaining(inUse)]);
    }
    for (const inUse of [destroyed, { target: 'aws', stack: 'web' }] as const) {
      await useLab(home, inUse);
      expect([await forgetLab(home, destroyed), labInUse(home)]).toEqual([true, undefined]);
    }
  });

  it.each(['', '{}', '{"target":"aws","stack":"../x"}', '{"target":"aws","stack":"x","region":"nowhere"}'])('a file that says %j is refused, with the way out', (text) => {
    writeFileSync(join(home, 'in-use.json'), text);
    expect(() => labInUse(home)).toThrow(expect.objectContaining({ code: 'state-corrupt', hint: 'run `ssmlab use --none`' }) as Error);
  });

  it('the labs that were made here are known by target, region and stack', () => {
    for (const name of ['local-ap-northeast-1-ssmlab', 'aws-us-gov-west-1-a-1-b']) made(name);
    expect(labsMadeHere(home)).toEqual([{ target: 'local', region: 'ap-northeast-1', stack: 'ssmlab' }, { target: 'aws', region: 'us-gov-west-1', stack: 'a-1-b' }]);
    expect([isMadeHere(home, { target: 'aws', region: 'us-gov-west-1', stack: 'a-1-b' }), isMadeHere(home, { target: 'local', stack: 'ssmlab' }), isMadeHere(home, { target: 'aws', stack: 'ssmlab' })]).toEqual([true, true, false]);
  });

  it('fills in what neither a flag nor a variable says', async () => {
    const takes = ['target', 'region', 'profile', 'stack'];
    const byDefault = { setFromDefault: true };
    const filled = (flags: Record<string, unknown>, defaults: readonly string[], names = takes): Record<string, unknown> => {
      fillLabFlags({ flags, metadata: { flags: Object.fromEntries(defaults.map((name) => [name, byDefault])) } }, { takes: names }, home);
      return flags;
    };
    expect(filled({ target: 'local', stack: 'ssmlab' }, ['target', 'stack'])).toEqual({ target: 'local', stack: 'ssmlab' });
    await useLab(home, { target: 'aws', region: 'eu-west-1', profile: 'sandbox', stack: 'web' });
    expect(filled({ target: 'local', stack: 'ssmlab' }, ['target', 'stack'])).toEqual({ target: 'aws', region: 'eu-west-1', profile: 'sandbox', stack: 'web' });
    expect(filled({ target: 'local', stack: 'mine', region: 'us-east-1' }, ['target'])).toEqual({ target: 'aws', region: 'us-east-1', profile: 'sandbox', stack: 'mine' });
    // Of another target it says nothing, nor to a command of the local cloud alone, nor to one that is about no lab.
    expect(filled({ target: 'local', stack: 'ssmlab' }, ['stack'])).toEqual({ target: 'local', stack: 'ssmlab' });
    expect(filled({ stack: 'ssmlab' }, ['stack'], ['stack', 'region'])).toEqual({ stack: 'ssmlab' });
    expect(filled({}, [], [])).toEqual({});
  });

  it('is said in words', () => {
    expect(usedLabText({ target: 'aws', region: 'eu-west-1', profile: 'p', stack: 'web' })).toBe('web in AWS, eu-west-1, profile p');
    expect(usedLabText({ target: 'local', stack: 'ssmlab' })).toBe('ssmlab in the local cloud');
  });
});
