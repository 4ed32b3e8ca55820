/** curl: HTTP/1.1 over the guest's network, TLS by the lab's CA. */
import { Killed, SystemError } from '../system/errors.js';
import { openPath, readWhole } from '../system/open.js';
import type { OpenFile } from '../system/open-file.js';
import { encode } from '../../byte-text.js';
import type { Call, Command, Options } from './call.js';
import { UsageError } from './call.js';
import { connectTo, headerOf, HttpError, type HttpHead, readBody, readHead, sendRequest, SocketReader } from './http.js';
import { resolveHost } from './resolve.js';
import { startTls } from './tls.js';

const LONG: Readonly<Record<string, string>> = {
  silent: 's', 'show-error': 'S', include: 'i', head: 'I', output: 'o', 'remote-name': 'O', request: 'X', header: 'H', data: 'd', 'data-raw': 'd', 'data-binary': 'd', 'data-ascii': 'd', fail: 'f', verbose: 'v',
  'max-time': 'm', 'connect-timeout': 'c', 'write-out': 'w', insecure: 'k', location: 'L', user: 'u', 'user-agent': 'A', get: 'G', ipv4: '4', version: 'V', 'http1.1': '1', json: 'J', cacert: 'E', 'upload-file': 'T', 'no-buffer': 'N',
};
const LETTERS = 'sSiIo:OX:H:d:fvm:c:w:kLu:A:G4V1J:E:T:N#';

class CurlError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Target {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly url: string;
}

