/** One session inside the guest: its data channel, its process, and the stream between the two (`protocol.md` §5, §6, §8.4). */
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import { FLAGS, MESSAGE_TYPE, PAYLOAD_TYPE } from '../../../lib/protocol/agent-message.js';
import {
  ACTION_STATUS, ACTION_TYPE, encodeHandshakeComplete, encodeHandshakeRequest, parseHandshakeResponse, SESSION_TYPE, type HandshakeResponse,
} from '../../../lib/protocol/handshake.js';
import { encodeAgentSessionState, encodeExitCode, parseSize } from '../../../lib/protocol/payloads.js';
import { plainMessage, read, readMessage } from '../../messages/frame.js';
import { Hop } from '../../messages/hop.js';
import type { ExitStatus, Guest, GuestProcess, SpawnRequest } from '../guest.js';
import { AGENT_VERSION, ChannelRefused } from './services.js';
import type { SessionOrder } from './session-document.js';

export interface SessionWorkerOptions {
  readonly guest: Guest;
  readonly order: SessionOrder;
  readonly now: () => number;
  /** Opens the session's data channel; again after it was lost. */
  readonly openDataChannel: (sessionId: string, signal: AbortSignal) => Promise<WebSocket>;
}

/** How a session ended, as agent_task_complete says it. */
export interface SessionResult {
  readonly status: 'Success' | 'Failed';
  readonly output: string;
}

const INITIAL_SIZE = { columns: 80, rows: 24 };
const TERM = 'xterm-256color';
const PAYLOAD_BYTES = 32 << 10;
const HANDSHAKE_MS = 15_000;
const PING_MS = 54_000;
const RECONNECT_TRIES = 6;
const RECONNECT_FIRST_MS = 100;
const OPEN_MS = 5000;
/** A process that outlives the hang-up is killed. */
const HANGUP_MS = 300;
const KILL_TRIES = 10;

const HANDSHAKE_TIMED_OUT = 'Handshake timed out. Please ensure that you have the latest version of the session manager plugin.';

export class SessionWorker {
  readonly #options: SessionWorkerOptions;
  readonly #hop: Hop;
  readonly #stop = new AbortController();
  #socket: WebSocket | undefined;
  #process: GuestProcess | undefined;
  #size = INITIAL_SIZE;
  #wake: (() => void)[] = [];
  #handshake: ((response: HandshakeResponse | undefined) => void) | undefined;

