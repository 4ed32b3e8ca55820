/** Drift: what has become of a stack's resources behind its back (user guide, "Detect unmanaged configuration changes"). */
import type { Transaction } from '../../state/store.js';
import { ServiceFailure } from '../errors.js';
import { DRIFT_DETECTIONS, putResource, stackRecord, STACKS, type DifferenceRecord, type DriftDetectionRecord, type DriftRecord, type ResourceRecord } from '../records.js';
import { sameLive } from '../resources/live.js';
import { isMissing } from '../resources/resource-type.js';
import { isList, isStructure, textOf, type Structure, type Value } from '../template/value.js';
import type { Run } from './run.js';

const GONE = new Set(['DELETE_COMPLETE', 'DELETE_SKIPPED']);

/** Whether the resource is there to be looked at and its type can be read. */
export function canDrift(run: Run, record: ResourceRecord): boolean {
  return record.physicalId !== undefined && !GONE.has(record.status) && run.type(record.type).live !== undefined;
}

/** Looks at one resource. Only what the template defines is compared. */
export function driftOf(run: Run, record: ResourceRecord): DriftRecord {
  const { logicalId, physicalId = '', properties, stackTags } = record;
  const type = run.type(record.type);
  const unread = type.unread ?? [];
  const at = run.now;
  let live: Structure;
  try {
    live = type.live?.(physicalId, run.scope(logicalId, stackTags), properties) ?? {};
  } catch (error) {
    if (isMissing(error)) return { status: 'DELETED', at, differences: [] };
    if (error instanceof ServiceFailure) return { status: 'UNKNOWN', at, differences: [], reason: error.message };
    throw error;
  }
  const names = Object.keys(properties).filter((name) => !unread.includes(name));
  const own = (from: Structure) => Object.fromEntries(names.flatMap((name) => (Object.hasOwn(from, name) ? [[name, from[name] ?? null] as const] : [])));
  const [expected, actual] = [own(properties), own(live)];
  const differences = names.flatMap((name) => differencesOf(expected[name], actual[name], `/${name}`));
  return { status: differences.length === 0 ? 'IN_SYNC' : 'MODIFIED', at, expected, actual, differences };
}

function differencesOf(expected: Value | undefined, actual: Value | undefined, path: string): DifferenceRecord[] {
  if (sameLive(expected, actual)) return [];
  if (isList(expected) && isList(actual)) return listDifferences(expected, actual, path);
  if (isStructure(expected) && isStructure(actual)) return Object.entries(expected).flatMap(([name, value]) => differencesOf(value, Object.hasOwn(actual, name) ? actual[name] : undefined, `${path}/${name}`));
  const type = actual === undefined ? 'REMOVE' : expected === undefined ? 'ADD' : 'NOT_EQUAL';
  return [{ path, expected: shown(expected), actual: shown(actual), type }];
}

/** Items are the same in any order; what is left over on both sides is compared in pairs. */
function listDifferences(expected: readonly Value[], actual: readonly Value[], path: string): DifferenceRecord[] {
  const surplus = [...actual.entries()];
  const missing = [...expected.entries()].filter(([, item]) => {
    const found = surplus.findIndex(([, other]) => sameLive(item, other));
    if (found >= 0) surplus.splice(found, 1);
    return found < 0;
  });
  const pairs = missing.map(([index, item]) => ({ index, item, other: surplus.shift()?.[1] }));
  return [...pairs.flatMap(({ index, item, other }) => differencesOf(item, other, `${path}/${index}`)), ...surplus.flatMap(([index, item]) => differencesOf(undefined, item, `${path}/${index}`))];
}

function shown(value: Value | undefined): string {
  return value === undefined ? 'null' : textOf(value);
}

/** Looks at resources of the stack and remembers what was seen; all of them when `logicalIds` is undefined. */
export function detectDrift(tx: Transaction, run: Run, detectionId: string, logicalIds: readonly string[] | undefined): DriftDetectionRecord {
  const { stackId } = run.stack;
  const records = run.resources.filter((record) => canDrift(run, record) && (logicalIds === undefined || logicalIds.includes(record.logicalId)));
  const drifts = records.map((record) => {
    const drift = driftOf(run, record);
    putResource(tx, { ...record, drift });
    return drift;
  });
  const count = drifts.filter(({ status }) => status === 'MODIFIED' || status === 'DELETED').length;
  const status = count > 0 ? 'DRIFTED' : drifts.some((drift) => drift.status === 'UNKNOWN') ? 'UNKNOWN' : 'IN_SYNC';
  const detection: DriftDetectionRecord = { detectionId, stackId, status, count, at: run.now };
  tx.put(DRIFT_DETECTIONS, detectionId, detection);
  tx.put(STACKS, stackId, { ...stackRecord(tx, stackId), drift: { status, at: run.now } });
  return detection;
}
