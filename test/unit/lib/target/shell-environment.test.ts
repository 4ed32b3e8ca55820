import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { exportLines, ownBundle, proxyLines, unsetLines } from '../../../../src/lib/target/shell-environment.js';

const exports = { endpoint: 'http://127.0.0.1:4566', region: 'ap-northeast-1', accessKeyId: 'AKIA', secretAccessKey: 'it\'s $HOME' };
const script = exportLines('sh', exports).join('\n');
const undo = unsetLines('sh').join('\n');

/** The AWS and SSMLAB variables after the script, by a real shell that stops at the slightest error. */
const after = (lines: readonly string[], environment: Record<string, string> = {}): Record<string, string> => {
  const out = execFileSync('sh', ['-eu', '-c', `${lines.join('\n')}\nenv -0`], { encoding: 'utf8', env: { PATH: process.env['PATH'], ...environment } });
  return Object.fromEntries(out.split('\0').filter((line) => /^(?:AWS|SSMLAB|ALL_PROXY|all_proxy)/u.test(line)).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
};

const before = { AWS_PROFILE: 'prod', AWS_DEFAULT_PROFILE: 'prod', AWS_SESSION_TOKEN: 'foreign', AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'REAL', AWS_ENDPOINT_URL_EC2: 'https://x' };
const OURS = { AWS_ENDPOINT_URL: exports.endpoint, AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: exports.secretAccessKey, AWS_REGION: 'ap-northeast-1', AWS_DEFAULT_REGION: 'ap-northeast-1' };

describe('local env', () => {
  it('sets endpoint, keys and region, quoted', () => expect(after([script])).toEqual({ ...OURS, SSMLAB_ENV: 'ap-northeast-1', SSMLAB_SET_ENV: '1' }));
  it('unsets what would lead past them', () => {
    const found = after([script], before);
    expect(found).toMatchObject(OURS);
    for (const name of ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL_EC2']) expect(found).not.toHaveProperty(name);
  });
  it('--unset brings back just what was there, also after two evals', () => {
    expect(after([script, script, undo], before)).toEqual(before);
    expect(after([script, undo])).toEqual({});
  });
  it('--unset brings it back where the mark was taken away, as docs/aws.md does', () => expect(after([script, 'unset SSMLAB_ENV', undo], before)).toEqual(before));
  it('--unset takes back what --proxy set, and brings back what it stands for, with the rest or alone', () => {
    const proxy = proxyLines('sh', 'socks5h://u:p@127.0.0.1:1', '/state of/authorities.pem').join('\n');
    const ours = { ALL_PROXY: 'socks5h://u:p@127.0.0.1:1', AWS_CA_BUNDLE: '/state of/authorities.pem' };
    const theirs = { ALL_PROXY: 'http://proxy:3128', all_proxy: 'socks5://proxy', AWS_CA_BUNDLE: '/etc/company.pem' };
    expect(after([proxy], { all_proxy: 'socks5://proxy' })).not.toHaveProperty('all_proxy');
    expect(after([proxy])).toEqual({ ...ours, SSMLAB_SET_PROXY: '1' });
    expect(after([proxy, undo])).toEqual({});
    expect(after([proxy, proxy, undo], theirs)).toEqual(theirs);
    expect(after([script, proxy, undo], { ...before, ...theirs })).toEqual({ ...before, ...theirs });
    expect(after([proxy, script], theirs)).toMatchObject(ours);
    const twice = after([proxy, proxy], theirs);
    expect([ownBundle(theirs), ownBundle(twice), ownBundle({}), ownBundle(after([proxy]))]).toEqual(['/etc/company.pem', '/etc/company.pem', undefined, undefined]);
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
  it('prints no value of the user\'s, and leaves proxies alone', () => {
    expect(`${script}${undo}`).not.toMatch(/foreign|REAL/u);
    expect(script).not.toContain('ALL_PROXY');
  });
  it('speaks fish', () => expect(exportLines('fish', exports)).toContain('set -gx AWS_SECRET_ACCESS_KEY \'it\\\'s $HOME\''));
});
