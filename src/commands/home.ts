/** `ssmlab` alone: what this is, the state of the lab, and what makes sense now. */
import { BaseCommand } from '../cli/base-command.js';
import { ofLab } from '../cli/lab-commands.js';
import { nextSteps } from '../cli/next-steps.js';
import { asTyped } from '../cli/self.js';
import { SsmlabError } from '../lib/errors.js';
import { DEFAULT_STACK_NAME } from '../lib/lab/lab.js';
import { readStatus, type StatusReport } from '../lib/stack/status.js';
import { stateHome } from '../lib/target/local/home.js';
import { VERSION } from '../version.js';

/** The lab of the front page, whatever variables say. */
const LAB = { target: 'local', stack: DEFAULT_STACK_NAME } as const;

/** One line on where the lab stands, and the steps that follow from it. */
function situation(report: StatusReport): { text: string; steps: Parameters<typeof nextSteps>[0] } {
  const { localCloud, stack, instances } = report;
  if (localCloud?.running === false && localCloud.hasState) return { text: 'The local cloud does not run; its state is kept.', steps: ['start', 'destroy', 'help'] };
  if (stack === null) return { text: 'No lab is deployed.', steps: ['deploy', 'help'] };
  if (!stack.status.endsWith('_COMPLETE')) return { text: `The stack ${stack.name} is in ${stack.status}.`, steps: ['deploy', 'destroy', 'help'] };
  return { text: `The lab is deployed: ${instances?.running ?? 0} of ${instances?.total ?? 0} instances run, ${instances?.online ?? 0} agents are online.`, steps: ['connect', 'verify', 'destroy'] };
}

export default class Home extends BaseCommand {
  static override hidden = true;
  static override summary = 'Say what this is, how the lab stands, and what to do next.';

  async run(): Promise<void> {
    await this.parse(Home);
    this.print([
      this.style.strong(`ssmlab ${VERSION}`),
      'Which way does a shell reach this EC2 instance, and what has to be open for it?',
      'Four ways in: SSH; Session Manager by internet gateway, NAT or VPC endpoints.',
      '',
    ]);
    let now: ReturnType<typeof situation>;
    try {
      now = situation(await readStatus({ kind: LAB.target, home: stateHome(), stack: LAB.stack }));
    } catch (error) {
      // The front page is for whoever is lost: it names the trouble and still says what this is.
      if (!(error instanceof SsmlabError)) throw error;
      now = { text: `${error.message}; ${error.hint}`, steps: ['help'] };
    }
    this.print([asTyped(ofLab(now.text, LAB)), ...nextSteps(now.steps, { lab: LAB, width: this.width }).split('\n')]);
  }
}
