/** `ssmlab sweep`: forgotten labs in all regions of an AWS account. */
import { Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { stackFlags } from '../cli/flags.js';
import { labContext } from '../cli/lab-context.js';
import { forLab } from '../cli/lab-commands.js';
import { programName } from '../cli/self.js';
import { sweepLines } from '../lib/report/sweep.js';
import { type Swept, sweep } from '../lib/sweep/sweep.js';
import { checkRegionName } from '../lib/target/lab-folder.js';

export default class Sweep extends BaseCommand {
  static override summary = 'Find forgotten labs, and what is left of others, in all regions of an AWS account.';
  static override description = `Looks by the tag ssmlab=true, which everything of a lab has, in every region that the account has switched on. It changes nothing; it says what would take each away.

Exit status: 0 all was looked at, 3 a region could not be.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --profile sandbox --json', '<%= config.bin %> <%= command.id %> --region us-east-1 --region eu-central-1'];
  static override flags = {
    profile: stackFlags.profile,
    region: Flags.string({ description: 'look there alone; may be given several times [default: all]', helpValue: 'NAME', multiple: true, helpGroup: 'TARGET' }),
  };
  static override enableJsonFlag = true;

  async run(): Promise<Swept> {
    const { flags } = await this.parse(Sweep);
    for (const region of flags.region ?? []) checkRegionName(region);
    const { target } = await labContext({ target: 'aws', profile: flags.profile, region: flags.region?.[0], stack: 'ssmlab' });
    const swept = await sweep(target, flags.region);
    this.print(sweepLines(swept, { style: this.style, now: Date.now() }));
    const labs = swept.regions.flatMap(({ region, labs: found }) => found.map(({ stack }) => `  ${programName()} ${forLab('destroy', { target: 'aws', region, stack, profile: flags.profile })}`));
    if (labs.length > 0) this.say(['', 'Next', ...labs].join('\n'));
    if (swept.regions.some(({ unread }) => unread !== null)) process.exitCode = 3;
    return swept;
  }
}
