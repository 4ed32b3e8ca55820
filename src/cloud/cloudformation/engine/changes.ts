/** What a deployment would change, without doing it: Add, Modify with or without replacement, Remove, and why. */
import { resolveDynamicReferences } from '../intrinsics/dynamic.js';
import { evaluate } from '../intrinsics/evaluate.js';
import { visitReferences } from '../intrinsics/references.js';
import type { ChangeDetail, ChangeRecord, Deployment, ResourceRecord } from '../records.js';
import type { ResourceDeclaration } from '../template/template.js';
import { sameValue, textOf, type Structure, type Value } from '../template/value.js';
import type { Plan } from './plan.js';
import { sameEitherWay, type Actual } from './revert.js';
import type { Run } from './run.js';

const GONE = new Set(['DELETE_COMPLETE', 'DELETE_SKIPPED']);

/** What stands for a value that only the change itself will bring (DescribeChangeSet, "AfterContext"). */
export const LATER = '{{changeSet:KNOWN_AFTER_APPLY}}';

/** What is known of the other changes while one is looked at. */
interface Outlook {
  readonly run: Run;
  readonly plan: Plan;
  readonly deployment: Deployment;
  readonly present: ReadonlyMap<string, ResourceRecord>;
  /** Resources that will have another physical id, for certain or perhaps. */
  readonly renewed: Map<string, 'Static' | 'Dynamic'>;
  /** Resources whose attributes may change. */
  readonly changed: Set<string>;
  /** Names of parameters that have another value. */
  readonly parameters: ReadonlySet<string>;
  /** What the resources really are, where drift is to be reverted; `present` is that too then. */
  readonly actual?: ReadonlyMap<string, Actual> | undefined;
}

/** The stack's resources that are there, as far as its records know. */
export function presentResources(run: Run): Map<string, ResourceRecord> {
  return new Map(run.resources.filter((record) => record.physicalId !== undefined && !GONE.has(record.status)).map((record) => [record.logicalId, record]));
}

/**
 * Changes against what the stack's resources are now, in the new template's order, removals last.
 * @param actual What they really are, where drift is to be reverted; absent, what the last deployment made of them.
 */
export function predictChanges(run: Run, plan: Plan, deployment: Deployment, actual?: ReadonlyMap<string, Actual>): ChangeRecord[] {
  const present = actual === undefined ? presentResources(run) : new Map([...actual].flatMap(([logicalId, { record }]) => (record === undefined ? [] : [[logicalId, record] as const])));
  const valueOf = new Map(run.stack.parameters.map((parameter) => [parameter.key, parameter.resolvedValue ?? parameter.value]));
  const parameters = new Set(deployment.parameters.filter(({ key, value, resolvedValue }) => valueOf.get(key) !== (resolvedValue ?? value)).map(({ key }) => key));
  const outlook: Outlook = { run, plan, deployment, present, renewed: new Map(), changed: new Set(), parameters, actual };
  const changes: ChangeRecord[] = [];
  for (const logicalId of inOrder(plan)) {
    const declared = plan.template.resources.get(logicalId);
    if (declared === undefined) continue;
    const record = present.get(logicalId);
    const change = record === undefined ? addition(outlook, declared) : modification(outlook, record, declared);
    if (change === undefined) continue;
    changes.push(actual === undefined ? change : { ...change, drift: actual.get(logicalId)?.status });
    if (change.action === 'Add' || change.replacement === 'True') outlook.renewed.set(logicalId, 'Static');
    else if (change.replacement === 'Conditional') outlook.renewed.set(logicalId, 'Dynamic');
    if (change.scope.includes('Properties')) outlook.changed.add(logicalId);
  }
  const order = [...plan.template.resources.keys()];
  changes.sort((a, b) => order.indexOf(a.logicalId) - order.indexOf(b.logicalId));
  const old = run.template(run.stack);
  for (const { logicalId, physicalId, type, properties } of present.values()) {
    if (plan.active.has(logicalId)) continue;
    const policyAction = old?.resources.get(logicalId)?.deletionPolicy.startsWith('Retain') === true ? 'Retain' : 'Delete';
    changes.push({ action: 'Remove', logicalId, physicalId, type, policyAction, scope: [], details: [], before: { Properties: properties }, drift: actual?.get(logicalId)?.status });
  }
  return changes;
}

