/** Deploy events → lines: a line for each group of resources as it completes, failures at once. */
import type { ListedInstance } from '../lib/inventory/instance.js';
import { lifetimeText, timeText } from '../lib/expiry/duration.js';
import type { DeployEvent, DeployOptions, DeployResult } from '../lib/stack/deploy.js';
import type { ResourceEvent } from '../lib/stack/events.js';
import type { LabContext } from './lab-context.js';
import { fabricText } from '../lib/report/fabric.js';
import { printable } from '../lib/report/printable.js';
import { releaseLines } from '../lib/report/release.js';
import type { Style } from '../lib/report/style.js';
import { doneLine, failedLine, groupLines, waitingLine } from './resource-groups.js';
import { type Stalled, withStalls } from './stalls.js';
import { few } from '../lib/stack/few.js';
import { releaseTarget } from '../lib/target/release.js';

/** The resources of the lab's own template, logical id → type: two lines of plain YAML each. Of another see `resourcesIn`. */
export function resourcesOf(template: string): Map<string, string> {
  const section = /^Resources:\s*\n([\s\S]*?)(?=^\S|(?![\s\S]))/mu.exec(template)?.[1] ?? '';
  return new Map([...section.matchAll(/^ {2}([A-Za-z0-9]+):[^\n]*\n {4}Type: (\S+)$/gmu)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

/** What `deploy --json` prints. */
export interface Deployed extends Omit<DeployResult, 'expires'> {
  stack: string;
  region: string;
  target: string;
  /** When it ends by itself, ISO 8601; null when it does not. */
  expires: string | null;
  instances: ListedInstance[];
}

/** What is going to be made, and where. */
export function deployHeader({ target, stack }: LabContext, resources: number): string {
  const where = target.fabric === 'aws' ? `AWS, region ${target.region}` : `local cloud, region ${target.region}, ${fabricText(target.fabric)}; no AWS account is used`;
  const note = target.fabricNote === undefined ? '' : `\n  no real packets: ${target.fabricNote}`;
  return `Deploying ${stack}${resources === 0 ? '' : `: ${resources} resource${resources === 1 ? '' : 's'}`}\n  ${where}${note}`;
}

const ENDS = { created: 'Deployed', updated: 'Changed' } as const;

/** How it came out: also of a stack that is complete, an instance may be off, cut off or gone (`troubles`, as clauses). */
export function deployEnd(outcome: DeployResult['outcome'], seconds: number, troubles: readonly string[]): string {
  const but = troubles.length === 0 ? undefined : new Intl.ListFormat('en', { type: 'conjunction' }).format(troubles.map(printable));
  if (outcome === 'planned') return 'Nothing was made or changed: that was the plan.';
  if (outcome !== 'unchanged') return `${ENDS[outcome]} in ${seconds.toFixed(1)} s${but === undefined ? '' : `, but ${but}`}`;
  return but === undefined ? 'Nothing changed: the stack is there and complete.' : `Nothing changed: the stack is complete, but ${but}.`;
}

/** When it ends by itself, as a sentence. */
export const expiresLine = (expires: Date): string => `It deletes itself at ${timeText(expires)}, in ${lifetimeText(expires.getTime() - Date.now())}.`;

/** The time of a deployment, without that in which its question stood open. */
export function stopwatch(review: DeployOptions['review']): { readonly review: DeployOptions['review']; readonly seconds: () => number } {
  let begun = Date.now();
  const timed: DeployOptions['review'] = review && (async (plan) => {
    const asked = Date.now();
    const answer = await review(plan);
    begun += Date.now() - asked;
    return answer;
  });
  return { review: timed, seconds: () => (Date.now() - begun) / 1000 };
}

/** After a plan that was only to be seen; a local cloud with nothing in it ends. */
export async function endPlan({ target, stack, home }: LabContext, stackId: string, say: (line: string) => void): Promise<Deployed> {
  say(deployEnd('planned', 0, []));
  for (const line of releaseLines(await releaseTarget(target, home))) say(line);
  return { outcome: 'planned', stack, stackId, region: target.region, target: target.kind, expires: null, instances: [] };
}

const KEY_PAIR = { made: 'key pair, its private half stays here', kept: 'key pair of before', user: 'your key pair, which stays when the lab goes' } as const;

/** What CloudFormation says of a resource that it has only asked for (`aws-facts.md` §9). */
const EXPRESS = /completed using express mode/iu;

/** Turns events into lines. `resources` names what the template has. */
export function deployProgress(style: Style, resources: ReadonlyMap<string, string>): (event: DeployEvent | Stalled) => string[] {
  let express = false;
  const made = groupLines(style, resources, (group, ids) => (express ? group.express : undefined) ?? group.note(ids));
  const waiting = (text: string): string => `  ${style.doubt(style.waiting)} ${text}`;
  const warning = (text: string): string => `  ${style.doubt(style.warning)} ${text}`;

  const resource = (event: ResourceEvent): string[] => {
    if (event.status.endsWith('_FAILED')) return [failedLine(style, event)];
    if (event.isStack) return event.status === 'ROLLBACK_IN_PROGRESS' ? [waiting('rolling back')] : [];
    if (event.status !== 'CREATE_COMPLETE') return [];
    express = EXPRESS.test(event.reason ?? '');
    return made(event);
  };

  return (event) => {
    switch (event.kind) {
      case 'resource':
        return resource(event);
      case 'key-pair':
        return [doneLine(style, event.keyName, KEY_PAIR[event.from])];
      case 'joined':
        return [waiting(`another process is at work (${event.status}); watching with it`)];
      case 'clearing':
        return [waiting(`an earlier attempt was rolled back (${event.status}); removing it first`)];
      case 'drift':
        return [
          ...event.drifted.map(({ logicalId, type, drift }) => warning(`${printable(logicalId)} (${printable(type)}) was ${drift === 'DELETED' ? 'deleted' : 'changed'} beside CloudFormation`)),
          ...(event.heals ? [] : [warning('left as it is; deploy again with --heal to put it back')]),
        ];
      case 'agents':
        return event.waiting.length > 0 ? [waitingLine(style, 'agents', `waiting for ${few(event.waiting.map(printable))}`)] : [doneLine(style, 'agents', event.online.length === 0 ? 'none is meant' : `${few(event.online.map(printable))} online`)];
      case 'stalled':
        return [waiting(`waiting: ${printable(event.why)}`)];
      default:
        return [];
    }
  };
}

export interface DeployWatch {
  /** Of the template, logical id → type. */
  readonly resources: ReadonlyMap<string, string>;
  readonly style: Style;
  readonly say: (line: string) => void;
  /** Told of each event before its lines are said. */
  readonly at: (event: DeployEvent | Stalled) => void;
}

/** Says what happens, to the end. A lab that is there already is not deployed: no header then. */
export async function watchDeploy(context: LabContext, deployment: AsyncGenerator<DeployEvent, DeployResult>, { resources, style, say, at }: DeployWatch): Promise<DeployResult> {
  const progress = deployProgress(style, resources);
  const waiting = inProgress();
  const events = withStalls(deployment, context.target.trouble ?? waiting.text, context.target.trouble === undefined ? SLOW_MS : undefined);
  let next = await events.next();
  if (next.done !== true && ['key-pair', 'joined', 'clearing'].includes(next.value.kind)) say(deployHeader(context, resources.size));
  for (; next.done !== true; next = await events.next()) {
    at(next.value);
    waiting.note(next.value);
    for (const line of progress(next.value)) say(line);
  }
  return next.value;
}

/** On AWS a step that takes so long is worth a line. */
const SLOW_MS = 15_000;

/** What takes its time on AWS, as logs of deployments have it (`aws-facts.md` §9). */
const USUAL: Readonly<Record<string, string>> = {
  'AWS::EC2::NatGateway': 'about 100 s', 'AWS::EC2::VPCEndpoint': '1 to 2 minutes', 'AWS::EC2::Instance': '10 to 40 s', 'AWS::IAM::InstanceProfile': 'about 2 minutes',
};

/** What is waited for, in words: resources that are under way, then agents, with the time that these have taken; undefined when it is nothing. */
export function inProgress(now: () => number = Date.now): { readonly note: (event: DeployEvent | Stalled) => void; readonly text: () => Promise<string | undefined> } {
  const going = new Map<string, string>();
  let agents: { readonly names: readonly string[]; readonly since: number } | undefined;
  return {
    note: (event) => {
      if (event.kind === 'agents') agents = event.waiting.length === 0 ? undefined : { names: event.waiting, since: agents?.since ?? now() };
      if (event.kind !== 'resource' || event.isStack) return;
      if (event.status.endsWith('_IN_PROGRESS')) going.set(event.logicalId, event.type);
      else going.delete(event.logicalId);
    },
    text: async () => {
      if (agents !== undefined) return `the agent of ${few(agents.names)} is not online after ${Math.round((now() - agents.since) / 1000)} s`;
      if (going.size === 0) return undefined;
      return few([...going].map(([id, type]) => (USUAL[type] === undefined ? id : `${id} (${USUAL[type]} as a rule)`)));
    },
  };
}
