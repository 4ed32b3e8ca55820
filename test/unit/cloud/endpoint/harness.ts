/** A running endpoint for tests: memory state, the services given, and signed or raw requests to it. */
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEndpoint, type Endpoint, type EndpointOptions } from '../../../../src/cloud/endpoint/endpoint.js';
import type { Operation, Origin, Service } from '../../../../src/cloud/endpoint/operation.js';
import { readWhole } from '../../../../src/cloud/endpoint/reads.js';
import { createKeyRing, type LookupKeyRing } from '../../../../src/cloud/keys/key-ring.js';
import type { RegionRuntime } from '../../../../src/cloud/region.js';
import { iam, roleIdOf, userKeys } from '../../../../src/cloud/services/iam/iam.js';
import { sts } from '../../../../src/cloud/services/sts/sts.js';
import { Memory } from '../../../../src/cloud/state/memory.js';
import type { Store } from '../../../../src/cloud/state/store.js';
import { hashPayload, signRequest, type SigningKeys } from '../../../../src/lib/protocol/sigv4.js';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface SignedCall {
  readonly service: string;
  readonly body: string;
  readonly region?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly keys?: SigningKeys;
  /** When it claims to be signed; default: now. */
  readonly signedAt?: number;
}

export interface Harness {
  readonly endpoint: Endpoint;
  readonly keys: LookupKeyRing;
  readonly port: number;
  readonly url: string;
  readonly globalState: Store;
  readonly log: string[];
  now: number;
  /** Regions whose state was asked for. */
  readonly regions: Set<string>;
  origin: Origin | undefined;
  call(call: SignedCall): Promise<Reply>;
  raw(options: { method?: string; path?: string; headers?: Record<string, string>; body?: string | Buffer }): Promise<Reply>;
  close(): Promise<void>;
}

/** An operation that looks at all it is given. */
const reflecting = (operation: Operation): Operation => (input, context) => {
  readWhole(input);
  return operation(input, context);
};

/** Services that answer with what they got, one a protocol. */
export const echoServices: readonly Service[] = [
  {
    name: 'ec2', protocol: 'ec2', version: '2016-11-15', xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    operations: {
      DescribeThings: reflecting((input, context) => ({ thingSet: [{ thingId: 't-1', at: new Date(0), odd: '<&"\u0001>', none: undefined }], empty: [], input: JSON.stringify(input), region: context.region })),
      TerminateInstances: reflecting(() => ({ return: true })),
      Fail: () => { throw new Error('secret detail'); },
    },
  },
  {
    name: 'cloudformation', protocol: 'query', version: '2010-05-15', xmlNamespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    operations: { Echo: reflecting((input) => ({ Input: JSON.stringify(input), Things: [{ Name: 'a' }, { Name: 'b' }] })), Fail: () => { throw new Error('secret detail'); } },
  },
  {
    name: 'ssm', protocol: 'json', version: '2014-11-06', targetPrefix: 'AmazonSSM',
    operations: { Echo: reflecting((input) => ({ Input: input, At: new Date(1_763_920_000_123) })), UpdateInstanceInformation: reflecting(() => ({})), Fail: () => { throw new Error('secret detail'); } },
  },
];

export async function startHarness(options: Partial<EndpointOptions> = {}): Promise<Harness> {
  const memory = new Memory();
  const globalState = memory.scope('aws-global');
  const log: string[] = [];
  const regions = new Set<string>();
  const harness = { now: Date.now(), origin: undefined as Origin | undefined };
  const keys = createKeyRing({ accountId: '123456789012', now: () => harness.now, roleIdOf: (name) => roleIdOf(globalState, name), ...userKeys(globalState) });
  const runtime = { keys, endpointUrl: 'http://127.0.0.1', pace: 0 } as unknown as RegionRuntime;
  const endpoint = createEndpoint({
    services: [...echoServices, iam, sts], keys, globalState, runtime, now: () => harness.now, log: (line) => log.push(line),
    stateFor: (region) => {
      regions.add(region);
      return memory.scope(region);
    },
    ...options,
  });
  const server = createServer((request, response) => void endpoint.handle(request, response, harness.origin));
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  const raw: Harness['raw'] = ({ method = 'POST', path = '/', headers = {}, body = '' }) => new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers: { ...(headers['transfer-encoding'] === undefined ? { 'content-length': String(Buffer.byteLength(body)) } : {}), ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') }));
    });
    sent.on('error', reject);
    sent.end(body);
  });

  return Object.assign(harness, {
    endpoint, keys, port, url, globalState, log, regions, raw,
    call: ({ service, body, region = 'ap-northeast-1', method = 'POST', path = '/', headers = {}, keys: signer = keys.lab, signedAt }: SignedCall) => {
      const given: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', ...headers, host: headers['host'] ?? `127.0.0.1:${port}` };
      const signed = signRequest({ method, url: new URL(path, url), headers: given, payloadHash: hashPayload(body) }, { service, region, now: signedAt ?? harness.now }, signer);
      return raw({ method, path, headers: { ...given, ...signed }, body });
    },
    close: () => new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  });
}
