/** The last lines of a screen: what one can do now, as commands that work when pasted. */
import { shellQuote } from '../lib/report/shell-quote.js';
import { cellWidth } from '../lib/report/table.js';
import type { ReportedInstance } from '../lib/report/verify-file/outcome.js';
import type { VerifyReport } from '../lib/verify/claim.js';
import { forLab } from './lab-commands.js';
import type { LabFlags } from './lab-context.js';
import { programName } from './self.js';

const STEPS = {
  deploy: ['deploy', 'the lab, in a few seconds'],
  list: ['list', 'the instances with path, auth method and addresses'],
  pick: ['connect', 'a shell on an instance that you choose from a list'],
  connect: ['connect 3', 'a shell behind the NAT gateway; try: ping 8.8.8.8'],
  isolated: ['connect 4', 'a shell with no internet at all, and yet it opens'],
  verify: ['verify', 'what each instance can reach, run on the instances'],
  status: ['status', 'the stack and the local cloud'],
  destroy: ['destroy', 'remove the lab and leave nothing behind'],
  help: ['--help', 'every command'],
  start: ['local start', 'bring the local cloud back as it was'],
} as const;

/** What of it is otherwise on AWS, where a deployment takes as long as a NAT gateway and endpoints do (`aws-facts.md` §9). */
const ON_AWS: Partial<Record<string, string>> = { deploy: 'the lab, in a few minutes', status: 'the stack, its age and what it has cost' };

/** Those that act on no lab. */
const OF_NO_LAB: ReadonlySet<string> = new Set(['help', 'start']);

export type Step = keyof typeof STEPS;

/** The shells worth opening first: the lab's two private ones, else whichever there are. */
export function stepsInto(instances: readonly { readonly labNumber: number | null }[]): Step[] {
  const has = (number: number): boolean => instances.some((instance) => instance.labNumber === number);
  const steps: Step[] = [...(has(3) ? ['connect' as const] : []), ...(has(4) ? ['isolated' as const] : [])];
  return steps.length > 0 ? steps : instances.length > 0 ? ['pick'] : [];
}

export interface NextOptions {
  /** The lab just acted on. */
  readonly lab: LabFlags;
  /** Columns of the terminal; the explanation has a line of its own where it does not fit beside the command. */
  readonly width?: number | undefined;
  readonly program?: string | undefined;
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

/** A step that is of this very run. */
export interface OwnStep {
  readonly command: string;
  readonly text: string;
}

/** `explain` of the first instance whose way in is broken, else of the first with a broken claim, of those that are there: one that is gone has nothing to explain. `snapshot`: the file that was judged. */
export function explainStep({ claims }: Pick<VerifyReport, 'claims'>, instances: readonly Pick<ReportedInstance, 'instance'>[], snapshot?: string): OwnStep[] {
  const failed = claims.filter((claim) => claim.verdict === 'fail' && instances.some(({ instance }) => instance === claim.instance));
  const shut = failed.find(({ claim }) => claim === 'way-in');
  const broken = shut ?? failed[0];
  if (broken === undefined) return [];
  return [{ command: ['explain', String(broken.instance), ...(snapshot === undefined ? [] : ['--snapshot', snapshot])].map(shellQuote).join(' '), text: `its way in, hop by hop${shut === undefined ? '' : ', and what shuts it'}` }];
}

/** What puts back the resources that drifted: a deployment as that which found it, with what it would else take from somewhere else. */
export function healStep(drifted: boolean, flags: { readonly 'ssh-from'?: string | undefined; readonly 'role-arn'?: string | undefined }): OwnStep[] {
  if (!drifted) return [];
  const given = (['ssh-from', 'role-arn'] as const).flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, flags[name]]));
  return [{ command: ['deploy', '--heal', ...given].map(shellQuote).join(' '), text: 'put back what was changed beside CloudFormation' }];
}

/** What a file that was judged holds, where `list` and `status` would ask the region instead. */
export const drawnStep = (snapshot: string): OwnStep => ({ command: ['diagram', '--snapshot', snapshot].map(shellQuote).join(' '), text: 'the network of that file, drawn' });

/** "Next" and its lines. */
export function nextSteps(steps: readonly (Step | OwnStep)[], { lab, width = Infinity, program = programName(), environment }: NextOptions): string {
  const rows = steps.map((step) => {
    if (typeof step === 'object') return { command: `${program} ${forLab(step.command, lab, { environment })}`, text: step.text };
    const [command, text] = STEPS[step];
    return { command: `${program} ${OF_NO_LAB.has(step) ? command : forLab(command, lab, { environment })}`, text: (lab.target === 'aws' ? ON_AWS[step] : undefined) ?? text };
  });
  const column = Math.max(...rows.map(({ command }) => cellWidth(command)));
  const beside = rows.every(({ text }) => 2 + column + 3 + cellWidth(text) <= width);
  const lines = beside ? rows.map(({ command, text }) => `  ${command.padEnd(column)}   ${text}`) : rows.flatMap(({ command, text }) => [`  ${command}`, `      ${text}`]);
  return ['', 'Next', ...lines].join('\n');
}
