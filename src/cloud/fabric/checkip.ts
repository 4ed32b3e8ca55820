/** `checkip.amazonaws.com`: tells who asks under which public address the internet sees them, by http and, as AWS's own does, by https. */
import { createServer } from 'node:http';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { InternetHost, OnConnection, Peer } from './fabric.js';

export interface CheckipOptions {
  readonly addresses: readonly string[];
  /** For its name; without one it has no https. */
  readonly certificate?: { readonly certificatePem: string; readonly privateKeyPem: string } | undefined;
}

export const CHECKIP_NAME = 'checkip.amazonaws.com';

/** The host with its HTTP server on ports 80 and 443: any GET is answered with the peer's address and a newline. */
export function checkipHost({ addresses, certificate }: CheckipOptions): InternetHost {
  const peers = new WeakMap<object, Peer>();
  const server = createServer((request, response) => {
    const body = `${peers.get(request.socket)?.address ?? ''}\n`;
    response.setHeader('Content-Type', 'text/plain');
    response.setHeader('Content-Length', Buffer.byteLength(body));
    if (request.method !== 'GET' && request.method !== 'HEAD') response.statusCode = 405;
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  const onConnection: OnConnection = (stream, peer) => {
    peers.set(stream, peer);
    server.emit('connection', stream);
  };
  const ports = new Map([[80, onConnection]]);
  if (certificate !== undefined) {
    const secureContext = createSecureContext({ cert: certificate.certificatePem, key: certificate.privateKeyPem, minVersion: 'TLSv1.2' });
    ports.set(443, (stream, peer) => {
      stream.givesAway = true;
      const secure = new TLSSocket(stream, { isServer: true, secureContext });
      // Who does not believe it hangs up.
      secure.on('error', () => secure.destroy());
      peers.set(secure, peer);
      server.emit('connection', secure);
    });
  }
  return { addresses, names: [CHECKIP_NAME], tcp: ports, answersPing: false };
}
