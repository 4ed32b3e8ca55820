/** What a change set is going to do: counted where all of it is new, a line for each resource else. */
import type { ResourceChange } from '../inventory/overlay/resource-change.js';
import { printable } from './printable.js';
import type { Style } from './style.js';

const WORD = { Add: 'is made', Modify: 'is changed', Remove: 'is deleted', Import: 'is taken in', Dynamic: 'may be changed' } as const;

function changeLine({ logicalId, type, action, replacement, drift }: ResourceChange, style: Style): string {
  const what = action === 'Modify' && replacement === 'True' ? style.doubt('is replaced') : action === 'Modify' && replacement === 'Conditional' ? style.doubt('may be replaced') : WORD[action];
  const why = drift === 'MODIFIED' ? ', since it was changed beside CloudFormation' : drift === 'DELETED' ? ', since it was deleted beside CloudFormation' : '';
  return `  ${printable(logicalId)} (${printable(type)}) ${what}${why}`;
}

/** The plan in lines: of a new stack its types with their numbers. */
export function planLines(changes: readonly ResourceChange[], style: Style): string[] {
  if (changes.length === 0) return ['Nothing would change.'];
  if (!changes.every(({ action }) => action === 'Add')) return changes.map((change) => changeLine(change, style));
  const types = [...new Set(changes.map(({ type }) => type))].map((type) => [type, changes.filter((change) => change.type === type)] as const);
  return [
    `${changes.length} resources are made:`,
    ...types.map(([type, all]) => `  ${String(all.length).padStart(3)}  ${printable(type)}  ${style.dim(all.map(({ logicalId }) => printable(logicalId)).join(', '))}`),
  ];
}
