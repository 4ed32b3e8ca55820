/** The way in by SSH: dial, authenticate with the lab's key, check the host key. */
import type { Client } from 'ssh2';
import { SsmlabError } from '../errors.js';
import type { KnownInstance } from '../inventory/instance.js';
import { requirePower } from '../inventory/standing.js';
import { SSH_USER } from '../lab/lab.js';
import { connectSsh } from '../ssh/client.js';
import { loadPrivateKey } from '../ssh/key-pair.js';
import { openKnownHosts } from '../ssh/known-hosts.js';
import type { LabFolder } from '../target/lab-folder.js';
import type { Target } from '../target/target.js';

const SSH_PORT = 22;

/** Opens the connection. Throws `not-connected` where the machine is off, `key-missing`, `key-unsafe`, `key-unusable`, `ssh-unreachable`, `ssh-refused`, `host-key-changed`. */
export async function openSsh(target: Target, lab: LabFolder, instance: KnownInstance, timeoutMs = 10_000): Promise<Client> {
  requirePower(instance);
  const host = instance.publicIpv4;
  if (host === null) throw new SsmlabError('ssh-unreachable', `${instance.name} has no public address to reach it under`);
  const privateKey = await loadPrivateKey(lab.keyFile).catch((error: unknown) => {
    if (!(error instanceof SsmlabError) || error.code !== 'key-missing' || instance.keyName === null) throw error;
    throw new SsmlabError('key-missing', error.message, { cause: error, hint: `${instance.name} takes the key pair "${instance.keyName}": pass its private half by --identity FILE; or make a new one with \`ssmlab destroy\` and \`ssmlab deploy\`` });
  });
  const where = `${instance.name} (${host}:${SSH_PORT})`;
  const socket = await target.dial(host, SSH_PORT, { timeoutMs }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message.replace(/^.* cannot be reached: /u, '') : String(error);
    throw new SsmlabError('ssh-unreachable', `ssh to ${where}: ${why}`, { cause: error });
  });
  const hosts = openKnownHosts(lab.hostKeys);
  return connectSsh({ socket, where, username: SSH_USER, privateKey, verifyHostKey: (key) => hosts.check(instance.instanceId, key), timeoutMs });
}
