/** Verify of a deployed stack: reads its configuration, looks at its instances, judges. */
import { isConnected } from '../aws/ssm.js';
import { SsmlabError } from '../errors.js';
import { inventoryOf } from '../inventory/inventory.js';
import { snapshotFor } from '../inventory/snapshot/file.js';
import { readSnapshot } from '../inventory/snapshot/read.js';
import type { Snapshot } from '../inventory/snapshot/snapshot.js';
import { LOCAL_ADDRESS, SSH_USER } from '../lab/lab.js';
import { isAddress } from '../net/address.js';
import { dialPort } from '../probe/dial.js';
import { outputOf } from '../probe/run-line.js';
import { sessionStarter } from '../probe/session-way.js';
import { identityFor } from '../probe/ssh-way.js';
import { connectSsh } from '../ssh/client.js';
import { addressSeenIfKnown } from '../target/address-seen.js';
import type { LabFolder } from '../target/lab-folder.js';
import type { Target } from '../target/target.js';
import type { NetworkModel } from '../vpc/model.js';
import { indexModel } from '../vpc/network.js';
import type { VerifyReport } from './claim.js';
import type { ExpectationFile } from './expect/language.js';
import { expectedSubjects } from './expect/subjects.js';
import { type EarlyLooks, lookEarly } from './early.js';
import { subjectsFor } from './expectations.js';
import type { Eyes } from './observe.js';
import type { Configuration } from './predict.js';
import type { Subject } from './statement.js';
import { type Only, verify } from './verify.js';
import { watch, type WatchEvent } from './watch.js';

/** How long an instance may take for its commands, its way in included. */
const BOUND_MS = 20_000;
/** For SSH to say whether it takes a key. */
const KNOCK_MS = 5_000;

export interface Deployed {
  readonly target: Target;
  readonly lab: LabFolder;
}

/** The eyes of this machine. */
export function eyesOf({ target, lab }: Deployed, signal?: AbortSignal): Eyes {
  const context = { target, lab, start: sessionStarter(target) };
  return {
    region: target.region,
    runOn: (instance, way, line, onOpen) => outputOf(context, instance, way, line, BOUND_MS, { signal, onOpen }),
    dial: (host, port) => dialPort(target, host, port),
    knock: async (instance, socket) => {
      try {
        const identity = await identityFor(context, instance);
        // Nothing is asked of whoever answers but whether it takes the key: its own is not recorded.
        const client = await connectSsh({ socket, where: `${instance.name} (${instance.publicIpv4 ?? ''})`, username: SSH_USER, identity, verifyHostKey: async () => undefined, timeoutMs: KNOCK_MS });
        client.end();
      } finally {
        socket.destroy();
      }
    },
    isConnected: (instanceId) => isConnected(target, instanceId),
  };
}

/** What is to be judged. */
export interface Matter {
  /** Instances by any of their names; all when empty. */
  readonly named: readonly string[];
  /** What a file expects, in place of what the lab declares. */
  readonly expect?: ExpectationFile | undefined;
  readonly only?: Only | undefined;
  /** Address that this machine is seen as; found out when absent. */
  readonly from?: string | undefined;
  /** Told what the claims are made from, each time before they are. */
  readonly onRead?: ((configuration: Configuration) => void) | undefined;
}

function subjectsOf({ named, expect, onRead }: Matter, configuration: Configuration): readonly Subject[] {
  onRead?.(configuration);
  return expect === undefined ? subjectsFor(named, configuration) : expectedSubjects(expect, configuration, named);
}

function checkFrom(from: string | undefined): void {
  if (from !== undefined && !isAddress(from)) throw new SsmlabError('usage', `--from ${JSON.stringify(from)} is no IPv4 address`, { hint: 'write it as 203.0.113.7' });
}

const configurationOf = (snapshot: Snapshot, from: string | null): Configuration => ({ snapshot, network: indexModel(snapshot.network), from });

/** For instances of which nothing else is known yet. */
const NOTHING_READ: NetworkModel = { region: '', vpcs: [], subnets: [], routeTables: [], networkAcls: [], securityGroups: [], networkInterfaces: [], internetGateways: [], natGateways: [], vpcEndpoints: [], prefixLists: [] };

