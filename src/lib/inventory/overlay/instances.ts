/** Instances, interfaces and public addresses laid over a snapshot. Pure. */
import type { NetworkInterface } from '../../vpc/model.js';
import { edited, inNetwork, known, type Outlook, withDoubt, withoutInterfaces } from './outlook.js';
import { differs, flagOf, knownList, knownText, LATER, laterText, type ResourceChange, structuresOf, textOf } from './resource-change.js';
import type { Snapshot, SnapshotInstance } from '../snapshot/snapshot.js';

const withInstance = (snapshot: Snapshot, id: string, over: (each: SnapshotInstance) => Partial<SnapshotInstance>): Snapshot => ({ ...snapshot, instances: edited(snapshot.instances, (each) => each.instanceId === id, (each) => ({ ...each, ...over(each) })) });

const withInterface = (snapshot: Snapshot, test: (each: NetworkInterface) => boolean, over: Partial<NetworkInterface>): Snapshot => inNetwork(snapshot, ({ networkInterfaces }) => ({ networkInterfaces: edited(networkInterfaces, test, (each) => ({ ...each, ...over })) }));

const isPrimaryOf = (instanceId: string) => (each: NetworkInterface): boolean => each.instanceId === instanceId && (each.deviceIndex ?? 0) === 0;

export function layInstance(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, physicalId, replacement, logicalId } = change;
  if (physicalId === undefined || action === 'Add') return withDoubt(outlook, null, `${logicalId} is new: whom it reaches, and who reaches it, is known only when it is there`);
  if (action === 'Remove') return known(outlook, (snapshot) => withoutInstance(snapshot, physicalId));
  if (replacement === 'True') return withDoubt(outlook, physicalId, `${logicalId} (${physicalId}) is replaced: another instance with other addresses`);
  const doubted = replacement === 'Conditional' ? withDoubt(outlook, physicalId, `${logicalId} (${physicalId}) is stopped and started, or replaced: its public address may be another`) : outlook;
  return [profile, groups, sourceDestCheck, metadata].reduce((laid, lay) => lay(laid, change, physicalId), doubted);
}

function withoutInstance(snapshot: Snapshot, instanceId: string): Snapshot {
  const without = withoutInterfaces(snapshot, (each) => each.instanceId === instanceId);
  return { ...without, instances: without.instances.filter((each) => each.instanceId !== instanceId) };
}

function profile(outlook: Outlook, change: ResourceChange, id: string): Outlook {
  if (!differs(change, 'IamInstanceProfile')) return outlook;
  const name = textOf(change.after, 'IamInstanceProfile');
  return name === LATER ? withDoubt(outlook, id, laterText(change, 'IamInstanceProfile')) : known(outlook, (snapshot) => withInstance(snapshot, id, () => ({ instanceProfile: name ?? null })));
}

function groups(outlook: Outlook, change: ResourceChange, id: string): Outlook {
  if (!differs(change, 'SecurityGroupIds')) return outlook;
  const groupIds = knownList(change.after, 'SecurityGroupIds');
  return groupIds === LATER || groupIds.length === 0 ? withDoubt(outlook, id, laterText(change, 'SecurityGroupIds')) : known(outlook, (snapshot) => withInterface(snapshot, isPrimaryOf(id), { groupIds }));
}

function sourceDestCheck(outlook: Outlook, change: ResourceChange, id: string): Outlook {
  if (!differs(change, 'SourceDestCheck')) return outlook;
  const check = flagOf(change.after, 'SourceDestCheck', true);
  return check === LATER ? withDoubt(outlook, id, laterText(change, 'SourceDestCheck')) : known(outlook, (snapshot) => withInterface(snapshot, isPrimaryOf(id), { sourceDestCheck: check }));
}

function metadata(outlook: Outlook, change: ResourceChange, id: string): Outlook {
  if (!differs(change, 'MetadataOptions')) return outlook;
  const options = structuresOf(change.after, 'MetadataOptions');
  const endpoint = options === LATER ? LATER : textOf(options[0], 'HttpEndpoint');
  return endpoint === LATER
    ? withDoubt(outlook, id, laterText(change, 'MetadataOptions'))
    : known(outlook, (snapshot) => withInstance(snapshot, id, (each) => ({ metadata: { ...each.metadata, enabled: endpoint === undefined ? each.metadata.enabled : endpoint !== 'disabled' } })));
}

