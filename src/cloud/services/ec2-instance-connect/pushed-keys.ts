/**
 * Keys that were pushed to an instance. AWS's images fetch them by the metadata service at each login; here the SSH
 * server asks this table, at each login as well, so that a key that has run out opens nothing.
 */
import { type Reader, table, type Transaction } from '../../state/store.js';

export interface PushedKey {
  readonly osUser: string;
  /** An OpenSSH public key line. */
  readonly publicKey: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** By instance id. */
const KEYS = table<{ readonly keys: readonly PushedKey[] }>('ec2-instance-connect/key');

/** EC2 user guide, "EC2 Instance Connect": the key is there for 60 seconds. */
const LIFETIME_MS = 60_000;

function living(state: Reader, instanceId: string, now: number): PushedKey[] {
  return (state.get(KEYS, instanceId)?.keys ?? []).filter((key) => key.expires > now);
}

/** Public key lines that open this account of the instance now. */
export function pushedKeys(state: Reader, instanceId: string, osUser: string, now: number): string[] {
  return living(state, instanceId, now).filter((key) => key.osUser === osUser).map((key) => key.publicKey);
}

export function pushKey(tx: Transaction, instanceId: string, osUser: string, publicKey: string, now: number): void {
  tx.put(KEYS, instanceId, { keys: [...living(tx, instanceId, now), { osUser, publicKey, expires: now + LIFETIME_MS }] });
}
