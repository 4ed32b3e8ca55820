/** The region's public services as hosts of the simulated internet: TLS ends here, with a certificate of the lab's CA. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Origin } from './endpoint/operation.js';
import type { InternetHost, OnConnection, Peer } from './fabric/fabric.js';

/** Services that have a public name and, if asked for, an interface endpoint. The order gives their addresses. */
const SERVICES = ['ssm', 'ssmmessages', 'ec2messages', 'ec2', 'sts', 'iam', 'cloudformation', 'kms', 'logs', 's3'] as const;

export interface ServiceHostOptions {
  readonly region: string;
  /** Index of the region among those that run: keeps addresses of two regions apart. */
  readonly index: number;
  readonly certificate: { readonly certificatePem: string; readonly privateKeyPem: string };
  readonly onRequest: (request: IncomingMessage, response: ServerResponse, origin: Origin) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, origin: Origin) => void;
  readonly log: (line: string) => void;
}

/** Names that the certificate has to carry. */
export const serviceNames = (region: string): string[] => SERVICES.flatMap((service) => [nameOf(service, region)]);

const nameOf = (service: string, region: string): string => (service === 'iam' ? 'iam.amazonaws.com' : `${service}.${region}.amazonaws.com`);

/** Makes one host a service; all share one HTTP server, which tells them apart as the endpoint on loopback does. */
export function serviceHosts(options: ServiceHostOptions): { readonly hosts: readonly InternetHost[]; close(): void } {
  const { region, index, certificate, log } = options;
  const secureContext = createSecureContext({ cert: certificate.certificatePem, key: certificate.privateKeyPem, minVersion: 'TLSv1.2' });
  const peers = new WeakMap<object, Peer>();
  const originOf = (request: IncomingMessage): Origin => {
    const peer = peers.get(request.socket);
    return { kind: 'fabric', sourceAddress: peer?.address, vpcEndpointId: peer?.vpcEndpointId };
  };
  const server: Server = createServer((request, response) => options.onRequest(request, response, originOf(request)));
  server.on('upgrade', (request, socket, head) => options.onUpgrade(request, socket, head, originOf(request)));
  const open = new Set<TLSSocket>();
  const onConnection: OnConnection = (stream, peer) => {
    stream.givesAway = true;
    const secure = new TLSSocket(stream, { isServer: true, secureContext });
    peers.set(secure, peer);
    open.add(secure);
    secure.on('error', (error) => log(`tls from ${peer.address}: ${error.message}`));
    secure.on('close', () => open.delete(secure));
    server.emit('connection', secure);
  };
  const hosts = SERVICES.map((service, order): InternetHost => ({
    addresses: [`198.19.${index}.${10 + order}`],
    names: [nameOf(service, region)],
    tcp: new Map([[443, onConnection]]),
    answersPing: false,
    serviceName: `com.amazonaws.${region}.${service}`,
  }));
  return {
    hosts,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
