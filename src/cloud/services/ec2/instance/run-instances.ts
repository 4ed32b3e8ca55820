/** RunInstances. */
import { randomBytes } from 'node:crypto';
import { bool, boolOpt, oneOfOpt, strOpt } from '../../../endpoint/input.js';
import { AwsError, type Input, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import type { Transaction } from '../../../state/store.js';
import { once } from '../idempotency.js';
import { INSTANCE, VOLUME, type InstanceRecord } from '../model.js';
import { createInterface } from '../network-interface/interface.js';
import { takePublicAddress } from '../network-interface/public-address.js';
import { newId } from '../noun.js';
import { change, type Scope } from '../operation.js';
import { dueAfter, paced, WAIT } from '../waits.js';
import { byInstance } from './by-instance.js';
import { launchOf, type Launch } from './launch.js';
import { launchMetadataOptions } from './metadata-options.js';
import { associateProfile, withProfile, type Profile } from './profile.js';
import { instanceView, reservationViews } from './view.js';

const USER_DATA_LIMIT = 16_384;

/** Kept as base64, as the API gives it back. */
function userDataOf(input: Input): string | undefined {
  const text = strOpt(input, 'UserData');
  if (text !== undefined && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) throw new AwsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  const data = Buffer.from(text ?? '', 'base64');
  if (data.length > USER_DATA_LIMIT) throw new AwsError('InvalidParameterValue', 'User data is limited to 16384 bytes');
  return data.length === 0 ? undefined : data.toString('base64');
}

function createVolumes(tx: Transaction, launch: Launch, instanceId: string, now: number): void {
  for (const { device, deleteOnTermination, ...volume } of launch.devices) {
    const volumeId = newId('vol');
    tx.put(VOLUME, volumeId, {
      ...volume,
      volumeId,
      availabilityZone: launch.network.subnet.availabilityZone,
      createTime: now,
      attachment: { instanceId, device, attachTime: now, deleteOnTermination },
      tags: launch.volumeTags,
    });
  }
}

function createInstance(tx: Transaction, context: OperationContext, input: Input, launch: Launch, reservationId: string, launchIndex: number): InstanceRecord {
  const instanceId = newId('i');
  const now = context.now();
  const { subnet, assignsPublicIp, deleteOnTermination, ...network } = launch.network;
  const eni = createInterface(tx, {
    ...network,
    subnet,
    interfaceType: 'interface',
    sourceDestCheck: true,
    assignsPublicIp,
    autoPublicIp: assignsPublicIp ? takePublicAddress(context) : undefined,
    attachment: { instanceId, deleteOnTermination },
    tags: launch.interfaceTags,
    now,
  });
  createVolumes(tx, launch, instanceId, now);
  const instance: InstanceRecord = {
    instanceId,
    reservationId,
    ownerId: context.accountId,
    imageId: launch.image.imageId,
    instanceType: launch.type.name,
    architecture: launch.image.architecture,
    launchIndex,
    launchTime: now,
    state: 'pending',
    stateTransitionReason: '',
    vpcId: subnet.vpcId,
    subnetId: subnet.subnetId,
    availabilityZone: subnet.availabilityZone,
    privateIpAddress: eni.privateIpAddress,
    networkInterfaceId: eni.networkInterfaceId,
    keyName: launch.keyPair?.keyName,
    publicKey: launch.keyPair?.publicKey,
    metadataOptions: launchMetadataOptions(input, launch.tags, tx),
    userData: userDataOf(input),
    clientToken: strOpt(input, 'ClientToken'),
    rootDeviceName: launch.image.rootDeviceName,
    monitoring: bool(input, 'Monitoring.Enabled', false),
    ebsOptimized: bool(input, 'EbsOptimized', false),
    disableApiTermination: bool(input, 'DisableApiTermination', false),
    disableApiStop: boolOpt(input, 'DisableApiStop') ?? false,
    instanceInitiatedShutdownBehavior: oneOfOpt(input, 'InstanceInitiatedShutdownBehavior', ['stop', 'terminate']) ?? 'stop',
    bootCount: 1,
    ...launch.options,
    statusCheckDelay: paced(context, WAIT.statusChecks),
    dueAt: dueAfter(context, WAIT.instanceStart),
    tags: launch.tags,
  };
  tx.put(INSTANCE, instanceId, instance);
  return instance;
}

function launchAll(tx: Transaction, context: OperationContext, scope: Scope, input: Input, profile: Profile | undefined): string[] {
  const launch = launchOf(input, scope, { tx, context });
  const reservationId = `r-0${randomBytes(8).toString('hex')}`;
  return Array.from({ length: launch.count }, (_unused, index) => {
    const { instanceId } = createInstance(tx, context, input, launch, reservationId, index);
    if (profile !== undefined) associateProfile(tx, instanceId, profile, context.now());
    return instanceId;
  });
}

export const runInstances: Operation = (input, context) => withProfile(input, context, (profile) => change(input, context, (tx, scope) => {
  const ids = once(tx, 'RunInstances', INSTANCE, input, () => launchAll(tx, context, scope, input, profile));
  // A token outlives what it made by the hour in which the terminated instance is still seen.
  if (ids.some((id) => tx.get(INSTANCE, id)?.state === 'terminated')) {
    throw new AwsError('IdempotentInstanceTerminated', 'The request to launch an instance uses the same client token as a previous request for which the instance has been terminated.');
  }
  const of = byInstance(tx);
  const views = new Map(ids.flatMap((id) => {
    const record = tx.get(INSTANCE, id);
    return record === undefined ? [] : [[id, instanceView(record, scope, of)] as const];
  }));
  return { ...reservationViews(ids, views, scope)[0] };
}));
