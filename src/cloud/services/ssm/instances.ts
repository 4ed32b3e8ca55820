/** What ssm knows of the instances whose agents reported, and when one of them is Online. */
import type { OperationContext } from '../../endpoint/operation.js';
import type { Store, Transaction } from '../../state/store.js';
import { INSTANCES, type InstanceInformationRecord } from './records.js';

export type PingStatus = 'Online' | 'ConnectionLost';

/**
 * Online needs both facts, which arrive as bytes through the fabric: UpdateInstanceInformation was received (there is
 * a record) and the control channel is open now (`agent-service.md` §6).
 */
export function pingStatus(record: InstanceInformationRecord, context: OperationContext): PingStatus {
  return context.runtime.messages.isConnected(context.region, record.instanceId) ? 'Online' : 'ConnectionLost';
}

/** Forgets a terminated instance. Joins a transaction of the same journal that is under way. */
export function forgetInstance(state: Store | Transaction, instanceId: string): void {
  const drop = (tx: Transaction): void => {
    if (tx.get(INSTANCES, instanceId) !== undefined) tx.delete(INSTANCES, instanceId);
  };
  if ('transact' in state) state.transact(drop);
  else drop(state);
}
