/** The state of the lab as a value: the stack, its instances in numbers, and the local cloud. Starts nothing. */
import { describeAgents } from '../aws/ssm.js';
import { describeFabric, type WanConditions } from '../aws/ssmlab.js';
import { findStack, stackResources } from '../aws/cloudformation.js';
import { callerIdentity } from '../aws/sts.js';
import { EXPIRES_TAG } from '../expiry/expiry.js';
import { stackInstances } from '../inventory/stack-instances.js';
import { quantitiesOf } from '../lab/bill.js';
import { costSoFar, estimate } from '../price/estimate.js';
import { tablePrices } from '../price/prices.js';
import { findLocalCloud, hasLocalState, type LocalCloud } from '../target/local/cloud.js';
import { cloudFolder } from '../target/local/home.js';
import { type EndpointOverride, endpointOverrides } from '../target/overrides.js';
import { checkRegionName } from '../target/lab-folder.js';
import { DEFAULT_REGION, localTarget, resolveTarget, type TargetOptions } from '../target/resolve.js';
import type { Target } from '../target/target.js';
import { leftOf } from './left.js';

export interface LocalCloudStatus {
  readonly running: boolean;
  /** A state is kept that a start would bring back. */
  readonly hasState: boolean;
  readonly pid: number | null;
  readonly version: string | null;
  readonly endpoint: string | null;
  readonly fabric: LocalCloud['fabric'] | null;
  /** Why it is computed though nobody asked for that, and what to install. */
  readonly fabricNote: string | null;
  /** How its internet carries packets; null where none are sent, and while it does not run. */
  readonly wan: WanConditions | null;
  /** What keeps it from going on, in words. */
  readonly trouble: string | null;
  readonly stateFolder: string;
}

/** `status --json`. */
export interface StatusReport {
  readonly target: 'local' | 'aws';
  readonly region: string;
  /** AWS only. */
  readonly account: string | null;
  /** AWS only: endpoints that are not AWS's own. */
  readonly endpoints: readonly EndpointOverride[];
  /** Null when there is none, or when the local cloud does not run and cannot be asked. */
  readonly stack: { readonly name: string; readonly stackId: string; readonly status: string; readonly outputs: Readonly<Record<string, string>> } | null;
  /** On AWS, of a stack that is there. */
  readonly standing: Standing | null;
  readonly instances: { readonly total: number; readonly running: number; readonly online: number } | null;
  /** AWS only, of a lab that is not there: what it has left beside its stack, in words. */
  readonly left: readonly string[];
  /** Local only. */
  readonly localCloud: LocalCloudStatus | null;
}

/** How long it stands, and what that cost: computed by the table of prices, without traffic. */
export interface Standing {
  /** ISO 8601. */
  readonly created: string | null;
  readonly ageMs: number;
  /** When it ends by itself, ISO 8601; null when it does not. */
  readonly expires: string | null;
  /** USD; null where no price of the region is known. */
  readonly hourly: number | null;
  readonly soFar: number | null;
}

type Region = Pick<StatusReport, 'stack' | 'instances' | 'standing'>;

type ApiStack = NonNullable<Awaited<ReturnType<typeof findStack>>>;

async function standing(target: Target, found: ApiStack, instanceType: string): Promise<Standing> {
  const resources = await stackResources(target, found.StackName ?? '');
  const ageMs = Date.now() - (found.CreationTime?.getTime() ?? Date.now());
  const prices = tablePrices(target.region);
  const quantities = quantitiesOf(resources.flatMap(({ ResourceType, PhysicalResourceId = '' }) => (PhysicalResourceId === '' ? [] : (ResourceType ?? []))), instanceType);
  return {
    created: found.CreationTime?.toISOString() ?? null,
    ageMs,
    expires: found.Tags?.find(({ Key }) => Key === EXPIRES_TAG)?.Value ?? null,
    hourly: prices === undefined ? null : estimate(quantities, prices).hourly,
    soFar: prices === undefined ? null : costSoFar(quantities, prices, ageMs),
  };
}

async function readRegion(target: Target, name: string): Promise<Region> {
  const [found, { instances }, agents] = await Promise.all([findStack(target, name), stackInstances(target, name), describeAgents(target)]);
  if (found === undefined || found.StackStatus === 'DELETE_COMPLETE') return { stack: null, instances: null, standing: null };
  const ids = new Set(instances.map((instance) => instance.InstanceId));
  return {
    standing: target.kind === 'aws' ? await standing(target, found, instances[0]?.InstanceType ?? 't4g.nano') : null,
    stack: {
      name: found.StackName ?? name,
      stackId: found.StackId ?? '',
      status: found.StackStatus ?? 'unknown',
      outputs: Object.fromEntries((found.Outputs ?? []).map((output) => [output.OutputKey ?? '', output.OutputValue ?? ''])),
    },
    instances: {
      total: instances.length,
      running: instances.filter((instance) => instance.State?.Name === 'running').length,
      online: agents.filter((agent) => agent.PingStatus === 'Online' && ids.has(agent.InstanceId)).length,
    },
  };
}

/** Reads it. A lab or a local cloud that is not there is part of the answer. */
export async function readStatus(options: TargetOptions & { readonly stack: string }): Promise<StatusReport> {
  if (options.kind === 'aws') {
    const target = await resolveTarget(options);
    checkRegionName(target.region);
    const [identity, region] = await Promise.all([callerIdentity(target), readRegion(target, options.stack)]);
    return { target: 'aws', region: target.region, account: identity.account, endpoints: endpointOverrides(target), ...region, left: region.stack === null ? await leftOf(target, options.stack, options.home) : [], localCloud: null };
  }
  const { home } = options;
  const cloud = await findLocalCloud({ home });
  const region = options.region ?? DEFAULT_REGION;
  const target = cloud === undefined ? undefined : localTarget(cloud, options);
  const [wan, found]: readonly [WanConditions | null, Region] = target === undefined
    ? [null, { stack: null, instances: null, standing: null }]
    : await Promise.all([describeFabric(target).then((fabric) => fabric.wan), readRegion(target, options.stack)]);
  const localCloud: LocalCloudStatus = {
    running: cloud !== undefined,
    hasState: cloud !== undefined || hasLocalState({ home }),
    pid: cloud?.pid ?? null,
    version: cloud?.version ?? null,
    endpoint: cloud?.endpoint ?? null,
    fabric: cloud?.fabric ?? null,
    fabricNote: cloud?.fabricNote ?? null,
    wan,
    trouble: cloud?.trouble ?? null,
    stateFolder: cloud?.stateFolder ?? cloudFolder(home),
  };
  return { target: 'local', region, account: null, endpoints: [], ...found, left: [], localCloud };
}
