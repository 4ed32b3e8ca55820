/**
 * Shells that wait for scripts. To start a program costs this process milliseconds, since all of its memory is first made ready
 * to be copied; a shell does it in a tenth of that.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { RunResult } from './protocol.js';
import { NETWORK_NAMESPACES } from './protocol.js';

/** As many as are worth it on two cores. */
const SHELLS = 2;

interface Job {
  readonly text: string;
  /** Begins the line that ends the job's output, with its status behind. */
  readonly mark: string;
  readonly resolve: (result: RunResult) => void;
  readonly reject: (error: Error) => void;
}

export class Shells {
  readonly #waiting: Job[] = [];
  readonly #idle: Shell[];

  constructor() {
    this.#idle = Array.from({ length: SHELLS }, () => new Shell());
  }

  /** Runs a script in a namespace; it ends with the first command that fails. What it printed is in `stderr`, all of it. */
  run(namespace: string, script: string): Promise<RunResult> {
    const mark = `end-${randomBytes(12).toString('hex')}`;
    const enter = namespace === '' ? '' : `nsenter --net=${NETWORK_NAMESPACES}/${namespace} `;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ mark, text: `${enter}sh -se 2>&1 <<'${mark}'\n${script}\n${mark}\necho "${mark} $?"\n`, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    const idle = this.#waiting.length === 0 ? undefined : this.#idle.pop();
    const job = idle === undefined ? undefined : this.#waiting.shift();
    if (idle === undefined || job === undefined) return;
    // Killed while it had nothing to do (the kernel's memory killer): it would never answer.
    const shell = idle.ended ? new Shell() : idle;
    shell.run(job, (usable) => {
      this.#idle.push(usable ? shell : new Shell());
      this.#next();
    });
  }
}

class Shell {
  readonly #process: ChildProcessWithoutNullStreams;
  ended = false;
  #output = '';
  #job: Job | undefined;
  #done: (usable: boolean) => void = () => undefined;

  constructor() {
    this.#process = spawn('sh', ['-s'], { stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.#process.stdin.on('error', () => undefined);
    this.#process.on('error', (error) => this.#fail(error));
    this.#process.on('close', (status, signal) => this.#fail(new Error(`a shell ended (${signal ?? `status ${status}`}): ${this.#output.trim()}`)));
  }

  /** `done` is told whether the shell is good for another. */
  run(job: Job, done: (usable: boolean) => void): void {
    this.#job = job;
    this.#done = done;
    this.#output = '';
    this.#process.stdin.write(job.text);
  }

  #hear(text: string): void {
    this.#output += text;
    const job = this.#job;
    const end = job === undefined ? -1 : this.#output.indexOf(`${job.mark} `);
    if (job === undefined || end < 0 || !this.#output.endsWith('\n')) return;
    this.#job = undefined;
    job.resolve({ status: Number(this.#output.slice(end + job.mark.length + 1).trim()), stdout: '', stderr: this.#output.slice(0, end) });
    this.#done(true);
  }

  #fail(error: Error): void {
    this.ended = true;
    const job = this.#job;
    this.#job = undefined;
    if (job === undefined) return;
    job.reject(error);
    this.#done(false);
  }
}
