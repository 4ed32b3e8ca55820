/** Why each action is in a policy → a table. */
import type { Permission } from '../permissions/permission.js';
import type { Style } from './style.js';
import { tableLines } from './table.js';

/** One line for each action of each statement, with all reasons that it has there. */
export function permissionLines(permissions: readonly Permission[], { style, width }: { readonly style: Style; readonly width: number | undefined }): string[] {
  const rows = new Map<string, { readonly on: string; readonly action: string; readonly why: string[] }>();
  for (const { on, action, why } of permissions) {
    if (on === 'Free') continue;
    const row = rows.get(`${on} ${action}`) ?? { on, action, why: [] };
    rows.set(`${on} ${action}`, row);
    if (!row.why.includes(why)) row.why.push(why);
  }
  const sorted = [...rows.values()].toSorted((a, b) => a.action.localeCompare(b.action) || a.on.localeCompare(b.on));
  return tableLines([
    { title: 'ACTION', value: ({ action }) => action },
    { title: 'STATEMENT', value: ({ on }) => on },
    { title: 'WHY', value: ({ why }) => reasons(why) },
  ], sorted, { width, titleStyle: (text) => style.dim(text) });
}

/** Those that begin alike (`CloudFormation looks at AWS::…`) share the beginning. */
function reasons(why: readonly string[]): string {
  const groups = new Map<string, string[]>();
  const alone: string[] = [];
  for (const reason of why) {
    const [, verb, what] = /^(.+?) ((?:AWS|Fn)::\S+)$/u.exec(reason) ?? [];
    if (verb === undefined || what === undefined) alone.push(reason);
    else groups.set(verb, [...(groups.get(verb) ?? []), what]);
  }
  return [...alone, ...[...groups].map(([verb, things]) => `${verb} ${things.join(', ')}`)].join('; ');
}
