/** A message gateway and agent in one, over a real websocket on loopback, driven by the test. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { FLAGS, MESSAGE_TYPE, PAYLOAD_TYPE, decodeAgentMessage, encodeAgentMessage } from '../../../../src/lib/protocol/agent-message.js';
import type { AgentMessage } from '../../../../src/lib/protocol/agent-message.js';
import { encodeHandshakeComplete, encodeHandshakeRequest, parseHandshakeResponse } from '../../../../src/lib/protocol/handshake.js';
import type { HandshakeResponse } from '../../../../src/lib/protocol/handshake.js';
import { parseOpenDataChannel } from '../../../../src/lib/protocol/open-channel.js';
import type { OpenDataChannel } from '../../../../src/lib/protocol/open-channel.js';
import { encodeChannelClosed, encodeExitCode, parseAcknowledge } from '../../../../src/lib/protocol/payloads.js';
import { acknowledgeBytes } from '../../../../src/lib/protocol/reliable-stream.js';

export interface GatewayOptions {
  /** False swallows a message of the client as if it were lost. */
  readonly hears?: ((message: AgentMessage) => boolean) | undefined;
  /** True: each further connection goes on with the same session. */
  readonly resumes?: boolean | undefined;
  readonly verifyClient?: ((request: IncomingMessage) => boolean) | undefined;
}

/** What outlives a connection: how far both directions are. */
class Progress {
  readonly inputs: { payloadType: number; payload: Buffer }[] = [];
  readonly early = new Map<number, AgentMessage>();
  next = 0;
  expected = 0;
}

/** One connected client. */
export class Peer {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly acknowledged: number[] = [];
  readonly #progress: Progress;
  open: OpenDataChannel | undefined;
  #changes: (() => void)[] = [];

  constructor(socket: WebSocket, request: IncomingMessage, options: GatewayOptions, progress: Progress) {
    this.socket = socket;
    this.request = request;
    this.#progress = progress;
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.#take(data as Buffer, options);
      else this.open = parseOpenDataChannel((data as Buffer).toString());
      this.#change();
    });
    socket.on('close', () => this.#change());
  }

  get inputs(): Progress['inputs'] {
    return this.#progress.inputs;
  }

  #take(bytes: Buffer, options: GatewayOptions): void {
    const progress = this.#progress;
    const message = decodeAgentMessage(bytes);
    if (options.hears?.(message) === false) return;
    if (message.messageType === MESSAGE_TYPE.acknowledge) {
      this.acknowledged.push(parseAcknowledge(message.payload).acknowledgedMessageSequenceNumber);
      return;
    }
    this.socket.send(acknowledgeBytes(message, randomUUID(), Date.now()));
    progress.early.set(message.sequenceNumber, message);
    for (let next = progress.early.get(progress.expected); next !== undefined; next = progress.early.get(progress.expected)) {
      this.inputs.push({ payloadType: next.payloadType, payload: next.payload });
      progress.expected += 1;
    }
  }

  #change(): void {
    for (const each of this.#changes.splice(0)) each();
  }

  /** Resolves when `what` holds; looked at after every message. */
  async until(what: () => boolean): Promise<void> {
    while (!what()) await new Promise<void>((resolve) => this.#changes.push(resolve));
  }

  /** The next message of the stream, not sent. */
  frame(payloadType: number, payload: string | Buffer): Buffer {
    const sequenceNumber = this.#progress.next++;
    return encodeAgentMessage({
      messageType: MESSAGE_TYPE.outputStreamData, schemaVersion: 1, createdDate: Date.now(), sequenceNumber,
      flags: sequenceNumber === 0 ? FLAGS.syn : FLAGS.none, messageId: randomUUID(), payloadType, payload: Buffer.from(payload),
    });
  }

  say(payloadType: number, payload: string | Buffer): Buffer {
    const bytes = this.frame(payloadType, payload);
    this.socket.send(bytes);
    return bytes;
  }

  /** Everything typed so far. */
  get typed(): Buffer {
    return Buffer.concat(this.inputs.filter(({ payloadType }) => payloadType === PAYLOAD_TYPE.output).map(({ payload }) => payload));
  }

  async shakeHands(sessionType = 'NonInteractiveCommands', more: { actionType: string; actionParameters: Record<string, unknown> }[] = []): Promise<HandshakeResponse> {
    this.say(PAYLOAD_TYPE.handshakeRequest, encodeHandshakeRequest({ agentVersion: '3.3.0.0', requestedClientActions: [{ actionType: 'SessionType', actionParameters: { SessionType: sessionType, Properties: null } }, ...more] }));
    const find = () => this.inputs.find(({ payloadType }) => payloadType === PAYLOAD_TYPE.handshakeResponse);
    await this.until(() => find() !== undefined);
    const response = parseHandshakeResponse(find()?.payload ?? Buffer.alloc(0));
    if (response.processedClientActions.every(({ actionStatus }) => actionStatus === 1)) this.say(PAYLOAD_TYPE.handshakeComplete, encodeHandshakeComplete({ handshakeTimeToComplete: 1_000_000, customerMessage: 'welcome' }));
    return response;
  }

  exit(code: number): void {
    this.say(PAYLOAD_TYPE.exitCode, encodeExitCode(code));
  }

  closeChannel(output = ''): void {
    const payload = encodeChannelClosed({ messageId: randomUUID(), createdDate: new Date().toISOString(), destinationId: 'd', sessionId: 's', output });
    this.socket.send(encodeAgentMessage({ messageType: MESSAGE_TYPE.channelClosed, schemaVersion: 1, createdDate: Date.now(), sequenceNumber: 0, flags: FLAGS.synFin, messageId: randomUUID(), payloadType: 0, payload }));
  }
}

export interface Gateway {
  readonly url: string;
  /** The next client. */
  client(): Promise<Peer>;
  close(): Promise<void>;
}

export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong: true, ...(options.verifyClient === undefined ? {} : { verifyClient: ({ req }: { req: IncomingMessage }) => options.verifyClient?.(req) ?? true }) });
  await new Promise<void>((resolve) => server.once('listening', () => resolve()));
  const arrived: Peer[] = [];
  const waiting: ((peer: Peer) => void)[] = [];
  const progress = new Progress();
  server.on('connection', (socket, request) => {
    const peer = new Peer(socket, request, options, options.resumes === true ? progress : new Progress());
    const next = waiting.shift();
    if (next === undefined) arrived.push(peer);
    else next(peer);
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/data-channel/demo-0123?role=publish_subscribe`,
    client: () => {
      const peer = arrived.shift();
      return peer === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(peer);
    },
    close: () => new Promise((resolve) => {
      for (const socket of server.clients) socket.terminate();
      server.close(() => resolve());
    }),
  };
}
