import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellQuote } from '../../../../src/lib/report/shell-quote.js';
import { isAlias, sshConfig } from '../../../../src/lib/report/ssh-config.js';

const ssh = spawnSync('ssh', ['-V']).status === 0;
const host = { aliases: ['Instance1', 'i-0abc'], user: 'ec2-user', host: '198.18.0.11', keyFile: '/home/a b/100%/id', knownHosts: '/home/a b/known_hosts', hostKeyAlias: 'i-0abc', unknownHostKey: 'refuse' as const, proxyCommand: 'env SSMLAB_HOME=/s node /x/run.js local dial %h %p' };

describe('sshConfig', () => {
  it.skipIf(!ssh).each(host.aliases)(`is read by ssh as it is meant: %s${ssh ? '' : ' (no ssh on PATH)'}`, (alias) => {
    const folder = mkdtempSync(join(tmpdir(), 'ssmlab-ssh-'));
    try {
      writeFileSync(join(folder, 'config'), sshConfig([host]), { mode: 0o600 });
      const read = execFileSync('ssh', ['-G', '-F', join(folder, 'config'), alias], { encoding: 'utf8' }).split('\n');
      // `ssh -G` shows paths before their tokens are put in.
      for (const line of ['hostname 198.18.0.11', 'user ec2-user', 'identityfile /home/a b/100%%/id', 'identitiesonly yes', 'stricthostkeychecking true', 'hostkeyalias i-0abc', 'forwardagent no', `proxycommand ${host.proxyCommand}`]) expect(read).toContain(line);
      expect(read.find((line) => line.startsWith('userknownhostsfile'))).toMatch(/^userknownhostsfile "?\/home\/a b\/known_hosts"?$/u);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  it.each([['refuse', 'yes'], ['ask', 'ask'], ['take', 'accept-new']] as const)('a host key that is not known: %s', (unknownHostKey, word) => expect(sshConfig([{ ...host, unknownHostKey }])).toContain(`StrictHostKeyChecking ${word}\n`));
  it('needs no ProxyCommand where plain ssh gets there', () => expect(sshConfig([{ ...host, proxyCommand: undefined }])).not.toContain('Proxy'));
  it.each([['Instance1', true], ['web-1.eu', true], ['my web', false], ['-oProxyCommand=x', false], ['*', false], ['!a', false], ['a#b', false], ['日本', false]])('takes %s as a name: %s', (name, taken) => expect(isAlias(name)).toBe(taken));
});

describe('shellQuote', () => {
  it('gives back any word', () => {
    fc.assert(fc.property(fc.string().filter((text) => !text.includes('\0')), (word) => {
      expect(execFileSync('sh', ['-c', `printf '%s\\0' ${shellQuote(word)}`], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual([word]);
    }), { numRuns: 25 });
  });
});
