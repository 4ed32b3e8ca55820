import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellQuote } from '../../../../src/lib/report/shell-quote.js';
import { sshLine } from '../../../../src/lib/report/ssh-line.js';

const wordsOf = (line: string): string[] => execFileSync('sh', ['-c', `for w in ${line}; do printf '%s\\0' "$w"; done`], { encoding: 'utf8' }).split('\0').slice(0, -1);

describe('sshLine', () => {
  it('reads back as the words that ssh needs', () => {
    const line = sshLine({ user: 'ec2-user', host: '198.18.0.11', keyFile: '/home/a b/id', knownHosts: '/home/a b/known_hosts', proxyCommand: 'ssmlab local dial %h %p' });
    expect(wordsOf(line)).toEqual([
      'ssh', '-i', '/home/a b/id', '-o', 'IdentitiesOnly=yes', '-o', 'UserKnownHostsFile="/home/a b/known_hosts"', '-o', 'StrictHostKeyChecking=accept-new',
      '-o', 'ProxyCommand=ssmlab local dial %h %p', 'ec2-user@198.18.0.11',
    ]);
  });
  it('needs no ProxyCommand where plain ssh gets there', () => expect(sshLine({ user: 'u', host: 'h', keyFile: 'k', knownHosts: 'f' })).not.toContain('Proxy'));
});

describe('shellQuote', () => {
  it('gives back any word', () => {
    fc.assert(fc.property(fc.string().filter((text) => !text.includes('\0')), (word) => {
      expect(wordsOf(shellQuote(word))).toEqual([word]);
    }), { numRuns: 25 });
  });
});
