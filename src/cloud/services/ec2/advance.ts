/** The clock of EC2: moves every resource whose time has come to its next state. Nothing is lost by a restart, since `dueAt` is state. */
import type { Reader, Store, Transaction } from '../../state/store.js';
import {
  CONSOLE_OUTPUT, INSTANCE, NAT_GATEWAY, PREFIX_LIST, PROFILE_ASSOCIATION, VOLUME, VPC_ENDPOINT, type InstanceRecord, type NatGatewayRecord, type PrefixListRecord, type VpcEndpointRecord,
} from './model.js';
import { ACCOUNT } from './block-public-access/in-force.js';
import { BLOCK_PUBLIC_ACCESS, BLOCK_PUBLIC_ACCESS_EXCLUSION, type BlockPublicAccessExclusionRecord } from './block-public-access/records.js';
import { releaseInterfaces, removeInterface } from './network-interface/interface.js';
import { VISIBLE_AFTER_END } from './waits.js';

function terminate(tx: Transaction, instance: InstanceRecord, now: number): void {
  releaseInterfaces(tx, instance.instanceId);
  for (const volume of tx.list(VOLUME)) {
    if (volume.attachment?.instanceId !== instance.instanceId) continue;
    if (volume.attachment.deleteOnTermination) tx.delete(VOLUME, volume.volumeId);
    else tx.put(VOLUME, volume.volumeId, { ...volume, attachment: undefined });
  }
  for (const association of tx.list(PROFILE_ASSOCIATION)) {
    if (association.instanceId === instance.instanceId) tx.delete(PROFILE_ASSOCIATION, association.associationId);
  }
  tx.put(INSTANCE, instance.instanceId, { ...instance, state: 'terminated', dueAt: now + VISIBLE_AFTER_END });
}

function moveInstance(tx: Transaction, instance: InstanceRecord, now: number): void {
  switch (instance.state) {
    case 'pending': return tx.put(INSTANCE, instance.instanceId, { ...instance, state: 'running', runningSince: now, dueAt: undefined });
    case 'stopping': return tx.put(INSTANCE, instance.instanceId, { ...instance, state: 'stopped', dueAt: undefined });
    case 'shutting-down': return terminate(tx, instance, now);
    case 'terminated':
      tx.delete(CONSOLE_OUTPUT, instance.instanceId);
      return tx.delete(INSTANCE, instance.instanceId);
    case 'running': case 'stopped': return tx.put(INSTANCE, instance.instanceId, { ...instance, dueAt: undefined });
  }
}

function moveNatGateway(tx: Transaction, gateway: NatGatewayRecord, now: number): void {
  const { natGatewayId } = gateway;
  switch (gateway.state) {
    case 'pending': return gateway.failureCode === undefined
      ? tx.put(NAT_GATEWAY, natGatewayId, { ...gateway, state: 'available', dueAt: undefined })
      : tx.put(NAT_GATEWAY, natGatewayId, { ...gateway, state: 'failed', deleteTime: now, dueAt: now + VISIBLE_AFTER_END });
    case 'deleting':
      if (gateway.networkInterfaceId !== undefined) removeInterface(tx, gateway.networkInterfaceId);
      return tx.put(NAT_GATEWAY, natGatewayId, { ...gateway, state: 'deleted', deleteTime: now, dueAt: now + VISIBLE_AFTER_END });
    case 'failed': case 'deleted': return tx.delete(NAT_GATEWAY, natGatewayId);
    case 'available': return tx.put(NAT_GATEWAY, natGatewayId, { ...gateway, dueAt: undefined });
  }
}

function moveVpcEndpoint(tx: Transaction, endpoint: VpcEndpointRecord): void {
  if (endpoint.state === 'deleting') {
    for (const id of endpoint.networkInterfaceIds) removeInterface(tx, id);
    tx.delete(VPC_ENDPOINT, endpoint.vpcEndpointId);
  } else {
    tx.put(VPC_ENDPOINT, endpoint.vpcEndpointId, { ...endpoint, state: 'available', dueAt: undefined });
  }
}

function movePrefixList(tx: Transaction, list: PrefixListRecord): void {
  const { prefixListId, state } = list;
  switch (state) {
    case 'delete-in-progress': return tx.delete(PREFIX_LIST, prefixListId);
    case 'create-in-progress': return tx.put(PREFIX_LIST, prefixListId, { ...list, state: 'create-complete', dueAt: undefined });
    case 'modify-in-progress': return tx.put(PREFIX_LIST, prefixListId, { ...list, state: 'modify-complete', dueAt: undefined });
    case 'restore-in-progress': return tx.put(PREFIX_LIST, prefixListId, { ...list, state: 'restore-complete', dueAt: undefined });
    default: return tx.put(PREFIX_LIST, prefixListId, { ...list, dueAt: undefined });
  }
}

function moveExclusion(tx: Transaction, exclusion: BlockPublicAccessExclusionRecord, now: number): void {
  const put = (changed: Partial<BlockPublicAccessExclusionRecord>): void => tx.put(BLOCK_PUBLIC_ACCESS_EXCLUSION, exclusion.exclusionId, { ...exclusion, dueAt: undefined, ...changed });
  switch (exclusion.state) {
    case 'create-in-progress': return put({ state: 'create-complete' });
    case 'update-in-progress': return put({ state: 'update-complete' });
    case 'delete-in-progress': return put({ state: 'delete-complete', deleted: now, dueAt: now + VISIBLE_AFTER_END });
    case 'delete-complete': return tx.delete(BLOCK_PUBLIC_ACCESS_EXCLUSION, exclusion.exclusionId);
    case 'create-complete': case 'update-complete': return put({});
  }
}

/** All that has a time at which it moves on. */
const dated = (state: Reader): readonly { readonly dueAt?: number | undefined }[] => [
  ...state.list(INSTANCE), ...state.list(NAT_GATEWAY), ...state.list(VPC_ENDPOINT), ...state.list(PREFIX_LIST), ...state.list(BLOCK_PUBLIC_ACCESS), ...state.list(BLOCK_PUBLIC_ACCESS_EXCLUSION),
];

function isDue(now: number) {
  return (record: { readonly dueAt?: number | undefined }) => record.dueAt !== undefined && record.dueAt <= now;
}

/**
 * Moves all that is due at `now` (milliseconds since the epoch) in one transaction; writes nothing when nothing is.
 * Returns the next due time, undefined when nothing is under way.
 */
export function advance(state: Store, now: number): number | undefined {
  const due = isDue(now);
  if (dated(state).some(due)) {
    state.transact((tx) => {
      for (const instance of tx.list(INSTANCE).filter(due)) moveInstance(tx, instance, now);
      for (const gateway of tx.list(NAT_GATEWAY).filter(due)) moveNatGateway(tx, gateway, now);
      for (const endpoint of tx.list(VPC_ENDPOINT).filter(due)) moveVpcEndpoint(tx, endpoint);
      for (const list of tx.list(PREFIX_LIST).filter(due)) movePrefixList(tx, list);
      for (const exclusion of tx.list(BLOCK_PUBLIC_ACCESS_EXCLUSION).filter(due)) moveExclusion(tx, exclusion, now);
      for (const options of tx.list(BLOCK_PUBLIC_ACCESS).filter(due)) tx.put(BLOCK_PUBLIC_ACCESS, ACCOUNT, { ...options, state: 'update-complete', dueAt: undefined });
    });
  }
  const times = dated(state).flatMap(({ dueAt }) => dueAt ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}
