/** What a deployment would change, without doing it: Add, Modify with or without replacement, Remove. */
import { evaluate } from '../intrinsics/evaluate.js';
import { visitReferences } from '../intrinsics/references.js';
import type { ChangeRecord, Deployment, ResourceRecord } from '../records.js';
import { isStructure, sameValue, type Value } from '../template/value.js';
import { changedProperties } from './apply.js';
import type { Plan } from './plan.js';
import type { Run } from './run.js';

const GONE = new Set(['DELETE_COMPLETE', 'DELETE_SKIPPED']);

/** Changes against what the stack's resources are now, in the new template's order, removals last. */
export function predictChanges(run: Run, plan: Plan, deployment: Deployment): ChangeRecord[] {
  const present = new Map(run.resources.filter((record) => record.physicalId !== undefined && !GONE.has(record.status)).map((record) => [record.logicalId, record]));
  const changes: ChangeRecord[] = [];
  /** Resources that will have another physical id. */
  const renewed = new Set<string>();
  for (const logicalId of inOrder(plan)) {
    const declared = plan.template.resources.get(logicalId);
    const record = present.get(logicalId);
    if (declared === undefined) continue;
    const change: ChangeRecord | undefined = record === undefined
      ? { action: 'Add', logicalId, type: declared.type, scope: [], properties: [] }
      : modification(run, plan, deployment, record, declared.type, present, renewed);
    if (change === undefined) continue;
    changes.push(change);
    if (change.action === 'Add' || change.replacement === 'True') renewed.add(logicalId);
  }
  const order = [...plan.template.resources.keys()];
  changes.sort((a, b) => order.indexOf(a.logicalId) - order.indexOf(b.logicalId));
  for (const { logicalId, physicalId, type } of present.values()) {
    if (!plan.active.has(logicalId)) changes.push({ action: 'Remove', logicalId, physicalId, type, scope: [], properties: [] });
  }
  return changes;
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

function modification(run: Run, plan: Plan, deployment: Deployment, record: ResourceRecord, declaredType: string, present: ReadonlyMap<string, ResourceRecord>, renewed: ReadonlySet<string>): ChangeRecord | undefined {
  const { logicalId, physicalId, type } = record;
  if (type !== declaredType) return { action: 'Modify', logicalId, physicalId, type: declaredType, replacement: 'True', scope: ['Properties'], properties: [] };
  const declared = plan.template.resources.get(logicalId)?.properties ?? {};
  const scope = plan.scope((name) => present.get(name));
  const changed: string[] = [];
  const known: { [name: string]: Value } = {};
  for (const [name, value] of Object.entries(declared)) {
    if (refersTo(value, renewed, plan)) {
      changed.push(name);
      continue;
    }
    const evaluated = evaluate(value, scope);
    if (evaluated !== undefined) known[name] = evaluated;
  }
  const settled = Object.fromEntries(Object.entries(record.properties).filter(([name]) => !changed.includes(name)));
  changed.push(...changedProperties(settled, known));
  const tags = (list: readonly { readonly Key: string; readonly Value: string }[]) => Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
  const resourceType = run.type(type);
  if (Object.hasOwn(resourceType.properties, 'Tags') && !changed.includes('Tags') && !sameValue(tags(record.stackTags), tags(deployment.tags))) changed.push('Tags');
  if (changed.length === 0 && resourceType.alwaysUpdated !== true) return undefined;
  const renews = (name: string) => resourceType.update === undefined || resourceType.properties[name] !== 'in-place';
  const scopes = [...new Set(changed.map((name) => (name === 'Tags' ? 'Tags' : 'Properties')))];
  return {
    action: 'Modify',
    logicalId,
    physicalId,
    type,
    replacement: changed.some(renews) ? 'True' : 'False',
    scope: scopes,
    properties: changed.map((name) => ({ name, attribute: name === 'Tags' ? 'Tags' as const : 'Properties' as const, recreation: renews(name) ? 'Always' as const : 'Never' as const })),
  };
}

function refersTo(value: Value, renewed: ReadonlySet<string>, plan: Plan): boolean {
  let found = false;
  const see = (name: string) => {
    found ||= renewed.has(name);
  };
  if (isStructure(value) || Array.isArray(value)) visitReferences(value, { ref: see, getAtt: see }, (name) => plan.condition(name));
  return found;
}
