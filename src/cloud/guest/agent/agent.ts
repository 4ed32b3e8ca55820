/**
 * The SSM agent of a guest: reports by HTTPS, holds a control channel and runs sessions, all of it as bytes through the
 * guest's own network (`agent-service.md` §4, §6). It tries for ever, faster than AWS's agent does: a lab is watched.
 */
import type { WebSocket } from 'ws';
import { MESSAGE_TYPE } from '../../../lib/protocol/agent-message.js';
import { parseAgentTaskAcknowledge } from '../../../lib/protocol/control-payloads.js';
import { parseChannelClosed } from '../../../lib/protocol/payloads.js';
import { read, readMessage } from '../../messages/frame.js';
import type { Guest } from '../guest.js';
import { Metadata, type Identity } from './metadata.js';
import { AgentCredentials } from './agent-credentials.js';
import { AGENT_VERSION, createChannel, decryptDataKey, openChannel, type ServiceAccess } from './services.js';
import { readOrder, SessionOrderError, type SessionOrder } from './session-document.js';
import { SessionWorker } from './session-worker.js';
import { TaskReports } from './task-reports.js';
import type { Turns } from './turns.js';
import { CommandJobs } from './command-jobs.js';

export interface AgentOptions {
  /** The lab's CA, PEM: the only one that the agent trusts. */
  readonly caCertificate: string;
  readonly log: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Of all agents of the region. */
  readonly turns: Turns;
}

export interface Agent {
  /** Ends it and all its sessions. */
  stop(): void;
  /**
   * Opens new connections to ssm and ssmmessages and has an authorized call on each answered, within 3 s of its turn. When that
   * fails the control channel is closed and the agent tries anew; false then. A control channel that itself is dead
   * (the instance has another public address, say) is opened anew. While it is not connected this makes it try at once.
   */
  prove(): Promise<boolean>;
}

const PROOF_MS = 3000;
/** One attempt to come online. */
const ATTEMPT_MS = 5000;
const BACK_OFF_FIRST_MS = 200;
const BACK_OFF_LAST_MS = 2000;
const REPORT_MS = 5 * 60_000;
/** A data key has so long to be decrypted. */
const DECRYPT_MS = 10_000;
const PING_MS = 54_000;
/** As AWS's agent: a channel on which no pong came for so long is dead. */
const PONG_MS = 60_000;

export function startAgent(guest: Guest, options: AgentOptions): Agent {
  const agent = new RunningAgent(guest, options);
  void agent.run();
  return { stop: () => agent.stop(), prove: () => agent.prove() };
}

/** A wait that can be cut short. */
class Pause {
  #wake: (() => void) | undefined;

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

class RunningAgent {
  readonly #guest: Guest;
  readonly #options: AgentOptions;
  readonly #metadata: Metadata;
  readonly #credentials: AgentCredentials;
  readonly #reports: TaskReports;
  readonly #commands: CommandJobs;
  readonly #workers = new Map<string, SessionWorker>();
  readonly #stop = new AbortController();
  readonly #pause = new Pause();
  #identity: Identity | undefined;
  #control: WebSocket | undefined;
  /** Has its turn, and is not connected yet. */
  #attempt: AbortController | undefined;
  /** Called when the next attempt has its turn. */
  readonly #onBegin = new Set<() => void>();
  #backOff = BACK_OFF_FIRST_MS;
  #lastFailure = '';
  #proofs = 0;
  /** Called when a control channel is open. */
  #onOnline = new Set<() => void>();
  /** Called when it is stopped; not listeners of the signal, since each change of the network has one more wait at once. */
  readonly #onStop = new Set<() => void>();

