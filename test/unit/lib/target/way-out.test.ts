/** Calls and streams to AWS's own names, through a real proxy on loopback (CONNECT), to a server with a certificate of an authority that nobody knows but the bundle. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createCertificateAuthority } from '../../../../src/cloud/tls/certificate-authority.js';
import type { ApiTarget } from '../../../../src/lib/aws/client.js';
import { accountAlias } from '../../../../src/lib/aws/iam.js';
import { describeAgents } from '../../../../src/lib/aws/ssm.js';
import { openStreamSocket } from '../../../../src/lib/session/stream-socket.js';
import { resolveTarget } from '../../../../src/lib/target/resolve.js';
import { ownCidrByAws } from '../../../../src/lib/target/own-address.js';
import type { Target } from '../../../../src/lib/target/target.js';
import { wayOut } from '../../../../src/lib/target/way-out.js';

const REGION = 'eu-west-1';
const folder = mkdtempSync(join(tmpdir(), 'ssmlab-proxy-'));
const BUNDLE = join(folder, 'authorities.pem');
const NAMES = ['ssm.eu-west-1.amazonaws.com', 'ssmmessages.eu-west-1.amazonaws.com', 'iam.amazonaws.com', 'checkip.amazonaws.com'];

/** What the proxy was asked for. */
const asked: { readonly to: string; readonly authorization: string | undefined }[] = [];
const sockets = new Set<Socket>();
/** Ports of the connections that the proxy made. */
const proxied = new Set<number | undefined>();
let aws: Server;
let proxy: Server;
let refusal: number | undefined;

const listen = (server: Server): Promise<number> => new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  writeFileSync(BUNDLE, authority.certificatePem);
  const { certificatePem: cert, privateKeyPem: key } = await authority.issue(NAMES);
  aws = createHttps({ cert, key }, (request, reply) => {
    request.resume();
    if (request.headers.host === 'ssm.eu-west-1.amazonaws.com') reply.setHeader('content-type', 'application/x-amz-json-1.1').end('{"InstanceInformationList":[{"InstanceId":"i-1"}]}');
    else if (request.headers.host === 'checkip.amazonaws.com') reply.end(proxied.has(request.socket.remotePort) ? '203.0.113.9\n' : '203.0.113.7\n');
    else reply.setHeader('content-type', 'text/xml').end('<ListAccountAliasesResponse><ListAccountAliasesResult><AccountAliases><member>lab</member></AccountAliases><IsTruncated>false</IsTruncated></ListAccountAliasesResult></ListAccountAliasesResponse>');
  });
  const streams = new WebSocketServer({ server: aws });
  streams.on('connection', (socket) => socket.send('hello'));
  await listen(aws);
  proxy = createHttp();
  proxy.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push({ to: request.url ?? '', authorization: request.headers['proxy-authorization'] });
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    const far = connect(portOf(aws), '127.0.0.1', () => {
      proxied.add(far.localPort);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.write(head);
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.destroy());
    sockets.add(far);
  });
  await listen(proxy);
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  proxy.close();
  aws.close();
  rmSync(folder, { recursive: true, force: true });
});

const VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy', 'AWS_CA_BUNDLE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_PROFILE', 'AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
let before: (string | undefined)[] = [];
beforeEach(() => {
  before = VARIABLES.map((name) => process.env[name]);
  for (const name of VARIABLES) delete process.env[name];
  Object.assign(process.env, { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'), AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', HTTPS_PROXY: `http://me:pass%40word@127.0.0.1:${portOf(proxy)}` });
  writeFileSync(join(folder, 'config'), '');
  asked.length = 0;
  refusal = undefined;
});
afterEach(() => VARIABLES.forEach((name, i) => {
  if (before[i] === undefined) delete process.env[name];
  else process.env[name] = before[i];
}));

const target = (): Promise<Target> => resolveTarget({ kind: 'aws', region: REGION, home: folder, environment: process.env });
const impatient = async (): Promise<Target> => ({ ...(await target()), patienceMs: 1500 });

