/**
 * AWS's own names in front of a local cloud: a proxy that takes CONNECT and writes down who was asked for, and behind it TLS by an authority that
 * only a bundle knows. What comes there is signed for AWS's host, so it is signed anew for the cloud's, with the keys that the cloud gave.
 */
import { createServer as createHttp, type IncomingMessage, request, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createCertificateAuthority } from '../../src/cloud/tls/certificate-authority.js';
import { hashPayload, signRequest } from '../../src/lib/protocol/sigv4.js';
import type { Keys, Owner } from './owner.js';

const REGION = 'ap-northeast-1';
const NAMES = [
  ...[REGION, 'us-east-1'].flatMap((region) => [`*.${region}.amazonaws.com`, `*.${region}.api.aws`]), '*.amazonaws.com', 'iam.global.api.aws', 'iam-fips.aws-global.api.aws',
  ...['api.pricing', 'api.pricing-fips', 'portal.sso'].flatMap((name) => [`${name}.us-east-1.amazonaws.com`, `${name}.us-east-1.api.aws`]),
];

export class AwsFront {
  /** `HOST:PORT` of each CONNECT. */
  readonly asked: string[] = [];
  /** Paths of streams that were opened. */
  readonly streams: string[] = [];
  /** `USER:PASSWORD` that the proxy wants; none when undefined. */
  password: string | undefined;
  /** Certificate of the authority, PEM. */
  readonly bundle: string;
  readonly #owner: Owner;
  readonly #keys: Map<string, Keys>;
  readonly #front: Server;
  readonly #proxy: Server;
  readonly #sockets = new Set<Duplex>();

  private constructor(owner: Owner, bundle: string, certificate: { readonly cert: string; readonly key: string }) {
    this.#owner = owner;
    this.bundle = bundle;
    this.#keys = new Map([[owner.keys.accessKeyId, owner.keys]]);
    this.#front = createHttps(certificate, (incoming, reply) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => void this.#forward(incoming, Buffer.concat(chunks)).then(({ status, headers, text }) => reply.writeHead(status, headers).end(text)));
    });
    this.#front.on('upgrade', (incoming, socket, head) => this.#stream(incoming, socket, head));
    this.#proxy = createHttp((_, reply) => reply.writeHead(405).end());
    this.#proxy.on('connect', (incoming, socket, head) => this.#tunnel(incoming, socket as Socket, head));
  }

  static async start(owner: Owner): Promise<AwsFront> {
    const authority = await createCertificateAuthority();
    const { certificatePem: cert, privateKeyPem: key } = await authority.issue(NAMES);
    const front = new AwsFront(owner, authority.certificatePem, { cert, key });
    for (const server of [front.#front, front.#proxy]) await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  /** `http://…` of the proxy, with the password that it wants. */
  get url(): string {
    return `http://${this.password === undefined ? '' : `${this.password}@`}127.0.0.1:${(this.#proxy.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of [this.#front, this.#proxy]) {
      server.close();
      server.closeAllConnections();
    }
  }

  #tunnel(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    if (this.password !== undefined && incoming.headers['proxy-authorization'] !== `Basic ${Buffer.from(this.password).toString('base64')}`) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    this.asked.push(incoming.url ?? '');
    const far = connect((this.#front.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.write(head);
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.destroy());
    this.#sockets.add(far);
  }

  async #forward({ method = 'GET', url: path = '/', headers }: IncomingMessage, body: Buffer): Promise<{ readonly status: number; readonly headers: Record<string, string>; readonly text: string }> {
    if (headers.host === 'checkip.amazonaws.com') return { status: 200, headers: { 'content-type': 'text/plain' }, text: '198.51.100.7\n' };
    const [, id = '', region = '', service = ''] = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//u.exec(headers.authorization ?? '') ?? [];
    const url = new URL(path, this.#owner.endpoint);
    const kept = Object.fromEntries(Object.entries(headers).flatMap(([name, value]): [string, string][] => (/^(?:content-type|x-amz-target|x-amz-sso_bearer_token|accept)$/u.test(name) ? [[name, String(value)]] : [])));
    const keys = this.#keys.get(id);
    const signed = keys === undefined ? {} : signRequest({ method, url, headers: kept, payloadHash: hashPayload(body) }, { service, region, now: Date.now() }, keys);
    const response = await fetch(url, { method, headers: { ...kept, ...signed }, ...(body.length === 0 ? {} : { body: new Uint8Array(body) }) });
    const text = await response.text();
    const member = (name: string): string => new RegExp(`<${name}>([^<]+)`, 'u').exec(text)?.[1] ?? '';
    if (text.includes('<SessionToken>')) this.#keys.set(member('AccessKeyId'), { accessKeyId: member('AccessKeyId'), secretAccessKey: member('SecretAccessKey'), sessionToken: member('SessionToken') });
    // A stream is where AWS says that it is.
    return { status: response.status, headers: Object.fromEntries([...response.headers].filter(([name]) => /^(?:content-type|date|x-amzn-errortype)$/u.test(name))), text: text.replaceAll(/ws:\/\/127\.0\.0\.1:\d+/gu, `wss://ssmmessages.${REGION}.amazonaws.com`) };
  }

  #stream({ method, url: path = '/', headers }: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.streams.push(path.split('?', 1)[0] ?? '');
    const { hostname, port } = new URL(this.#owner.endpoint);
    const sent = request({ host: hostname, port, method, path, headers: { ...headers, host: `${hostname}:${port}` } });
    sent.on('upgrade', (reply, far, begun) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${reply.rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${reply.rawHeaders[index + 1]}`] : [])).join('\r\n')}\r\n\r\n`);
      socket.write(begun);
      far.write(head);
      far.pipe(socket).pipe(far);
      for (const each of [far, socket]) each.on('error', () => undefined);
      this.#sockets.add(far);
    });
    sent.on('response', () => socket.destroy());
    sent.on('error', () => socket.destroy());
    sent.end();
  }
}
