/** The websocket under a data channel: signed upgrade, errors that name host, port and cause, and a watch for silence. */
import type { Agent } from 'node:http';
import type { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { SsmlabError } from '../errors.js';
import { isLoopback } from '../net/loopback-url.js';
import { hashPayload, signRequest } from '../protocol/sigv4.js';
import type { Credentials } from '../target/target.js';
import { readOrdinaryFrames, writeOrdinaryFrames } from '../protocol/ordinary-frames.js';
import { Glance } from './glance.js';

export interface Signer {
  readonly region: string;
  readonly credentials: () => Promise<Credentials>;
}

export interface StreamSocketOptions {
  /** As StartSession returned it; its query is opaque. */
  readonly streamUrl: string;
  /** Absent: the upgrade is not signed. A URL that is signed already is left alone. */
  readonly signer?: Signer | undefined;
  /** Proxy and authorities on the way there; undefined for none. */
  readonly agentFor?: ((url: URL) => Agent | undefined) | undefined;
  /** Where `host` (`HOST:PORT`) answers on this machine besides: a Unix domain socket. */
  readonly beside?: { readonly host: string; readonly path: string } | undefined;
  /** Until the upgrade is done, milliseconds. Default {@link CONNECT_MS}. */
  readonly connectTimeoutMs?: number | undefined;
  /** For all tries of a session's first websocket, of which none that is not answered takes more than half. Default 10 000: so soon a dead stream is named and given up. */
  readonly openingMs?: number | undefined;
  /** A try of the first websocket was not answered in time, and another follows. */
  readonly onSlow?: ((why: SsmlabError) => void) | undefined;
  /** Silence after which the other end is asked for a sign of life. Default 3000. */
  readonly pingAfterMs?: number | undefined;
  /** How long it has to answer. Default 5000, so that a dead stream is named within 10 s. */
  readonly pongWithinMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const SERVICE = 'ssmmessages';
/** Of one try. */
export const CONNECT_MS = 9_000;
const OPENING_MS = 10_000;
/** Larger than any message of the service (142 000 bytes), room for our own gateway's. */
const MAX_MESSAGE = 4 * 1024 * 1024;

/** What the websockets of {@link openStreamSocket} write to, and whether without a mask; and what looks at their messages where they are read. */
const wires = new WeakMap<WebSocket, { readonly stream: Duplex; readonly masked: boolean; readonly glance: Glance | undefined }>();

/** A websocket that has opened, and not read yet, goes over `stream`. `masked`: what it sends is to be. `glance`: what reads it. */
export function takeWire(socket: WebSocket, stream: Duplex, masked: boolean, glance?: Glance): void {
  wires.set(socket, { stream, masked, glance });
  const lane = readOrdinaryFrames(socket, stream);
  if (lane !== undefined) glance?.over(lane);
}

/** `at` is given short messages ahead of all listeners, in memory that is read into again, where that is possible; true: it has taken it. */
export function glanceAt(socket: WebSocket, at: (message: Buffer) => boolean): void {
  wires.get(socket)?.glance?.take(at);
}

/** Sends them in one write to the system: acknowledgements come by the dozen, and each would cost as much as all. */
export function sendTogether(socket: WebSocket, frames: readonly Buffer[]): void {
  if (frames.length === 0) return;
  const wire = wires.get(socket);
  if (wire !== undefined && !wire.masked && writeOrdinaryFrames(wire.stream, frames)) return;
  wire?.stream.cork();
  for (const frame of frames) socket.send(frame);
  wire?.stream.uncork();
}

/** The stream to which a frame with a mask of zeros may be written as it is; undefined where that is none. */
export function plainWire(socket: WebSocket): Duplex | undefined {
  const wire = wires.get(socket);
  return wire?.masked === false ? wire.stream : undefined;
}

/** `HOST:PORT` of a stream URL, for people. Never the query: it may carry credentials. */
export function streamHost(url: URL): string {
  const port = url.port === '' ? (url.protocol === 'wss:' ? '443' : '80') : url.port;
  return `${url.hostname}:${port}`;
}

/** Reads a stream URL. Clear text is for loopback alone: the token that follows opens a shell. */
export function parseStreamUrl(streamUrl: string): URL {
  const url = URL.canParse(streamUrl) ? new URL(streamUrl) : undefined;
  if (url === undefined || (url.protocol !== 'wss:' && url.protocol !== 'ws:')) throw new SsmlabError('session-failed', 'the service returned a stream URL that is no websocket URL');
  if (url.protocol === 'ws:' && !isLoopback(url)) throw new SsmlabError('session-failed', `the stream at ${streamHost(url)} is not encrypted`);
  return url;
}

/**
 * Opens the websocket, paused: the peer may speak at once, and what it says must not come before there are listeners.
 * The caller resumes it. Throws `stream-unreachable` when there is no way to it, `session-failed` when it is refused.
 */
export async function openStreamSocket(options: StreamSocketOptions): Promise<WebSocket> {
  const url = parseStreamUrl(options.streamUrl);
  const headers = await upgradeHeaders(url, options.signer);
  options.signal?.throwIfAborted();
  const host = streamHost(url);
  const masked = !isLoopback(url);
  const agent = options.agentFor?.(url);
  const glance = agent === undefined && !masked && url.protocol === 'ws:' ? new Glance(options.beside?.host === url.host ? options.beside.path : undefined) : undefined;
  const socket = new WebSocket(url, {
    headers,
    handshakeTimeout: options.connectTimeoutMs ?? CONNECT_MS,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
    followRedirects: false,
    agent,
    ...(glance === undefined ? {} : { createConnection: glance.connect.bind(glance) as typeof connect }),
    // A mask protects proxies on the way from what a web page has a browser say: on loopback there are none. All zero it costs nothing.
    ...(masked ? {} : { generateMask: (mask: Buffer): void => void mask.fill(0) }),
  });
  let wire: Duplex | undefined;
  socket.once('upgrade', (response) => void (wire = response.socket));
  const abort = (): void => socket.terminate();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => {
        socket.pause();
        if (wire !== undefined) takeWire(socket, wire, masked, glance);
        resolve();
      });
      socket.once('unexpected-response', (request, response) => {
        request.destroy();
        response.resume();
        const answer = `HTTP ${response.statusCode ?? 0} ${response.statusMessage ?? ''}`.trimEnd();
        reject(new SsmlabError('session-failed', `${host} refuses the stream: ${answer}`, { cause: new RefusedUpgrade(response.statusCode ?? 0, answer) }));
      });
      socket.once('error', (error) => reject(unreachable(host, error)));
    });
  } catch (error) {
    // What comes after (the abandoned request's own error) has nobody left to tell.
    socket.on('error', () => undefined);
    socket.terminate();
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
  return socket;
}

