/** What a deployment comes to: conditions decided, resources chosen, dependencies drawn, names that can be evaluated. */
import type { OperationContext } from '../../endpoint/operation.js';
import { validationError } from '../errors.js';
import { dependenciesOf, refuseCycles, type Dependencies } from '../graph.js';
import { evaluate, evaluateCondition, type EvaluationScope } from '../intrinsics/evaluate.js';
import { visitReferences } from '../intrinsics/references.js';
import { exportOf } from '../exports.js';
import type { Deployment } from '../records.js';
import { parseTemplate, type Template } from '../template/template.js';
import { isStructure, member, type Value } from '../template/value.js';

export interface StackIdentity {
  readonly stackId: string;
  readonly stackName: string;
}

/** A resource as far as it can be referred to. */
export interface Referable {
  readonly physicalId?: string | undefined;
  readonly attributes: { readonly [name: string]: Value | undefined };
}

export interface Plan {
  readonly template: Template;
  /** Logical ids whose condition holds, in the template's order. */
  readonly active: ReadonlySet<string>;
  readonly dependencies: Dependencies;
  /** Names of the exports that its resources and outputs use. */
  readonly imports: readonly string[];
  condition(name: string): boolean;
  /** For evaluation, with the resources as `lookup` gives them. */
  scope(lookup: (logicalId: string) => Referable | undefined): EvaluationScope;
}

/** Throws ValidationError for what only shows when parameters are known: conditions, cycles, references to what a condition left out. */
export function makePlan(deployment: Deployment, identity: StackIdentity, context: OperationContext, zones: (region: string) => readonly string[]): Plan {
  const template = parseTemplate(deployment.template);
  const names = new Map<string, Value | undefined>([
    ['AWS::AccountId', context.accountId],
    ['AWS::NoValue', undefined],
    ['AWS::NotificationARNs', [...deployment.notificationArns]],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', context.region],
    ['AWS::StackId', identity.stackId],
    ['AWS::StackName', identity.stackName],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]);
  for (const { key, value, resolvedValue, list } of deployment.parameters) {
    const found = resolvedValue ?? value;
    names.set(key, list ? (found === '' ? [] : found.split(',').map((item) => item.trim())) : found);
  }
  const decided = new Map<string, boolean>();
  const condition = (name: string): boolean => {
    const known = decided.get(name);
    if (known !== undefined) return known;
    const declared = template.conditions.get(name);
    if (declared === undefined) throw validationError(`Template format error: Unresolved condition dependency ${name}`);
    const holds = evaluateCondition(declared, scope(() => undefined));
    decided.set(name, holds);
    return holds;
  };
  const scope = (lookup: (logicalId: string) => Referable | undefined): EvaluationScope => ({
    ref(name) {
      if (names.has(name)) return names.get(name);
      const physicalId = lookup(name)?.physicalId;
      if (physicalId === undefined) throw validationError(`Template error: ${name} cannot be referred to here`);
      return physicalId;
    },
    attribute(logicalId, attribute) {
      const value = lookup(logicalId)?.attributes[attribute];
      if (value === undefined) throw validationError(`Template error: resource ${logicalId} has no value for the attribute ${attribute}`);
      return value;
    },
    condition,
    mapping(map, top, second) {
      const inner = member(template.mappings, map);
      const entry = isStructure(inner) ? member(inner, top) : undefined;
      const value = isStructure(entry) ? member(entry, second) : undefined;
      if (value === undefined) throw validationError(`Template error: Unable to get mapping for ${map}::${top}::${second}`);
      return value;
    },
    zones,
    exported(name) {
      const found = exportOf(context.state, name);
      if (found === undefined) throw validationError(`No export named ${name} found.`);
      return found.value;
    },
  });
  const active = new Set([...template.resources.values()].filter((resource) => resource.condition === undefined || condition(resource.condition)).map(({ logicalId }) => logicalId));
  const dependencies = dependenciesOf(template, (logicalId) => active.has(logicalId), condition);
  refuseCycles(dependencies);
  refuseInactive(template, active, condition);
  const imports = importsOf(template, active, condition, scope(() => undefined));
  return { template, active, dependencies, imports, condition, scope };
}

function importsOf(template: Template, active: ReadonlySet<string>, condition: (name: string) => boolean, scope: EvaluationScope): string[] {
  const names = new Set<string>();
  const refuse = (): never => {
    throw validationError('Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs');
  };
  const alone: EvaluationScope = { ...scope, attribute: refuse, exported: refuse, zones: refuse, ref: (name) => (template.resources.has(name) ? refuse() : scope.ref(name)) };
  const visitor = {
    ref: () => undefined,
    getAtt: () => undefined,
    importValue(name: Value) {
      const evaluated = evaluate(name, alone);
      if (typeof evaluated !== 'string') throw validationError('Template error: the attribute in Fn::ImportValue must evaluate to a string');
      names.add(evaluated);
    },
  };
  for (const { logicalId, properties } of template.resources.values()) if (active.has(logicalId)) visitReferences(properties, visitor, condition);
  for (const { value, exportName, condition: when } of template.outputs.values()) {
    if (when !== undefined && !condition(when)) continue;
    visitReferences(value, visitor, condition);
    visitReferences(exportName ?? '', visitor, condition);
  }
  return [...names];
}

function refuseInactive(template: Template, active: ReadonlySet<string>, condition: (name: string) => boolean): void {
  const missing = new Set<string>();
  const see = (name: string) => {
    if (template.resources.has(name) && !active.has(name)) missing.add(name);
  };
  const visitor = { ref: see, getAtt: see };
  for (const { logicalId, properties } of template.resources.values()) if (active.has(logicalId)) visitReferences(properties, visitor, condition);
  if (missing.size > 0) throw validationError(`Template format error: Unresolved resource dependencies [${[...missing].join(', ')}] in the Resources block of the template`);
  for (const { value, condition: when } of template.outputs.values()) if (when === undefined || condition(when)) visitReferences(value, visitor, condition);
  if (missing.size > 0) throw validationError(`Template format error: Unresolved resource dependencies [${[...missing].join(', ')}] in the Outputs block of the template`);
}