  constructor(options: SessionWorkerOptions) {
    this.#options = options;
    this.#hop = new Hop({
      sends: MESSAGE_TYPE.outputStreamData,
      now: options.now,
      onData: (type, payload, accept) => this.#input(type, payload, accept),
      onProgress: () => this.#wakeAll(),
    });
  }

  /** Runs it to its end; never rejects. */
  async run(): Promise<SessionResult> {
    try {
      await this.#open();
      if (this.#options.order.sessionType === SESSION_TYPE.nonInteractiveCommands) await this.#shakeHands();
      const failure = await this.#runProcess();
      await this.#until(() => this.#hop.idle);
      if (!this.#stop.signal.aborted) this.#state('Terminating');
      return failure ?? { status: 'Success', output: '' };
    } catch (error) {
      if (this.#stop.signal.aborted) return { status: 'Success', output: '' };
      return { status: 'Failed', output: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#stop.abort();
      this.#hop.close();
      this.#socket?.close(1000);
    }
  }

  /** Ends it: the service closed the session, or the agent stops. */
  kill(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#wakeAll();
    this.#handshake?.(undefined);
    const process = this.#process;
    if (process === undefined) return;
    process.signal('HUP');
    process.stdin.destroy();
    let tries = KILL_TRIES;
    const timer = setInterval(() => {
      process.signal('KILL');
      if (--tries === 0) clearInterval(timer);
    }, HANGUP_MS).unref();
    void process.status.finally(() => clearInterval(timer));
  }

  async #open(): Promise<void> {
    const { order, openDataChannel } = this.#options;
    const socket = await openDataChannel(order.sessionId, AbortSignal.any([this.#stop.signal, AbortSignal.timeout(OPEN_MS)]));
    if (this.#stop.signal.aborted) {
      socket.terminate();
      return;
    }
    this.#socket = socket;
    const ping = setInterval(() => socket.ping('keepalive'), PING_MS).unref();
    socket.on('message', (data) => this.#message(data as Buffer));
    socket.once('close', () => {
      clearInterval(ping);
      this.#hop.detach();
      if (!this.#stop.signal.aborted) void this.#reopen();
    });
    this.#state('Connected');
    this.#hop.attach(socket);
  }

  /** AWS's agent tries six times and then gives the session up. */
  async #reopen(): Promise<void> {
    for (let attempt = 0; attempt < RECONNECT_TRIES && !this.#stop.signal.aborted; attempt += 1) {
      await this.#sleep(RECONNECT_FIRST_MS * 2 ** attempt);
      try {
        await this.#open();
        return;
      } catch (error) {
        if (error instanceof ChannelRefused && error.gone) break;
      }
    }
    this.kill();
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      this.#stop.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      }, { once: true });
    });
  }

  #message(bytes: Buffer): void {
    const message = readMessage(bytes);
    if (message === undefined) return;
    const { messageType } = message;
    if (messageType === MESSAGE_TYPE.channelClosed) this.kill();
    else if (messageType === MESSAGE_TYPE.acknowledge || messageType === MESSAGE_TYPE.inputStreamData) this.#hop.receive(message);
  }

  #state(state: 'Connected' | 'Terminating'): void {
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== socket.OPEN) return;
    const payload = encodeAgentSessionState({ sessionState: state, sessionId: this.#options.order.sessionId });
    socket.send(plainMessage(MESSAGE_TYPE.agentSessionState, payload, this.#options.now(), { flags: FLAGS.synFin }));
  }

  async #shakeHands(): Promise<void> {
    const began = this.#options.now();
    const answer = new Promise<HandshakeResponse | undefined>((resolve) => {
      this.#handshake = resolve;
      const timer = setTimeout(() => resolve(undefined), HANDSHAKE_MS).unref();
      this.#stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    });
    const parameters = { SessionType: this.#options.order.sessionType, Properties: null };
    this.#hop.send(PAYLOAD_TYPE.handshakeRequest, encodeHandshakeRequest({
      agentVersion: AGENT_VERSION,
      requestedClientActions: [{ actionType: ACTION_TYPE.sessionType, actionParameters: parameters }],
    }));
    const response = await answer;
    this.#handshake = undefined;
    this.#stop.signal.throwIfAborted();
    if (response === undefined) throw new Error(HANDSHAKE_TIMED_OUT);
    const actions = response.processedClientActions;
    const failed = actions.find((action) => action.actionStatus !== ACTION_STATUS.success);
    if (actions.length === 0 || failed !== undefined) throw new Error(`Handshake failed: ${failed?.error || 'the client refused the session type'}`);
    const nanoseconds = Math.max(1, this.#options.now() - began) * 1_000_000;
    this.#hop.send(PAYLOAD_TYPE.handshakeComplete, encodeHandshakeComplete({ handshakeTimeToComplete: nanoseconds, customerMessage: '' }));
  }

  /** Undefined when the process ran; what to report when it could not be started. */
  async #runProcess(): Promise<SessionResult | undefined> {
    const { guest, order } = this.#options;
    this.#stop.signal.throwIfAborted();
    let process: GuestProcess;
    try {
      process = await guest.spawn(this.#spawnRequest());
    } catch (error) {
      const message = `${error instanceof Error ? error.message : String(error)}\n`;
      this.#hop.send(order.separateOutputStream ? PAYLOAD_TYPE.stdErr : PAYLOAD_TYPE.output, Buffer.from(message));
      return { status: 'Failed', output: message.trim() };
    }
    this.#process = process;
    process.stdin.on('error', () => undefined);
    if (this.#stop.signal.aborted) process.signal('KILL');
    const interactive = order.sessionType !== SESSION_TYPE.nonInteractiveCommands;
    if (interactive) process.resize(this.#size);
    else process.stdin.end();
    this.#wakeAll();
    const separate = !interactive && order.separateOutputStream;
    const [status] = await Promise.all([
      process.status,
      this.#pump(process.stdout, PAYLOAD_TYPE.output, separate ? order.stdOutSeparatorPrefix : ''),
      this.#pump(process.stderr, separate ? PAYLOAD_TYPE.stdErr : PAYLOAD_TYPE.output, separate ? order.stdErrSeparatorPrefix : ''),
    ]);
    if (separate && !this.#stop.signal.aborted) this.#hop.send(PAYLOAD_TYPE.exitCode, encodeExitCode(exitCode(status)));
    return undefined;
  }

  #spawnRequest(): SpawnRequest {
    const { sessionType, commands, runAsElevated } = this.#options.order;
    const interactive = sessionType !== SESSION_TYPE.nonInteractiveCommands;
    const request: SpawnRequest = {
      user: runAsElevated ? 'root' : 'ssm-user',
      run: sessionType === SESSION_TYPE.standardStream ? { kind: 'shell', login: false } : { kind: 'line', line: commands },
      environment: { LANG: 'C.UTF-8' },
    };
    return interactive ? { ...request, pty: { ...this.#size, term: TERM } } : request;
  }

  /** Reads the process as fast as the other end acknowledges. */
  async #pump(stream: Readable, payloadType: number, prefix: string): Promise<void> {
    try {
      for await (const chunk of stream as AsyncIterable<Buffer | string>) {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        for (let at = 0; at < bytes.length; at += PAYLOAD_BYTES) {
          const piece = bytes.subarray(at, at + PAYLOAD_BYTES);
          this.#hop.send(payloadType, prefix === '' ? piece : Buffer.concat([Buffer.from(prefix), piece]));
          await this.#until(() => this.#hop.writable);
        }
      }
    } catch (error) {
      // A stream that is cut off by the end of the session is no news.
      if (!this.#stop.signal.aborted) throw error;
    }
  }

  /** Until it holds, or the session is ended. */
  async #until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.#stop.signal.aborted) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #input(payloadType: number, payload: Buffer, accept: () => void): void {
    const process = this.#process;
    if (payloadType === PAYLOAD_TYPE.output && process !== undefined && this.#options.order.sessionType !== SESSION_TYPE.nonInteractiveCommands) {
      if (process.stdin.destroyed || process.stdin.writableEnded) accept();
      else process.stdin.write(payload, () => accept());
      return;
    }
    if (payloadType === PAYLOAD_TYPE.output && this.#options.order.sessionType !== SESSION_TYPE.nonInteractiveCommands) {
      void this.#early(payload, accept);
      return;
    }
    if (payloadType === PAYLOAD_TYPE.output && process !== undefined) signalBytes(payload, process);
    else if (payloadType === PAYLOAD_TYPE.size) this.#resize(payload);
    else if (payloadType === PAYLOAD_TYPE.handshakeResponse) this.#handshake?.(read(parseHandshakeResponse, payload));
    accept();
  }

  /** Typed before the shell was there: kept until it is, and acknowledged then. */
  async #early(payload: Buffer, accept: () => void): Promise<void> {
    await this.#until(() => this.#process !== undefined);
    if (this.#process === undefined) accept();
    else this.#input(PAYLOAD_TYPE.output, payload, accept);
  }

  #resize(payload: Buffer): void {
    const size = read(parseSize, payload);
    if (size === undefined || size.columns < 1 || size.rows < 1 || Math.max(size.columns, size.rows) > 65_535) return;
    this.#size = size;
    if (this.#options.order.sessionType !== SESSION_TYPE.nonInteractiveCommands) this.#process?.resize(this.#size);
  }
}

/** Without a terminal the keys Ctrl-C and Ctrl-\ still reach the process. */
function signalBytes(payload: Buffer, process: GuestProcess): void {
  if (payload.includes(0x03)) process.signal('INT');
  if (payload.includes(0x1c)) process.signal('QUIT');
}

/** As a shell gives it: 128 and the number for a signal. */
function exitCode(status: ExitStatus): number {
  if (status.code !== undefined) return status.code;
  const number = constants.signals[`SIG${status.signal ?? ''}` as NodeJS.Signals];
  return number === undefined ? 1 : 128 + number;
}
