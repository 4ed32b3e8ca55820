/** The region of the suite: the real composition in this process, its state in memory, and signed requests to it. */
import { createServer, request as httpRequest } from 'node:http';
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
import type { WireReply } from './reply.js';
import type { WrittenRequest } from './request.js';

export interface ModelRegion {
  /** The dispatch tables of the form and JSON services. */
  readonly services: readonly Service[];
  /** Those of the rest-xml ones, whose replies botocore's side of the suite judges. */
  readonly restServices: readonly Service[];
  readonly url: string;
  readonly secrets: RegionSecrets;
  readonly log: readonly string[];
  /** Signs and sends. */
  send(service: string, region: string, request: WrittenRequest): Promise<WireReply>;
  close(): Promise<void>;
}

export async function startModelRegion(): Promise<ModelRegion> {
  const log: string[] = [];
  const secrets = await makeSecrets();
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const objectFolder = mkdtempSync(join(tmpdir(), 'ssmlab-objects-'));
  const cloud = await startRegions({ memory: new Memory(), secrets, objectFolder, endpointUrl: url, uplinkPort: undefined, workerUrl: await bundleWorker(), log: (line) => log.push(line) });
  server.on('request', cloud.onRequest);
  server.on('upgrade', cloud.onUpgrade);
  return {
    services: cloud.services.filter((service) => service.protocol !== 'rest-xml'),
    restServices: cloud.services.filter((service) => service.protocol === 'rest-xml'),
    url,
    secrets,
    log,
    send: (service, region, { headers, body }) => new Promise((resolve, reject) => {
      const given = { ...headers, host: `127.0.0.1:${port}` };
      const signed = signRequest({ method: 'POST', url: new URL(url), headers: given, payloadHash: hashPayload(body) }, { service, region, now: Date.now() }, secrets.lab);
      const sent = httpRequest({ host: '127.0.0.1', port, method: 'POST', path: '/', headers: { ...given, ...signed, 'content-length': String(Buffer.byteLength(body)) } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') }));
      });
      sent.on('error', reject);
      sent.end(body);
    }),
    close: async () => {
      await cloud.stop();
      rmSync(objectFolder, { recursive: true, force: true });
      server.close();
      server.closeAllConnections();
    },
  };
}
