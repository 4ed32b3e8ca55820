/** A shell or a command at the agent's end of a session (`protocol.md` §6). */
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { PAYLOAD_TYPE } from '../../../lib/protocol/agent-message.js';
import { SESSION_TYPE } from '../../../lib/protocol/handshake.js';
import { encodeExitCode, parseSize } from '../../../lib/protocol/payloads.js';
import { payloadSlices } from '../../../lib/protocol/reliable-stream.js';
import { read } from '../../messages/frame.js';
import type { ExitStatus, Guest, GuestProcess, GuestUser, SpawnRequest } from '../guest.js';
import type { SessionChannel } from './session-channel.js';
import type { CommandOrder } from './session-document.js';
import type { SessionEnd, SessionResult } from './session-worker.js';

export interface ShellSessionOptions {
  readonly guest: Guest;
  readonly order: CommandOrder;
  readonly channel: SessionChannel;
}

const INITIAL_SIZE = { columns: 80, rows: 24 };
const TERM = 'xterm-256color';
const PAYLOAD_BYTES = 32 << 10;
const ACCOUNTS: readonly GuestUser[] = ['root', 'ec2-user', 'ssm-user'];
/** A process that outlives the hang-up is killed. */
const HANGUP_MS = 300;
const KILL_TRIES = 10;

export class ShellSession implements SessionEnd {
  readonly #options: ShellSessionOptions;
  readonly #interactive: boolean;
  #process: GuestProcess | undefined;
  #size = INITIAL_SIZE;

  constructor(options: ShellSessionOptions) {
    this.#options = options;
    this.#interactive = options.order.sessionType !== SESSION_TYPE.nonInteractiveCommands;
  }

  async run(): Promise<SessionResult> {
    const { guest, order, channel } = this.#options;
    let process: GuestProcess;
    // A shell that begins in the size of its terminal draws its prompt once.
    if (this.#interactive) await channel.caughtUp();
    const begunIn = this.#size;
    try {
      process = await guest.spawn(this.#spawnRequest());
    } catch (error) {
      const message = `${error instanceof Error ? error.message : String(error)}\n`;
      channel.send(order.separateOutputStream ? PAYLOAD_TYPE.stdErr : PAYLOAD_TYPE.output, Buffer.from(message));
      return { status: 'Failed', output: message.trim() };
    }
    this.#process = process;
    process.stdin.on('error', () => undefined);
    if (channel.signal.aborted) process.signal('KILL');
    if (this.#interactive && this.#size !== begunIn) process.resize(this.#size);
    if (!this.#interactive) process.stdin.end();
    if (order.profile !== '') process.stdin.write(`${order.profile}\n`);
    channel.wakeAll();
    const separate = !this.#interactive && order.separateOutputStream;
    const [status] = await Promise.all([
      process.status,
      this.#pump(process.stdout, PAYLOAD_TYPE.output, separate ? order.stdOutSeparatorPrefix : ''),
      this.#pump(process.stderr, separate ? PAYLOAD_TYPE.stdErr : PAYLOAD_TYPE.output, separate ? order.stdErrSeparatorPrefix : ''),
    ]);
    if (separate && !channel.signal.aborted) channel.send(PAYLOAD_TYPE.exitCode, encodeExitCode(exitCode(status)));
    return { status: 'Success', output: '' };
  }

  kill(): void {
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

  input(payloadType: number, payload: Buffer, accept: () => void): void {
    if (payloadType === PAYLOAD_TYPE.output && this.#interactive) {
      void this.#typed(payload, accept);
      return;
    }
    if (payloadType === PAYLOAD_TYPE.output && this.#process !== undefined) signalBytes(payload, this.#process);
    else if (payloadType === PAYLOAD_TYPE.size) this.#resize(payload);
    accept();
  }

  /** What is typed before the shell is there is kept until it is, and acknowledged then. */
  async #typed(payload: Buffer, accept: () => void): Promise<void> {
    if (this.#process === undefined) await this.#options.channel.until(() => this.#process !== undefined);
    const stdin = this.#process?.stdin;
    if (stdin === undefined || stdin.destroyed || stdin.writableEnded) accept();
    else stdin.write(payload, () => accept());
  }

  #spawnRequest(): SpawnRequest {
    const { sessionType, commands } = this.#options.order;
    const request: SpawnRequest = {
      user: accountOf(this.#options.order),
      run: sessionType === SESSION_TYPE.standardStream ? { kind: 'shell', login: false } : { kind: 'line', line: commands },
      environment: { LANG: 'C.UTF-8' },
    };
    return this.#interactive ? { ...request, pty: { ...this.#size, term: TERM } } : request;
  }

  /** Reads the process as fast as the other end acknowledges. */
  async #pump(stream: Readable, payloadType: number, prefix: string): Promise<void> {
    const { channel } = this.#options;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer | string>) {
        for (const piece of payloadSlices(typeof chunk === 'string' ? Buffer.from(chunk) : chunk, PAYLOAD_BYTES)) {
          channel.send(payloadType, prefix === '' ? piece : Buffer.concat([Buffer.from(prefix), piece]));
          if (!channel.writable) await channel.until(() => channel.writable);
        }
      }
    } catch (error) {
      // A stream that is cut off by the end of the session is no news.
      if (!channel.signal.aborted) throw error;
    }
  }

  #resize(payload: Buffer): void {
    const size = read(parseSize, payload);
    if (size === undefined || size.columns < 1 || size.rows < 1 || Math.max(size.columns, size.rows) > 65_535) return;
    if (size.columns === this.#size.columns && size.rows === this.#size.rows) return;
    this.#size = size;
    if (this.#interactive) this.#process?.resize(this.#size);
  }
}

/** Throws for an account that is not there. */
function accountOf({ runAsElevated, runAs }: CommandOrder): GuestUser {
  if (runAsElevated) return 'root';
  if (runAs === undefined) return 'ssm-user';
  const account = ACCOUNTS.find((one) => one === runAs);
  if (account === undefined) throw new Error(`failed to start the session since RunAs user ${runAs} does not exist`);
  return account;
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
