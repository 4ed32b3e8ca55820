/** The dependency graph: DependsOn, Ref, Fn::GetAtt and Fn::Sub between the resources that the conditions let be. */
import { validationError } from './errors.js';
import { visitReferences } from './intrinsics/references.js';
import type { Template } from './template/template.js';

/** Logical id → logical ids that have to be complete before it. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * @param active Whether a resource's condition holds; all when absent, with both branches of every Fn::If.
 * @param decide Value of a condition.
 */
export function dependenciesOf(template: Template, active?: (logicalId: string) => boolean, decide?: (condition: string) => boolean): Dependencies {
  const found = new Map<string, Set<string>>();
  for (const [logicalId, resource] of template.resources) {
    if (active?.(logicalId) === false) continue;
    const needs = new Set<string>();
    const need = (name: string) => {
      if (template.resources.has(name) && active?.(name) !== false) needs.add(name);
    };
    resource.dependsOn.forEach(need);
    visitReferences(resource.properties, { ref: need, getAtt: need }, decide);
    found.set(logicalId, needs);
  }
  return found;
}

/** The other direction: logical id → those that need it. */
export function dependentsOf(dependencies: Dependencies): Dependencies {
  const found = new Map<string, Set<string>>([...dependencies.keys()].map((logicalId) => [logicalId, new Set()]));
  for (const [logicalId, needs] of dependencies) for (const need of needs) found.get(need)?.add(logicalId);
  return found;
}

/** Throws ValidationError that names every resource on a cycle, in the template's order. */
export function refuseCycles(dependencies: Dependencies): void {
  const onCycle = [...dependencies.keys()].filter((start) => {
    const seen = new Set<string>();
    const open = [...(dependencies.get(start) ?? [])];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at === start) return true;
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...(dependencies.get(at) ?? []));
    }
    return false;
  });
  if (onCycle.length > 0) throw validationError(`Circular dependency between resources: [${onCycle.join(', ')}]`);
}
