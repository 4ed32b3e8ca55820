/** What every command shares: style, stderr talk, Ctrl-C, closed pipes, and the one place where an error ends the process. */
import { Command, Flags, type Interfaces } from '@oclif/core';
import { SsmlabError } from '../lib/errors.js';
import type { Style } from '../lib/report/style.js';
import { wrapLine } from '../lib/report/wrap.js';
import { forLog, jsonForLog } from './ci-log.js';
import { interruptedAt, type Moment } from './interruption.js';
import { errorOfLab, ofLab } from './lab-commands.js';
import type { LabFlags } from './lab-context.js';
import { fillLabFlags } from './lab-in-use.js';
import { PATIENCE_MS } from './last-will.js';
import { keepOutputErrors } from './output-errors.js';
import { asSsmlabError, causes, errorJson, errorLines, FAULT_EXIT, faultLines, usageError } from './present-error.js';
import { sshQuestions } from './questions.js';
import { asTyped, programName } from './self.js';
import { styleFor } from './style.js';
import { canAsk, textWidth } from './terminal.js';

/** True when the stack of an error is wanted too. */
export const wantsDebug = (argv: readonly string[], environment: NodeJS.ProcessEnv = process.env): boolean =>
  argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--debug') || /(?:^|,)(?:\*|ssmlab)/u.test(environment['DEBUG'] ?? '');

export abstract class BaseCommand extends Command {
  static override baseFlags: Interfaces.FlagInput = {
    debug: Flags.boolean({ description: 'show the stack of an error', helpGroup: 'GLOBAL' }),
  };

  static override usage: string | string[] | undefined = '<%= command.id %> [flags]';

  protected readonly style: Style = styleFor(process.stdout);
  protected readonly errorStyle: Style = styleFor(process.stderr);
  /** Columns to fit text on stdout into; undefined in a pipe. */
  protected readonly width = textWidth(process.stdout);
  /** True when a person is there to answer. */
  protected readonly canAsk = canAsk();
  /** Aborted by Ctrl-C; what cannot wait for that ends with the process a moment later. */
  protected readonly interruption = new AbortController();
  /** What the command is at: it decides what Ctrl-C says. */
  protected moment: Moment = 'looking';
  /** The flags that say which lab it is about, for the command lines in what is said; undefined for a command that is about none. */
  protected labFlags: LabFlags | undefined;
  /** How long the command may still put things in order after Ctrl-C, in milliseconds. */
  protected patienceMs = 200;
  /** What `ssmlab use` chose stands for flags that were not given. */
  protected heedsLabInUse = true;
  #onInterrupt = (): void => this.#interrupt();