/** The upgrade was answered by something else. */
class RefusedUpgrade extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const CUT = new Set(['ECONNRESET', 'EPIPE']);

/** The stream was refused for now: a fault of the service's own, or too many at once. It says nothing of the way. */
export function isRefusedForNow({ cause }: SsmlabError): boolean {
  return cause instanceof RefusedUpgrade && (cause.status === 429 || cause.status >= 500);
}

/** `ws` has no code for an upgrade that was not answered in time. */
const isSlow = ({ cause }: SsmlabError): boolean => cause instanceof Error && ((cause as NodeJS.ErrnoException).code === 'ETIMEDOUT' || cause.message === 'Opening handshake has timed out');

/** What another try may mend: a refusal for now, a connection that was cut, and silence, which another connection need not meet. */
const isPassing = (error: SsmlabError): boolean => isRefusedForNow(error) || isSlow(error) || (error.cause instanceof Error && CUT.has((error.cause as NodeJS.ErrnoException).code ?? ''));

/** Tries of the first websocket, by the same token: as many as AWS's plugin has, and its pauses (`datachannel.go`, `OpenDataChannel`). */
const FIRST_TRIES = 5;
const FIRST_PAUSE_MS = 100;

/** {@link openStreamSocket} for the first of a session; later ones are the `Reconnector`'s. What may pass is tried again. */
export async function openFirstSocket(options: StreamSocketOptions): Promise<WebSocket> {
  const { openingMs = OPENING_MS, connectTimeoutMs = CONNECT_MS } = options;
  const tryMs = Math.min(connectTimeoutMs, openingMs / 2);
  const until = performance.now() + openingMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openStreamSocket({ ...options, connectTimeoutMs: Math.max(1, Math.min(tryMs, Math.ceil(until - performance.now()))) });
    } catch (error) {
      if (!(error instanceof SsmlabError) || !isPassing(error)) throw error;
      const isLast = attempt === FIRST_TRIES || performance.now() >= until;
      if (isLast) throw attempt > 1 && isSlow(error) ? new SsmlabError(error.code, `${error.message}, in ${attempt} tries`, { cause: error.cause, hint: error.hint }) : error;
      if (isSlow(error)) options.onSlow?.(error);
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(() => options.signal?.throwIfAborted());
    }
  }
}

