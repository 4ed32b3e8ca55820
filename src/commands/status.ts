/** `ssmlab status`: the stack and the local cloud. */
import { BaseCommand } from '../cli/base-command.js';
import { stackFlags } from '../cli/flags.js';
import { ofLab } from '../cli/lab-commands.js';
import { nextSteps } from '../cli/next-steps.js';
import { askMfaCode } from '../cli/prompts.js';
import { asTyped } from '../cli/self.js';
import { saySilence } from '../cli/silence.js';
import { canAsk, textWidth } from '../cli/terminal.js';
import { standingRows } from '../lib/report/standing.js';
import { readStatus, type StatusReport } from '../lib/stack/status.js';
import { overrideText } from '../lib/target/overrides.js';
import { stateHome } from '../lib/target/local/home.js';
import { wanWords } from '../lib/target/local/wan.js';

export default class Status extends BaseCommand {
  static override summary = 'Show the state of the stack and of the local cloud.';
  static override description = 'Starts nothing and changes nothing. A lab that is not there is an answer, not an error.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json', '<%= config.bin %> <%= command.id %> --stack second'];
  static override flags = stackFlags;
  static override enableJsonFlag = true;

  async run(): Promise<StatusReport> {
    const { flags } = await this.parse(Status);
    const report = await readStatus({ kind: flags.target, region: flags.region, profile: flags.profile, home: stateHome(), stack: flags.stack, mfaCode: canAsk() ? askMfaCode : undefined, onSilence: saySilence });
    const { stack, instances, left, localCloud, standing, endpoints } = report;
    const row = (name: string, text: string): string => `${this.style.dim(name.padEnd(12))}${text}`;
    const asleep = localCloud !== null && !localCloud.running && localCloud.hasState;
    this.print(row('stack', stack === null ? `${flags.stack}: ${asleep ? 'not known while the local cloud does not run' : 'not deployed'}` : `${stack.name}: ${stack.status}`));
    if (left.length > 0) this.print(row('left', `${left.join(', ')}; ${asTyped(ofLab('`ssmlab destroy` takes it away', flags))}`));
    if (instances !== null) this.print(row('instances', `${instances.running} of ${instances.total} running, ${instances.online} ${instances.online === 1 ? 'agent' : 'agents'} online`));
    if (standing !== null) for (const [name, text] of standingRows(standing)) this.print(row(name, asTyped(ofLab(text, flags))));
    this.print(row('region', report.account === null ? report.region : `${report.region}, account ${report.account}`));
    for (const [i, override] of endpoints.entries()) this.print(row(i === 0 ? 'endpoint' : '', overrideText(override)));
    if (localCloud !== null) {
      const { running, pid, version, endpoint, fabric, fabricNote, wan, trouble, stateFolder } = localCloud;
      const internet = wan === null ? undefined : wanWords(wan);
      this.print(row('local cloud', running ? `runs, pid ${pid}, version ${version}, ${fabric} fabric, ${endpoint}` : `does not run${localCloud.hasState ? '; its state is kept' : ''}`));
      if (fabricNote !== null) this.print(row('', `no real packets: ${fabricNote}`));
      if (internet !== undefined) this.print(row('internet', `${internet}, each way`));
      if (trouble !== null) this.print(row('trouble', this.style.bad(trouble)));
      if (running || localCloud.hasState) this.print(row('state', stateFolder));
    }
    this.say(nextSteps(asleep ? ['start', 'destroy'] : stack === null ? (left.length > 0 ? ['deploy', 'destroy'] : ['deploy']) : ['list', 'verify', 'destroy'], { lab: flags, width: textWidth(process.stderr) }));
    return report;
  }
}
