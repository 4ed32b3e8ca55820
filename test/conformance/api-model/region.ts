/** The region of the suite: the real composition in this process, its state in memory, and signed requests to it. */
import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from '../../../src/cloud/endpoint/operation.js';
import { startRegions } from '../../../src/cloud/regions.js';
import { makeSecrets, type RegionSecrets } from '../../../src/cloud/secrets.js';
import { Memory } from '../../../src/cloud/state/memory.js';
import { hashPayload, signRequest } from '../../../src/lib/protocol/sigv4.js';
import { bundleWorker } from '../../unit/cloud/guest/sandbox/bundled-worker.js';
import { startIssuer } from '../../oidc-issuer.js';
import { logInToSso } from '../../sso-login.js';
import type { WireReply } from './reply.js';
import type { WrittenRequest } from './request.js';

export interface ModelRegion {
  /** The dispatch tables. */
  readonly services: readonly Service[];
  readonly url: string;
  readonly uplinkPort: number;
  readonly secrets: RegionSecrets;
  readonly log: readonly string[];
  readonly memory: Memory;
  /** Operations that were called, one entry a request: `DescribeVpcs`. */
  readonly calls: string[];
  /** What the scenario needs that no call of its own gives: an issuer of web identity tokens and one of them, a login at SSO. */
  readonly variables: Readonly<Record<string, string>>;
  /** Signs and sends. */
  send(service: string, region: string, request: WrittenRequest): Promise<WireReply>;
  close(): Promise<void>;
}

/** Notes the operation once the body is there; it listens only when the region does, so that nothing is missed. What the SDK sends again is the same call. */
function noteCall(request: IncomingMessage, calls: string[], seen: Set<string>): void {
  const invocation = request.headers['amz-sdk-invocation-id'];
  if (typeof invocation === 'string' && seen.has(invocation)) return;
  if (typeof invocation === 'string') seen.add(invocation);
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    calls.push(target.split('.').at(-1) ?? target);
    return;
  }
  const chunks: Buffer[] = [];
  const listen = (event: string): void => {
    if (event !== 'data') return;
    request.off('newListener', listen);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
  };
  request.on('newListener', listen);
  request.on('end', () => {
    const action = new URLSearchParams(Buffer.concat(chunks).toString('utf8')).get('Action');
    if (action !== null) calls.push(action);
  });
}

export async function startModelRegion(): Promise<ModelRegion> {
  const log: string[] = [];
  const calls: string[] = [];
  const memory = new Memory();
  const secrets = await makeSecrets();
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const objectFolder = mkdtempSync(join(tmpdir(), 'ssmlab-objects-'));
  const cloud = await startRegions({ memory, secrets, objectFolder, endpointUrl: url, uplinkPort: undefined, dataPlane: { kind: 'computed', orComputed: false, workerUrl: await bundleWorker(), holderProgram: 'none: this region computes', onEnd: (why) => log.push(why) }, log: (line) => log.push(line) });
  const seen = new Set<string>();
  server.on('request', (request) => noteCall(request, calls, seen));
  server.on('request', cloud.onRequest);
  server.on('upgrade', cloud.onUpgrade);
  const issuer = await startIssuer();
  const login = await logInToSso({ endpoint: url, keys: secrets.lab });
  return {
    variables: {
      issuer: issuer.url, issuerName: issuer.url.replace('https://', ''), thumbprint: issuer.thumbprint, webToken: issuer.token({ exp: Math.floor(Date.now() / 1000) + 3600 }),
      ssoClientId: login.clientId, ssoClientSecret: login.clientSecret, ssoAccessToken: login.accessToken, ssoRefreshToken: login.refreshToken,
    },
    services: cloud.services,
    url,
    uplinkPort: cloud.uplinkPort,
    secrets,
    log,
    memory,
    calls,
    send: (service, region, { method = 'POST', path = '/', headers, body }) => new Promise((resolve, reject) => {
      // Only S3 is told the hash of the body by a header, and signs the path as it is on the wire.
      const declared = headers['x-amz-content-sha256'];
      const payloadHash = typeof declared === 'string' ? declared : hashPayload(body);
      const given = { ...(service === 's3' ? { 'x-amz-content-sha256': payloadHash } : {}), ...headers, host: `127.0.0.1:${port}` };
      const flat = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]));
      const signed = signRequest({ method, url: new URL(`${url}${path}`), path: service === 's3' ? path.split('?', 1)[0] : undefined, headers: flat, payloadHash }, { service, region, now: Date.now() }, secrets.lab);
      const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers: { ...given, ...signed, 'content-length': String(Buffer.byteLength(body)) } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') }));
      });
      sent.on('error', reject);
      sent.end(body);
    }),
    close: async () => {
      await issuer.close();
      await cloud.stop();
      rmSync(objectFolder, { recursive: true, force: true });
      server.close();
      server.closeAllConnections();
    },
  };
}
