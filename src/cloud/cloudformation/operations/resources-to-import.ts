/** The resources that a change set of type IMPORT takes in: read from the request and judged against template and stack. */
import { struct, structs, str } from '../../endpoint/input.js';
import type { Input } from '../../endpoint/operation.js';
import { failureReason, validationError } from '../errors.js';
import { physicalIdOf, readTarget } from '../engine/import.js';
import type { Plan, Referable } from '../engine/plan.js';
import type { Run } from '../engine/run.js';
import type { ChangeRecord, Deployment, ImportTarget } from '../records.js';
import type { Registry } from '../resources/index.js';
import { parseTemplate } from '../template/template.js';
import { sameValue, textOf, type Structure, type Value } from '../template/value.js';
import { constraint } from './request.js';

const LIMIT = 200;

function identifierOf(resource: Input): ImportTarget['identifier'] {
  return Object.fromEntries(structs(struct(resource, 'ResourceIdentifier'), 'entry').map((entry) => [str(entry, 'key', { max: 2048 }), str(entry, 'value', { max: 2048 })]));
}

/** Throws ValidationError for types that cannot be imported and identifiers that are not the type's. */
export function resourcesToImport(input: Input, registry: Registry): ImportTarget[] {
  const given = structs(input, 'ResourcesToImport').map((resource) => ({ logicalId: str(resource, 'LogicalResourceId'), type: str(resource, 'ResourceType', { max: 256 }), identifier: identifierOf(resource) }));
  if (given.length > LIMIT) throw constraint(`${given.length} resources`, 'resourcesToImport', `Member must have length less than or equal to ${LIMIT}`);
  const unsupported = [...new Set(given.map(({ type }) => type).filter((type) => registry.get(type)?.identifiers === undefined))];
  if (unsupported.length > 0) throw validationError(`ResourceTypes [${unsupported.join(', ')}] are not supported for Import`);
  return given.map((target) => {
    const type = registry.get(target.type);
    if (type === undefined) throw new TypeError(`no type ${target.type}`);
    const names = type.identifiers ?? [];
    if (!sameValue([...names].toSorted(), Object.keys(target.identifier).toSorted())) throw validationError(`Resource identifiers for [${target.logicalId}] of type [${target.type}] must be [${names.join(', ')}]`);
    return { ...target, physicalId: physicalIdOf(type, target.identifier) };
  });
}

/**
 * Refuses everything but the import itself, in CloudFormation's words where they are known.
 * @param changes What the deployment would change, by itself.
 */
export function judgeImport(run: Run, plan: Plan, deployment: Deployment, changes: readonly ChangeRecord[], targets: readonly ImportTarget[]): void {
  if (targets.length === 0) throw validationError('ResourcesToImport must be specified for a change set of type IMPORT');
  const names = new Set(targets.map(({ logicalId }) => logicalId));
  if (names.size !== targets.length || new Set(targets.map(({ type, physicalId }) => `${type} ${physicalId}`)).size !== targets.length) throw validationError('ResourcesToImport names a resource twice');
  for (const { logicalId, type } of targets) {
    const declared = plan.active.has(logicalId) ? plan.template.resources.get(logicalId) : undefined;
    if (declared === undefined) throw validationError(`Resources [${logicalId}] in ResourcesToImport are not in the template`);
    if (declared.type !== type) throw validationError(`Resource [${logicalId}] is of type [${declared.type}] in the template and of type [${type}] in ResourcesToImport`);
    if (!changes.some((change) => change.logicalId === logicalId && change.action === 'Add')) throw validationError(`Resource [${logicalId}] already exists in stack [${run.stack.stackName}]`);
  }
  const without = [...names].filter((logicalId) => plan.template.resources.get(logicalId)?.declaresDeletionPolicy !== true);
  if (without.length > 0) throw validationError(`The following resources to import [${without.join(', ')}] must have DeletionPolicy attribute specified in the template.`);
  const others = changes.filter(({ logicalId }) => !names.has(logicalId));
  const unlisted = others.filter(({ action }) => action === 'Add').map(({ logicalId }) => logicalId);
  if (unlisted.length > 0) throw validationError(`Resources [${unlisted.join(', ')}] is missing from ResourceToImport list`);
  if (others.length > 0) throw validationError(`You have modified resources [${others.map(({ logicalId }) => logicalId).join(', ')}] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.`);
  const outputs = (template: string) => (template === '' ? [] : [...parseTemplate(template).outputs.values()]) as unknown as Value;
  if (!sameValue(outputs(run.stack.template), outputs(deployment.template))) throw validationError('As part of the import operation, you cannot modify or add [Outputs]');
}

/**
 * The changes that the import makes, and why it cannot, in the words of the change set's StatusReason.
 * Throws ValidationError for an identifier beside which the template names another thing.
 */
export function predictImport(run: Run, plan: Plan, targets: readonly ImportTarget[], requestId: string): { readonly changes: ChangeRecord[]; readonly failure: string | undefined } {
  const found = new Map<string, Referable>(targets.map(({ logicalId, physicalId }) => [logicalId, { physicalId, attributes: {} }]));
  const lookup = (name: string) => found.get(name) ?? run.resource(name);
  const changes: ChangeRecord[] = [];
  const failures: string[] = [];
  for (const target of inOrder(plan, targets)) {
    const { logicalId, type, physicalId, identifier } = target;
    const change: ChangeRecord = { action: 'Import', logicalId, physicalId, type, scope: [], details: [] };
    let properties: Structure | undefined;
    try {
      properties = run.propertiesOf(plan, logicalId, lookup);
      found.set(logicalId, { physicalId, attributes: readTarget(run, plan, target, lookup).attributes });
    } catch (error) {
      const reason = failureReason(error, requestId);
      if (reason === undefined) throw error;
      failures.push(`${logicalId}: ${reason}`);
    }
    const other = Object.entries(identifier).find(([name, value]) => properties?.[name] !== undefined && textOf(properties[name]) !== value);
    if (other !== undefined) throw validationError(`The Identifier [${other[0]}] for resource [${logicalId}] does not match the identifier value defined in the template`);
    changes.push(properties === undefined ? change : { ...change, after: { Properties: properties } });
  }
  const order = [...plan.template.resources.keys()];
  return { changes: changes.toSorted((a, b) => order.indexOf(a.logicalId) - order.indexOf(b.logicalId)), failure: failures.length === 0 ? undefined : failures.join('; ') };
}

/** Those that others need come first. */
function inOrder(plan: Plan, targets: readonly ImportTarget[]): ImportTarget[] {
  const ordered = new Set<ImportTarget>();
  const visit = (target: ImportTarget): void => {
    if (ordered.has(target)) return;
    for (const need of plan.dependencies.get(target.logicalId) ?? []) targets.filter(({ logicalId }) => logicalId === need).forEach(visit);
    ordered.add(target);
  };
  targets.forEach(visit);
  return [...ordered];
}
