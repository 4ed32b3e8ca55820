/** The lab's `ssh_config`, written when the list is shown, and the lines that say how to use it. */
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, relative } from 'node:path';
import type { KnownInstance } from '../lib/inventory/instance.js';
import { SSH_USER } from '../lib/lab/lab.js';
import { printable } from '../lib/report/printable.js';
import { shellQuote } from '../lib/report/shell-quote.js';
import { isAlias, sshConfig, type SshHost } from '../lib/report/ssh-config.js';
import { openKnownHosts } from '../lib/ssh/known-hosts.js';
import { makeLabFolder } from '../lib/target/lab-folder.js';
import type { LabContext, LabFlags } from './lab-context.js';
import { selfCommand } from './self.js';

/** What ssh runs to reach an instance by Session Manager: EC2 Instance Connect takes the lab's key for the minute in which it logs in. */
function byProxy({ target, profile, stack }: LabFlags, region: string, keyFile: string): string {
  // All of them: the file stays, and means the same lab after another `use` and where other variables are set.
  const flags = ['--push-key', keyFile, '--target', target, ...(profile === undefined ? [] : ['--profile', profile]), '--region', region, '--stack', stack];
  return `${selfCommand()} proxy %h %p --user %r ${flags.map((word) => shellQuote(word).replaceAll('%', '%%')).join(' ')}`;
}

/** A path as one would type it: a shell knows the home folder by `~`. */
function asTypedPath(path: string): string {
  const inHome = relative(homedir(), path);
  return inHome.startsWith('..') || isAbsolute(inHome) || shellQuote(inHome) !== inHome ? shellQuote(path) : `~/${inHome}`;
}

/** For several names the line is shown for the first; what is said of it is a comment to the shell that it is pasted into. */
function lineFor(names: readonly string[], file: string, note: string): string[] {
  const [first, ...others] = names;
  if (first === undefined) return [];
  const alike = others.length === 0 ? '' : others.length > 4 ? `; ${others.length} others alike` : `; ${others.join(', ')} alike`;
  const said = `${note}${alike}`.replace(/^; /u, '');
  return [`  ssh -F ${asTypedPath(file)} ${first}${said === '' ? '' : `  # ${said}`}`];
}

/**
 * `ssh -F FILE NAME` for the instances with a key pair and a public address, and for those with an agent, by `ssmlab proxy`; what is missing for it where
 * the key is not here. The file is 0600, and `destroy` removes it with the folder.
 */
export async function sshLines({ home, lab, target }: LabContext, flags: LabFlags, instances: readonly KnownInstance[]): Promise<string[]> {
  const direct = instances.filter((instance) => instance.auth === 'ssh-key-pair' && instance.publicIpv4 !== null);
  const hasKey = existsSync(lab.keyFile);
  if (!hasKey) return direct.map(({ name, keyName }) => `  ${printable(name)} by OpenSSH needs the private half of the key pair ${printable(keyName ?? '')}: name its file with --identity FILE`);
  const sessions = instances.filter((instance) => instance.auth === 'session-manager');
  if (direct.length + sessions.length === 0) return [];
  const aliasOf = ({ name, instanceId }: KnownInstance): string => (isAlias(name) && instances.filter((other) => other.name === name).length === 1 ? name : instanceId);
  const hostOf = (instance: KnownInstance, host: string, unknownHostKey: SshHost['unknownHostKey'], proxyCommand: string | undefined): SshHost => ({
    aliases: [...new Set([aliasOf(instance), instance.instanceId])],
    user: SSH_USER,
    host,
    keyFile: lab.keyFile,
    knownHosts: lab.knownHosts,
    hostKeyAlias: instance.instanceId,
    unknownHostKey,
    proxyCommand,
  });
  const hosts = openKnownHosts(lab.knownHosts);
  const open = await Promise.all(direct.map(async (instance) => hostOf(instance, instance.publicIpv4 ?? '', (await hosts.keysOf(instance.instanceId).catch(() => [])).length > 0 ? 'refuse' : 'ask', target.proxyCommand)));
  // A session ends at the instance that IAM let it to: its sshd is no other's.
  const text = sshConfig([...open, ...sessions.map((instance) => hostOf(instance, instance.instanceId, 'take', byProxy(flags, target.region, lab.keyFile)))]);
  try {
    await makeLabFolder(home, lab);
    const draft = `${lab.sshConfig}.${process.pid}.new`;
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, lab.sshConfig);
  } catch (error) {
    // The list itself is there: a full disk takes only this line away.
    return [`  no line for OpenSSH: ${lab.sshConfig} cannot be written (${(error as Error).message})`];
  }
  return [...lineFor(direct.map(aliasOf), lab.sshConfig, ''), ...lineFor(sessions.map(aliasOf), lab.sshConfig, 'by Session Manager')];
}
