/**
 * A way to a region that does what networks do to people: a real proxy on loopback between a real client and the region. API
 * calls pass, and the StreamUrl in their answers leads back here; the websocket behind it is disturbed message by message.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { MessageFaults } from './schedule.js';

export interface StreamProxyOptions {
  /** `http://127.0.0.1:PORT` of the region. */
  readonly region: string;
  readonly faults?: MessageFaults | undefined;
  /** Numbers in [0, 1) for the faults. */
  readonly next?: (() => number) | undefined;
  /** What becomes of a message on its way; undefined: it is lost. */
  readonly change?: ((bytes: Buffer, from: 'client' | 'service') => Buffer | undefined) | undefined;
}

interface Relay {
  readonly client: WebSocket;
  readonly service: WebSocket;
}

/** More than this behind an end stops the reading of the other. */
const BUFFERED_BYTES = 4 << 20;
const NO_FAULTS: MessageFaults = { loss: 0, duplicates: 0, latency: 0, jitter: 0, reorders: false };

export class StreamProxy {
  /** Streams that were opened through it. */
  opened = 0;
  /** API operations of the JSON protocol that were called, by name. */
  readonly calls: string[] = [];
  /** Tokens that went to the client. */
  readonly tokens: string[] = [];
  readonly #options: StreamProxyOptions;
  readonly #server: Server;
  readonly #websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 8 << 20 });
  readonly #relays = new Set<Relay>();
  /** Upgrades that get no answer. */
  readonly #ignored = new Set<Duplex>();
  #streams: 'pass' | 'refuse' | 'ignore' | '403' = 'pass';
  #resumes = true;
  #closesAfter: number | undefined;

  /** Use {@link StreamProxy.start}. */
  constructor(options: StreamProxyOptions) {
    this.#options = options;
    this.#server = createServer((incoming, reply) => void this.#call(incoming, reply));
    this.#server.on('upgrade', (incoming, socket, head) => this.#upgrade(incoming, socket, head));
  }

  static async start(options: StreamProxyOptions): Promise<StreamProxy> {
    const proxy = new StreamProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The same stream, by way of the proxy. */
  streamUrl(streamUrl: string): string {
    const url = new URL(streamUrl);
    url.host = new URL(this.url).host;
    return url.href;
  }

  /** Every stream is cut, without a word. */
  cut(): void {
    for (const { client, service } of this.#relays) {
      client.terminate();
      service.terminate();
    }
  }

  /** Nothing comes through on any stream that is open, and nobody is told. */
  silence(): void {
    for (const { client, service } of this.#relays) {
      client.pause();
      service.pause();
    }
  }

  /** From now on every stream is closed so long after it was opened, those that are there as well, as AWS does hourly. */
  closeAfter(milliseconds: number | undefined): void {
    this.#closesAfter = milliseconds;
    for (const { client } of this.#relays) this.#closeLater(client);
  }

  /** What further streams meet. */
  streams(what: 'pass' | 'refuse' | 'ignore' | '403'): void {
    this.#streams = what;
  }

  /** False: ResumeSession fails. */
  resumes(whether: boolean): void {
    this.#resumes = whether;
  }

  async stop(): Promise<void> {
    this.cut();
    for (const socket of this.#ignored) socket.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #call(incoming: IncomingMessage, reply: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const target = String(incoming.headers['x-amz-target'] ?? '');
    this.calls.push(target.slice(target.indexOf('.') + 1));
    if (!this.#resumes && target === 'AmazonSSM.ResumeSession') {
      reply.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
      return;
    }
    const onward = request(`${this.#options.region}${incoming.url ?? '/'}`, { method: incoming.method, headers: incoming.headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part)).once('end', () => {
        const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = answer.headers;
        // Answers that come when the proxy has stopped have nobody to go to.
        if (!this.#server.listening) return;
        const whole = Buffer.concat(parts).toString('latin1');
        this.tokens.push(...[...whole.matchAll(/"TokenValue":"([^"]+)"/gu)].map(([, token]) => token ?? ''));
        const body = whole.replace(/"StreamUrl":"(ws:[^"]+)"/u, (_member, url: string) => `"StreamUrl":"${this.streamUrl(url)}"`);
        reply.writeHead(answer.statusCode ?? 500, headers).end(Buffer.from(body, 'latin1'));
      });
    });
    onward.once('error', () => reply.destroy());
    onward.end(Buffer.concat(chunks));
  }

  #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (this.#streams === 'refuse') socket.destroy();
    else if (this.#streams === '403') socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else if (this.#streams === 'ignore') this.#ignored.add(socket);
    else this.#websockets.handleUpgrade(incoming, socket, head, (client) => this.#relay(client, incoming));
  }

  #relay(client: WebSocket, { url, headers }: IncomingMessage): void {
    this.opened += 1;
    client.pause();
    const signature = Object.fromEntries(Object.entries(headers).filter(([name]) => name === 'host' || name === 'authorization' || name.startsWith('x-amz-')));
    const service = new WebSocket(`${this.#options.region.replace(/^http/u, 'ws')}${url ?? ''}`, { headers: signature as Record<string, string>, perMessageDeflate: false, maxPayload: 8 << 20 });
    const relay = { client, service };
    this.#relays.add(relay);
    service.once('open', () => client.resume());
    this.#closeLater(client);
    for (const [from, to, name] of [[client, service, 'client'], [service, client, 'service']] as const) {
      const deliver = this.#disturbed(from, to);
      from.on('message', (data, binary) => {
        const bytes = data as Buffer;
        const changed = binary ? (this.#options.change ?? ((same) => same))(bytes, name) : bytes;
        if (changed !== undefined) deliver(changed, binary);
      });
      from.on('error', () => from.terminate());
      from.once('close', (code, reason) => {
        this.#relays.delete(relay);
        // 1005 and 1006 are for the lack of a code, and no end may say them.
        if (code === 1005 || code === 1006) to.terminate();
        else to.close(code, reason);
      });
    }
  }

  #closeLater(client: WebSocket): void {
    if (this.#closesAfter === undefined) return;
    const timer = setTimeout(() => client.close(1000, 'Bye'), this.#closesAfter);
    client.once('close', () => clearTimeout(timer));
  }

  /** Sends on, each message in its own time; one that opens the channel is neither lost nor overtaken. */
  #disturbed(from: WebSocket, to: WebSocket): (bytes: Buffer, binary: boolean) => void {
    const { faults = NO_FAULTS, next = Math.random } = this.#options;
    let last = 0;
    let opening = 0;
    const send = (bytes: Buffer, binary: boolean): void => {
      if (to.readyState !== to.OPEN) return;
      to.send(bytes, { binary }, () => {
        if (from.isPaused && to.bufferedAmount < BUFFERED_BYTES / 2 && !to.isPaused) from.resume();
      });
      if (to.bufferedAmount > BUFFERED_BYTES) from.pause();
    };
    if (faults === NO_FAULTS) return send;
    return (bytes, binary) => {
      if (binary && next() < faults.loss) return;
      for (let copies = binary && next() < faults.duplicates ? 2 : 1; copies > 0; copies -= 1) {
        const drawn = performance.now() + faults.latency + next() * faults.jitter;
        const at = Math.max(drawn, faults.reorders ? opening : last);
        last = Math.max(last, at);
        if (!binary) opening = at;
        setTimeout(() => send(bytes, binary), at - performance.now());
      }
    };
  }
}