function parseUrl(text: string): Target {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//iu.test(text) ? text : `http://${text}`;
  const match = /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/]*@)?([^:/?#]+)(?::(\d+))?([^#]*)/iu.exec(withScheme);
  if (match === null) throw new CurlError(3, 'URL using bad/illegal format or missing URL');
  const scheme = (match[1] ?? '').toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') throw new CurlError(1, `Protocol "${scheme}" not supported (the sandbox has http and https)`);
  const path = match[4] ?? '';
  const port = match[3] === undefined ? (scheme === 'https' ? 443 : 80) : Number(match[3]);
  if (port > 65_535) throw new CurlError(3, 'URL using bad/illegal format or missing URL');
  return { secure: scheme === 'https', host: match[2] ?? '', port, path: path === '' ? '/' : path.startsWith('/') ? path : `/${path}`, url: withScheme };
}

interface Timing {
  readonly started: number;
  connected: number;
  connectedTls: number;
  firstByte: number;
}

/** One transfer: its own deadline and socket. */
class Transfer {
  private readonly call: Call;
  private readonly options: Options;
  private readonly timing: Timing;
  constructor(call: Call, options: Options) {
    this.call = call;
    this.options = options;
    this.timing = { started: performance.now(), connected: 0, connectedTls: 0, firstByte: 0 };
  }

  private note(text: string): Promise<void> {
    return this.options.has('v') ? this.call.err(`* ${text}\n`) : Promise.resolve();
  }

  private async open(target: Target): Promise<{ readonly socket: OpenFile; readonly address: string }> {
    const { process } = this.call;
    const resolved = await resolveHost(process, target.host);
    if (typeof resolved !== 'object') throw new CurlError(6, `Could not resolve host: ${target.host}`);
    const address = resolved.addresses[0] ?? '';
    await this.note(`  Trying ${address}:${target.port}...`);
    const limits = [this.options.value('c'), this.options.value('m')].filter((text) => text !== undefined).map((text) => Number(text) * 1000);
    const timeoutMs = Math.min(300_000, ...limits);
    try {
      const socket = (await connectTo(process, address, target.port, timeoutMs)).retain();
      this.timing.connected = performance.now();
      await this.note(`Connected to ${target.host} (${address}) port ${target.port} (#0)`);
      return { socket, address };
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const elapsed = Math.round(performance.now() - this.timing.started);
      if (error.code === 'ETIMEDOUT') throw new CurlError(28, timeoutMs < 130_000 ? `Connection timed out after ${elapsed} milliseconds` : `Failed to connect to ${target.host} port ${target.port} after ${elapsed} ms: Connection timed out`);
      throw new CurlError(7, `Failed to connect to ${target.host} port ${target.port} after ${elapsed} ms: ${error.code === 'ECONNREFUSED' ? "Couldn't connect to server" : error.message}`);
    }
  }

  async run(target: Target, method: string, body: Uint8Array | undefined, output: OpenFile | undefined): Promise<{ readonly head: HttpHead; readonly size: number }> {
    const { call, options } = this;
    const { process } = call;
    const opened = await this.open(target);
    let { socket } = opened;
    try {
      if (target.secure) {
        try {
          socket = await startTls(process, socket, target.host, { verify: !options.has('k'), certificateFile: options.value('E') ?? '/etc/pki/tls/certs/ca-bundle.crt' });
        } catch (error) {
          if (error instanceof Killed) throw error;
          throw new CurlError(error instanceof SystemError ? 35 : 60, `SSL certificate problem: ${error instanceof Error ? error.message : String(error)}`);
        }
        this.timing.connectedTls = performance.now();
      }
      const headers = this.headers(target, body);
      if (options.has('v')) await call.err(`> ${method} ${target.path} HTTP/1.1\n${headers.map(([name, value]) => `> ${name}: ${value}\n`).join('')}> \n`);
      await sendRequest(process, socket, { method, target: target.path, headers, body });
      const reader = new SocketReader(process, socket);
      let head = await readHead(reader);
      while (head.status === 100) head = await readHead(reader);
      this.timing.firstByte = performance.now();
      if (options.has('v')) await call.err(head.text.replaceAll(/^/gmu, '< ').replace(/< $/u, ''));
      const following = options.has('L') && head.status >= 300 && head.status < 400 && headerOf(head, 'location') !== undefined;
      const emit = async (data: Uint8Array): Promise<void> => {
        if (output === undefined) await process.write(1, data);
        else output.put(data);
      };
      if (options.has('i') || options.has('I')) await emit(encode(head.text));
      if (options.has('f') && head.status >= 400) throw new CurlError(22, `The requested URL returned error: ${head.status}`);
      let size = 0;
      for await (const piece of readBody(reader, head, method)) {
        size += piece.length;
        if (!following) await emit(piece);
      }
      await this.note(`Connection #0 to host ${target.host} left intact`);
      return { head, size };
    } finally {
      socket.release();
    }
  }

  private headers(target: Target, body: Uint8Array | undefined): (readonly [string, string])[] {
    const { options } = this;
    const given = options.all('H').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const);
    const has = (name: string): boolean => given.some(([one]) => one.toLowerCase() === name);
    const standard: (readonly [string, string])[] = [['Host', target.port === (target.secure ? 443 : 80) ? target.host : `${target.host}:${target.port}`]];
    const user = options.value('u');
    if (user !== undefined) standard.push(['Authorization', `Basic ${Buffer.from(user).toString('base64')}`]);
    standard.push(['User-Agent', options.value('A') ?? 'curl/8.5.0'], ['Accept', '*/*']);
    if (options.has('J')) standard.push(['Content-Type', 'application/json']);
    else if (options.has('d') && !options.has('G')) standard.push(['Content-Type', 'application/x-www-form-urlencoded']);
    if (body !== undefined) standard.push(['Content-Length', String(body.length)]);
    return [...standard.filter(([name]) => !has(name.toLowerCase())), ...given.filter(([name, value]) => name !== '' && value !== '')];
  }

  writeOut(format: string, target: Target, head: HttpHead | undefined, size: number): string {
    const seconds = (time: number): string => (time === 0 ? '0.000000' : ((time - this.timing.started) / 1000).toFixed(6));
    const values: Readonly<Record<string, string>> = {
      http_code: String(head?.status ?? 0).padStart(3, '0'), response_code: String(head?.status ?? 0).padStart(3, '0'), size_download: String(size), content_type: head === undefined ? '' : (headerOf(head, 'content-type') ?? ''),
      time_total: seconds(performance.now()), time_connect: seconds(this.timing.connected), time_starttransfer: seconds(this.timing.firstByte), time_appconnect: seconds(this.timing.connectedTls), url_effective: target.url, remote_port: String(target.port),
    };
    return format.replaceAll(/%\{(\w+)\}/gu, (whole, name: string) => values[name] ?? whole).replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('%%', '%');
  }
}