/** Values as far as they are known when these changes are still to be made; {@link LATER} for the others. */
export function afterChanges(run: Run, plan: Plan, deployment: Deployment, changes: readonly ChangeRecord[]): (value: Value) => Value | undefined {
  const present = presentResources(run);
  const renewed = new Map<string, 'Static' | 'Dynamic'>();
  for (const { action, replacement, logicalId } of changes) {
    if (action === 'Add' || replacement === 'True') renewed.set(logicalId, 'Static');
    else if (replacement === 'Conditional') renewed.set(logicalId, 'Dynamic');
  }
  const changed = new Set(changes.filter(({ scope }) => scope.includes('Properties')).map(({ logicalId }) => logicalId));
  const outlook: Outlook = { run, plan, deployment, present, renewed, changed, parameters: new Set() };
  return (value) => (causesOf(outlook, value).length > 0 ? LATER : evaluatedNow(outlook, value));
}

/** Dependencies first. */
function inOrder(plan: Plan): string[] {
  const order = new Set<string>();
  const visit = (logicalId: string): void => {
    if (order.has(logicalId)) return;
    for (const need of plan.dependencies.get(logicalId) ?? []) visit(need);
    order.add(logicalId);
  };
  plan.active.forEach(visit);
  return [...order];
}

function addition(outlook: Outlook, { logicalId, type, properties }: ResourceDeclaration): ChangeRecord {
  const after = Object.fromEntries(Object.entries(properties).flatMap(([name, value]) => {
    const later = causesOf(outlook, value).some(({ source }) => source !== 'ParameterReference');
    const known = later ? LATER : evaluatedNow(outlook, value);
    return known === undefined ? [] : [[name, known] as const];
  }));
  return { action: 'Add', logicalId, type, scope: [], details: [], after: { Properties: after } };
}

/** The value with what there is now; undefined is AWS::NoValue. */
function evaluatedNow({ plan, present, run }: Outlook, value: Value): Value | undefined {
  const found = evaluate(value, plan.scope((name) => present.get(name)));
  return found === undefined ? undefined : resolveDynamicReferences({ found }, run.context)['found'];
}

type Cause = Pick<ChangeDetail, 'evaluation' | 'source' | 'cause'>;

/** Why the value may be another one, beside being written differently. */
function causesOf({ plan, renewed, changed, parameters }: Outlook, value: Value): Cause[] {
  const found = new Map<string, Cause>();
  const see = (cause: Cause) => void found.set(`${cause.source} ${cause.cause ?? ''}`, cause);
  visitReferences(value, {
    ref(name) {
      const evaluation = renewed.get(name);
      if (evaluation !== undefined) see({ evaluation, source: 'ResourceReference', cause: name });
      else if (parameters.has(name)) see({ evaluation: 'Static', source: 'ParameterReference', cause: name });
    },
    getAtt(logicalId, attribute) {
      const cause = typeof attribute === 'string' ? `${logicalId}.${attribute}` : logicalId;
      const evaluation = renewed.get(logicalId);
      if (evaluation !== undefined) see({ evaluation, source: 'ResourceAttribute', cause });
      else if (changed.has(logicalId)) see({ evaluation: 'Dynamic', source: 'ResourceAttribute', cause });
    },
  }, (name) => plan.condition(name));
  return [...found.values()];
}

