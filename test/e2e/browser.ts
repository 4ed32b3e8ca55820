/** A real browser without a window, driven by the DevTools protocol over a pipe (messages end with a NUL). */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** The browser that is on PATH; undefined when none is. */
export const browserProgram = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].find((name) => spawnSync(name, ['--version'], { timeout: 30_000 }).status === 0);

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
}

/** What a page did while it was looked at. */
export interface Observed {
  /** Every address that was asked for, the page's own first. */
  readonly requests: readonly string[];
  /** Errors and warnings, what was thrown, what the console was told, dialogs. */
  readonly complaints: readonly string[];
  /** The value of each expression. */
  readonly values: readonly unknown[];
}

export class Browser {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ssmlab-browser-'));
  readonly #child: ChildProcess;
  readonly #input: Writable;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #listeners = new Set<(message: Message) => void>();
  #id = 0;
  #buffer = '';

  constructor(program: string) {
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    this.#child = spawn(program, ['--headless', '--remote-debugging-pipe', `--user-data-dir=${this.#folder}`, '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...asRoot, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], HOME: this.#folder, LANG: 'C.UTF-8' } });
    this.#input = this.#child.stdio[3] as Writable;
    // It may be gone already: whoever waits for its answer learns of it.
    this.#input.on('error', () => undefined);
    this.#child.on('exit', (status) => {
      for (const done of this.#waiting.values()) done({ error: { message: `the browser ended with ${status}` } });
      this.#waiting.clear();
    });
    (this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = (this.#buffer + text).split('\0');
      this.#buffer = messages.pop() ?? '';
      for (const message of messages.map((each) => JSON.parse(each) as Message)) {
        if (message.id === undefined) for (const listener of this.#listeners) listener(message);
        else this.#waiting.get(message.id)?.(message);
      }
    });
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<Readonly<Record<string, unknown>>> {
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        this.#waiting.delete(id);
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
      this.#input.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
    });
  }

  /** Loads the page in a tab of its own, gives what it does, and closes it. `before` sets the tab up. */
  async #open<T>(url: string, before: readonly (readonly [string, object])[], act: (sessionId: string, seen: { readonly requests: string[]; readonly complaints: string[] }) => Promise<T>): Promise<T> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = (await this.send('Target.attachToTarget', { targetId, flatten: true })) as { readonly sessionId: string };
    const seen = { requests: [] as string[], complaints: [] as string[] };
    let loaded = (): void => undefined;
    const load = new Promise<void>((resolve) => void (loaded = resolve));
    const listener = ({ method, params, sessionId: from }: Message): void => {
      if (from !== sessionId) return;
      const told = params as { readonly request?: { readonly url: string }; readonly entry?: { readonly text: string }; readonly message?: string } | undefined;
      if (method === 'Network.requestWillBeSent') seen.requests.push(told?.request?.url ?? '');
      if (method === 'Log.entryAdded') seen.complaints.push(told?.entry?.text ?? '');
      if (method === 'Runtime.consoleAPICalled' || method === 'Runtime.exceptionThrown') seen.complaints.push(`${method} ${JSON.stringify(params)}`);
      if (method === 'Page.javascriptDialogOpening') {
        seen.complaints.push(`dialog: ${told?.message}`);
        void this.send('Page.handleJavaScriptDialog', { accept: true }, sessionId);
      }
      if (method === 'Page.loadEventFired') loaded();
    };
    this.#listeners.add(listener);
    try {
      for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await this.send(`${domain}.enable`, {}, sessionId);
      for (const [method, params] of before) await this.send(method, params, sessionId);
      await this.send('Page.navigate', { url }, sessionId);
      await load;
      return await act(sessionId, seen);
    } finally {
      this.#listeners.delete(listener);
      await this.send('Target.closeTarget', { targetId });
    }
  }

  /** Looks at the page for a moment, and asks. */
  look(url: string, expressions: readonly string[], before: readonly (readonly [string, object])[] = []): Promise<Observed> {
    return this.#open(url, before, async (sessionId, seen) => {
      // What a page asks for once it is there begins at once; not by a timer of the page, whose scripts may be off.
      await new Promise((done) => setTimeout(done, 300));
      const values: unknown[] = [];
      for (const expression of expressions) values.push(((await this.send('Runtime.evaluate', { expression, returnByValue: true }, sessionId)) as { readonly result: { readonly value: unknown } }).result.value);
      return { ...seen, values };
    });
  }

  /** The page on paper, as a PDF's bytes. */
  print(url: string): Promise<Buffer> {
    return this.#open(url, [], async (sessionId) => Buffer.from(((await this.send('Page.printToPDF', {}, sessionId)) as { readonly data: string }).data, 'base64'));
  }

  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) resolve();
      else this.#child.once('exit', () => resolve());
    });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    this.send('Browser.close').catch(() => undefined);
    await ended;
    clearTimeout(timer);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
