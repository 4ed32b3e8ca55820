/** CloudFormation: the service as the endpoint has it, and the engine that does the work behind it. */
import { randomUUID } from 'node:crypto';
import type { Service } from '../endpoint/operation.js';
import { Engine, type Schedule } from './engine/engine.js';
import { zonesOf, type EngineOptions } from './engine/run.js';
import { deleteChangeSet, describeChangeSet, executeChangeSet, listChangeSets } from './operations/change-sets.js';
import { createChangeSet } from './operations/create-change-set.js';
import { createStack } from './operations/create-stack.js';
import { deleteStack } from './operations/delete-stack.js';
import { describeAccountLimits, getStackPolicy } from './operations/describe-account-limits.js';
import { describeEvents } from './operations/describe-events.js';
import { describeStackEvents } from './operations/describe-stack-events.js';
import { describeStackResource } from './operations/describe-stack-resource.js';
import { describeStackResources } from './operations/describe-stack-resources.js';
import { describeStacks } from './operations/describe-stacks.js';
import { describeStackDriftDetectionStatus, describeStackResourceDrifts, detectStackDrift, detectStackResourceDrift } from './operations/drift.js';
import { listExports, listImports } from './operations/exports.js';
import { listStackResources } from './operations/list-stack-resources.js';
import { listStacks } from './operations/list-stacks.js';
import type { Control } from './operations/request.js';
import { getTemplate, getTemplateSummary, validateTemplate } from './operations/template-views.js';
import { cancelUpdateStack, continueRollback, rollbackStack } from './operations/rollbacks.js';
import { updateStack } from './operations/update-stack.js';
import { updateTerminationProtection } from './operations/update-termination-protection.js';
import { RESOURCE_TYPES } from './resources/index.js';

export interface CloudFormationOptions {
  /** The context in which CloudFormation itself calls the services of a region, or somebody does by it. */
  readonly contextFor: EngineOptions['contextFor'];
  readonly log: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A version 4 UUID. Default: node:crypto's. */
  readonly uuid?: (() => string) | undefined;
  /** Default: setTimeout. */
  readonly schedule?: Schedule | undefined;
  /** How long DescribeStacks waits for a stack to come to rest, milliseconds. Default: it does not. */
  readonly patience?: number | undefined;
}

export interface CloudFormation {
  readonly service: Service;
  /** Goes on with every stack of the region that was in progress when the process ended. */
  resume(region: string): void;
  /** Resolves when no stack has anything in progress. */
  idle(): Promise<void>;
  stop(): void;
}

const bySetTimeout: Schedule = (run, milliseconds) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

export function createCloudFormation(options: CloudFormationOptions): CloudFormation {
  const engineOptions: EngineOptions = { ...options, registry: RESOURCE_TYPES, uuid: options.uuid ?? randomUUID };
  const engine = new Engine(engineOptions, options.schedule ?? bySetTimeout);
  const control: Control = {
    registry: RESOURCE_TYPES,
    drive: (region, stackId) => engine.drive(region, stackId),
    run: (region, stackId, asker) => engine.run(region, stackId, asker),
    zones: zonesOf(engineOptions),
    uuid: engineOptions.uuid,
    rest: (region, stackId) => (options.patience === undefined ? undefined : engine.rest(region, stackId, options.patience)),
  };
  const service: Service = {
    name: 'cloudformation',
    protocol: 'query',
    version: '2010-05-15',
    xmlNamespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    operations: {
      CancelUpdateStack: cancelUpdateStack(control),
      ContinueUpdateRollback: continueRollback(control),
      CreateChangeSet: createChangeSet(control),
      CreateStack: createStack(control),
      DeleteChangeSet: deleteChangeSet,
      DeleteStack: deleteStack(control),
      DescribeAccountLimits: describeAccountLimits,
      DescribeChangeSet: describeChangeSet,
      DescribeEvents: describeEvents,
      DescribeStackDriftDetectionStatus: describeStackDriftDetectionStatus,
      DescribeStackEvents: describeStackEvents,
      DescribeStackResourceDrifts: describeStackResourceDrifts,
      DescribeStackResource: describeStackResource,
      DescribeStackResources: describeStackResources,
      DescribeStacks: describeStacks(control),
      DetectStackDrift: detectStackDrift(control),
      DetectStackResourceDrift: detectStackResourceDrift(control),
      ExecuteChangeSet: executeChangeSet(control),
      GetStackPolicy: getStackPolicy,
      GetTemplate: getTemplate,
      GetTemplateSummary: getTemplateSummary(control),
      ListChangeSets: listChangeSets,
      ListExports: listExports,
      ListImports: listImports,
      ListStackResources: listStackResources,
      ListStacks: listStacks,
      RollbackStack: rollbackStack(control),
      UpdateStack: updateStack(control),
      UpdateTerminationProtection: updateTerminationProtection,
      ValidateTemplate: validateTemplate(control),
    },
  };
  return { service, resume: (region) => engine.resume(region), idle: () => engine.idle(), stop: () => engine.stop() };
}
