/** HTTP/1.1 over a guest connection: enough for the metadata service and curl. */
import { SystemError } from '../system/errors.js';
import type { OpenFile } from '../system/open-file.js';
import type { Process } from '../system/process.js';
import { decode, encode } from '../../byte-text.js';

export interface HttpRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Uint8Array | undefined;
}

export interface HttpHead {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Status line and headers as they came. */
  readonly text: string;
}

export class HttpError extends Error {}

/** Opens a TCP connection; `deadline` and process end abandon it. */
export async function connectTo(process: Process, address: string, port: number, timeoutMs: number): Promise<OpenFile> {
  const connecting = process.kernel.network.connect(address, port, timeoutMs);
  try {
    return await process.wait(connecting.socket);
  } catch (error) {
    if (!(error instanceof SystemError)) connecting.abandon();
    // The socket may open after we stopped waiting.
    connecting.socket.then((socket) => socket.retain().release(), () => undefined);
    throw error;
  }
}

/** Bytes of a socket with a look-ahead. */
export class SocketReader {
  private readonly process: Process;
  private readonly socket: OpenFile;
  private rest: Uint8Array = new Uint8Array(0);
  constructor(process: Process, socket: OpenFile) {
    this.process = process;
    this.socket = socket;
  }

  private async more(): Promise<Uint8Array> {
    for (;;) {
      const turn = this.process.breathe();
      if (turn !== undefined) await turn;
      const data = this.socket.take(65536);
      if (data !== undefined) return data;
      await this.process.wait(this.socket.readable());
    }
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.rest.indexOf(10);
      if (end >= 0) {
        const text = decode(this.rest.subarray(0, end));
        this.rest = this.rest.subarray(end + 1);
        return text.replace(/\r$/u, '');
      }
      if (this.rest.length > 65536) throw new HttpError('header line too long');
      const data = await this.more();
      if (data.length === 0) throw new HttpError('Empty reply from server');
      this.rest = Buffer.concat([this.rest, data]);
    }
  }

  /** Up to `max` bytes; empty at the end. */
  async some(max: number): Promise<Uint8Array> {
    const data = this.rest.length > 0 ? this.rest : await this.more();
    this.rest = data.subarray(max);
    return data.subarray(0, max);
  }
}

export async function sendRequest(process: Process, socket: OpenFile, request: HttpRequest): Promise<void> {
  const head = `${request.method} ${request.target} HTTP/1.1\r\n${request.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  let rest = Buffer.concat([encode(head), request.body ?? new Uint8Array(0)]);
  while (rest.length > 0) {
    const taken = socket.put(rest);
    rest = rest.subarray(taken);
    if (taken === 0) await process.wait(socket.writable());
  }
}

export async function readHead(reader: SocketReader): Promise<HttpHead> {
  const first = await reader.line();
  const match = /^(HTTP\/\d(?:\.\d)?) (\d{3}) ?(.*)$/u.exec(first);
  if (match === null) throw new HttpError('Received HTTP/0.9 when not allowed');
  const headers: [string, string][] = [];
  let text = `${first}\r\n`;
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    text += `${line}\r\n`;
    if (text.length > 1_000_000) throw new HttpError('too large response headers');
    const colon = line.indexOf(':');
    if (colon > 0) headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  return { version: match[1] ?? '', status: Number(match[2]), reason: match[3] ?? '', headers, text: `${text}\r\n` };
}

export function headerOf(head: HttpHead, name: string): string | undefined {
  return head.headers.find(([one]) => one.toLowerCase() === name)?.[1];
}

export async function* readBody(reader: SocketReader, head: HttpHead, method: string): AsyncGenerator<Uint8Array> {
  if (method === 'HEAD' || head.status === 204 || head.status === 304) return;
  if (/chunked/iu.test(headerOf(head, 'transfer-encoding') ?? '')) {
    for (;;) {
      let left = Number.parseInt(await reader.line(), 16);
      if (Number.isNaN(left)) throw new HttpError('bad chunk');
      if (left === 0) return;
      while (left > 0) {
        const piece = await reader.some(left);
        if (piece.length === 0) throw new HttpError('transfer closed with outstanding read data remaining');
        left -= piece.length;
        yield piece;
      }
      await reader.line();
    }
  }
  const length = headerOf(head, 'content-length');
  let left = length === undefined ? Number.POSITIVE_INFINITY : Number(length);
  while (left > 0) {
    const piece = await reader.some(Math.min(left, 65536));
    if (piece.length === 0) {
      if (length === undefined) return;
      throw new HttpError(`transfer closed with ${left} bytes remaining to read`);
    }
    left -= piece.length;
    yield piece;
  }
}

/** One exchange with its whole body, for small answers. */
export async function exchange(process: Process, address: string, port: number, request: HttpRequest, timeoutMs: number): Promise<{ readonly head: HttpHead; readonly body: string }> {
  const socket = (await connectTo(process, address, port, timeoutMs)).retain();
  try {
    await sendRequest(process, socket, request);
    const reader = new SocketReader(process, socket);
    const head = await readHead(reader);
    const parts: Uint8Array[] = [];
    for await (const piece of readBody(reader, head, request.method)) parts.push(piece);
    return { head, body: decode(Buffer.concat(parts)) };
  } finally {
    socket.release();
  }
}
