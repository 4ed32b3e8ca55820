/** Interfaces, volumes and profile associations of instances, found for many instances of one look at the state. */
import type { Reader } from '../../../state/store.js';
import { NETWORK_INTERFACE, PROFILE_ASSOCIATION, VOLUME, type NetworkInterfaceRecord, type ProfileAssociationRecord, type VolumeRecord } from '../model.js';

export interface ByInstance {
  /** By device index. */
  interfaces(instanceId: string): readonly NetworkInterfaceRecord[];
  volumes(instanceId: string): readonly VolumeRecord[];
  profile(instanceId: string): ProfileAssociationRecord | undefined;
}

function grouped<R>(records: readonly R[], instanceOf: (record: R) => string | undefined): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const record of records) {
    const instanceId = instanceOf(record);
    if (instanceId === undefined) continue;
    const group = groups.get(instanceId);
    if (group === undefined) groups.set(instanceId, [record]);
    else group.push(record);
  }
  return groups;
}

/** Reads each table once, at the first question about it; what changes after that is not seen. */
export function byInstance(state: Reader): ByInstance {
  let interfaces: Map<string, NetworkInterfaceRecord[]> | undefined;
  let volumes: Map<string, VolumeRecord[]> | undefined;
  let profiles: Map<string, ProfileAssociationRecord> | undefined;
  return {
    interfaces(instanceId) {
      interfaces ??= grouped(state.list(NETWORK_INTERFACE), (eni) => eni.attachment?.instanceId);
      return (interfaces.get(instanceId) ?? []).toSorted((a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0));
    },
    volumes(instanceId) {
      volumes ??= grouped(state.list(VOLUME), (volume) => volume.attachment?.instanceId);
      return volumes.get(instanceId) ?? [];
    },
    profile(instanceId) {
      profiles ??= new Map(state.list(PROFILE_ASSOCIATION).map((association) => [association.instanceId, association]));
      return profiles.get(instanceId);
    },
  };
}
