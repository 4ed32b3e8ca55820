/** Why a host key is trusted: it was pinned, or the instance told it on its console, or a person said so. Never because it was the first. */
import { consoleOutput } from '../aws/ec2.js';
import { SsmlabError } from '../errors.js';
import { consoleHostKeys } from '../ssh/console-host-keys.js';
import { describeKey } from '../ssh/key-pair.js';
import { openKnownHosts } from '../ssh/known-hosts.js';
import type { Questions } from '../ssh/questions.js';
import type { LabFolder } from '../target/lab-folder.js';
import type { Target } from '../target/target.js';

/** Keys in wire form; where there are none, why not, as a clause. */
export interface TrustedKeys {
  readonly keys: readonly Buffer[];
  readonly why: string;
  /** They were read from the console just now. */
  readonly learnt: boolean;
}

/** The pinned keys of an instance; where none is, those that its console tells, pinned from now on. One look: the console may tell later. */
export async function trustedKeys(target: Target, lab: Pick<LabFolder, 'knownHosts'>, instanceId: string, consoleOf: (instanceId: string) => Promise<string> = (id) => consoleOutput(target, id)): Promise<TrustedKeys> {
  const hosts = openKnownHosts(lab.knownHosts);
  const pinned = await hosts.keysOf(instanceId);
  if (pinned.length > 0) return { keys: pinned, why: '', learnt: false };
  const told = await consoleOf(instanceId).catch((error: unknown) => {
    if (error instanceof SsmlabError) return error;
    throw error;
  });
  if (told instanceof SsmlabError) return { keys: [], why: `its console cannot be read: ${told.message}`, learnt: false };
  const keys = consoleHostKeys(told);
  if (keys.length === 0) return { keys, why: told === '' ? 'its console tells nothing yet' : 'its console does not tell it', learnt: false };
  await hosts.pin(instanceId, keys);
  return { keys, why: '', learnt: true };
}

export interface ShownKey {
  readonly where: string;
  readonly instanceId: string;
  /** What the server showed, wire form. */
  readonly key: Buffer;
}

/** The server shows another key than those that are known. */
export function hostKeyChanged({ where, instanceId, key }: ShownKey, known: readonly Buffer[], path: string): SsmlabError {
  return new SsmlabError('host-key-changed', `${where} shows the host key ${describeKey(key)}, and ${instanceId} is known by ${known.map(describeKey).join(' and ')}`, {
    hint: `somebody may stand in between, another machine may have the address now, or sshd's keys were made anew on the instance: only if you know of that, remove the lines of ${instanceId} from ${path}`,
  });
}

/** Asks a person, and pins the key. `declined`, and `host-key-unknown` where nobody can be asked. */
export async function askForTrust({ where, instanceId, key }: ShownKey, why: string, lab: Pick<LabFolder, 'knownHosts'>, ask: Questions | undefined): Promise<void> {
  if (ask === undefined) {
    throw new SsmlabError('host-key-unknown', `the host key ${describeKey(key)} of ${where} is not known: ${why}, and nobody can be asked`);
  }
  if (!(await ask.trust({ where, instanceId, key: describeKey(key), why }))) throw new SsmlabError('declined', 'nothing was sent to it: the answer was no', { hint: 'its console tells its keys some minutes after it was started: run it again then' });
  await openKnownHosts(lab.knownHosts).pin(instanceId, [key]);
}
