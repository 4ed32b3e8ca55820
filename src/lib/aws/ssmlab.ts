/** ssmlab's own service on the local cloud's endpoint, which AWS does not have: what carries the packets, and how they fare. */
import { SsmlabError } from '../errors.js';
import type { ApiTarget } from './client.js';
import { awsCode } from './errors.js';
import { jsonCall } from './json-call.js';

const call = (target: ApiTarget, name: string, input: Readonly<Record<string, unknown>>) => jsonCall(target, { service: 'ssmlab', targetPrefix: 'Ssmlab', name }, input);

/** One step of a way: a rule, a gateway, an interface. */
export interface TraceStep {
  /** Of the probe, or of the answer to it. */
  readonly leg: 'forward' | 'return';
  /** `security-group`, `network-acl`, `route` … */
  readonly kind: string;
  readonly id: string | null;
  /** `sgr-…`, the number of a network ACL's entry, a route's destination. */
  readonly rule: string | null;
  readonly detail: string;
  readonly verdict: 'pass' | 'drop';
}

export interface TraceReport {
  readonly fabric: 'netns' | 'computed';
  /** `kernel`: a real packet was followed; `computed`: the rules were asked. */
  readonly by: 'kernel' | 'computed';
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly source: string;
  /** As it was asked for. */
  readonly destination: string;
  readonly address: string;
  readonly port: number | null;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly answer: 'connected' | 'refused' | 'answered' | 'echo-reply' | 'none' | 'error';
  /** What the probe said of an error. */
  readonly said: string | null;
  readonly steps: readonly TraceStep[];
}

export interface TraceRequest {
  readonly instanceId: string;
  /** Address, or a name for the instance's resolver. */
  readonly destination: string;
  /** ICMP echo without one. */
  readonly port?: number | undefined;
  readonly protocol?: 'tcp' | 'udp' | undefined;
}

/** Follows a flow. Throws `aws-error` when the instance does not run or the name has no address, `access-denied`, `endpoint-unreachable`. */
export async function traceFlow(target: ApiTarget, { instanceId, destination, port, protocol }: TraceRequest): Promise<TraceReport> {
  const reply = await call(target, 'TraceFlow', { InstanceId: instanceId, Destination: destination, ...(port === undefined ? {} : { Port: port }), ...(protocol === undefined ? {} : { Protocol: protocol }) });
  const read = reader(reply, 'TraceFlow');
  return {
    fabric: read('Fabric') as TraceReport['fabric'],
    by: read('By') as TraceReport['by'],
    instanceId: read('InstanceId'),
    networkInterfaceId: read('NetworkInterfaceId'),
    source: read('Source'),
    destination: read('Destination'),
    address: read('Address'),
    port: port ?? null,
    protocol: read('Protocol') as TraceReport['protocol'],
    answer: read('Answer') as TraceReport['answer'],
    said: textOrNull(reply['Said']),
    steps: structures(reply['Steps']).map((step) => {
      const of = reader(step, 'TraceFlow');
      return { leg: of('Leg') as TraceStep['leg'], kind: of('Kind'), id: textOrNull(step['Id']), rule: textOrNull(step['Rule']), detail: of('Detail'), verdict: of('Verdict') as TraceStep['verdict'] };
    }),
  };
}

/** A place where packets can be seen. */
export interface PacketNamespace {
  readonly kind: 'instance' | 'nat-gateway' | 'internet';
  readonly id: string | null;
  /** What stands before a program's own words. */
  readonly entrance: readonly string[];
}

/** How the simulated internet carries packets each way; 0 is none of it. */
export interface WanConditions {
  readonly lossPercent: number;
  readonly bitsPerSecond: number;
  readonly delayMs: number;
}

export interface FabricDescription {
  readonly kind: 'netns' | 'computed';
  /** Null where no packets are sent. */
  readonly uidMode: 'single' | 'multi' | null;
  readonly namespaces: readonly PacketNamespace[];
  /** Null where no packets are sent. */
  readonly wan: WanConditions | null;
}

export async function describeFabric(target: ApiTarget): Promise<FabricDescription> {
  const reply = await call(target, 'DescribeFabric', {});
  return {
    kind: reader(reply, 'DescribeFabric')('Kind') as FabricDescription['kind'],
    uidMode: textOrNull(reply['UidMode']) as FabricDescription['uidMode'],
    wan: conditionsOf(reply['WanConditions']),
    namespaces: structures(reply['Namespaces']).map((each) => ({
      kind: reader(each, 'DescribeFabric')('Kind') as PacketNamespace['kind'],
      id: textOrNull(each['Id']),
      entrance: Array.isArray(each['Entrance']) ? each['Entrance'].map(String) : [],
    })),
  };
}

/** Changes those that are named. Throws `no-packets` on the computed fabric, `wan-unavailable` when the kernel cannot: then nothing has changed. */
export async function setWanConditions(target: ApiTarget, { lossPercent, bitsPerSecond, delayMs }: Partial<WanConditions>): Promise<WanConditions> {
  const input = { LossPermyriad: lossPercent === undefined ? undefined : Math.round(lossPercent * 100), BitsPerSecond: bitsPerSecond, DelayMilliseconds: delayMs };
  const reply = await call(target, 'SetWanConditions', input).catch((error: unknown) => {
    const code = awsCode(error);
    if (code === 'NoPacketsException') throw new SsmlabError('no-packets', 'the local cloud runs on the computed fabric, which sends no packets that could be lost or late', { cause: error });
    if (code === 'WanConditionUnavailableException') throw new SsmlabError('wan-unavailable', `nothing was changed: ${(error as Error).message.replace(/^ssmlab SetWanConditions: (.*) \(\w+\)$/u, '$1')}`, { cause: error });
    throw error;
  });
  const conditions = conditionsOf(reply['WanConditions']);
  if (conditions === null) throw new SsmlabError('aws-error', 'ssmlab SetWanConditions: the reply has no conditions');
  return conditions;
}

function conditionsOf(value: unknown): WanConditions | null {
  const [found] = structures([value]);
  if (found === undefined) return null;
  return { lossPercent: Number(found['LossPermyriad']) / 100, bitsPerSecond: Number(found['BitsPerSecond']), delayMs: Number(found['DelayMilliseconds']) };
}

type Structure = Readonly<Record<string, unknown>>;

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const structures = (value: unknown): readonly Structure[] => (Array.isArray(value) ? value.filter((each): each is Structure => typeof each === 'object' && each !== null) : []);

function reader(from: Structure, operation: string): (name: string) => string {
  return (name) => {
    const value = from[name];
    if (typeof value !== 'string') throw new SsmlabError('aws-error', `ssmlab ${operation}: the reply has no ${name}`, { hint: 'run `ssmlab local stop`, then the same command again: the local cloud may be of another version' });
    return value;
  };
}
