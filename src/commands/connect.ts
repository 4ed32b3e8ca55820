/** `ssmlab connect`: a shell on an instance over its own way in. */
import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { clientFlag, identityFlag, stackFlags } from '../cli/flags.js';
import { labContext } from '../cli/lab-context.js';
import { pickInstance } from '../cli/prompts.js';
import { runShellOn } from '../cli/shells.js';
import { SsmlabError } from '../lib/errors.js';
import { findInstance } from '../lib/inventory/find.js';
import { takeInventory } from '../lib/inventory/inventory.js';

export default class Connect extends BaseCommand {
  static override summary = 'Open a shell on an instance.';
  static override description = `SSH with the lab's key pair where the instance has one, else Session Manager. Without an argument there is a list to choose from. In either, ~. after a newline leaves it; Escape or Ctrl-C leaves the list.

Exit status: by SSH that of the remote shell, 255 after ~.; a session has none to give, so it is 0 however its shell ended, and 3 when the session was ended from outside.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> 3 --client native', '<%= config.bin %> <%= command.id %> 1 --stack other --identity other.pem'];
  static override usage = '<%= command.id %> [INSTANCE] [flags]';
  static override args = { instance: Args.string({ ignoreStdin: true, description: 'number, name, id or address; a list to choose from when absent' }) };
  static override flags = { ...stackFlags, ...identityFlag, ...clientFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Connect);
    const hasTerminal = process.stdin.isTTY && process.stdout.isTTY;
    const noTerminal = new SsmlabError('no-terminal', 'a shell needs a terminal, and stdin or stdout is none', { hint: `without one use \`ssmlab exec ${args.instance ?? '3'} -- COMMAND\`` });
    if (args.instance === undefined && !hasTerminal) throw noTerminal;
    const { target, stack, lab } = await labContext(flags);
    const instances = await takeInventory(target, stack);
    const instance = args.instance === undefined ? await pickInstance(instances, this.interruption.signal) : findInstance(instances, args.instance);
    if (!hasTerminal) throw noTerminal;
    process.exitCode = await runShellOn({ ...this.talk(), target, lab, instance }, flags.client);
  }
}
