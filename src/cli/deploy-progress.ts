/** Deploy events → lines: a line for each group of resources as it completes, failures at once. */
import type { ListedInstance } from '../lib/inventory/instance.js';
import type { DeployEvent, DeployResult } from '../lib/stack/deploy.js';
import type { ResourceEvent } from '../lib/stack/events.js';
import type { LabContext } from './lab-context.js';
import { fabricText } from '../lib/report/fabric.js';
import { printable } from '../lib/report/printable.js';
import type { Style } from '../lib/report/style.js';
import { doneLine, failedLine, groupLines, waitingLine } from './resource-groups.js';
import type { Stalled } from './stalls.js';
import { few } from '../lib/stack/few.js';

/** The template's resources, logical id → type, as far as they can be told without an engine: two lines of plain YAML each. */
export function resourcesOf(template: string): Map<string, string> {
  const section = /^Resources:\s*\n([\s\S]*?)(?=^\S|(?![\s\S]))/mu.exec(template)?.[1] ?? '';
  return new Map([...section.matchAll(/^ {2}([A-Za-z0-9]+):[^\n]*\n {4}Type: (\S+)$/gmu)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

/** What `deploy --json` prints. */
export interface Deployed extends DeployResult {
  stack: string;
  region: string;
  target: string;
  instances: ListedInstance[];
}

/** What is going to be made, and where. */
export function deployHeader({ target, stack }: LabContext, resources: number): string {
  const where = target.fabric === 'aws' ? `AWS, region ${target.region}` : `local cloud, region ${target.region}, ${fabricText(target.fabric)}; no AWS account is used`;
  const note = target.fabricNote === undefined ? '' : `\n  no real packets: ${target.fabricNote}`;
  return `Deploying ${stack}${resources === 0 ? '' : `: ${resources} resource${resources === 1 ? '' : 's'}`}\n  ${where}${note}`;
}

/** How it came out: also of a stack that is complete, an instance may be off, cut off or gone (`troubles`, as clauses). */
export function deployEnd(outcome: 'created' | 'unchanged', seconds: number, troubles: readonly string[]): string {
  const but = troubles.length === 0 ? undefined : new Intl.ListFormat('en', { type: 'conjunction' }).format(troubles.map(printable));
  if (outcome === 'created') return `Deployed in ${seconds.toFixed(1)} s${but === undefined ? '' : `, but ${but}`}`;
  return but === undefined ? 'Nothing changed: the stack is there and complete.' : `Nothing changed: the stack is complete, but ${but}.`;
}

/** Turns events into lines. `resources` names what the template has. */
export function deployProgress(style: Style, resources: ReadonlyMap<string, string>): (event: DeployEvent | Stalled) => string[] {
  const made = groupLines(style, resources, (group, ids) => group.note(ids));
  const doubt = (text: string): string => `  ${style.doubt(style.unknown)} ${text}`;

  const resource = (event: ResourceEvent): string[] => {
    if (event.status.endsWith('_FAILED')) return [failedLine(style, event)];
    if (event.isStack) return event.status === 'ROLLBACK_IN_PROGRESS' ? [doubt('rolling back')] : [];
    return event.status === 'CREATE_COMPLETE' ? made(event) : [];
  };

  return (event) => {
    switch (event.kind) {
      case 'resource':
        return resource(event);
      case 'key-pair':
        return [doneLine(style, event.keyName, event.made ? 'key pair, its private half stays here' : 'key pair of before')];
      case 'joined':
        return [doubt(`another process is at work (${event.status}); watching with it`)];
      case 'clearing':
        return [doubt(`an earlier attempt was rolled back (${event.status}); removing it first`)];
      case 'agents':
        return event.waiting.length > 0 ? [waitingLine(style, 'agents', `waiting for ${few(event.waiting.map(printable))}`)] : [doneLine(style, 'agents', event.online.length === 0 ? 'none is meant' : `${few(event.online.map(printable))} online`)];
      case 'stalled':
        return [doubt(`waiting: ${printable(event.why)}`)];
      default:
        return [];
    }
  };
}
