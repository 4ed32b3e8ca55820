/** `ssmlab exec`: one command on an instance, without a terminal. */
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { outputsForLog } from '../cli/ci-log.js';
import { identityFlag, stackFlags } from '../cli/flags.js';
import { interruptedAt } from '../cli/interruption.js';
import { labContext } from '../cli/lab-context.js';
import { beforeSignals } from '../cli/last-will.js';
import { lossNotice } from '../cli/loss-notice.js';
import { runShellOn } from '../cli/shells.js';
import { inputWaits } from '../cli/unsent-input.js';
import { SsmlabError } from '../lib/errors.js';
import { findInstance } from '../lib/inventory/find.js';
import { takeInventory } from '../lib/inventory/inventory.js';
import { withInput } from '../lib/probe/command-input.js';
import { lineOf } from '../lib/probe/line-of.js';
import { runLine, wayInto } from '../lib/probe/run-line.js';
import { sessionStarter } from '../lib/probe/session-way.js';
import { shellQuote } from '../lib/report/shell-quote.js';

/** ssh's own status for "the way there failed". */
const WAY_FAILED = 255;

export default class Exec extends BaseCommand {
  static override summary = 'Run a command on an instance; its output and exit status come back.';
  static override description = `One word after -- is a line for the remote shell; several are a command and its arguments.

SSH carries input as it comes. A session's command has none: with --stdin ssmlab reads stdin to its end first, and sends up to 48 kB along with the command, where AWS logs it with the command.

Exit status: the command's own, and 255 when the way there or what stdout leads to failed, as with ssh. In the log of GitHub Actions a line that the runner would obey (\`::error::…\`) begins with a backslash; a pipe or file of your own gets every byte as it is.`;
  static override examples = ['<%= config.bin %> <%= command.id %> 3 -- ping -c 3 8.8.8.8', 'echo ls -l / | <%= config.bin %> <%= command.id %> --stdin 4 -- sh', '<%= config.bin %> <%= command.id %> -t 3 -- top'];
  static override usage = '<%= command.id %> INSTANCE [flags] -- COMMAND...';
  static override args = { instance: Args.string({ ignoreStdin: true, required: true, description: 'number, name, id or address' }) };
  static override strict = false;
  static override flags = {
    ...stackFlags,
    ...identityFlag,
    stdin: Flags.boolean({ description: 'send stdin along, read to its end', helpGroup: 'SESSION' }),
    tty: Flags.boolean({ char: 't', description: 'run it in your terminal, as an editor or top wants; a session has no exit status then', helpGroup: 'SESSION' }),
  };

  async run(): Promise<void> {
    const at = this.argv.indexOf('--');
    const words = at < 0 ? [] : this.argv.slice(at + 1);
    const { args, flags, argv } = await this.parse(Exec, at < 0 ? this.argv : this.argv.slice(0, at));
    const before = argv.slice(1).map(String);
    if (words.join('').trim() === '' || before.length > 0) {
      const example = [args.instance, '--', ...(before.length > 0 ? [...before, ...words] : ['uname', '-a'])].map(shellQuote).join(' ');
      throw new SsmlabError('usage', before.length > 0 ? `"${before.join(' ')}" stands before --` : 'no command is given', { hint: `write the command after --: \`ssmlab exec ${example}\`` });
    }
    if (flags.tty && !(process.stdin.isTTY && process.stdout.isTTY)) throw new SsmlabError('no-terminal', '--tty needs a terminal, and stdin or stdout is none', { hint: 'leave --tty out' });
    const interruption = new AbortController();
    try {
      const { target, stack, lab } = await labContext(flags);
      const instance = findInstance(await takeInventory(target, stack), args.instance);
      if (flags.tty) return void (process.exitCode = await runShellOn({ ...this.talk(), target, lab, instance }, 'native', lineOf(words)));
      const way = wayInto(instance);
      const line = flags.stdin && way === 'session-manager' ? await withInput(lineOf(words), process.stdin) : lineOf(words);
      this.interruption.signal.throwIfAborted();
      const outputTaken = this.handOver();
      process.once('SIGINT', () => interruption.abort());
      const { stdout, stderr, flush } = outputsForLog();
      const notice = lossNotice((text) => void process.stderr.write(`${text}\n`), 'Ctrl-C ends it');
      const running = runLine({ target, lab, start: sessionStarter(target), ask: this.questions() }, instance, way, line, { ...notice, stdin: process.stdin, stdout, stderr, signal: interruption.signal });
      const offSignals = beforeSignals(() => {
        interruption.abort();
        return running;
      });
      process.exitCode = await running.finally(flush).finally(offSignals).finally(notice.stop).finally(outputTaken);
      interruption.signal.throwIfAborted(); // Told to end, a session's command has a status of its own yet; by SSH there is none.
      if (way === 'session-manager' && !flags.stdin && inputWaits()) this.say('note: stdin was not sent to the command; --stdin sends it');
    } catch (error) {
      if (interruption.signal.aborted) return this.sayInterrupted(interruptedAt('remote-command', { cause: error }));
      await this.catch(error as Error);
      // A question that was left with Ctrl-C has said so.
      if (process.exitCode !== 130 && !(error instanceof SsmlabError && error.code === 'usage')) process.exitCode = WAY_FAILED;
    }
  }
}
