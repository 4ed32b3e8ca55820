/** One stack at work: its records, its plan, and the resources' way to the services. Holds nothing that a restart would miss. */
import { AwsError, type Caller, type Input, type OperationContext, type Output } from '../../endpoint/operation.js';
import type { Transaction } from '../../state/store.js';
import { assumedRole, CLOUDFORMATION } from '../service-role.js';
import { failureReason, ServiceFailure, validationError } from '../errors.js';
import { resolveDynamicReferences } from '../intrinsics/dynamic.js';
import { evaluate } from '../intrinsics/evaluate.js';
import { RESOURCES, resourceKey, resourcesOf, stackRecord, type Deployment, type ResourceRecord, type StackRecord, type StackTag } from '../records.js';
import type { Registry } from '../resources/index.js';
import { ownTags, type ResourceScope, type ResourceType, type Tag } from '../resources/resource-type.js';
import { callNow } from '../service-call.js';
import { parseTemplate, type Template } from '../template/template.js';
import { isStructure, type Structure } from '../template/value.js';
import { nestedStacks } from './nested.js';
import { makePlan, type Plan, type Referable } from './plan.js';

export interface EngineOptions {
  /** The context in which CloudFormation itself calls the services of a region; with a caller, that of what is done in its name, which it needs permission for. */
  readonly contextFor: (region: string, caller?: Caller) => OperationContext;
  readonly registry: Registry;
  readonly log: (line: string) => void;
  readonly now: () => number;
  /** A version 4 UUID. */
  readonly uuid: () => string;
}

export interface RunOptions extends EngineOptions {
  /** Goes on with a stack that has something in progress. */
  readonly drive: (region: string, stackId: string) => void;
}

/** Zones of a region as EC2 says them. */
export function zonesOf(options: Pick<EngineOptions, 'contextFor'>): (region: string) => readonly string[] {
  return (region) => {
    const reply = callNow(options.contextFor(region), 'ec2', 'DescribeAvailabilityZones', {});
    return ((reply['availabilityZoneInfo'] ?? []) as { zoneName: string }[]).map(({ zoneName }) => zoneName);
  };
}

/** As {@link callNow}; an error of the service says whose it is. */
function callService(context: OperationContext, service: string, operation: string, input: Input): Output {
  try {
    return callNow(context, service, operation, input);
  } catch (error) {
    throw error instanceof AwsError ? new ServiceFailure(service, operation, error) : error;
  }
}

/** A step was not written, so it did not happen (a full disk): the engine tries it again. */
class JournalFailure extends Error {}

export class Run {
  readonly context: OperationContext;
  readonly registry: Registry;
  readonly stackId: string;
  readonly #options: RunOptions;
  readonly #asker: Caller | undefined;
  readonly #plans = new Map<Deployment['parameters'], { readonly template: string; readonly plan: Plan }>();
  readonly #templates = new Map<string, Template>();

  /** @param asker Who wants to know something of the stack; absent for what an operation on it does, which whoever began it is asked to be allowed. */
  constructor(region: string, stackId: string, options: RunOptions, asker?: Caller) {
    this.context = options.contextFor(region);
    this.registry = options.registry;
    this.stackId = stackId;
    this.#options = options;
    this.#asker = asker;
  }

  get now(): number {
    return this.#options.now();
  }

  get stack(): StackRecord {
    return stackRecord(this.context.state, this.stackId);
  }

  /** The context of whom it is done for: the stack's service role, who asks, or who began its operation. Throws AwsError for a role that cannot be assumed. */
  get acting(): OperationContext {
    const { roleArn, actor: beginner } = this.stack;
    const actor = this.#asker ?? beginner;
    if (roleArn !== undefined) return this.#options.contextFor(this.context.region, assumedRole(roleArn, this.context));
    // The lab's own keys may do everything.
    return actor === undefined || (actor.kind === 'lab' && actor.temporary !== true) ? this.context : this.#options.contextFor(this.context.region, { ...actor, calledVia: CLOUDFORMATION });
  }

  get resources(): ResourceRecord[] {
    return resourcesOf(this.context.state, this.stackId);
  }

  resource(logicalId: string): ResourceRecord | undefined {
    return this.context.state.get(RESOURCES, resourceKey(this.stackId, logicalId));
  }

  /** As the store's; a commit that could not be written is a {@link JournalFailure}, which fails no resource. */
  transact<T>(body: (tx: Transaction) => T): T {
    let through = false;
    try {
      return this.context.state.transact((tx) => {
        const result = body(tx);
        through = true;
        return result;
      });
    } catch (error) {
      throw through ? new JournalFailure('the journal cannot be written', { cause: error }) : error;
    }
  }

  uuid(): string {
    return this.#options.uuid();
  }

