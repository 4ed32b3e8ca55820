/** What a change set is going to do: counted where all of it is new, a line for each resource else. */
import type { ResourceChange } from '../inventory/overlay/resource-change.js';
import { printable } from './printable.js';
import type { Style } from './style.js';
import { cellWidth } from './table.js';
import { wrapped } from './wrap.js';

const WORD = { Add: 'is made', Modify: 'is changed', Remove: 'is deleted', Import: 'is taken in', Dynamic: 'may be changed' } as const;

function changeLine({ logicalId, type, action, replacement, drift }: ResourceChange, style: Style): string {
  const what = action === 'Modify' && replacement === 'True' ? style.doubt('is replaced') : action === 'Modify' && replacement === 'Conditional' ? style.doubt('may be replaced') : WORD[action];
  const why = drift === 'MODIFIED' ? ', since it was changed beside CloudFormation' : drift === 'DELETED' ? ', since it was deleted beside CloudFormation' : '';
  return `  ${printable(logicalId)} (${printable(type)}) ${what}${why}`;
}

/** Columns before a type. */
const COUNT = ' '.repeat(7);

/** The plan in lines: of a new stack its types with their numbers, and their names beside them where `width` has room, else below. */
export function planLines(changes: readonly ResourceChange[], style: Style, width = Infinity): string[] {
  if (changes.length === 0) return ['Nothing would change.'];
  if (!changes.every(({ action }) => action === 'Add')) return changes.map((change) => changeLine(change, style));
  const types = [...new Set(changes.map(({ type }) => type))].map((type) => [type, changes.filter((change) => change.type === type)] as const);
  const rows = types.map(([type, all]) => ({ head: `  ${String(all.length).padStart(3)}  ${printable(type)}`, names: all.map(({ logicalId }) => printable(logicalId)).join(', ') }));
  const column = Math.max(...rows.map(({ head }) => cellWidth(head)));
  const isBeside = rows.every(({ names }) => column + 2 + cellWidth(names) <= width);
  return [
    `${changes.length} resources are made:`,
    ...rows.flatMap(({ head, names }) => (isBeside ? [`${head.padEnd(column)}  ${style.dim(names)}`] : [head, ...wrapped(names, width - COUNT.length).map((line) => `${COUNT}${style.dim(line)}`)])),
  ];
}
