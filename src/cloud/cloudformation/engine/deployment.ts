/** From what a request (or a parent stack) asks for to a deployment that can begin: read, judged, acknowledged, resolved, planned. */
import type { OperationContext } from '../../endpoint/operation.js';
import { judgeRules } from '../intrinsics/rules.js';
import { ruleScope } from '../parameters/named-things.js';
import { resolveParameters, type GivenParameter } from '../parameters/resolve.js';
import type { Deployment, StackTag } from '../records.js';
import type { Registry } from '../resources/index.js';
import { requireCapabilities } from '../template/capabilities.js';
import { judgeTemplate } from '../template/judge.js';
import { parseTemplate, type Template } from '../template/template.js';
import { makePlan, type Plan, type StackIdentity } from './plan.js';

export interface DeploymentRequest {
  /** The template's text. */
  readonly template: string;
  readonly parameters: readonly GivenParameter[];
  readonly tags: readonly StackTag[];
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
}

export interface Surroundings {
  readonly context: OperationContext;
  readonly registry: Registry;
  readonly zones: (region: string) => readonly string[];
}

/** The template, read and judged. */
export function judged(text: string, registry: Registry): Template {
  const template = parseTemplate(text);
  judgeTemplate(template, registry);
  return template;
}

/**
 * Everything that can be refused before anything is recorded. Throws ValidationError or InsufficientCapabilitiesException.
 * @param previous What the stack is deployed from now: the source of previous parameter values.
 */
export function prepareDeployment(request: DeploymentRequest, identity: StackIdentity, previous: Deployment | undefined, { context, registry, zones }: Surroundings): { readonly deployment: Deployment; readonly plan: Plan } {
  const template = judged(request.template, registry);
  requireCapabilities(template, registry, request.capabilities);
  const deployment: Deployment = {
    template: template.text,
    description: template.description,
    parameters: resolveParameters(template, request.parameters, previous?.parameters ?? [], context),
    tags: request.tags,
    capabilities: request.capabilities,
    notificationArns: request.notificationArns,
  };
  const plan = makePlan(deployment, identity, context, zones);
  judgeRules(template.rules, ruleScope(template, (name) => (template.resources.has(name) ? undefined : plan.scope(() => undefined).ref(name)), context));
  return { deployment: { ...deployment, imports: plan.imports }, plan };
}