  zones(region: string): readonly string[] {
    return zonesOf(this.#options)(region);
  }

  /** A stack in this one. */
  child(stackId: string): Run {
    return new Run(this.context.region, stackId, this.#options, this.#asker);
  }

  /** Goes on with a stack in this one. Never at rest: false, for those who ask whether it is. */
  drive(stackId: string): false {
    this.#options.drive(this.context.region, stackId);
    return false;
  }

  /** The plan of a deployment of this stack; made once, as long as template and parameters stay. */
  plan(deployment: Deployment): Plan {
    const known = this.#plans.get(deployment.parameters);
    if (known?.template === deployment.template) return known.plan;
    const plan = makePlan(deployment, this.stack, this.context, zonesOf(this.#options));
    this.#plans.set(deployment.parameters, { template: deployment.template, plan });
    return plan;
  }

  /** The template of a deployment; undefined for one that can be read no more. */
  template(deployment: Deployment): Template | undefined {
    let template = this.#plans.get(deployment.parameters)?.plan.template ?? this.#templates.get(deployment.template);
    if (template?.text === deployment.template) return template;
    try {
      template = parseTemplate(deployment.template);
    } catch {
      return undefined;
    }
    this.#templates.set(deployment.template, template);
    return template;
  }

  type(name: string): ResourceType {
    const type = this.registry.get(name);
    if (type === undefined) throw validationError(`Template format error: Unrecognized resource types: [${name}]`);
    return type;
  }

  /** Properties of a resource with all functions evaluated, judged against its type's table. */
  propertiesOf(plan: Plan, logicalId: string, lookup: (name: string) => Referable | undefined = (name) => this.resource(name)): Structure {
    const declared = plan.template.resources.get(logicalId);
    if (declared === undefined) throw new TypeError(`no resource ${logicalId} in the template`);
    const evaluated = evaluate(declared.properties, plan.scope(lookup)) ?? {};
    if (!isStructure(evaluated)) throw validationError(`Properties validation failed for resource ${logicalId} with message:\n#: expected type: JSONObject`);
    const properties = resolveDynamicReferences(evaluated, this.acting);
    const { properties: known, required = [] } = this.type(declared.type);
    const unknown = Object.keys(properties).find((name) => !Object.hasOwn(known, name));
    if (unknown !== undefined) throw validationError(`Properties validation failed for resource ${logicalId} with message:\n#: extraneous key [${unknown}] is not permitted`);
    const missing = required.find((name) => !Object.hasOwn(properties, name));
    if (missing !== undefined) throw validationError(`Properties validation failed for resource ${logicalId} with message:\n#: required key [${missing}] not found`);
    return properties;
  }

  /** The way to the services for one resource. */
  scope(logicalId: string, stackTags: readonly StackTag[]): ResourceScope {
    const { stackId, stackName } = this.stack;
    const { region, accountId } = this.context;
    const uniqueName = (maximum: number): string => {
      const random = this.uuid().replaceAll('-', '').slice(0, 12).toUpperCase();
      const room = maximum - random.length - 2;
      const half = Math.floor(room / 2);
      const name = logicalId.length <= half ? logicalId : logicalId.slice(0, Math.max(half, room - stackName.length));
      return `${stackName.slice(0, room - name.length)}-${name}-${random}`;
    };
    const tags = (properties: Structure): Tag[] => {
      const merged = new Map(stackTags.map(({ Key, Value }) => [Key, Value]));
      for (const { Key, Value } of ownTags(properties)) merged.set(Key, Value);
      return [...merged].map(([Key, Value]) => ({ Key, Value }));
    };
    return {
      region,
      accountId,
      stackId,
      stackName,
      logicalId,
      call: (service, operation, input) => callService(this.acting, service, operation, input),
      tags,
      tagSpecification: (ResourceType, properties) => [{
        ResourceType,
        Tag: [
          ...tags(properties),
          { Key: 'aws:cloudformation:stack-name', Value: stackName },
          { Key: 'aws:cloudformation:stack-id', Value: stackId },
          { Key: 'aws:cloudformation:logical-id', Value: logicalId },
        ],
      }],
      uniqueName,
      isResource: (physicalId) => this.context.state.list(RESOURCES).some((record) => record.physicalId === physicalId && record.status !== 'DELETE_COMPLETE'),
      isProperty: (type, property, value) => this.resources.some((record) => record.type === type && record.status !== 'DELETE_COMPLETE' && record.properties[property] === value),
      nested: nestedStacks(this, logicalId, uniqueName, stackTags),
    };
  }

  /** ResourceStatusReason for a failure; one that is not AWS's is our bug: logged, and an internal failure to the user. */
  reason(error: unknown, what: string): string {
    if (error instanceof JournalFailure) throw error;
    const reason = failureReason(error, this.uuid());
    if (reason !== undefined) return reason;
    this.#options.log(`cloudformation: ${what} of ${this.stackId}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 'Internal Failure';
  }
}