function modification(outlook: Outlook, record: ResourceRecord, declared: ResourceDeclaration): ChangeRecord | undefined {
  const { run, deployment } = outlook;
  const { logicalId, physicalId, type } = record;
  const policy = declared.updateReplacePolicy === 'Retain' ? 'ReplaceAndRetain' : 'ReplaceAndDelete';
  const before = { Properties: record.properties };
  if (type !== declared.type) {
    return { action: 'Modify', logicalId, physicalId, type: declared.type, replacement: 'True', policyAction: policy, scope: ['Properties'], details: [], before, after: addition(outlook, declared).after };
  }
  const resourceType = run.type(type);
  const recreation = (name: string) => {
    const update = resourceType.update === undefined ? 'replacement' : resourceType.properties[name];
    if (update === 'in-place') return 'Never' as const;
    // AWS leaves it open: what such a property does depends on how the instance was made.
    return update === 'interruption' ? 'Conditionally' as const : 'Always' as const;
  };
  const after: { [name: string]: Value } = {};
  const details: ChangeDetail[] = [];
  for (const name of new Set([...Object.keys(record.properties), ...Object.keys(declared.properties)])) {
    const value = Object.hasOwn(declared.properties, name) ? declared.properties[name] : undefined;
    const causes = value === undefined ? [] : causesOf(outlook, value);
    const dynamic = causes.filter(({ source }) => source !== 'ParameterReference');
    const now = dynamic.length > 0 ? LATER : value === undefined ? undefined : evaluatedNow(outlook, value);
    if (now !== undefined) after[name] = now;
    const old = Object.hasOwn(record.properties, name) ? record.properties[name] : undefined;
    const differs = dynamic.length === 0 && !sameValue(old, now);
    const drift = driftDetail(outlook, logicalId, name);
    if (!differs && dynamic.length === 0 && drift.drift === undefined) continue;
    const target = { ...(name === 'Tags' ? { attribute: 'Tags' as const } : { attribute: 'Properties' as const, name }), recreation: recreation(name), before: old, after: now, ...drift };
    if (drift.drift !== undefined && dynamic.length === 0 && sameEitherWay(now, old)) {
      details.push({ ...target, evaluation: 'Static', source: 'NoModification' });
      continue;
    }
    details.push(...causes.filter(({ source }) => differs || source !== 'ParameterReference').map((cause) => ({ ...target, ...cause })));
    // Beside a parameter's new value the text may have changed too: AWS says so of every one.
    if (differs) details.push({ ...target, evaluation: causes.length === 0 ? 'Static' : 'Dynamic', source: 'DirectModification' });
  }
  const tags = (list: readonly { readonly Key: string; readonly Value: string }[]) => Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
  if (Object.hasOwn(resourceType.properties, 'Tags') && !details.some(({ attribute }) => attribute === 'Tags') && !sameValue(tags(record.stackTags), tags(deployment.tags))) {
    details.push({ attribute: 'Tags', recreation: recreation('Tags'), evaluation: 'Static', source: 'DirectModification' });
  }
  const metadata = run.template(run.stack)?.resources.get(logicalId)?.metadata;
  if (!sameValue(metadata, declared.metadata)) details.push({ attribute: 'Metadata', recreation: 'Never', evaluation: 'Static', source: 'DirectModification', before: metadata, after: declared.metadata });
  // Its template may have changed, here or further down.
  if (resourceType.alwaysUpdated === true && details.length === 0) details.push({ attribute: 'Properties', recreation: 'Never', evaluation: 'Dynamic', source: 'Automatic' });
  if (details.length === 0) return undefined;
  const synced = details.every(({ source }) => source === 'NoModification');
  const replacement = synced ? undefined : replacementOf(details);
  return {
    action: synced ? 'SyncWithActual' : 'Modify', logicalId, physicalId, type, replacement,
    policyAction: replacement === undefined || replacement === 'False' ? undefined : policy,
    scope: [...new Set(details.map(({ attribute }) => attribute))],
    details,
    before: { ...before, ...(metadata === undefined ? {} : { Metadata: metadata }) },
    after: { Properties: after, ...(declared.metadata === undefined ? {} : { Metadata: declared.metadata }) },
  };
}

/** Where a property's value before the change comes from, and what has become of it behind the stack's back. */
function driftDetail({ actual, run }: Outlook, logicalId: string, name: string): Pick<ChangeDetail, 'beforeFrom' | 'drift'> {
  const found = actual?.get(logicalId);
  if (found === undefined) return {};
  const read = found.status !== 'UNKNOWN' && found.status !== 'UNSUPPORTED' && run.type(found.record?.type ?? '').unread?.includes(name) !== true;
  const previous = run.resource(logicalId)?.properties ?? {};
  return {
    beforeFrom: read ? 'ACTUAL_STATE' : 'PREVIOUS_DEPLOYMENT_STATE',
    ...(found.drifted.includes(name) ? { drift: { previous: Object.hasOwn(previous, name) ? previous[name] : undefined, at: found.at } } : {}),
  };
}

/** True when a value that is sure to change requires it; Conditional when one that may change does, or one may require it. */
function replacementOf(details: readonly ChangeDetail[]): 'True' | 'False' | 'Conditional' {
  const always = details.filter(({ recreation }) => recreation === 'Always');
  // A direct modification beside a parameter's is said to be dynamic, and is sure nevertheless.
  if (always.some(({ evaluation, source }) => evaluation === 'Static' || source === 'DirectModification')) return 'True';
  return always.length > 0 || details.some(({ recreation }) => recreation === 'Conditionally') ? 'Conditional' : 'False';
}

/** Text of a value as BeforeValue and AfterValue have it. */
export function shownValue(value: Value | undefined): string | undefined {
  return value === undefined ? undefined : textOf(value);
}

/** The context of a resource as JSON text. */
export function shownContext(context: Structure | undefined): string | undefined {
  return context === undefined ? undefined : JSON.stringify(context);
}
