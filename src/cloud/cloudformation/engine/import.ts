/**
 * Import: what is there already becomes a stack's (user guide, "Import AWS resources into a CloudFormation stack with a
 * resource import"). It has to exist and to be no stack's; whether its configuration is the template's is not compared,
 * as on AWS: drift tells.
 */
import type { Transaction } from '../../state/store.js';
import { ResourceFailure } from '../errors.js';
import { RESOURCES, resourceKey, type ImportTarget, type ResourceRecord } from '../records.js';
import { isMissing, type ResourceType } from '../resources/resource-type.js';
import { textOf, type Structure, type Value } from '../template/value.js';
import type { Outcome } from './apply.js';
import type { Plan, Referable } from './plan.js';
import { addEvent, setResource } from './recorder.js';
import type { Run } from './run.js';

const GONE = new Set(['DELETE_COMPLETE', 'DELETE_SKIPPED']);
const TAGS = 'Apply stack-level tags to imported resource if applicable.';

export function physicalIdOf({ identifiers = [], physicalIdentifier }: ResourceType, identifier: ImportTarget['identifier']): string {
  return (physicalIdentifier === undefined ? identifiers : [physicalIdentifier]).map((name) => identifier[name] ?? '').join('|');
}

/** The properties that the template gives it and the attributes that it has. Throws for what is not there, or is a stack's already. */
export function readTarget(run: Run, plan: Plan, { logicalId, type: typeName, physicalId, identifier }: ImportTarget, lookup?: (name: string) => Referable | undefined): { readonly properties: Structure; readonly attributes: { readonly [name: string]: Value | undefined } } {
  const owner = run.context.state.list(RESOURCES).find((record) => record.type === typeName && record.physicalId === physicalId && !GONE.has(record.status) && !(record.stackId === run.stackId && record.logicalId === logicalId));
  if (owner !== undefined) throw new ResourceFailure(`${physicalId} already exists in stack ${owner.stackId}`, 'AlreadyExists');
  const type = run.type(typeName);
  const properties = run.propertiesOf(plan, logicalId, lookup);
  const scope = run.scope(logicalId, run.stack.tags);
  const missing = () => new ResourceFailure(`Resource of type '${typeName}' with identifier '${physicalId}' was not found.`, 'NotFound');
  try {
    const live = type.live?.(physicalId, scope, properties) ?? {};
    const attributes = type.attributesOf(physicalId, scope, properties);
    // An identifier of several properties, or one beside which the template names another thing.
    for (const [name, value] of Object.entries(identifier)) {
      const known = live[name] ?? attributes[name];
      if (known !== undefined && textOf(known) !== value) throw missing();
    }
    return { properties, attributes };
  } catch (error) {
    throw isMissing(error) ? missing() : error;
  }
}

/** One step: all are looked at before any is touched, so that an import that fails has changed nothing. */
export function importStep(run: Run): Outcome {
  const { stack } = run;
  const plan = run.plan(stack);
  const targets = new Map((stack.importing ?? []).map((target) => [target.logicalId, target]));
  const recordOf = (logicalId: string) => {
    const record = run.resource(logicalId);
    return record?.operationId === stack.operationId ? record : undefined;
  };
  const isKnown = (logicalId: string) => !targets.has(logicalId) || !/^(?:IMPORT_IN_PROGRESS|IMPORT_FAILED)$/.test(recordOf(logicalId)?.status ?? 'IMPORT_IN_PROGRESS');
  const failed = [...targets.keys()].filter((logicalId) => recordOf(logicalId)?.status.endsWith('_FAILED') === true);
  if (failed.length > 0) return { kind: 'failed', logicalIds: failed };
  for (const target of targets.values()) {
    const record = recordOf(target.logicalId);
    if (record?.status === 'IMPORT_IN_PROGRESS') return look(run, plan, target, record);
    if (record === undefined && [...(plan.dependencies.get(target.logicalId) ?? [])].every(isKnown)) return begin(run, target);
  }
  for (const { logicalId } of targets.values()) {
    const record = recordOf(logicalId);
    if (record !== undefined && record.status !== 'UPDATE_COMPLETE') return adopt(run, record);
  }
  return { kind: 'done' };
}

function put(run: Run, record: ResourceRecord, status: string, statusReason: string | undefined, also?: (tx: Transaction) => void): Outcome {
  run.transact((tx) => {
    also?.(tx);
    setResource(tx, { ...record, status, statusReason }, run.now);
  });
  return { kind: 'progress' };
}

function begin(run: Run, { logicalId, type, physicalId }: ImportTarget): Outcome {
  const { stackId, operationId, tags } = run.stack;
  const record: ResourceRecord = { stackId, logicalId, type, physicalId, status: '', at: run.now, operationId, properties: {}, stackTags: tags, attributes: {}, madeBy: operationId, replaced: [] };
  return put(run, record, 'IMPORT_IN_PROGRESS', 'Resource import started.');
}

function look(run: Run, plan: Plan, target: ImportTarget, record: ResourceRecord): Outcome {
  try {
    return put(run, { ...record, ...readTarget(run, plan, target) }, 'IMPORT_COMPLETE', 'Resource import completed.');
  } catch (error) {
    return put(run, record, 'IMPORT_FAILED', run.reason(error, `import of ${record.logicalId}`));
  }
}

function adopt(run: Run, record: ResourceRecord): Outcome {
  const { logicalId, physicalId = '', stackTags } = record;
  if (record.status === 'IMPORT_COMPLETE') return put(run, record, 'UPDATE_IN_PROGRESS', TAGS);
  try {
    return put(run, record, 'UPDATE_COMPLETE', TAGS, () => run.type(record.type).adopt?.(physicalId, run.scope(logicalId, stackTags)));
  } catch (error) {
    return put(run, record, 'UPDATE_FAILED', run.reason(error, `tags of ${logicalId}`));
  }
}

/** One step back: the resources stay as they are and are no stack's again. */
export function importRollbackStep(run: Run): Outcome {
  for (const { logicalId } of run.stack.importing ?? []) {
    const record = run.resource(logicalId);
    if (record === undefined || GONE.has(record.status)) continue;
    if (record.status !== 'IMPORT_ROLLBACK_IN_PROGRESS') return put(run, record, 'IMPORT_ROLLBACK_IN_PROGRESS', undefined);
    run.transact((tx) => {
      tx.delete(RESOURCES, resourceKey(record.stackId, logicalId));
      addEvent(tx, record, 'IMPORT_ROLLBACK_COMPLETE', undefined, run.now);
    });
    return { kind: 'progress' };
  }
  return { kind: 'done' };
}
