/** Writes what happened: a change of status and its event go into the journal together. */
import { randomUUID } from 'node:crypto';
import type { Transaction } from '../../state/store.js';
import { operationType, withOperation } from './operation-type.js';
import { EVENTS, putResource, STACKS, STACK_TYPE, stackRecord, type EventRecord, type ResourceRecord, type StackRecord } from '../records.js';

function putEvent(tx: Transaction, event: Omit<EventRecord, 'eventId'>, eventId: string): void {
  let unique = eventId;
  for (let n = 2; tx.get(EVENTS, `${event.stackId}#${unique}`) !== undefined; n++) unique = `${eventId}-${n}`;
  tx.put(EVENTS, `${event.stackId}#${unique}`, { ...event, eventId: unique });
}

/** The stack's next status, with its event. */
export function setStack(tx: Transaction, stackId: string, now: number, change: Partial<StackRecord> & { readonly status: string; readonly statusReason: string | undefined }): StackRecord {
  const before = stackRecord(tx, stackId);
  const id = change.operationId ?? before.operationId;
  const begins = change.operationId !== undefined || before.lastOperations === undefined;
  const lastOperations = begins ? withOperation(before.lastOperations, { type: operationType(change.status, before.status), id }) : before.lastOperations;
  const stack: StackRecord = { ...before, ...change, lastOperations, drift: undefined };
  tx.put(STACKS, stackId, stack);
  const { stackName, status, statusReason, clientRequestToken, operationId } = stack;
  putEvent(tx, { stackId, stackName, logicalId: stackName, physicalId: stackId, type: STACK_TYPE, status, statusReason, clientRequestToken, operationId, at: now }, randomUUID());
  return stack;
}

/** An event of a resource without a change of its record. */
export function addEvent(tx: Transaction, resource: Pick<ResourceRecord, 'stackId' | 'logicalId' | 'type' | 'physicalId' | 'properties'>, status: string, statusReason: string | undefined, now: number): void {
  const { stackId, logicalId, type, physicalId = '', properties } = resource;
  const { stackName, clientRequestToken, operationId } = stackRecord(tx, stackId);
  const event = { stackId, stackName, logicalId, physicalId, type, status, statusReason, properties: JSON.stringify(properties), clientRequestToken, operationId, at: now };
  putEvent(tx, event, `${logicalId}-${status}-${new Date(now).toISOString()}`);
}

/** The resource's next status, with its event. */
export function setResource(tx: Transaction, resource: ResourceRecord, now: number): void {
  putResource(tx, { ...resource, drift: undefined, at: now });
  addEvent(tx, resource, resource.status, resource.statusReason, now);
}