  constructor(guest: Guest, options: AgentOptions) {
    this.#guest = guest;
    this.#options = options;
    this.#metadata = new Metadata(guest, options.now);
    this.#credentials = new AgentCredentials(this.#metadata, options.now);
    this.#reports = new TaskReports(() => this.#identity?.instanceId ?? guest.specification.instanceId, options.now);
    this.#commands = new CommandJobs({ guest, agentVersion: AGENT_VERSION, log: options.log, now: options.now });
  }

  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#connect();
      } catch (error) {
        this.#failed(error);
      }
      this.#reports.use(undefined);
      this.#commands.use(undefined);
      if (this.#stop.signal.aborted) return;
      await this.#pause.wait(this.#backOff);
      this.#backOff = Math.min(this.#backOff * 2, BACK_OFF_LAST_MS);
    }
  }

  stop(): void {
    this.#stop.abort();
    for (const fail of this.#onStop) fail();
    this.#reports.stop();
    this.#commands.stop();
    for (const worker of this.#workers.values()) worker.kill();
    this.#control?.terminate();
    this.#pause.wake();
  }

  async prove(): Promise<boolean> {
    if (this.#stop.signal.aborted) return false;
    this.#credentials.askAnew();
    const proof = ++this.#proofs;
    if (this.#control === undefined) return this.#comeOnline();
    const leave = await this.#options.turns.take('prove', this.#stop.signal).catch(() => undefined);
    if (leave === undefined) return false;
    try {
      return await this.#prove(proof);
    } finally {
      leave();
    }
  }

  async #prove(proof: number): Promise<boolean> {
    const control = this.#control;
    if (control === undefined) return this.#comeOnline();
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(PROOF_MS)]);
      const access = await this.#reported(signal);
      // New connections may come through while the channel's own hangs until its next ping: it is asked as well.
      const alive = answered(control, signal).then(() => true, () => false);
      await createChannel(access, 'control', access.identity.instanceId, signal);
      if (await alive) return this.#control !== undefined;
      // It may have come back by itself meanwhile: then there is nothing more to wait for.
      return (this.#control !== undefined && this.#control !== control) || (await this.#comeOnline());
    } catch (error) {
      // A later proof judges by a later state of the network: its verdict counts, not this one's.
      if (proof !== this.#proofs || this.#stop.signal.aborted) return false;
      this.#failed(error);
      control.terminate();
      return false;
    }
  }

  /** Not connected: tries at once instead of when the back-off is over, and says whether that helped. */
  #comeOnline(): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (online: boolean) => (): void => {
        clearTimeout(timer);
        this.#onBegin.delete(begin);
        this.#onOnline.delete(succeed);
        this.#onStop.delete(fail);
        resolve(online);
      };
      const [succeed, fail] = [finish(true), finish(false)];
      let timer: NodeJS.Timeout | undefined;
      // Until then it waits for its turn, which says nothing of its way.
      const begin = (): void => {
        timer ??= setTimeout(fail, PROOF_MS).unref();
      };
      this.#onBegin.add(begin);
      this.#onOnline.add(succeed);
      this.#onStop.add(fail);
      this.#backOff = BACK_OFF_FIRST_MS;
      this.#attempt?.abort(new Error('the network changed: trying anew'));
      this.#pause.wake();
    });
  }

  async #unsigned(signal: AbortSignal): Promise<Omit<ServiceAccess, 'credentials'>> {
    const identity = await this.#metadata.identity(signal);
    this.#identity = identity;
    return { guest: this.#guest, caCertificate: this.#options.caCertificate, now: this.#options.now, identity };
  }

  async #access(signal: AbortSignal): Promise<ServiceAccess> {
    const access = await this.#unsigned(signal);
    return { ...access, credentials: await this.#credentials.held(access, signal) };
  }

  /** As whom the service took the report. */
  async #reported(signal: AbortSignal): Promise<ServiceAccess> {
    const access = await this.#unsigned(signal);
    return { ...access, credentials: await this.#credentials.reported(access, signal) };
  }

  /** Reports, opens the control channel, and stays until it is closed. */
  async #connect(): Promise<void> {
    const leave = await this.#options.turns.take('connect', this.#stop.signal);
    for (const begin of this.#onBegin) begin();
    const attempt = new AbortController();
    this.#attempt = attempt;
    const signal = AbortSignal.any([this.#stop.signal, attempt.signal, AbortSignal.timeout(ATTEMPT_MS)]);
    let socket: WebSocket;
    try {
      const access = await this.#reported(signal);
      socket = await openChannel(access, 'control', access.identity.instanceId, signal);
      await answered(socket, signal);
    } finally {
      this.#attempt = undefined;
      leave();
    }
    if (this.#stop.signal.aborted) {
      socket.terminate();
      return;
    }
    await this.#serve(socket);
  }

  #serve(socket: WebSocket): Promise<void> {
    this.#control = socket;
    this.#lastFailure = '';
    this.#backOff = BACK_OFF_FIRST_MS;
    this.#options.log('agent: control channel open');
    socket.on('message', (data, binary) => {
      if (binary) this.#message(data as Buffer);
    });
    this.#reports.use(socket);
    this.#commands.use(socket);
    for (const tell of this.#onOnline) tell();
    const reporting = setInterval(() => void this.#reportAgain(), REPORT_MS).unref();
    let ponged = this.#options.now();
    const ping = setInterval(() => {
      if (this.#options.now() - ponged > PING_MS + PONG_MS) socket.terminate();
      else socket.ping('keepalive');
    }, PING_MS).unref();
    socket.on('pong', () => (ponged = this.#options.now()));
    return new Promise((resolve) => {
      socket.once('close', () => {
        clearInterval(reporting);
        clearInterval(ping);
        if (this.#control === socket) this.#control = undefined;
        this.#options.log('agent: control channel closed');
        resolve();
      });
    });
  }

  async #reportAgain(): Promise<void> {
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ATTEMPT_MS)]);
      await this.#reported(signal);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Says why, once for each reason in a row: a lab without a route would fill the log. */
  #failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#stop.signal.aborted || reason === this.#lastFailure) return;
    this.#lastFailure = reason;
    this.#options.log(`agent: ${reason}`);
  }

  #message(bytes: Buffer): void {
    const message = readMessage(bytes);
    switch (message?.messageType) {
      case MESSAGE_TYPE.interactiveShell:
        this.#begin(message.payload);
        break;
      case MESSAGE_TYPE.channelClosed:
        this.#workers.get(read(parseChannelClosed, message.payload)?.sessionId ?? '')?.kill();
        break;
      case MESSAGE_TYPE.agentTaskAcknowledge:
        this.#reports.acknowledged(read(parseAgentTaskAcknowledge, message.payload)?.taskId ?? '');
        break;
      case MESSAGE_TYPE.agentJob:
        this.#commands.receive(message);
        break;
      case MESSAGE_TYPE.agentJobReplyAck:
        this.#commands.acknowledged(message.payload);
        break;
      default:
        break;
    }
  }

  #begin(payload: Buffer): void {
    let order: SessionOrder;
    try {
      order = readOrder(payload);
    } catch (error) {
      const output = error instanceof Error ? error.message : String(error);
      this.#options.log(`agent: ${output}`);
      if (error instanceof SessionOrderError) this.#reports.complete(error.sessionId, { status: 'Failed', output });
      return;
    }
    const { sessionId } = order;
    if (this.#workers.has(sessionId)) return;
    const worker = new SessionWorker({
      guest: this.#guest,
      order,
      instanceId: this.#identity?.instanceId ?? this.#guest.specification.instanceId,
      now: this.#options.now,
      decryptDataKey: async (request, ending) => {
        const signal = AbortSignal.any([ending, AbortSignal.timeout(DECRYPT_MS)]);
        return decryptDataKey(await this.#access(signal), request, signal);
      },
      vpcPrefixes: (signal) => this.#metadata.vpcPrefixes(signal),
      openDataChannel: async (id, signal) => openChannel(await this.#access(signal), 'data', id, signal),
    });
    this.#workers.set(sessionId, worker);
    void this.#work(sessionId, worker);
  }

  async #work(sessionId: string, worker: SessionWorker): Promise<void> {
    const result = await worker.run();
    this.#workers.delete(sessionId);
    this.#reports.complete(sessionId, result);
  }
}

/** The service has taken the channel when it answers a ping that follows the opening message; when it has not, it closes. */
function answered(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('pong', onPong);
      socket.off('close', onClose);
      if (error === undefined) {
        resolve();
        return;
      }
      socket.terminate();
      reject(error);
    };
    const onAbort = (): void => settle(new Error('the control channel was not answered in time'));
    const onPong = (): void => settle();
    const onClose = (): void => settle(new Error('the control channel was refused'));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('pong', onPong);
    socket.once('close', onClose);
    socket.ping('keepalive');
  });
}
