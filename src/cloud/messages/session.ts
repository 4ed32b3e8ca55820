/** One session as the service carries it: a hop to the client, a hop to the agent, and how it comes to its end (`protocol.md` §8.5). */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { MESSAGE_TYPE, PAYLOAD_TYPE, type AgentMessage } from '../../lib/protocol/agent-message.js';
import { encodeChannelClosed, FLAG, parseAgentSessionState, parseFlag } from '../../lib/protocol/payloads.js';
import type { LiveSessionStatus, SessionRequest } from '../region.js';
import { plainMessage, read, readMessage } from './frame.js';
import { Hop } from './hop.js';

export interface SessionOptions {
  readonly request: SessionRequest;
  readonly now: () => number;
  /** How long the agent may be away before the session is over, or the client before it first comes. */
  readonly awayMs: number;
  /** Asks the agent to begin. */
  readonly callAgent: () => void;
  /** Tells the agent that the session is over. */
  readonly tellAgent: () => void;
  /** It is over. `parting`: its client has been told, and may not have heard: a connection that it had lost it opens again, by {@link Session.attach}, until {@link onHeard}. */
  readonly onEnd: (parting: boolean) => void;
  /** The client has heard the last word. */
  readonly onHeard: () => void;
}

/** After the agent's word that the work is over its data channel may still bring the last output. */
const LAST_OUTPUT_MS = 1000;
/**
 * An agent that did not ask for a data channel so long after it was called is called again, a few times: a control channel
 * may be dead without our knowing, and AWS's agent loses what comes just after it has opened a new one.
 */
const CALL_AGAIN_MS = 3000;
const CALLS = 4;

/** Agents ping their data channels, AWS's every 54 s; one that is silent for longer than two of these is away. */
const AGENT_SILENCE_MS = 120_000;

/** A client that was told leaves by itself; then the socket is closed. */
const LEAVE_MS = 1000;
/** At the end: how long an acknowledgement is waited for before the client is asked whether it has read everything. */
const PROBE_MS = 1000;

/**
 * AWS's client loses its reader to what comes while it sets up its multiplexer, after HandshakeComplete (`protocol.md` §9
 * no. 1): so long it is left in peace.
 */
const MUX_SETUP_MS = 100;

/** RFC 6455 §7.4.1: the connection ended without a word. */
const ABNORMAL_CLOSURE = 1006;

const TIMED_OUT = 'Your session timed out due to inactivity and has been terminated.';
const TOO_OLD = 'Your session reached its maximum duration and has been terminated.';

type End = 'client' | 'agent';

/** An empty payload is taken and goes no further: AWS's ends cannot write one (§3). The digest goes on as it was verified. */
function forward(to: Hop, payloadType: number, payload: Buffer, accept: () => void): void {
  if (payload.length === 0) accept();
  else to.send(payloadType, payload, accept, 'received');
}

function multiplexes({ document }: SessionRequest): boolean {
  const properties = document['properties'];
  return typeof properties === 'object' && properties !== null && 'type' in properties && properties.type === 'LocalPortForwarding';
}

/** Ends a websocket on which nothing came for so long, unless it was not read from. */
function endWhenSilent(socket: WebSocket, silenceMs: number): void {
  const timer = setTimeout(() => {
    if (socket.isPaused) timer.refresh();
    else socket.terminate();
  }, silenceMs).unref();
  for (const event of ['message', 'ping', 'pong'] as const) socket.on(event, () => timer.refresh());
  socket.once('close', () => clearTimeout(timer));
}