export function layNetworkInterface(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, physicalId, replacement, logicalId, after } = change;
  if (physicalId === undefined) return outlook;
  const isIt = (each: NetworkInterface): boolean => each.networkInterfaceId === physicalId;
  if (action === 'Remove') return known(outlook, (snapshot) => withoutInterfaces(snapshot, isIt));
  if (replacement !== 'False') return withDoubt(outlook, physicalId, `${logicalId} (${physicalId}) is replaced`);
  const groupIds = knownList(after, 'GroupSet');
  const worn = !differs(change, 'GroupSet') ? outlook : groupIds === LATER || groupIds.length === 0 ? withDoubt(outlook, physicalId, laterText(change, 'GroupSet')) : known(outlook, (snapshot) => withInterface(snapshot, isIt, { groupIds }));
  if (!differs(change, 'SourceDestCheck')) return worn;
  const check = flagOf(after, 'SourceDestCheck', true);
  return check === LATER ? withDoubt(worn, physicalId, laterText(change, 'SourceDestCheck')) : known(worn, (snapshot) => withInterface(snapshot, isIt, { sourceDestCheck: check }));
}

/** A further interface of an instance; it answers while that runs. */
export function layInterfaceAttachment(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, before, after } = change;
  const old = action === 'Add' ? undefined : knownText(before, 'NetworkInterfaceId');
  const isIt = (id: string) => (each: NetworkInterface): boolean => each.networkInterfaceId === id;
  const gone = old === undefined ? outlook : known(outlook, (snapshot) => withInterface(snapshot, isIt(old), { instanceId: undefined, deviceIndex: undefined, up: false }));
  if (action === 'Remove' || after === undefined) return gone;
  const [interfaceId, instanceId, device] = ['NetworkInterfaceId', 'InstanceId', 'DeviceIndex'].map((name) => textOf(after, name));
  // What is made only by the change is nobody's way yet; its instance is who gets it.
  if (typeof instanceId !== 'string') return withDoubt(gone, typeof interfaceId === 'string' ? interfaceId : null, laterText(change, 'InstanceId'));
  if (typeof interfaceId !== 'string' || typeof device !== 'string') return withDoubt(gone, instanceId, laterText(change, 'its interface'));
  return known(gone, (snapshot) => withInterface(snapshot, isIt(interfaceId), { instanceId, deviceIndex: Number(device), up: snapshot.instances.some((each) => each.instanceId === instanceId && each.state === 'running') }));
}

/** An Elastic IP address; its physical id is the address. */
export function layAddress(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, physicalId, replacement, logicalId, before, after } = change;
  if (physicalId !== undefined && (action === 'Remove' || replacement === 'True')) {
    const released = known(outlook, (snapshot) => withoutAddress(snapshot, (each) => each === physicalId));
    const instanceId = knownText(after, 'InstanceId');
    return replacement === 'True' && instanceId !== undefined ? withDoubt(released, instanceId, `${logicalId}: its address is known only after the change`) : released;
  }
  if (!differs(change, 'InstanceId')) return outlook;
  const [old, now] = [knownText(before, 'InstanceId'), textOf(after, 'InstanceId')] as const;
  const left = old === undefined ? outlook : withDoubt(outlook, old, `${logicalId}: its public address leaves ${old}`);
  return now === undefined ? left : withDoubt(left, now === LATER ? null : now, `${logicalId}: its public address is given to ${now === LATER ? 'an instance that is known only after the change' : now}`);
}

export function layAddressAssociation(outlook: Outlook, change: ResourceChange): Outlook {
  const { before, after, logicalId, action } = change;
  const ends = (values: ResourceChange['after']): (string | typeof LATER)[] => ['InstanceId', 'NetworkInterfaceId'].flatMap((name) => textOf(values, name) ?? []);
  const touched = [...(action === 'Add' ? [] : ends(before)), ...(action === 'Remove' ? [] : ends(after))];
  return touched.reduce((laid: Outlook, end) => withDoubt(laid, end === LATER ? null : end, `${logicalId}: which public address ${end === LATER ? 'goes where' : `${end} has`} is known only after the change`), outlook);
}

function withoutAddress(snapshot: Snapshot, test: (address: string | undefined) => boolean): Snapshot {
  const without = inNetwork(snapshot, ({ networkInterfaces, natGateways }) => ({
    networkInterfaces: edited(networkInterfaces, (each) => test(each.publicIp), (each) => ({ ...each, publicIp: undefined })),
    natGateways: edited(natGateways, (each) => test(each.publicIp), (each) => ({ ...each, publicIp: undefined })),
  }));
  return { ...without, instances: edited(without.instances, (each) => test(each.publicIpv4 ?? undefined), (each) => ({ ...each, publicIpv4: null })) };
}
