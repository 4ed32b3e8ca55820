/** What `verify` leaves behind besides its screen: the files of `--report`, and under GitHub Actions the step's summary and annotations. */
import { Flags } from '@oclif/core';
import { appendFile, stat } from 'node:fs/promises';
import { SsmlabError } from '../lib/errors.js';
import { predictWaysIn } from '../lib/reachability/ways-in.js';
import { sceneOf } from '../lib/report/diagram/scene.js';
import { printable } from '../lib/report/printable.js';
import { annotationLines } from '../lib/report/verify-file/annotations.js';
import { markdownFile } from '../lib/report/verify-file/markdown.js';
import type { ReportedInstance, ReportResult, VerifyOutcome } from '../lib/report/verify-file/outcome.js';
import type { VerifyReport } from '../lib/verify/claim.js';
import type { Configuration } from '../lib/verify/predict.js';
import type { WatchEvent } from '../lib/verify/watch.js';
import { inGithubActions } from './ci-log.js';
import { checkReports, parseReports, type ReportFile, writeReports } from './report-files.js';
import { errorOfLab } from './lab-commands.js';
import type { LabFlags } from './lab-context.js';
import { asTyped } from './self.js';

export const reportFlag = {
  report: Flags.string({ multiple: true, description: 'write a report too: junit, html, md or json; several with commas between them, - is stdout', helpValue: 'FORMAT=FILE,...', helpGroup: 'REPORTS' }),
} as const;

/** GitHub takes that much of a step's summary. */
const MOST_SUMMARY = 1024 * 1024;

export interface ReportsOptions {
  /** The flag's values. */
  readonly values: readonly string[] | undefined;
  /** `--json`: stdout is taken. */
  readonly json: boolean;
  readonly watch: boolean;
  /** `ssmlab 0.1.0`. */
  readonly tool: string;
  /** What a report comes to, as the screen says it. */
  readonly summary: (report: VerifyReport) => string;
  /** Aborted by Ctrl-C, with the error that says so. */
  readonly signal?: AbortSignal | undefined;
  /** The lab that the commands of an error are about. */
  readonly lab?: LabFlags | undefined;
  /** A note on stderr. */
  readonly say: (line: string) => void;
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

export class VerifyReports {
  readonly #options: ReportsOptions;
  readonly #files: readonly ReportFile[];
  readonly #begun = Date.now();
  #read: Configuration | undefined;
  #isWritten = false;
  #hasSaid = false;

  private constructor(options: ReportsOptions, files: readonly ReportFile[]) {
    this.#options = options;
    this.#files = files;
  }

  /** Errors of usage come here, before anything is done. */
  static async open(options: ReportsOptions): Promise<VerifyReports> {
    const files = parseReports(options.values ?? [], options);
    if (options.watch && files.some(({ file }) => file === '-')) throw new SsmlabError('usage', '--watch goes on, and stdout is its own', { hint: 'name a file for the report: it is written again with each change' });
    await checkReports(files);
    return new VerifyReports(options, files);
  }

  /** A report goes to stdout: the screen then does not. */
  get takesStdout(): boolean {
    return this.#files.some(({ file }) => file === '-');
  }

  /** What the claims are made from: for the drawing and the names. */
  readonly read = (configuration: Configuration): void => void (this.#read = configuration);

  /** Those that are there, by what their claims are filed under; none before the configuration was read. */
  get instances(): ReportedInstance[] {
    return (this.#read?.snapshot.instances ?? []).map(({ labNumber, instanceId, name }) => ({ instance: labNumber ?? instanceId, name, instanceId }));
  }

  /** Writes what the report says. `seconds`: how long it took; since the beginning when absent. */
  async write(report: VerifyReport, seconds?: number): Promise<void> {
    // What was interrupted stays so, whatever came of it in the meantime.
    if (this.#options.signal?.aborted === true) return;
    this.#isWritten = true;
    await this.#write(this.#resultOf(report), seconds);
  }

  /** Does the work; an error that ends it before there is a report is what the files say, and is thrown on. So is Ctrl-C, at once: the process does not wait for the work. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    const onAbort = (): void => void this.#fail(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await work();
    } catch (error) {
      await this.#fail(error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#isWritten) return;
    this.#isWritten = true;
    try {
      await this.#write(errorResult(error, this.#options.lab));
    } catch (another) {
      this.#options.say(another instanceof Error ? printable(another.message) : String(another));
    }
  }

  /** Each event of a watch, once the files say the same. */
  async *each(events: AsyncIterable<WatchEvent>): AsyncGenerator<WatchEvent, void, void> {
    for await (const event of events) {
      if (event.kind === 'report') await this.write(event.report, event.seconds);
      else await this.#write(errorResult(event.error, this.#options.lab), event.seconds);
      yield event;
    }
  }

  #resultOf(report: VerifyReport): ReportResult {
    const said = this.#options.summary(report);
    const read = this.#read;
    if (read === undefined) return { kind: 'report', report, summary: said, instances: [] };
    const { snapshot, network, from } = read;
    const { instances } = this;
    const isDrawn = this.#onGithub || this.#files.some(({ format }) => format === 'html' || format === 'md');
    if (!isDrawn) return { kind: 'report', report, summary: said, instances };
    return { kind: 'report', report, summary: said, instances, scene: sceneOf(snapshot, predictWaysIn(snapshot, network, from)) };
  }

  get #environment(): NodeJS.ProcessEnv {
    return this.#options.environment ?? process.env;
  }

  get #onGithub(): boolean {
    return inGithubActions(this.#environment);
  }

  async #write(result: VerifyOutcome['result'], seconds = (Date.now() - this.#begun) / 1000): Promise<void> {
    const outcome: VerifyOutcome = { tool: this.#options.tool, seconds, result };
    if (this.#onGithub) {
      // The runner reads both streams; stdout is for data.
      for (const line of annotationLines(outcome)) process.stderr.write(`${line}\n`);
      await this.#summarise(outcome);
    }
    await writeReports(this.#files, outcome, (text) => void process.stdout.write(text));
    const written = this.#files.flatMap(({ file }) => (file === '-' ? [] : [printable(file)]));
    // A watch writes them again and again.
    if (written.length > 0 && !this.#hasSaid) this.#options.say(`Wrote ${written.join(', ')}`);
    this.#hasSaid = true;
  }

  /** Other steps' summaries stand in files of their own; this one may hold more of the step's, and is added to. A summary that cannot be written ends nothing. */
  async #summarise(outcome: VerifyOutcome): Promise<void> {
    const file = this.#environment['GITHUB_STEP_SUMMARY'] ?? '';
    if (file === '') return;
    const text = markdownFile(outcome);
    try {
      const there = await stat(file).then(({ size }) => size, () => 0);
      if (there + Buffer.byteLength(text) > MOST_SUMMARY) this.#options.say('the report is too long for the summary of the step, which has 1 MiB: --report md=FILE has it whole');
      else await appendFile(file, text);
    } catch (error) {
      this.#options.say(`the summary of the step cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
    }
  }
}

function errorResult(thrown: unknown, lab: LabFlags | undefined): VerifyOutcome['result'] {
  const at = new Date().toISOString();
  const error = thrown instanceof SsmlabError ? errorOfLab(thrown, lab) : thrown;
  if (error instanceof SsmlabError) return { kind: 'error', error: { code: error.code, message: asTyped(error.message), hint: asTyped(error.hint) }, at };
  return { kind: 'error', error: { code: 'fault', message: error instanceof Error ? error.message : String(error), hint: 'run it again with --debug and report what it prints' }, at };
}
