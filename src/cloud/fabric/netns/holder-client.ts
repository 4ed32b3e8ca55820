/** The holder as the region process sees it: asks it for sockets and commands, and learns of its end. */
import type { Socket as UdpSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import type { FromHolder, Request, RunResult } from './holder/protocol.js';
import { onLines } from './lines.js';
import { childOf, launchHolder, type LaunchedHolder } from './launch.js';

export interface HolderOptions {
  /** The compiled `holder/main.ts`. */
  readonly program: string;
  /** What the holder and its children say, one line each. */
  readonly log: (line: string) => void;
  /** The holder ended without being asked to, and everything of the lab with it. */
  readonly onEnd: (why: string) => void;
}

type Handle = Server | Socket | UdpSocket;

/** A busy machine takes a second to start it. */
const START_MS = 20_000;

const NO_RESULT: RunResult = { status: undefined, stdout: '', stderr: 'the holder gave no result' };

interface Waiting {
  readonly resolve: (answer: { readonly result: RunResult | undefined; readonly handle: Handle | undefined }) => void;
  readonly reject: (error: Error) => void;
}

export class HolderClient {
  readonly uidMode: 'single' | 'multi';
  readonly #launched: LaunchedHolder;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #ended: string | undefined;

  /** Resolves once the holder is there. Rejects with what the programs on the way said when it does not come up. */
  static async start(options: HolderOptions): Promise<HolderClient> {
    const launched = await launchHolder(options.program);
    const { process: child } = launched;
    let said = '';
    onLines(child, (line) => {
      said = `${said}\n${line}`.slice(-2000);
      options.log(`network: ${line}`);
    });
    try {
      const mode = await new Promise<'single' | 'multi'>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`the network's holder was not ready in ${START_MS / 1000} s`)), START_MS);
        child.once('message', () => clearTimeout(late)).once('close', () => clearTimeout(late));
        child.once('close', (status, signal) => reject(new Error(`the network's holder did not start (${signal ?? `status ${status}`}): ${said.trim()}`)));
        child.once('message', (message: FromHolder) => ('ready' in message ? resolve(message.uidMode) : reject(new Error('the network\'s holder began with something else'))));
      });
      return new HolderClient(launched, mode, options);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    } finally {
      launched.started();
    }
  }

  private constructor(launched: LaunchedHolder, uidMode: 'single' | 'multi', options: HolderOptions) {
    this.#launched = launched;
    this.uidMode = uidMode;
    const { process: child } = launched;
    child.removeAllListeners('close');
    child.on('message', (message: FromHolder, handle) => this.#answered(message, handle));
    child.on('error', () => undefined);
    const ended = (why: string): void => {
      if (this.#ended !== undefined) return;
      this.#end(why);
      // What is left of it, where only the channel broke.
      child.kill('SIGKILL');
      options.onEnd(why);
    };
    child.once('exit', (status, signal) => ended(`the network's holder ended (${signal ?? `status ${status}`})`));
    child.once('disconnect', () => ended('the network\'s holder hung up'));
  }

  /** The outermost process. */
  get pid(): number {
    return this.#launched.process.pid ?? 0;
  }

  /** Pid 1 of the lab, as the host sees it. Throws when the lab is gone. */
  get firstProcess(): number {
    const { pid } = this.#launched.process;
    // Its number may be another program's by now.
    if (this.#ended !== undefined) throw new Error(this.#ended);
    const first = pid === undefined ? undefined : childOf(pid);
    if (first === undefined) throw new Error('the network\'s holder is gone');
    return first;
  }

  /** The holder itself, as the host sees it; undefined when it is gone. */
  get holderProcess(): number | undefined {
    return childOf(this.firstProcess);
  }

  async run(namespace: string, argv: readonly string[], input = ''): Promise<RunResult> {
    return (await this.#ask({ op: 'run', namespace, argv, input })).result ?? NO_RESULT;
  }

  /** What it printed is the result's `stderr`. */
  async script(namespace: string, script: string): Promise<RunResult> {
    return (await this.#ask({ op: 'script', namespace, script })).result ?? NO_RESULT;
  }

  /** As {@link script}: transactions for `nft` in a namespace that has its tables. */
  async rules(namespace: string, transactions: readonly string[]): Promise<RunResult> {
    return (await this.#ask({ op: 'rules', namespace, transactions })).result ?? NO_RESULT;
  }

  /** Before namespaces go: resolves when none of what runs for all of them is in these. */
  async leave(namespaces: readonly string[]): Promise<void> {
    await this.#ask({ op: 'leave', namespaces });
  }

  /** As {@link script}. */
  async own(names: readonly string[]): Promise<RunResult> {
    return (await this.#ask({ op: 'own', names })).result ?? NO_RESULT;
  }

  /** Rejects with Node's code (EADDRINUSE …). */
  listen(address: string, port: number): Promise<Server> {
    return this.#handle({ op: 'listen', address, port });
  }

  bind(address: string, port: number): Promise<UdpSocket> {
    return this.#handle({ op: 'bind', address, port });
  }

  /** Rejects with Node's code, and with the signal's reason when that comes first. */
  dial(from: string, address: string, port: number, signal: AbortSignal): Promise<Socket> {
    return this.#handle({ op: 'dial', from, address, port }, signal);
  }

  /** Resolves when the holder has answered. */
  async beat(): Promise<void> {
    await this.#ask({ op: 'beat' });
  }

  /** Ends the holder and all of the lab; resolves when nothing of it runs. */
  async close(): Promise<void> {
    const { process: child } = this.#launched;
    const running = child.exitCode === null && child.signalCode === null;
    this.#end('the fabric is closed');
    if (!running) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  #end(why: string): void {
    this.#ended ??= why;
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
    this.#waiting.clear();
  }

  async #handle<T extends Handle>(request: Request, signal?: AbortSignal): Promise<T> {
    const { handle } = await this.#ask(request, signal);
    // It was closed on the way.
    if (handle === undefined) throw Object.assign(new Error('the socket was closed'), { code: 'ECONNRESET' });
    return handle as T;
  }

  #ask(request: Request, signal?: AbortSignal): Promise<{ readonly result: RunResult | undefined; readonly handle: Handle | undefined }> {
    if (this.#ended !== undefined) return Promise.reject(new Error(this.#ended));
    const id = this.#nextId++;
    const { process: child } = this.#launched;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.delete(id);
        child.send({ id: this.#nextId++, op: 'abort', request: id });
        reject(signal?.reason as Error);
      };
      const settled = (then: () => void): void => {
        signal?.removeEventListener('abort', onAbort);
        then();
      };
      this.#waiting.set(id, { resolve: (answer) => settled(() => resolve(answer)), reject: (error) => settled(() => reject(error)) });
      signal?.addEventListener('abort', onAbort, { once: true });
      child.send({ id, ...request }, (error) => {
        // Of a channel that broke the end says why.
        if (error === null || ['EPIPE', 'ECONNRESET', 'ERR_IPC_CHANNEL_CLOSED'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
        this.#waiting.delete(id);
        settled(() => reject(error));
      });
    });
  }

  #answered(message: FromHolder, handle: Handle | undefined): void {
    if ('ready' in message) return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (waiting === undefined) {
      // Whoever asked has given up.
      if (handle !== undefined && 'destroy' in handle) handle.destroy();
      else handle?.close();
      return;
    }
    if ('error' in message) waiting.reject(Object.assign(new Error(message.error.message), { code: message.error.code }));
    else waiting.resolve({ result: message.result, handle });
  }
}