export interface VerifyRequest extends Matter {
  /** Where the stack is; asked only when a region has to be. */
  readonly deployed: () => Promise<Deployed>;
  readonly stack: string;
  /** File of a snapshot, as `snapshotFor` has it. One that is there shows no instance: it goes with predictions alone. */
  readonly file?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told what is being done, a sentence at a time. */
  readonly say?: ((text: string) => void) | undefined;
}

/** Verify of a stack, deployed or in a snapshot. Errors as `snapshotFor` and `findInstance` have them, and `no-lab` where a file that is read has no instance. */
export async function runVerify({ deployed, stack, file, signal, say, ...matter }: VerifyRequest): Promise<VerifyReport> {
  const { only, from, named, expect } = matter;
  checkFrom(from);
  let place: Deployed | undefined;
  let seen: Promise<string | null> | undefined;
  let early: EarlyLooks | undefined;
  const given = new AbortController();
  try {
    const { snapshot, origin, said } = await snapshotFor(async () => {
      place = await deployed();
      seen = from === undefined ? addressSeenIfKnown(place.target.fabric, place.target) : undefined;
      seen?.catch(() => undefined);
      early = lookEarly(eyesOf(place, signal === undefined ? given.signal : AbortSignal.any([signal, given.signal])));
      return place.target;
    }, stack, file, {
      onInstances: async (instances) => {
        if (only === 'predicted') return;
        say?.("Verifying over each instance's own way in");
        // Which of them are meant, and what is asked of them, is known only when all is read.
        if (named.length === 0 && expect === undefined) await early?.begin(inventoryOf(instances, NOTHING_READ, []));
      },
    });
    if (origin === 'read' && snapshot.instances.length === 0) {
      throw new SsmlabError('no-lab', `${file ?? 'the snapshot'} has no instance of the stack "${snapshot.stack}"`, { hint: 'name the snapshot of a stack that is deployed, or a new file with --snapshot to write one' });
    }
    if (origin === 'read' && only !== 'predicted') {
      throw new SsmlabError('usage', `${file ?? 'the snapshot'} is a snapshot that was written before: instances cannot be looked at in it`, { hint: 'add --only predicted, or name a new file to write one' });
    }
    if (said !== undefined) say?.(said);
    // Of a snapshot of AWS nobody knows who reads it.
    const here = from ?? (seen === undefined ? (snapshot.fabric === 'aws' ? null : LOCAL_ADDRESS) : await seen);
    const subjects = subjectsOf(matter, configurationOf(snapshot, here));
    return await verify({ subjects, where: snapshot, eyes: only === 'predicted' ? undefined : early?.eyes, only });
  } catch (error) {
    // What was begun is in vain.
    given.abort(error);
    throw error;
  } finally {
    await early?.finish();
  }
}

/** What the region says of a stack now. */
export async function readConfiguration(target: Target, stack: string): Promise<Configuration> {
  const [snapshot, from] = await Promise.all([readSnapshot(target, stack), addressSeenIfKnown(target.fabric, target)]);
  return configurationOf(snapshot, from);
}

export interface WatchTimes {
  readonly pollMs: number;
  readonly lookEveryMs: number;
}

/** Verify of a deployed stack, again and again until the signal: see {@link watch}. */
export function watchStack(deployed: Deployed, stack: string, matter: Matter, times: WatchTimes, signal: AbortSignal): AsyncIterable<WatchEvent> {
  checkFrom(matter.from);
  const { target } = deployed;
  const here = matter.from === undefined ? addressSeenIfKnown(target.fabric, target) : Promise.resolve(matter.from);
  here.catch(() => undefined);
  const eyes = eyesOf(deployed, signal);
  const judge = async (snapshot: Snapshot, only: Only | undefined): Promise<VerifyReport> => verify({ subjects: subjectsOf(matter, configurationOf(snapshot, await here)), where: snapshot, eyes, only });
  return watch({ ...times, signal, read: () => readSnapshot(target, stack), predict: (snapshot) => judge(snapshot, 'predicted'), look: (snapshot) => judge(snapshot, matter.only) });
}
