/** The way in by SSH: dial, check the host key, log in with the key of the lab. */
import type { Client } from 'ssh2';
import { findKeyPair } from '../aws/ec2.js';
import { SsmlabError } from '../errors.js';
import type { KnownInstance } from '../inventory/instance.js';
import { requirePower } from '../inventory/standing.js';
import { SSH_USER } from '../lab/lab.js';
import { connectSsh } from '../ssh/client.js';
import { type Identity, openIdentity } from '../ssh/identity.js';
import type { Questions } from '../ssh/questions.js';
import type { LabFolder } from '../target/lab-folder.js';
import type { Target } from '../target/target.js';
import { ProxyFailure } from '../target/uplink.js';
import { askForTrust, hostKeyChanged, trustedKeys } from './host-trust.js';

const SSH_PORT = 22;

export interface SshWay {
  readonly target: Target;
  readonly lab: LabFolder;
  /** Who answers for passphrases and unknown hosts; absent where nobody can. */
  readonly ask?: Questions | undefined;
}

/** A server of which no key is known. */
class UnknownKey extends Error {
  readonly key: Buffer;

  constructor(key: Buffer) {
    super('a host key that nobody told of');
    this.key = key;
  }
}

/** One passphrase opens the key for all connections of a command. */
const opened = new WeakMap<LabFolder, Map<string | null, Promise<Identity>>>();

/** The public half of the instance's key pair, as far as the service tells it. */
async function wantedKey(target: Target, keyName: string): Promise<Buffer | undefined> {
  const [, base64] = ((await findKeyPair(target, keyName))?.PublicKey ?? '').trim().split(/\s+/u);
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}

/** The key that opens the instance, read once in a command. Errors as `openIdentity` has them, with the way on. */
export function identityFor({ target, lab, ask }: SshWay, instance: Pick<KnownInstance, 'name' | 'keyName'>): Promise<Identity> {
  const { name, keyName } = instance;
  const ofLab = opened.get(lab) ?? new Map<string | null, Promise<Identity>>();
  opened.set(lab, ofLab);
  const before = ofLab.get(keyName);
  if (before !== undefined) return before;
  const wanted = keyName === null ? undefined : () => wantedKey(target, keyName);
  const identity = openIdentity({ keyFile: lab.keyFile, wanted, ask }).catch((error: unknown) => {
    ofLab.delete(keyName);
    if (!(error instanceof SsmlabError) || error.code !== 'key-missing' || keyName === null) throw error;
    throw new SsmlabError('key-missing', error.message, { cause: error, hint: `${name} takes the key pair "${keyName}": pass its private half by --identity FILE, or add it to ssh-agent; or make a new one with \`ssmlab destroy\` and \`ssmlab deploy\`` });
  });
  ofLab.set(keyName, identity);
  return identity;
}

const whereOf = ({ name }: Pick<KnownInstance, 'name'>, host: string): string => `${name} (${host}:${SSH_PORT})`;

/** One connection. Throws {@link UnknownKey} where none is known of the server. */
async function attempt({ target, lab }: SshWay, instance: KnownInstance, identity: Identity, keys: readonly Buffer[], timeoutMs: number): Promise<Client> {
  const host = instance.publicIpv4;
  if (host === null) throw new SsmlabError('ssh-unreachable', `${instance.name} has no public address to reach it under`);
  const { instanceId } = instance;
  const where = whereOf(instance, host);
  const socket = await target.dial(host, SSH_PORT, { timeoutMs }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message.replace(/^.* cannot be reached: /u, '') : String(error);
    const proxy = error instanceof SsmlabError && error.cause instanceof ProxyFailure ? error.cause : undefined;
    throw new SsmlabError('ssh-unreachable', `ssh to ${where}: ${proxy?.message ?? why}`, { cause: error, hint: proxy?.hint });
  });
  const verifyHostKey = async (key: Buffer): Promise<void> => {
    if (keys.some((known) => known.equals(key))) return;
    throw keys.length === 0 ? new UnknownKey(key) : hostKeyChanged({ where, instanceId, key }, keys, lab.knownHosts);
  };
  return connectSsh({ socket, where, username: SSH_USER, identity, verifyHostKey, hostKeys: keys, timeoutMs }).catch((error: unknown) => {
    if (!(error instanceof SsmlabError) || error.code !== 'ssh-refused' || instance.keyName === null) throw error;
    throw new SsmlabError('ssh-refused', error.message, { cause: error, hint: `${instance.name} was launched with the key pair "${instance.keyName}": pass its private half by --identity FILE; keys that were taken out of ~/.ssh/authorized_keys open nothing` });
  });
}

/**
 * Opens the connection. Throws `not-connected` where the machine is off, `key-missing`, `key-unsafe`, `key-unusable`, `ssh-unreachable`,
 * `ssh-refused`, `host-key-changed`, `host-key-unknown`, `declined`.
 */
export async function openSsh(way: SshWay, instance: KnownInstance, timeoutMs = 10_000): Promise<Client> {
  requirePower(instance);
  const identity = await identityFor(way, instance);
  const { keys, why } = await trustedKeys(way.target, way.lab, instance.instanceId);
  try {
    return await attempt(way, instance, identity, keys, timeoutMs);
  } catch (error) {
    if (!(error instanceof UnknownKey)) throw error;
    // Asked while no connection waits: sshd grants two minutes, a person may want to look first.
    await askForTrust({ where: whereOf(instance, instance.publicIpv4 ?? ''), instanceId: instance.instanceId, key: error.key }, why, way.lab, way.ask);
    return attempt(way, instance, identity, [error.key], timeoutMs);
  }
}
