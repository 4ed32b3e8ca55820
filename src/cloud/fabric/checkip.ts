/** `checkip.amazonaws.com`: tells who asks under which public address the internet sees them. */
import { createServer } from 'node:http';
import type { InternetHost, OnConnection, Peer } from './fabric.js';

/** The host with its HTTP server on port 80: any GET is answered with the peer's address and a newline. */
export function checkipHost({ addresses, name = 'checkip.amazonaws.com' }: { readonly addresses: readonly string[]; readonly name?: string }): InternetHost {
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
  return { addresses, names: [name], tcp: new Map([[80, onConnection]]), answersPing: false };
}
