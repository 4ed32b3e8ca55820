/** `ssmlab local wan`: how the simulated internet carries packets. */
import { BaseCommand } from '../../cli/base-command.js';
import { localLabFlags } from '../../cli/flags.js';
import { labContext } from '../../cli/lab-context.js';
import { describeFabric, setWanConditions, type WanConditions } from '../../lib/aws/ssmlab.js';
import { SsmlabError } from '../../lib/errors.js';
import { readWan, wanWords } from '../../lib/target/local/wan.js';

export default class LocalWan extends BaseCommand {
  static override summary = 'Say how the local cloud\'s internet carries packets: loss, rate and delay, each way.';
  static override description = `Holds at once, for what passes an internet gateway, and so also for what a NAT gateway sends on: sessions of instances that have no endpoints, SSH from outside. What is inside a VPC and behind its endpoints stays as it is. A condition that is not named stays as it was; \`loss=0\` takes one away, \`off\` all. Without words it says what is in force. It ends with the local cloud.

On the netns fabric. Delay takes the kernel's netem; where there is none it is refused, and nothing is changed.`;
  static override examples = ['<%= config.bin %> <%= command.id %> loss=1% rate=20mbit', '<%= config.bin %> <%= command.id %> delay=8ms', '<%= config.bin %> <%= command.id %> off'];
  static override usage = '<%= command.id %> [loss=PERCENT] [rate=BITS] [delay=TIME] | off';
  static override strict = false;
  static override flags = { region: localLabFlags.region };
  static override enableJsonFlag = true;

  async run(): Promise<WanConditions> {
    const { argv, flags } = await this.parse(LocalWan);
    const change = readWan(argv.map(String));
    const { target } = await labContext({ ...flags, stack: localLabFlags.stack.default as string, target: 'local' });
    const conditions = Object.keys(change).length === 0 ? (await describeFabric(target)).wan : await setWanConditions(target, change);
    if (conditions === null) throw new SsmlabError('no-packets', 'the local cloud runs on the computed fabric, which sends no packets that could be lost or late');
    this.print(`The internet ${wanWords(conditions) === undefined ? 'loses nothing, and is as fast as this machine' : `has ${wanWords(conditions)}, each way`}.`);
    return conditions;
  }
}
