/** Judges a template as a whole before anything is made: types, names, references, what the local cloud does not support. */
import type { AwsError } from '../../endpoint/operation.js';
import { validationError } from '../errors.js';
import { dependenciesOf, refuseCycles } from '../graph.js';
import { judgeDynamicReferences } from '../intrinsics/dynamic.js';
import { visitReferences } from '../intrinsics/references.js';
import { refuseUnknownType } from '../parameters/types.js';
import type { Registry } from '../resources/index.js';
import { hasAttribute } from '../resources/resource-type.js';
import type { Template } from './template.js';
import type { Value } from './value.js';

const PSEUDO = new Set(['AccountId', 'NoValue', 'NotificationARNs', 'Partition', 'Region', 'StackId', 'StackName', 'URLSuffix'].map((name) => `AWS::${name}`));

/** Throws ValidationError with CloudFormation's words, the line, and what there is instead. */
export function judgeTemplate(template: Template, registry: Registry): void {
  for (const { name, type } of template.parameters.values()) refuseUnknownType(name, type, template.lineOf(`/Parameters/${name}/Type`));
  judgeTypes(template, registry);
  judgeReferences(template, registry);
  judgeDynamicReferences(Object.fromEntries([...template.resources.values()].map(({ logicalId, properties }) => [logicalId, properties])));
  if (template.conditions.size === 0) refuseCycles(dependenciesOf(template));
}

/** Snapshots are of what holds data: of the types here volumes do on AWS, and none here. */
function noSnapshot(type: string, policy: string, line: number): AwsError {
  const words = type === 'AWS::EC2::Volume' ? `The local cloud has no snapshots, so that ${type} has no ${policy} Snapshot here` : `Template error: resource type ${type} does not support ${policy} Snapshot`;
  return validationError(`${words} (line ${line})`);
}

function judgeTypes(template: Template, registry: Registry): void {
  const unknown = [...template.resources.values()].filter(({ type }) => !registry.has(type));
  if (unknown.length > 0) {
    const names = [...new Set(unknown.map(({ type }) => type))].join(', ');
    const line = template.lineOf(`/Resources/${unknown[0]?.logicalId ?? ''}/Type`);
    throw validationError(`Template format error: Unrecognized resource types: [${names}] (line ${line}). The local cloud has ${[...registry.keys()].join(', ')}`);
  }
  for (const { logicalId, type, properties, deletionPolicy, updateReplacePolicy } of template.resources.values()) {
    if (deletionPolicy === 'Snapshot') throw noSnapshot(type, 'deletion policy', template.lineOf(`/Resources/${logicalId}/DeletionPolicy`));
    if (updateReplacePolicy === 'Snapshot') throw noSnapshot(type, 'update replace policy', template.lineOf(`/Resources/${logicalId}/UpdateReplacePolicy`));
    const known = registry.get(type)?.properties ?? {};
    const refused = Object.keys(properties).find((name) => Object.hasOwn(known, name) && known[name] === 'unsupported');
    if (refused === undefined) continue;
    const supported = Object.keys(known).filter((name) => known[name] !== 'unsupported');
    throw validationError(`The local cloud does not support the property ${refused} of ${type}, in resource ${logicalId} (line ${template.lineOf(`/Resources/${logicalId}/Properties/${refused}`)}); it has ${supported.join(', ')}`);
  }
}

function judgeReferences(template: Template, registry: Registry): void {
  const condition = (block: string, path: string) => (name: string) => {
    if (!template.conditions.has(name)) throw validationError(`Template format error: Unresolved condition dependency ${name} in the ${block} block of the template (line ${template.lineOf(path)})`);
  };
  const visit = (value: Value, block: string, path: string, missing: Set<string>) => {
    visitReferences(value, {
      ref(name) {
        if (!template.resources.has(name) && !template.parameters.has(name) && !PSEUDO.has(name)) missing.add(name);
      },
      getAtt(logicalId, attribute) {
        const resource = template.resources.get(logicalId);
        if (resource === undefined) throw validationError(`Template error: instance of Fn::GetAtt references undefined resource ${logicalId} (line ${template.lineOf(path)})`);
        if (typeof attribute === 'string' && !hasAttribute(registry.get(resource.type), attribute)) {
          throw validationError(`Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt (line ${template.lineOf(path)}); ${resource.type} has ${registry.get(resource.type)?.attributes.join(', ') ?? 'none'}`);
        }
      },
      condition: condition(block, path),
      mapping(name) {
        if (!Object.hasOwn(template.mappings, name)) throw validationError(`Template error: Mapping named '${name}' is not present in the 'Mappings' section of template (line ${template.lineOf(path)}).`);
      },
    });
  };
  const unresolved = (block: string, missing: Set<string>) => {
    if (missing.size > 0) throw validationError(`Template format error: Unresolved resource dependencies [${[...missing].join(', ')}] in the ${block} block of the template`);
  };
  const missing = new Set<string>();
  for (const { logicalId, dependsOn, properties, condition: name } of template.resources.values()) {
    const path = `/Resources/${logicalId}`;
    if (name !== undefined) condition('Resources', path)(name);
    for (const dependency of dependsOn) if (!template.resources.has(dependency)) missing.add(dependency);
    visit(properties, 'Resources', path, missing);
  }
  unresolved('Resources', missing);
  for (const { name, value, exportName, condition: when } of template.outputs.values()) {
    const path = `/Outputs/${name}`;
    if (when !== undefined) condition('Outputs', path)(when);
    visit(value, 'Outputs', path, missing);
    visit(exportName ?? '', 'Outputs', path, missing);
  }
  unresolved('Outputs', missing);
  for (const [name, value] of template.conditions) judgeCondition(template, name, value, condition('Conditions', `/Conditions/${name}`));
}

/** Conditions see parameters only, and each other without a circle. */
function judgeCondition(template: Template, name: string, value: Value, known: (name: string) => void): void {
  const seen = new Set([name]);
  const walk = (item: Value): void => {
    if (typeof item !== 'object' || item === null) return;
    if (Array.isArray(item)) return (item as Value[]).forEach(walk);
    for (const [key, argument] of Object.entries(item)) {
      if (key === 'Ref' && typeof argument === 'string' && !template.parameters.has(argument) && !PSEUDO.has(argument)) {
        throw validationError(`Template format error: Unresolved dependencies [${argument}]. Cannot reference resources in the Conditions block of the template`);
      }
      if (key === 'Condition' && typeof argument === 'string') {
        known(argument);
        if (argument === name) throw validationError(`Template error: Found circular condition dependency between ${[...seen].join(' and ')}`);
        if (!seen.has(argument)) {
          seen.add(argument);
          walk(template.conditions.get(argument) ?? null);
        }
      } else {
        walk(argument);
      }
    }
  };
  walk(value);
}
