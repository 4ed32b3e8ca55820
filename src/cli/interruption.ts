/** What Ctrl-C leaves behind, by what a command is at: the one place that knows, and the one form in which it is said. */
import { SsmlabError } from '../lib/errors.js';
import type { Asked } from '../lib/stack/ask-no-more.js';
import type { DeployEvent } from '../lib/stack/deploy.js';
import type { LabFlags } from './lab-context.js';
import { forLab } from './lab-commands.js';
import type { Stalled } from './stalls.js';

/** At each moment: what is left behind, and the next step where it is not the table's. */
const LEFT = {
  /** Reading, asking, choosing. */
  'looking': ['nothing was changed'],
  'starting-cloud': ['nothing was deployed; the local cloud may have been started', 'run `ssmlab deploy` again, or end it with `ssmlab local stop`'],
  'before-deploy': ['nothing was deployed', 'run `ssmlab deploy` again'],
  'before-change': ['nothing was changed', 'run `ssmlab deploy` again'],
  'asking-for-stack': ['the stack was just asked for, and unless that was refused it goes on being made', 'run `ssmlab deploy` again to watch it, or `ssmlab destroy`'],
  'making': ['the stack goes on being made', 'run `ssmlab deploy` again to watch it, or `ssmlab destroy`'],
  'asking-for-change': ['the change was just asked for, and unless that was refused it goes on', 'run `ssmlab deploy` again to watch it'],
  'changing': ['the change goes on', 'run `ssmlab deploy` again to watch it'],
  'watching': ['what the other process began goes on', 'run `ssmlab deploy` again to watch it'],
  'clearing': ['the removal of the earlier attempt goes on', 'run `ssmlab deploy` again to see it through'],
  'deployed': ['the stack is there and complete', 'run `ssmlab list` to see its instances'],
  'before-destroy': ['nothing was deleted', 'run `ssmlab destroy` again'],
  'asking-for-deletion': ['the deletion goes on if it was asked for already', 'run `ssmlab destroy` again to see it through'],
  'deleting': ['the deletion goes on', 'run `ssmlab destroy` again to see it through'],
  'watching-claims': ['nothing was changed', 'the exit status is that of the last verdict'],
  'remote-command': ['the command on the instance was told to end', 'run it again'],
  'cloud-in-between': ['the local cloud may go on', '`ssmlab status` says whether it runs'],
  'reading-log': ['the local cloud goes on', '`ssmlab status` shows it'],
} as const satisfies Record<string, readonly [string, string?]>;

/** What a command is at. */
export type Moment = keyof typeof LEFT;

export interface Interrupted {
  /** The lab of the command that was interrupted, for the command lines in the hint. */
  readonly lab?: LabFlags | undefined;
  /** What stood behind the command's name: run again it is to be the same. */
  readonly typed?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** The error that Ctrl-C is at this moment. */
export function interruptedAt(moment: Moment, { lab, typed = [], cause }: Interrupted = {}): SsmlabError {
  const [left, next]: readonly [string, string?] = LEFT[moment];
  const hint = lab === undefined ? next : next?.replaceAll(/`ssmlab (deploy|destroy|list)`( again)?/gu, (_, command: string, again = '') => `\`ssmlab ${forLab(command, lab, { typed: again === '' ? [] : typed })}\`${again}`);
  return new SsmlabError('interrupted', left, { hint, cause });
}

const ASKING = { 'part-of-stack': 'before-deploy', 'part-of-change': 'before-change', 'stack': 'asking-for-stack', 'change': 'asking-for-change', 'removal': 'clearing' } as const satisfies Record<Asked, Moment>;

/** What a deploy is at from the call on by which this is asked for; an event of it comes later. */
export const momentAsking = (what: Asked): Moment => ASKING[what];

/** What a deploy is at once this has happened; what changes nothing of that leaves it. */
export function momentAfter(event: DeployEvent | Stalled, before: Moment): Moment {
  switch (event.kind) {
    case 'started':
      return before === 'asking-for-change' ? 'changing' : 'making';
    case 'joined':
      return event.status === 'CREATE_IN_PROGRESS' ? 'making' : 'watching';
    case 'agents':
      return 'deployed';
    case 'key-pair':
    case 'clearing':
    case 'stalled':
    case 'drift':
      return before;
    default:
      return before === 'changing' || before === 'watching' ? before : event.status.startsWith('DELETE_') ? 'clearing' : 'making';
  }
}
