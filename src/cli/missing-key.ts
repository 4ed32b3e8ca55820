/** What has to be said when the lab stands and the private half of its key pair is not here. */
import { existsSync } from 'node:fs';
import type { ListedInstance } from '../lib/inventory/instance.js';
import { isKeyPairName } from '../lib/lab/lab.js';
import { printable } from '../lib/report/printable.js';
import type { Style } from '../lib/report/style.js';
import { forLab } from './lab-commands.js';
import type { LabContext, LabFlags } from './lab-context.js';

/** Lines; none when nothing is missing, or when no instance wants the key. */
export function missingKeyLines(style: Style, { lab, stack }: Pick<LabContext, 'lab' | 'stack'>, instances: readonly ListedInstance[], flags: LabFlags): string[] {
  const wanting = instances.filter((instance) => instance.auth === 'ssh-key-pair' && isKeyPairName(stack, instance.keyName ?? ''));
  const [first] = wanting;
  if (first === undefined || existsSync(lab.keyFile)) return [];
  return [
    `${style.doubt(style.warning)} The private key for ${wanting.map((instance) => printable(instance.name)).join(', ')} is not here, and no region can give it back:`,
    `  ${lab.keyFile}`,
    `  With a copy of it, \`ssmlab ${forLab(`connect ${first.number} --identity FILE`, flags)}\`.`,
    `  For a new pair, \`ssmlab ${forLab('destroy', flags)}\` and \`ssmlab ${forLab('deploy', flags)}\`.`,
    '',
  ];
}