describe('a proxy and an authority of one\'s own', () => {
  it('are used by the SDK\'s clients, by calls that are signed here, and by streams', async () => {
    process.env['AWS_CA_BUNDLE'] = BUNDLE;
    const found = await target();
    expect(await describeAgents(found)).toEqual([{ InstanceId: 'i-1' }]);
    expect(await accountAlias(found)).toBe('lab');
    const socket = await openStreamSocket({ streamUrl: 'wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/x', agentFor: found.wayOut?.agentFor });
    const said = new Promise((resolve) => void socket.once('message', (data: Buffer) => resolve(data.toString())));
    socket.resume();
    expect(await said).toBe('hello');
    socket.terminate();
    const authorization = `Basic ${Buffer.from('me:pass@word').toString('base64')}`;
    expect(asked).toEqual(['ssm.eu-west-1.amazonaws.com:443', 'iam.amazonaws.com:443', 'ssmmessages.eu-west-1.amazonaws.com:443'].map((to) => ({ to, authorization })));
  });

  it('may be of the profile', async () => {
    const config = join(folder, 'config-with-bundle');
    writeFileSync(config, `[default]\nca_bundle = ${BUNDLE}\n`);
    process.env['AWS_CONFIG_FILE'] = config;
    expect(await describeAgents(await target())).toEqual([{ InstanceId: 'i-1' }]);
  });

  it('an authority that nobody knows is not believed', async () => {
    await expect(describeAgents(await impatient())).rejects.toMatchObject({ code: 'endpoint-unreachable', message: expect.stringMatching(/^ssm\.eu-west-1\.amazonaws\.com:443 shows a certificate that is not believed: .*(?:self-signed|unable to (?:verify|get))/u) as string, hint: expect.stringContaining('AWS_CA_BUNDLE') as string });
  });

  it.each([['that is not there', join(folder, 'nowhere.pem'), /^AWS_CA_BUNDLE names .*nowhere\.pem, which cannot be read: ENOENT$/u], ['without a certificate', join(folder, 'config'), /in which there is no PEM certificate$/u]])('a bundle %s is said to be so', async (_, file, message) => {
    process.env['AWS_CA_BUNDLE'] = file;
    const found = await target();
    await expect((async () => describeAgents(found))()).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) as string });
  });

  it('a proxy that wants to know who asks is told of', async () => {
    process.env['AWS_CA_BUNDLE'] = BUNDLE;
    refusal = 407;
    const found = await impatient();
    const words = { code: 'endpoint-unreachable', message: `the proxy 127.0.0.1:${portOf(proxy)} wants to know who asks (HTTP 407)` };
    await expect(describeAgents(found)).rejects.toMatchObject(words);
    await expect(accountAlias(found)).rejects.toMatchObject(words);
  });

  it('a proxy that is not there is named, and its password is not', async () => {
    process.env['HTTPS_PROXY'] = 'http://me:pass%40word@127.0.0.1:9';
    const error = await describeAgents(await impatient()).then(() => undefined, (thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'endpoint-unreachable', message: 'nothing answers at ssm.eu-west-1.amazonaws.com:443 through the proxy 127.0.0.1:9 (ECONNREFUSED)' });
  });
});

describe('one\'s own address', () => {
  const shut: Target['dial'] = () => Promise.reject(new Error('no way'));
  const open: Target['dial'] = () => new Promise((resolve) => {
    const socket = connect(portOf(aws), '127.0.0.1', () => resolve(socket));
    sockets.add(socket);
  });
  const own = async (dial: Target['dial']): Promise<string> => ownCidrByAws({ dial, way: await wayOut({ bundle: { file: BUNDLE, setBy: 'the test' } }) });

  it('is what SSH is seen as, which goes through no HTTP proxy', async () => {
    expect(await own(open)).toBe('203.0.113.7/32');
    delete process.env['HTTPS_PROXY'];
    expect(await own(open)).toBe('203.0.113.7/32');
  });

  it('is the proxy\'s where nothing answers otherwise', async () => {
    expect(await own(shut)).toBe('203.0.113.9/32');
    refusal = 407;
    await expect(own(shut)).rejects.toMatchObject({ code: 'endpoint-unreachable', hint: 'pass --ssh-from CIDR', cause: new Error('no way') });
  });

  it('that is not told names the SOCKS proxy that it was asked through, without its password', async () => {
    delete process.env['HTTPS_PROXY'];
    process.env['ALL_PROXY'] = 'socks5h://ada:hidden@127.0.0.1:1081';
    await expect(own(shut)).rejects.toMatchObject({ message: 'checkip.amazonaws.com:443 does not answer through the SOCKS proxy 127.0.0.1:1081, which ALL_PROXY names, so your own address is not known' });
  });

  it('is asked of nobody whose authority is not known', async () => {
    delete process.env['HTTPS_PROXY'];
    await expect(ownCidrByAws({ dial: open, way: await wayOut({}) })).rejects.toMatchObject({ code: 'endpoint-unreachable' });
  });
});

describe('what goes directly', () => {
  const wayTo = async (url: string) => (await target()).wayOut?.agentFor(new URL(url));

  it('is this machine itself, whatever the variables say', async () => {
    process.env['HTTP_PROXY'] = process.env['HTTPS_PROXY'];
    process.env['AWS_CA_BUNDLE'] = '/nowhere';
    for (const url of ['http://127.0.0.1:4566/', 'https://localhost:4566/', 'http://[::1]:1/', 'ws://127.0.0.1:1/']) expect(await wayTo(url), url).toBeUndefined();
    const local: ApiTarget = { ...(await target()), endpoint: `http://127.0.0.1:${portOf(proxy)}` };
    expect(local.wayOut?.proxyFor(new URL(local.endpoint ?? ''))).toBeUndefined();
  });

  it('is what NO_PROXY lists, and all where the proxy is of another kind', async () => {
    process.env['NO_PROXY'] = '.eu-west-1.amazonaws.com';
    expect(await wayTo('https://ssm.eu-west-1.amazonaws.com/')).toBeUndefined();
    expect(await wayTo('https://iam.amazonaws.com/')).toBeDefined();
    delete process.env['HTTPS_PROXY'];
    process.env['ALL_PROXY'] = 'socks5h://127.0.0.1:1080';
    expect(await wayTo('https://iam.amazonaws.com/')).toBeUndefined();
  });
});
