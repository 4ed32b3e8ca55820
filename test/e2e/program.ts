/** Running the real program: as a plain child with pipes, and in a real terminal made by util-linux's `script`. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const bin = join(root, 'bin/run.js');

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds. */
  readonly took: number;
}

export type Fabric = 'computed' | 'netns';

/** Whom to run it as, where root runs the tests. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Why this machine cannot carry the netns fabric; undefined when it can. The program's own probe says so. */
export const netnsObstacle = (JSON.parse(execFileSync(process.execPath, [join(root, 'dist/cloud/probe.js')], { encoding: 'utf8' })) as { readonly reason?: string }).reason;

/** The suite once on each fabric; on netns it is skipped by name, with the reason, where that cannot be had. */
export function onEachFabric(what: string, suite: (fabric: Fabric) => void): void {
  describe(`${what}, computed fabric`, () => suite('computed'));
  describe.skipIf(netnsObstacle !== undefined)(`${what}, netns fabric${netnsObstacle === undefined ? '' : ` (${netnsObstacle})`}`, () => suite('netns'));
}

/** A state folder of its own, an environment without anything of the developer's, and the program run in it. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'ssmlab-e2e-'));
  readonly environment: NodeJS.ProcessEnv;
  readonly user: User | undefined;

  constructor(fabric: Fabric = 'computed', user?: User) {
    this.user = user;
    if (user !== undefined) chownSync(this.folder, user.uid, user.gid);
    this.environment = {
      // Installed as `npm link` does it: hints then name the program by its name.
      PATH: [process.env['PATH'], join(this.folder, 'installed')].join(delimiter),
      HOME: this.folder,
      SSMLAB_HOME: join(this.folder, 'state'),
      SSMLAB_FABRIC: fabric,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      NO_COLOR: '1',
    };
    mkdirSync(join(this.folder, 'installed'));
    symlinkSync(bin, join(this.folder, 'installed', 'ssmlab'));
  }

  /** Runs `ssmlab ARGS` to its end. */
  run(args: readonly string[], options: { readonly input?: string | Buffer; readonly environment?: NodeJS.ProcessEnv; readonly timeout?: number } = {}): Run {
    const started = Date.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
      ...this.user,
      cwd: this.folder,
      env: { ...this.environment, ...options.environment },
      input: options.input ?? '',
      encoding: 'utf8',
      timeout: options.timeout ?? 60_000,
      maxBuffer: 64 << 20,
    });
    return { status, stdout, stderr, took: Date.now() - started };
  }

  /** Runs it and gives the value that `--json` prints. */
  json<T>(...args: string[]): T {
    const run = this.run([...args, '--json']);
    try {
      return JSON.parse(run.stdout) as T;
    } catch {
      throw new Error(`ssmlab ${args.join(' ')} --json printed no JSON (status ${run.status}):\n${run.stdout}${run.stderr}`);
    }
  }

  start(...args: string[]): ChildProcess {
    return spawn(process.execPath, [bin, ...args], { ...this.user, cwd: this.folder, env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  terminal(args: readonly string[], size: { readonly columns: number; readonly rows: number } = { columns: 100, rows: 30 }, environment: NodeJS.ProcessEnv = {}): Terminal {
    const quoted = [process.execPath, bin, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    // The shell is to live on after a Ctrl-C at the program, and tell its status.
    return new Terminal(`trap : INT; tty; stty cols ${size.columns} rows ${size.rows}; ${quoted}; echo "[ended $?]"; stty -a`, this.folder, { ...this.environment, ...environment }, this.user);
  }

  remove(): void {
    this.run(['local', 'stop']);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What `local env` exports, as an environment. */
export function exportsOf(home: Home): NodeJS.ProcessEnv {
  const lines = home.run(['local', 'env']).stdout.matchAll(/^export (\w+)='?([^'\n]*)'?;?$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}

/** A program in a pty, seen as the bytes that a terminal would get. */
export class Terminal {
  #child: ChildProcess;
  #seen = '';
  #from = 0;
  #tty = '';
  #wake: (() => void) | undefined;

  static readonly available = spawnSync('script', ['--version']).status === 0;

  constructor(command: string, cwd: string, environment: NodeJS.ProcessEnv, user?: User) {
    this.#child = spawn('script', ['-qefc', command, '/dev/null'], { ...user, cwd, env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      // A real bash brackets pastes: a terminal shows nothing of that.
      this.#seen = (this.#seen + text).replaceAll('\u001B[?2004h', '').replaceAll('\u001B[?2004l\r', '');
      this.#wake?.();
    });
    this.#child.on('exit', () => this.#wake?.());
    // Typed at a program that has ended: whoever waits for its answer learns of it.
    this.#child.stdin?.on('error', () => undefined);
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Waits for what comes after the last match; returns the text up to and with this one. */
  async waitFor(pattern: RegExp, timeoutMs = 10_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const rest = this.#seen.slice(this.#from);
      const match = pattern.exec(rest);
      if (match !== null) {
        const end = match.index + match[0].length;
        this.#from += end;
        return rest.slice(0, end);
      }
      const left = deadline - Date.now();
      if (left <= 0 || this.#child.exitCode !== null) throw new Error(`no ${pattern} in what the terminal showed:\n${JSON.stringify(rest)}`);
      await new Promise<void>((done) => {
        const timer = setTimeout(done, left);
        this.#wake = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
  }

  /** Changes the size as a window manager would; the kernel sends SIGWINCH. */
  resize(size: { readonly columns: number; readonly rows: number }): void {
    if (this.#tty === '') this.#tty = /\/dev\/pts\/\d+/.exec(this.#seen)?.[0] ?? '';
    execFileSync('stty', ['-F', this.#tty, 'cols', String(size.columns), 'rows', String(size.rows)]);
  }

  get text(): string {
    return this.#seen;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
