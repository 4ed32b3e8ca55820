/** Verify of a deployed stack: reads its configuration, looks at its instances, judges. */
import { isConnected } from '../aws/ssm.js';
import { SsmlabError } from '../errors.js';
import { snapshotFor } from '../inventory/snapshot/file.js';
import { LOCAL_ADDRESS, SSH_USER } from '../lab/lab.js';
import { isAddress } from '../net/address.js';
import { dialPort } from '../probe/dial.js';
import { outputOf } from '../probe/run-line.js';
import { sessionStarter } from '../probe/session-way.js';
import { connectSsh } from '../ssh/client.js';
import { loadPrivateKey } from '../ssh/key-pair.js';
import { addressSeen } from '../target/address-seen.js';
import type { LabFolder } from '../target/lab-folder.js';
import type { Target } from '../target/target.js';
import { indexModel } from '../vpc/network.js';
import type { VerifyReport } from './claim.js';
import { subjectsFor } from './expectations.js';
import type { Eyes } from './observe.js';
import { type Only, verify } from './verify.js';

/** How long an instance may take for its commands, its way in included. */
const BOUND_MS = 20_000;
/** For SSH to say whether it takes a key. */
const KNOCK_MS = 5_000;

/** Address that this machine is seen as from the region; null when nobody says it. */
function ownAddress(target: Target): Promise<string | null> {
  return addressSeen(target.fabric, target).catch((error: unknown) => {
    if (error instanceof SsmlabError) return null;
    throw error;
  });
}

export interface Deployed {
  readonly target: Target;
  readonly lab: LabFolder;
}

/** The eyes of this machine. */
export function eyesOf({ target, lab }: Deployed, signal?: AbortSignal): Eyes {
  const context = { target, lab, start: sessionStarter(target) };
  return {
    region: target.region,
    runOn: (instance, way, line) => outputOf(context, instance, way, line, BOUND_MS, signal),
    dial: (host, port) => dialPort(target, host, port),
    knock: async ({ name, publicIpv4 }, socket) => {
      try {
        const privateKey = await loadPrivateKey(lab.keyFile);
        // Nothing is asked of whoever answers but whether it takes the key: its own is not recorded.
        const client = await connectSsh({ socket, where: `${name} (${publicIpv4 ?? ''})`, username: SSH_USER, privateKey, verifyHostKey: async () => undefined, timeoutMs: KNOCK_MS });
        client.end();
      } finally {
        socket.destroy();
      }
    },
    isConnected: (instanceId) => isConnected(target, instanceId),
  };
}

export interface VerifyRequest {
  /** Where the stack is; asked only when a region has to be. */
  readonly deployed: () => Promise<Deployed>;
  readonly stack: string;
  /** Instances by any of their names; all when empty. */
  readonly named: readonly string[];
  readonly only?: Only | undefined;
  /** File of a snapshot, as `snapshotFor` has it. One that is there shows no instance: it goes with predictions alone. */
  readonly file?: string | undefined;
  /** Address that this machine is seen as; found out when absent. */
  readonly from?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told what is being done, a sentence at a time. */
  readonly say?: ((text: string) => void) | undefined;
}

/** Verify of a stack, deployed or in a snapshot. Errors as `snapshotFor` and `findInstance` have them. */
export async function runVerify({ deployed, stack, named, only, file, from, signal, say }: VerifyRequest): Promise<VerifyReport> {
  if (from !== undefined && !isAddress(from)) throw new SsmlabError('usage', `--from ${JSON.stringify(from)} is no IPv4 address`, { hint: 'write it as 203.0.113.7' });
  let place: Deployed | undefined;
  let seen: Promise<string | null> | undefined;
  const { snapshot, origin, said } = await snapshotFor(async () => {
    place = await deployed();
    seen = from === undefined ? ownAddress(place.target) : undefined;
    seen?.catch(() => undefined);
    return place.target;
  }, stack, file);
  if (origin === 'read' && only !== 'predicted') {
    throw new SsmlabError('usage', `${file ?? 'the snapshot'} is there, and what was once written shows no instance`, { hint: 'add --only predicted, or name a new file to write one' });
  }
  if (said !== undefined) say?.(said);
  // Of a snapshot of AWS nobody knows who reads it.
  const here = from ?? (seen === undefined ? (snapshot.fabric === 'aws' ? null : LOCAL_ADDRESS) : await seen);
  const subjects = subjectsFor(named, { snapshot, network: indexModel(snapshot.network), from: here });
  if (only === 'predicted' || place === undefined) return verify({ subjects, where: snapshot, only });
  say?.("Verifying over each instance's own way in");
  return verify({ subjects, where: snapshot, eyes: eyesOf(place, signal), only });
}