export class Session {
  readonly #options: SessionOptions;
  readonly #sockets = new Map<End, WebSocket>();
  readonly #away = new Map<End, NodeJS.Timeout>();
  readonly #hops: { readonly client: Hop; readonly agent: Hop };
  readonly startedAt: number;
  /** The agent said, on its data channel, that it is about to end. */
  #terminating = false;
  /** What agent_task_complete said; the agent's last word. */
  #output: string | undefined;
  #agentDone = false;
  #lastOutput: NodeJS.Timeout | undefined;
  #probe: NodeJS.Timeout | undefined;
  readonly #idle: NodeJS.Timeout;
  readonly #tooOld: NodeJS.Timeout | undefined;
  #clientCame = false;
  /** Its connection was lost, not closed: when it comes back and all is over, it is told so. */
  #clientCut = false;
  /** It asked for the end of the session: when it goes then it does not come back, though AWS's goes without a closing frame (§2.2). */
  #clientLeaves = false;
  /** So long nothing may come to the client, the last word neither. */
  #quietUntil = Number.NEGATIVE_INFINITY;
  #calls = 0;
  #calling: NodeJS.Timeout | undefined;
  #ended = false;
  /** What the client is told when it comes again. */
  #lastWord: string | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { now, request } = options;
    this.startedAt = now();
    this.#idle = setTimeout(() => this.#end(TIMED_OUT, true), request.idleTimeoutMs).unref();
    if (request.maxDurationMs !== undefined) this.#tooOld = setTimeout(() => this.#end(TOO_OLD, true), request.maxDurationMs).unref();
    const client: Hop = new Hop({
      sends: MESSAGE_TYPE.outputStreamData,
      now,
      onData: (type, payload, accept) => {
        this.#active(type);
        if (type === PAYLOAD_TYPE.flag && read(parseFlag, payload) === FLAG.terminateSession) this.#clientLeaves = true;
        forward(this.#hops.agent, type, payload, accept);
      },
      onProgress: () => this.#finishWhenDrained(),
    });
    const agent: Hop = new Hop({
      sends: MESSAGE_TYPE.inputStreamData,
      now,
      onData: (type, payload, accept) => {
        this.#active(type);
        // The client's HandshakeResponse is acknowledged before it sees that the handshake is complete.
        if (type === PAYLOAD_TYPE.handshakeComplete) client.flushAcknowledgements();
        forward(client, type, payload, accept);
        if (type !== PAYLOAD_TYPE.handshakeComplete || !multiplexes(request)) return;
        client.quiet(MUX_SETUP_MS);
        this.#quietUntil = performance.now() + MUX_SETUP_MS;
      },
    });
    this.#hops = { client, agent };
    this.#expect('client');
    this.#expect('agent');
  }