  override async init(): Promise<void> {
    await super.init();
    process.on('SIGINT', this.#onInterrupt);
  }

  /** Leaves Ctrl-C and a closed stdout to the command itself: what runs on an instance has to hear of them. What it returns throws `output-failed` where stdout took no more. */
  protected handOver(): () => Promise<void> {
    process.off('SIGINT', this.#onInterrupt);
    return keepOutputErrors(process.stdout);
  }

  /** Talk: progress, headers, questions. Silent under --json, so that a program sees only the value, and after Ctrl-C. */
  protected say(text = ''): void {
    if (this.jsonEnabled() || this.interruption.signal.aborted) return;
    const width = textWidth(process.stderr);
    // A command goes over the edge rather than be cut: it is there to be copied.
    const lines = asTyped(ofLab(text, this.labFlags)).split('\n').flatMap((one) => (one.trimStart().startsWith(programName()) ? [one] : wrapLine(one, width)));
    // At once: nothing of another stream comes in between.
    process.stderr.write(lines.map((line) => `${forLog(line)}\n`).join(''));
  }

  /** What a shell has of the command: its talk, and Ctrl-C, which ends a session that is being opened before the process goes. */
  protected talk() {
    this.patienceMs = PATIENCE_MS;
    return { style: this.errorStyle, interruption: this.interruption.signal, say: (line: string) => this.say(line), handOver: () => this.handOver(), ask: this.questions() };
  }

  /** What opening SSH may ask; undefined where nobody is there to be asked. */
  protected questions() {
    return this.canAsk ? sshQuestions((line) => this.say(line), this.interruption.signal) : undefined;
  }

  /** What a question to a person takes. */
  protected conversation() {
    return { canAsk: this.canAsk, style: this.errorStyle, say: (line: string) => this.say(line), signal: this.interruption.signal };
  }

  /** The value's text form, on stdout. */
  protected print(lines: string | readonly string[]): void {
    if (this.interruption.signal.aborted) return;
    for (const line of typeof lines === 'string' ? [lines] : lines) this.log('%s', forLog(line));
  }

  /** What oclif cannot make sense of is the user's error, whatever class oclif gave it. */
  protected override async parse<F extends Interfaces.OutputFlags<Interfaces.FlagInput>, B extends Interfaces.OutputFlags<Interfaces.FlagInput>, A extends Interfaces.OutputArgs<Interfaces.ArgInput>>(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    try {
      const parsed = await super.parse<F, B, A>(options, argv);
      const takes = Object.keys({ ...this.ctor.flags });
      if (this.heedsLabInUse) fillLabFlags(parsed, { takes });
      if (this.heedsLabInUse && takes.includes('stack')) this.labFlags = { target: 'local', ...(parsed.flags as object as Omit<LabFlags, 'target'>) };
      return parsed;
    } catch (error) {
      throw error instanceof Error && !(error instanceof SsmlabError) && !('code' in error && error.code === 'EEXIT') ? usageError(error, this.id?.replaceAll(':', ' '), this.#flagNames()) : error;
    }
  }

  #flagNames(): string[] {
    return [...Object.keys({ ...this.ctor.baseFlags, ...this.ctor.flags }), 'help', ...(this.ctor.enableJsonFlag ? ['json'] : [])];
  }

  override logJson(value: unknown): void {
    // A command that prints a line for each thing that happens has no value left at its end.
    if (this.interruption.signal.aborted || value === undefined) return;
    process.stdout.write(`${jsonForLog(JSON.stringify(value, null, 2))}\n`);
  }

  protected override async catch(error: Error): Promise<void> {
    // Ctrl-C has said its piece already; what it broke off throws as a consequence.
    if (this.interruption.signal.aborted) return;
    const debug = wantsDebug(this.argv);
    const known = asSsmlabError(error, this.id?.replaceAll(':', ' '), () => interruptedAt(this.moment, { lab: this.labFlags, typed: this.argv, cause: error }));
    if (error.name === 'ExitError' || ('oclif' in error && (error as { code?: string }).code === 'EEXIT')) throw error;
    // A question hears of Ctrl-C by itself.
    if (known?.code === 'interrupted') {
      this.#sayInterrupted(known);
      return;
    }
    process.exitCode = known?.exit ?? FAULT_EXIT;
    if (this.jsonEnabled()) {
      this.logJson(known === undefined ? { error: { code: 'fault', message: error.message, hint: 'run it again with --debug and report what it prints' } } : errorJson(errorOfLab(known, this.labFlags)));
      return;
    }
    const lines = known === undefined ? faultLines(error, this.errorStyle, debug) : [...errorLines(errorOfLab(known, this.labFlags), this.errorStyle, textWidth(process.stderr)), ...(debug ? causes(known) : [])];
    this.sayError(forLog(lines.join('\n')));
  }

  /** Where an error goes, beside no other screen. */
  protected sayError(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  protected override async finally(thrown: Error | undefined): Promise<void> {
    await super.finally(thrown);
    // Nothing is left to be put in order; a timer or a socket may still be about.
    if (this.interruption.signal.aborted) process.exit(130);
  }

  #interrupt(): void {
    if (this.interruption.signal.aborted) process.exit(130);
    const error = interruptedAt(this.moment, { lab: this.labFlags, typed: this.argv });
    this.sayInterrupted(error);
    this.interruption.abort(error);
    // Listeners of the signal have had their turn; nothing that is still under way is worth waiting for longer.
    setTimeout(() => process.exit(130), this.patienceMs);
  }

  /** The one line of Ctrl-C, below the `^C` that the terminal has shown. */
  protected sayInterrupted(error: SsmlabError): void {
    process.stderr.write(this.jsonEnabled() ? '' : '\n');
    this.#sayInterrupted(error);
  }

  #sayInterrupted(error: SsmlabError): void {
    process.exitCode = error.exit;
    if (this.jsonEnabled()) this.logJson(errorJson(error));
    else process.stderr.write(`${forLog(errorLines(error, this.errorStyle, textWidth(process.stderr)).join('\n'))}\n`);
  }
}
