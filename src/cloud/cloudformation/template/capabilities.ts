/** Capabilities that a template needs before CloudFormation makes identities with it (CreateStack, "Capabilities"). */
import { AwsError } from '../../endpoint/operation.js';
import type { Registry } from '../resources/index.js';
import type { Template } from './template.js';

export interface NeededCapabilities {
  readonly capabilities: readonly ('CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM')[];
  /** As ValidateTemplate says it. */
  readonly reason: string | undefined;
}

export function neededCapabilities(template: Template, registry: Registry): NeededCapabilities {
  const types = new Set<string>();
  let named = false;
  for (const { type, properties } of template.resources.values()) {
    const capability = registry.get(type)?.capability?.(properties);
    if (capability === undefined) continue;
    types.add(type);
    named ||= capability === 'CAPABILITY_NAMED_IAM';
  }
  if (types.size === 0) return { capabilities: [], reason: undefined };
  return {
    capabilities: [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'],
    reason: `The following resource(s) require capabilities: [${[...types].join(', ')}]`,
  };
}

/** Throws InsufficientCapabilitiesException. The named capability covers the other. */
export function requireCapabilities(template: Template, registry: Registry, acknowledged: readonly string[]): void {
  const { capabilities } = neededCapabilities(template, registry);
  const missing = capabilities.filter((capability) => !acknowledged.includes(capability) && !acknowledged.includes('CAPABILITY_NAMED_IAM'));
  if (missing.length > 0) throw new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${missing.join(', ')}]`);
}
