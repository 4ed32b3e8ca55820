import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { exportLines, unsetLines } from '../../../../src/lib/target/shell-environment.js';

const exports = { endpoint: 'http://127.0.0.1:4566', region: 'ap-northeast-1', accessKeyId: 'AKIA', secretAccessKey: 'it\'s $HOME' };
const script = exportLines('sh', exports).join('\n');
const undo = unsetLines('sh').join('\n');

/** The AWS and SSMLAB variables after the script, by a real shell that stops at the slightest error. */
const after = (lines: readonly string[], environment: Record<string, string> = {}): Record<string, string> => {
  const out = execFileSync('sh', ['-eu', '-c', `${lines.join('\n')}\nenv -0`], { encoding: 'utf8', env: { PATH: process.env['PATH'], ...environment } });
  return Object.fromEntries(out.split('\0').filter((line) => /^(?:AWS|SSMLAB|ALL_PROXY)/u.test(line)).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
};

const before = { AWS_PROFILE: 'prod', AWS_DEFAULT_PROFILE: 'prod', AWS_SESSION_TOKEN: 'foreign', AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'REAL', AWS_ENDPOINT_URL_EC2: 'https://x' };
const OURS = { AWS_ENDPOINT_URL: exports.endpoint, AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: exports.secretAccessKey, AWS_REGION: 'ap-northeast-1', AWS_DEFAULT_REGION: 'ap-northeast-1' };

describe('local env', () => {
  it('sets endpoint, keys and region, quoted', () => expect(after([script])).toEqual({ ...OURS, SSMLAB_ENV: 'ap-northeast-1' }));
  it('unsets what would lead past them', () => {
    const found = after([script], before);
    expect(found).toMatchObject(OURS);
    for (const name of ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL_EC2']) expect(found).not.toHaveProperty(name);
  });
  it('--unset brings back just what was there, also after two evals', () => {
    expect(after([script, script, undo], before)).toEqual(before);
    expect(after([script, undo])).toEqual({});
  });
  it('--unset alone does nothing', () => expect(after([undo], before)).toEqual(before));
  it('appends a folder to PATH once, behind what is there, and takes it off wherever it stands', () => {
    const folder = '/state of/me/bin';
    const lines = exportLines('sh', { ...exports, pathFolder: folder }).join('\n');
    const other = exportLines('sh', { ...exports, pathFolder: '/elsewhere' }).join('\n');
    const path = (...script: string[]) => execFileSync('sh', ['-eu', '-c', `PATH=/a:/b\n${script.join('\n')}\necho "$PATH \${SSMLAB_PATH_FOLDER-none}"`], { encoding: 'utf8' });
    expect(path(lines)).toBe(`/a:/b:${folder} ${folder}\n`);
    expect(path(lines, lines)).toBe(`/a:/b:${folder} ${folder}\n`);
    expect(path(lines, other)).toBe('/a:/b:/elsewhere /elsewhere\n');
    expect(path(lines, undo)).toBe('/a:/b none\n');
    expect(path(lines, 'PATH=$PATH:/c', undo)).toBe('/a:/b:/c none\n');
    expect(path(exportLines('sh', { ...exports, pathFolder: '/with:colon' }).join('\n'))).toBe('/a:/b none\n');
  });
  it('prints no value of the user\'s and no ALL_PROXY', () => expect(`${script}${undo}`).not.toMatch(/foreign|REAL|ALL_PROXY/u));
  it('speaks fish', () => expect(exportLines('fish', exports)).toContain('set -gx AWS_SECRET_ACCESS_KEY \'it\\\'s $HOME\''));
});
