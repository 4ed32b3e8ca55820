/**
 * Drift that a change set takes back (DeploymentMode REVERT_DRIFT): what a resource really is stands in for what the last
 * deployment made of it, so that a comparison with the template, and the update that follows, put it back (user guide, "drift-aware change sets").
 */
import type { ChangeSetRecord, ChangeRecord, DriftRecord, ResourceRecord, StackRecord } from '../records.js';
import { sameLive } from '../resources/live.js';
import { isList, isStructure, type Structure, type Value } from '../template/value.js';
import { canDrift, driftOf } from './drift.js';
import type { Run } from './run.js';

export type RevertedDrift = DriftRecord['status'] | 'UNSUPPORTED';

/** A resource as it really is. */
export interface Actual {
  readonly status: RevertedDrift;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** With what has drifted as it is now, in the form of the last deployment; undefined when it is gone. */
  readonly record: ResourceRecord | undefined;
  /** Properties that have drifted and can be put back. */
  readonly drifted: readonly string[];
  /** Properties that have drifted and only a replacement would put back: AWS reverts none of these (`aws-facts.md` §9). */
  readonly immutable: readonly string[];
}

/** Looks at the resource. */
export function actualOf(run: Run, record: ResourceRecord): Actual {
  if (!canDrift(run, record)) return { status: 'UNSUPPORTED', at: run.now, record, drifted: [], immutable: [] };
  const { status, at, actual = {}, differences } = driftOf(run, record);
  if (status === 'DELETED') return { status, at, record: undefined, drifted: [], immutable: [] };
  const type = run.type(record.type);
  const live = new Map<string, Value | undefined>();
  const immutable: string[] = [];
  for (const name of new Set(differences.map(({ path }) => path.split('/')[1] ?? ''))) {
    const expected = record.properties[name];
    const found = Object.hasOwn(actual, name) ? inForm(name === 'Tags' ? withoutForeign(actual[name], expected) : actual[name], expected) : undefined;
    if (sameEitherWay(expected, found)) continue;
    if (type.update === undefined || type.properties[name] === 'replacement') immutable.push(name);
    else live.set(name, found);
  }
  const properties = Object.fromEntries(Object.entries(record.properties).flatMap(([name, value]) => {
    const now = live.has(name) ? live.get(name) : value;
    return now === undefined ? [] : [[name, now] as const];
  }));
  return { status, at, record: { ...record, properties }, drifted: [...live.keys()], immutable };
}

/** Everything of the stack that is there, by logical id. */
export function actualState(run: Run, records: Iterable<ResourceRecord>): ReadonlyMap<string, Actual> {
  return new Map([...records].map((record) => [record.logicalId, actualOf(run, record)]));
}

/** The record from which an update goes on: as it really is, and where that is what is wanted, in the words in which it is wanted. Undefined: to be made anew. */
export function standing(run: Run, record: ResourceRecord, wanted: Structure): ResourceRecord | undefined {
  const { record: found, drifted } = actualOf(run, record);
  if (found === undefined) return undefined;
  const matched = drifted.filter((name) => Object.hasOwn(wanted, name) && sameEitherWay(wanted[name], found.properties[name]));
  return { ...found, properties: { ...found.properties, ...Object.fromEntries(matched.map((name) => [name, wanted[name] ?? null])) } };
}

/** Of the stack, when the change set was made. */
export function stackDrift(state: ReadonlyMap<string, Actual>): NonNullable<ChangeSetRecord['driftStatus']> {
  const found = new Set([...state.values()].map(({ status }) => status));
  if (found.has('MODIFIED') || found.has('DELETED')) return 'DRIFTED';
  return found.has('UNKNOWN') ? 'UNKNOWN' : 'IN_SYNC';
}

/** What the change set cannot put back, in words; undefined when there is none. */
export function leftDrifted(state: ReadonlyMap<string, Actual>): string | undefined {
  const left = [...state].flatMap(([logicalId, { immutable }]) => immutable.map((name) => `${logicalId}.${name}`));
  return left.length === 0 ? undefined : `Drift of properties that cannot be changed in place is not reverted: ${left.join(', ')}.`;
}

/** Logical ids that the execution looks at again; undefined when the change set is not aware of drift. */
export function revertedBy(changeSet: { readonly driftStatus?: ChangeSetRecord['driftStatus']; readonly changes: readonly ChangeRecord[] } | undefined): StackRecord['reverting'] {
  if (changeSet?.driftStatus === undefined) return undefined;
  return changeSet.changes.filter(({ drift }) => drift === 'MODIFIED' || drift === 'DELETED').map(({ logicalId }) => logicalId);
}

/** Members that a template leaves out are nobody's here: a value that has them beside is another one. */
export function sameEitherWay(a: Value | undefined, b: Value | undefined): boolean {
  return sameLive(a, b) && sameLive(b, a);
}

/** Tags that somebody else has put on it stay (`aws-facts.md` §9). */
function withoutForeign(actual: Value | undefined, expected: Value | undefined): Value | undefined {
  if (!isList(actual) || !isList(expected)) return actual;
  const keys = new Set(expected.map((tag) => (isStructure(tag) ? tag['Key'] : undefined)));
  return actual.filter((tag) => isStructure(tag) && keys.has(tag['Key']));
}

/** What is there as the template would write it: '443' where it writes '443', and only the members that it writes. */
function inForm(actual: Value | undefined, expected: Value | undefined): Value | undefined {
  if (actual === undefined || sameLive(expected, actual)) return expected;
  if (isList(expected) && isList(actual)) {
    const left = [...expected];
    return actual.map((item) => {
      const index = left.findIndex((other) => sameLive(other, item));
      const [same] = index < 0 ? [] : left.splice(index, 1);
      return same ?? (isStructure(item) ? spelt(item, expected) : item);
    });
  }
  if (!isStructure(expected) || !isStructure(actual)) return actual;
  return Object.fromEntries(Object.entries(expected).flatMap(([name, value]) => {
    const now = Object.hasOwn(actual, name) ? inForm(actual[name], value) : undefined;
    return now === undefined ? [] : [[name, now] as const];
  }));
}

/** An item that the template does not have, its members as the template's items write them. */
function spelt(item: Structure, expected: readonly Value[]): Structure {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => {
    const like = expected.find((other) => isStructure(other) && Object.hasOwn(other, name) && sameLive(other[name], value));
    return [name, isStructure(like) ? (like[name] ?? value) : value];
  }));
}
