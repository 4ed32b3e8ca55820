import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorOfLab, forLab, ofLab } from '../../../src/cli/lab-commands.js';
import { SsmlabError } from '../../../src/lib/errors.js';

const LOCAL = { target: 'local', stack: 'ssmlab' } as const;
const AWS = { target: 'aws', region: 'eu-central-1', profile: 'sand box', stack: 'second' } as const;

describe('a suggested command', () => {
  it.each([
    [LOCAL, {}, 'list'],
    [AWS, {}, 'list --target aws --profile \'sand box\' --region eu-central-1 --stack second'],
    [{ ...LOCAL, region: 'eu-west-1' }, {}, 'list --region eu-west-1'],
    // Set for this command alone, or overruled by a flag: without the flag the pasted command would be led elsewhere.
    [LOCAL, { SSMLAB_TARGET: 'aws', SSMLAB_STACK: 'other' }, 'list --target local --stack ssmlab'],
    [{ ...LOCAL, stack: 'other' }, { SSMLAB_STACK: 'other' }, 'list --stack other'],
  ])('of %j with %j is %s', (lab, environment, expected) => expect(forLab('list', lab, { environment, inUse: null })).toBe(expected));

  it('reads back as the words that were given', () => {
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${forLab('list', { ...AWS, profile: 'it\'s $HOME' }, { environment: {}, inUse: null })}`], { encoding: 'utf8' });
    expect(words.split('\n')).toContain('it\'s $HOME');
  });

  it.each([
    [AWS, AWS, {}, 'list'],
    [{ ...AWS, stack: 'third' }, AWS, {}, 'list --stack third'],
    [{ ...AWS, region: 'us-east-1' }, AWS, {}, 'list --region us-east-1'],
    // A bare command would mean the lab in use, which is another.
    [LOCAL, AWS, {}, 'list --target local'],
    [LOCAL, { ...LOCAL, stack: 'second' }, {}, 'list --stack ssmlab'],
    [AWS, { ...LOCAL, stack: 'second' }, {}, 'list --target aws --profile \'sand box\' --region eu-central-1 --stack second'],
    [{ ...AWS, stack: 'ssmlab' }, { ...LOCAL, stack: 'second' }, {}, 'list --target aws --profile \'sand box\' --region eu-central-1'],
    [AWS, AWS, { SSMLAB_REGION: 'eu-west-1', SSMLAB_STACK: 'other' }, 'list --region eu-central-1 --stack second'],
  ] as const)('of %j while %j is in use, with %j, is %s', (lab, inUse, environment, expected) => expect(forLab('list', lab, { environment, inUse })).toBe(expected));

  it('stands for the lab in use of the state folder', () => {
    const home = mkdtempSync(join(tmpdir(), 'ssmlab-use-'));
    try {
      expect(forLab('list', LOCAL, { environment: { SSMLAB_HOME: home } })).toBe('list');
      writeFileSync(join(home, 'in-use.json'), JSON.stringify({ target: 'aws', stack: 'ssmlab' }));
      expect(forLab('list', LOCAL, { environment: { SSMLAB_HOME: home } })).toBe('list --target local');
      writeFileSync(join(home, 'in-use.json'), '{');
      expect(forLab('list', LOCAL, { environment: { SSMLAB_HOME: home } })).toBe('list');
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it('keeps the flags that it has, and what is for the instance after --', () => {
    const lab = { target: 'aws', region: 'us-east-1', stack: 'second' } as const;
    expect(forLab('destroy --stack third --region=eu-west-1', lab, { environment: {}, inUse: null })).toBe('destroy --stack third --region=eu-west-1 --target aws');
    expect(forLab('exec 3 -- getent hosts --stack', lab, { environment: {}, inUse: null })).toBe('exec 3 --target aws --region us-east-1 --stack second -- getent hosts --stack');
  });
});

describe('a text about a lab', () => {
  const lab = { target: 'aws', region: 'us-east-1', stack: 'second' } as const;
  const FLAGS = '--target aws --region us-east-1 --stack second';
  it.each<readonly [string, string]>([
    ['run `ssmlab destroy` and `ssmlab deploy`', `run \`ssmlab destroy ${FLAGS}\` and \`ssmlab deploy ${FLAGS}\``],
    ['`ssmlab exec INSTANCE -- getent hosts NAME`', `\`ssmlab exec INSTANCE ${FLAGS} -- getent hosts NAME\``],
    [`run \`ssmlab list ${FLAGS}\``, `run \`ssmlab list ${FLAGS}\``],
    ['`ssmlab expect init --output x.yaml`', `\`ssmlab expect init --output x.yaml ${FLAGS}\``],
    // They take no such flags, or are of no lab.
    ...['see `ssmlab list --help`', '`ssmlab local start`', '`ssmlab local stop`', '`ssmlab policy deploy`', '`ssmlab template`', '`ssmlab use --none`', '`ssmlab expect schema`', 'ssmlab deploy'].map((text) => [text, text] as const),
  ])('%s', (text, expected) => expect(ofLab(text, lab, { environment: {}, inUse: null })).toBe(expected));
  it('is what it was where there is none', () => expect(ofLab('run `ssmlab list`', undefined)).toBe('run `ssmlab list`'));
  it('of an error keeps its code and its cause', () => {
    const cause = new Error('deeper');
    expect(errorOfLab(new SsmlabError('no-lab', 'none', { cause }), lab)).toMatchObject({ code: 'no-lab', message: 'none', cause, hint: `run \`ssmlab deploy ${FLAGS}\` first` });
  });
  it('names every command that takes the flags of a lab, and no other', async () => {
    const folder = new URL('../../../src/commands/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const taking = files.filter((name) => /\.\.\.stackFlags|flags = stackFlags/u.test(readFileSync(new URL(name, folder), 'utf8'))).map((name) => name.replace(/\.ts$/u, '').replace('/', ' ')).filter((name) => name !== 'use');
    expect(taking.length).toBeGreaterThan(10);
    const all = files.map((name) => name.replace(/\.ts$/u, '').replace('/', ' '));
    expect(all.filter((name) => ofLab(`\`ssmlab ${name}\``, lab, { environment: {}, inUse: null }) !== `\`ssmlab ${name}\``).toSorted()).toEqual(taking.toSorted());
  });
});
