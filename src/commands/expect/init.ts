/** `ssmlab expect init`: a file of expectations from what is there now. */
import { Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { stackFlags } from '../../cli/flags.js';
import { labContext } from '../../cli/lab-context.js';
import { forLab } from '../../cli/lab-commands.js';
import { programName } from '../../cli/self.js';
import { shellQuote } from '../../lib/report/shell-quote.js';
import { refuseToOverwrite, writeExpectationsFile } from '../../lib/verify/expect/file.js';
import { type LeftOut, leftOutText, writeExpectations } from '../../lib/verify/expect/write.js';
import { readConfiguration } from '../../lib/verify/run.js';

export default class ExpectInit extends BaseCommand {
  static override summary = 'Write a file of expectations from what the configuration says now.';
  static override description = 'Of each running instance of the stack: which ways in are open, its public address, ping and egress, and the flows from and to the internet and from its VPC. `verify --expect` of the file holds at once; keep what you mean, and take out what may change. What is not known is a comment in it, and so is each instance that does not run. docs/expectations.md has the language.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --stack other --output other.yaml', '<%= config.bin %> <%= command.id %> --output - | less'];
  static override flags = {
    output: Flags.string({ char: 'o', description: 'file to write; - is standard output', helpValue: 'FILE', default: 'expectations.yaml', helpGroup: 'FILE' }),
    force: Flags.boolean({ description: 'write over a file that is there', helpGroup: 'FILE' }),
    ...stackFlags,
  };
  static override enableJsonFlag = true;

  async run(): Promise<{ readonly file: string | null; readonly instances: number; readonly leftOut: readonly LeftOut[]; readonly text: string }> {
    const { flags } = await this.parse(ExpectInit);
    const { output, force } = flags;
    if (output !== '-') await refuseToOverwrite(output, force);
    const { target, stack } = await labContext(flags);
    const configuration = await readConfiguration(target, stack);
    const { text, instances, leftOut } = writeExpectations(configuration);
    if (output === '-') {
      for (const one of leftOut) this.say(leftOutText(one));
      if (!this.jsonEnabled()) process.stdout.write(text);
      return { file: null, instances, leftOut, text };
    }
    await writeExpectationsFile(output, text, force);
    this.print(`${output}: what is expected of ${instances} instance${instances === 1 ? '' : 's'}`);
    for (const one of leftOut) this.say(leftOutText(one));
    this.say(`\nNext\n  ${programName()} ${forLab('verify', flags)} --expect ${shellQuote(output)}`);
    return { file: output, instances, leftOut, text };
  }
}