function unreachable(host: string, error: Error): SsmlabError {
  const { code } = error as NodeJS.ErrnoException;
  return new SsmlabError('stream-unreachable', `the stream at ${host} cannot be reached: ${code ?? error.message.toLowerCase()}`, { cause: error });
}

async function upgradeHeaders(url: URL, signer: Signer | undefined): Promise<Record<string, string>> {
  // Signed by its query already (`protocol.md` §2.3).
  const presigned = [...url.searchParams.keys()].some((name) => name.toLowerCase().startsWith('x-amz-'));
  if (signer === undefined || presigned) return {};
  const credentials = await signer.credentials();
  const scope = { service: SERVICE, region: signer.region, now: Date.now() };
  return signRequest({ method: 'GET', url, headers: {}, payloadHash: hashPayload('') }, scope, credentials);
}

export interface SilenceWatch {
  /** A message came. Pings and pongs it hears by itself. */
  readonly heard: () => void;
  readonly stop: () => void;
}

/** Asks a silent peer for a sign of life and calls `onDead`, once, when none comes. A socket that we paused hears nothing and is not judged. */
export function watchForSilence(socket: WebSocket, options: Pick<StreamSocketOptions, 'pingAfterMs' | 'pongWithinMs'>, onDead: (silentMs: number) => void): SilenceWatch {
  const pingAfter = options.pingAfterMs ?? 3_000;
  const pongWithin = options.pongWithinMs ?? 5_000;
  const tick = Math.max(10, Math.min(pingAfter, pongWithin) / 8);
  let heard = performance.now();
  let asked: number | undefined;
  let last = heard;
  // When it was is told by ticks: a message has no more to do for it than to leave a mark.
  let mark = false;
  const sign = (): void => void (mark = true);
  for (const event of ['ping', 'pong'] as const) socket.on(event, sign);
  const timer = setInterval(() => {
    const now = performance.now();
    if (mark) {
      mark = false;
      heard = Math.max(last, now - tick);
      asked = undefined;
    }
    // The machine slept, or this process did: what the peer said meanwhile has not been read yet.
    const slept = now - last > pongWithin / 2 + tick;
    last = now;
    if (socket.isPaused || (slept && asked !== undefined)) {
      heard = now;
      asked = undefined;
    } else if (asked === undefined && now - heard >= pingAfter) {
      asked = now;
      if (socket.readyState === socket.OPEN) socket.ping('keepalive');
    } else if (asked !== undefined && now - asked >= pongWithin) {
      stop();
      onDead(now - heard);
    }
  }, tick);
  const stop = (): void => {
    clearInterval(timer);
    for (const event of ['ping', 'pong'] as const) socket.off(event, sign);
  };
  return { heard: sign, stop };
}