  get request(): SessionRequest {
    return this.#options.request;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes that the service holds for this session. */
  get backlog(): number {
    const { client, agent } = this.#hops;
    return client.backlog + client.heldBytes + agent.backlog + agent.heldBytes;
  }

  get status(): LiveSessionStatus {
    if (this.#sockets.has('client')) return 'Connected';
    return this.#clientCame ? 'Disconnected' : 'Connecting';
  }

  /** Asks the agent to begin, and again while {@link agentHeard} is not called. */
  call(): void {
    if (this.#ended || this.#calls === CALLS) return;
    this.#calls += 1;
    this.#options.callAgent();
    this.#calling = setTimeout(() => this.call(), CALL_AGAIN_MS).unref();
  }

  /** The agent asks for its data channel. */
  agentHeard(): void {
    this.#calls = CALLS;
    clearTimeout(this.#calling);
  }

  /** Takes an end's websocket; one that it had before is dropped. */
  attach(end: End, socket: WebSocket): void {
    if (this.#ended) {
      if (end === 'client' && this.#lastWord !== undefined) this.#sayClosed(end, socket, this.#lastWord);
      else socket.close(1000, 'Session is already terminated');
      return;
    }
    this.#sockets.get(end)?.terminate();
    this.#sockets.set(end, socket);
    if (end === 'client') {
      this.#clientCame = true;
      this.#clientCut = false;
    }
    clearTimeout(this.#away.get(end));
    this.#away.delete(end);
    const hop = this.#hops[end];
    const expected = end === 'client' ? MESSAGE_TYPE.inputStreamData : MESSAGE_TYPE.outputStreamData;
    socket.on('message', (data) => {
      if (this.#ended || this.#sockets.get(end) !== socket) return;
      // AWS's client sends whole messages as binary; what comes as text is read alike.
      const message = readMessage(data as Buffer);
      if (message === undefined) return;
      if (message.messageType === MESSAGE_TYPE.acknowledge || message.messageType === expected) hop.receive(message);
      else if (end === 'agent') this.#agentSays(message);
    });
    socket.once('close', (code: number) => this.#detached(end, socket, code === ABNORMAL_CLOSURE));
    if (end === 'agent') endWhenSilent(socket, AGENT_SILENCE_MS);
    hop.attach(socket);
    if (end === 'client') this.#finishWhenDrained();
  }

  /** The agent's task is complete: what is under way is still brought to the client, then it is told. */
  agentCompleted(output: string): void {
    this.agentHeard();
    this.#output ??= output;
    if (this.#sockets.has('agent')) this.#expectLastOutput();
    else this.#agentIsDone();
  }

  /** Ends it at both ends, now. `output` is what the client is told. */
  terminate(output: string): void {
    this.#end(output, true, false);
  }

  #agentSays(message: AgentMessage): void {
    if (message.messageType !== MESSAGE_TYPE.agentSessionState) return;
    if (read(parseAgentSessionState, message.payload)?.sessionState !== 'Terminating') return;
    this.#terminating = true;
    this.#expectLastOutput();
  }

  /** The two last words come on two sockets, in either order; the second one is not waited for without end. */
  #expectLastOutput(): void {
    this.#lastOutput ??= setTimeout(() => this.#agentIsDone(), LAST_OUTPUT_MS).unref();
  }

  #agentIsDone(): void {
    this.#agentDone = true;
    clearTimeout(this.#lastOutput);
    clearTimeout(this.#away.get('agent'));
    this.#away.delete('agent');
    this.#finishWhenDrained();
  }

  #finishWhenDrained(): void {
    if (!this.#agentDone || this.#ended) return;
    const quietFor = this.#quietUntil - performance.now();
    if (quietFor > 0) {
      setTimeout(() => this.#finishWhenDrained(), quietFor).unref();
      return;
    }
    if (this.#hops.client.idle) this.#end(this.#output ?? '', false);
    else this.#probe ??= setTimeout(() => this.#askWhetherRead(), PROBE_MS).unref();
  }

  /**
   * AWS's client never acknowledges a duplicate (§4): where its acknowledgement was lost with a connection there comes no
   * other. But it answers a ping only after it has read what was sent before.
   */
  #askWhetherRead(): void {
    this.#probe = undefined;
    const socket = this.#sockets.get('client');
    const { client } = this.#hops;
    const { backlog } = client;
    if (this.#ended || socket === undefined || !client.sentAtLeast(2)) {
      this.#finishWhenDrained();
      return;
    }
    socket.once('pong', () => {
      if (this.#sockets.get('client') !== socket) return;
      if (client.backlog === backlog) this.#end(this.#output ?? '', false);
      else this.#finishWhenDrained();
    });
    socket.ping('read');
  }

  /**
   * The agent is not told to pause (§8.5 no. 4): AWS's would number what its source brings on, and send that backlog ten messages
   * a second later (§4). Who is not read from pauses by itself.
   */
  #detached(end: End, socket: WebSocket, cut: boolean): void {
    if (this.#sockets.get(end) !== socket) return;
    this.#sockets.delete(end);
    if (end === 'client') this.#clientCut = cut;
    this.#hops[end].detach();
    if (this.#ended) return;
    if (end === 'client' && this.#clientLeaves) this.#end(this.#output ?? '', true, false);
    else if (end === 'agent' && this.#output !== undefined) this.#agentIsDone();
    else if (end === 'agent' && this.#terminating) this.#expectLastOutput();
    else this.#expect(end);
  }

  /** An end that is away has so long to come (back): a client that was there, as long as the session may be idle. */
  #expect(end: End): void {
    const patience = end === 'client' && this.#clientCame ? this.#options.request.idleTimeoutMs : this.#options.awayMs;
    clearTimeout(this.#away.get(end));
    this.#away.set(end, setTimeout(() => this.#end(end === 'agent' ? `The instance did not come to the session, or come back to it, within ${patience / 1000} seconds.` : TIMED_OUT, true), patience).unref());
  }

  /** A new size of the window is no activity. */
  #active(payloadType: number): void {
    if (payloadType !== PAYLOAD_TYPE.size) this.#idle.refresh();
  }

  /** `repeat`: the last word is said again to a client that lost its connection with it. Who had it terminated knows, or is told that it is no more. */
  #end(output: string, tellAgent: boolean, repeat = true): void {
    if (this.#ended) return;
    this.#ended = true;
    // A client that lost its connection has the end of the work coming; that it stayed away for too long ResumeSession tells.
    if (repeat && (this.#sockets.has('client') || (this.#clientCut && this.#agentDone))) this.#lastWord = output;
    clearTimeout(this.#lastOutput);
    clearTimeout(this.#probe);
    clearTimeout(this.#idle);
    clearTimeout(this.#calling);
    clearTimeout(this.#tooOld);
    for (const timer of this.#away.values()) clearTimeout(timer);
    if (tellAgent) this.#options.tellAgent();
    for (const [end, socket] of this.#sockets) {
      const quietFor = end === 'client' ? this.#quietUntil - performance.now() : 0;
      if (quietFor > 0) setTimeout(() => this.#sayClosed(end, socket, output), quietFor).unref();
      else this.#sayClosed(end, socket, output);
    }
    this.#hops.client.close();
    this.#hops.agent.close();
    this.#options.onEnd(this.#lastWord !== undefined);
  }

  /** channel_closed is the last message; then the peer leaves, or the socket is closed for it. */
  #sayClosed(end: End, socket: WebSocket, output: string): void {
    const { request, now } = this.#options;
    if (socket.isPaused) socket.resume();
    this.#hops[end].flushAcknowledgements();
    const closed = encodeChannelClosed({
      messageId: randomUUID(),
      createdDate: new Date(now()).toISOString(),
      destinationId: request.target,
      sessionId: request.sessionId,
      output,
    });
    if (socket.readyState === socket.OPEN) socket.send(plainMessage(MESSAGE_TYPE.channelClosed, closed, now()));
    // Closing frames come in order: who answers this one has read what was before it.
    if (end === 'client') socket.once('close', (code: number) => void (code === ABNORMAL_CLOSURE || this.#options.onHeard()));
    setTimeout(() => socket.terminate(), LEAVE_MS).unref();
    socket.close(1000, 'Bye');
  }
}
