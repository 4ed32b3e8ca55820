/** The lab's `ssh_config`, written when the list is shown, and the lines that say how to use it. */
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { KnownInstance } from '../lib/inventory/instance.js';
import { SSH_USER } from '../lib/lab/lab.js';
import { printable } from '../lib/report/printable.js';
import { shellQuote } from '../lib/report/shell-quote.js';
import { isAlias, sshConfig } from '../lib/report/ssh-config.js';
import { makeLabFolder } from '../lib/target/lab-folder.js';
import type { LabContext } from './lab-context.js';

/** `ssh -F FILE NAME` for each instance with a key pair and a public address; what is missing for it where its key is not here. The file is 0600, and `destroy` removes it with the folder. */
export async function sshLines({ home, lab, target }: LabContext, instances: readonly KnownInstance[]): Promise<string[]> {
  const reachable = instances.filter((instance) => instance.auth === 'ssh-key-pair' && instance.publicIpv4 !== null);
  if (reachable.length === 0) return [];
  if (!existsSync(lab.keyFile)) return reachable.map(({ name, keyName }) => `  ${printable(name)} by OpenSSH needs the private half of the key pair ${printable(keyName ?? '')}: name its file with --identity FILE`);
  const aliasOf = ({ name, instanceId }: KnownInstance): string => (isAlias(name) && instances.filter((other) => other.name === name).length === 1 ? name : instanceId);
  const text = sshConfig(reachable.map((instance) => ({
    aliases: [...new Set([aliasOf(instance), instance.instanceId])],
    user: SSH_USER,
    host: instance.publicIpv4 ?? '',
    keyFile: lab.keyFile,
    knownHosts: lab.knownHosts,
    proxyCommand: target.proxyCommand,
  })));
  try {
    await makeLabFolder(home, lab);
    const draft = `${lab.sshConfig}.${process.pid}.new`;
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, lab.sshConfig);
  } catch (error) {
    // The list itself is there: a full disk takes only this line away.
    return [`  no line for OpenSSH: ${lab.sshConfig} cannot be written (${(error as Error).message})`];
  }
  return reachable.map((instance) => `  ssh -F ${shellQuote(lab.sshConfig)} ${aliasOf(instance)}`);
}