function bodyOf(call: Call, options: Options): Uint8Array | undefined {
  const parts = options.all('d').map((text) => (text.startsWith('@') && text !== '@-' ? Buffer.from(readWhole(call.process, text.slice(1))) : Buffer.from(encode(text))));
  const json = options.value('J');
  if (json !== undefined) return encode(json);
  const upload = options.value('T');
  if (upload !== undefined) return readWhole(call.process, upload);
  return parts.length === 0 ? undefined : Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from('&'), part])));
}

async function fetchOne(call: Call, options: Options, url: string): Promise<number> {
  let target = parseUrl(url);
  let body = bodyOf(call, options);
  if (options.has('G') && body !== undefined) {
    target = { ...target, path: `${target.path}${target.path.includes('?') ? '&' : '?'}${Buffer.from(body).toString()}` };
    body = undefined;
  }
  let method = options.value('X') ?? (options.has('I') ? 'HEAD' : options.has('T') ? 'PUT' : body === undefined ? 'GET' : 'POST');
  const name = options.value('o') ?? (options.has('O') ? (target.path.split('?')[0]?.split('/').at(-1) ?? '') : undefined);
  if (name === '') throw new CurlError(23, 'Remote file name has no length');
  const output = name === undefined || name === '-' ? undefined : openPath(call.process, name, { write: true, create: true, truncate: true }).retain();
  const transfer = new Transfer(call, options);
  let head: HttpHead | undefined;
  let size = 0;
  try {
    for (let hop = 0; ; hop += 1) {
      ({ head, size } = await transfer.run(target, method, body, output));
      const location = headerOf(head, 'location');
      if (!options.has('L') || location === undefined || head.status < 300 || head.status >= 400) break;
      if (hop >= 50) throw new CurlError(47, 'Maximum (50) redirects followed');
      target = parseUrl(/^[a-z]+:\/\//iu.test(location) ? location : `${target.secure ? 'https' : 'http'}://${target.host}:${target.port}${location.startsWith('/') ? '' : '/'}${location}`);
      if (head.status === 303 || (head.status < 303 && method === 'POST')) {
        method = 'GET';
        body = undefined;
      }
    }
  } finally {
    output?.release();
    const format = options.value('w');
    if (format !== undefined && call.process.ended === undefined) await call.process.write(1, transfer.writeOut(format, target, head, size));
  }
  return 0;
}

/** Runs against -m; the transfer's own waits are cut by an interrupt when it is over. */
async function limited(call: Call, seconds: number | undefined, run: () => Promise<number>): Promise<number> {
  if (seconds === undefined || seconds === 0) return run();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    call.process.interrupt('ALRM');
  }, seconds * 1000);
  try {
    return await run();
  } catch (error) {
    if (expired && !(error instanceof Killed)) throw new CurlError(28, `Operation timed out after ${Math.round(seconds * 1000)} milliseconds with 0 bytes received`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

export const curl: Command = async (call) => {
  let options: Options;
  try {
    options = call.options(LETTERS, LONG, { status: 2 });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    await call.err(`curl: ${error.message.split('\n')[0] ?? ''}\ncurl: try 'curl --help' for more information\n`);
    return 2;
  }
  if (options.has('V')) {
    await call.line('curl 8.5.0 (the sandbox speaks as this version does; http and https only)');
    return 0;
  }
  if (options.operands.length === 0) {
    await call.err("curl: (2) no URL specified\ncurl: try 'curl --help' for more information\n");
    return 2;
  }
  let status = 0;
  for (const url of options.operands) {
    try {
      const limit = options.value('m');
      status = await limited(call, limit === undefined ? undefined : Number(limit), () => fetchOne(call, options, url));
    } catch (error) {
      const failure = error instanceof CurlError ? error : error instanceof HttpError ? new CurlError(error.message === 'Empty reply from server' ? 52 : 56, error.message) : error instanceof SystemError && error.code !== 'EPIPE' ? new CurlError(error.path === undefined ? 56 : 23, error.path === undefined ? `Recv failure: ${error.message}` : `Failed to open the file ${error.path}: ${error.message}`) : undefined;
      if (failure === undefined) throw error;
      status = failure.status;
      if (!options.has('s') || options.has('S')) await call.err(`curl: (${failure.status}) ${failure.message}\n`);
    }
  }
  return status;
};
