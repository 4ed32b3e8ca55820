/** The way into each instance of a snapshot, as its auth method says, predicted. Pure. */
import type { Snapshot, SnapshotInstance } from '../inventory/snapshot/snapshot.js';
import type { Network } from '../vpc/network.js';
import { predictSession, predictSsh } from './predict-way-in.js';
import type { WayInPrediction } from './way-in.js';

/** Where nothing is open, the way that it was made for: SSH with a key pair, else a session. */
const wayOf = ({ auth, keyName }: SnapshotInstance): WayInPrediction['way'] => (auth !== 'none' ? auth : keyName === null ? 'session-manager' : 'ssh-key-pair');

/** By instance id. `from` is the address that SSH comes from; null where it is not known, and then so is the path. `network` is the index of the snapshot's. */
export function predictWaysIn(snapshot: Snapshot, network: Network, from: string | null): ReadonlyMap<string, WayInPrediction> {
  return new Map(snapshot.instances.map((instance): [string, WayInPrediction] => {
    const { instanceId } = instance;
    if (wayOf(instance) === 'session-manager') return [instanceId, predictSession(snapshot, network, instanceId)];
    if (from !== null) return [instanceId, predictSsh(snapshot, network, instanceId, from)];
    return [instanceId, { way: 'ssh-key-pair', verdict: 'unknown', links: [{ link: 'path', service: null, verdict: 'unknown', by: instanceId, why: 'the address that SSH would come from is not known', rule: 'V5' }] }];
  }));
}
