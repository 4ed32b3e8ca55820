/** Destroy events → lines: a line for each group of resources as it is gone, failures at once, what is kept by name. */
import { printable } from '../lib/report/printable.js';
import type { Style } from '../lib/report/style.js';
import type { DestroyEvent, DestroyPlan } from '../lib/stack/destroy.js';
import { failedLine, groupLines } from './resource-groups.js';
import type { Stalled } from './stalls.js';

const NATURAL = new Intl.Collator('en', { numeric: true });

/** Turns events into lines. What was never made is not waited for: no event tells of its end. */
export function destroyProgress(style: Style, resources: DestroyPlan['resources']): (event: DestroyEvent | Stalled) => string[] {
  const going = new Map(resources.toSorted((a, b) => NATURAL.compare(a.logicalId, b.logicalId)).flatMap(({ logicalId, type, physicalId }) => (physicalId === null ? [] : [[logicalId, type] as const])));
  const gone = groupLines(style, going, (group) => group.gone);
  return (event) => {
    if (event.kind === 'stalled') return [`  ${style.doubt(style.waiting)} waiting: ${printable(event.why)}`];
    if (event.kind === 'again' && event.strangers.length > 0) return [`  ${style.doubt(style.waiting)} what is not the lab's is in the way: ${printable(event.strangers.join(', '))}; it is tried again`];
    if (event.kind === 'again') return [`  ${style.doubt(style.waiting)} AWS needs a moment to let go (${printable(event.reason)}); it is tried again`];
    if (event.kind === 'stays') return [`  ${style.doubt(style.warning)} ${printable(event.text)}`];
    if (event.kind === 'unseen') return [`  ${style.doubt(style.unknown)} not looked at: ${event.what} (${printable(event.why)})`];
    if (event.status.endsWith('_FAILED')) return [failedLine(style, event)];
    if (event.isStack) return [];
    if (event.status === 'DELETE_SKIPPED') {
      going.delete(event.logicalId);
      return [`  ${style.doubt(style.warning)} ${printable(event.logicalId)} (${printable(event.type)})  kept, as its DeletionPolicy says`];
    }
    return event.status === 'DELETE_COMPLETE' ? gone(event) : [];
  };
}
