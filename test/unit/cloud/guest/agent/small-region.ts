/** A region in the small for tests of the agent and the message service: TLS endpoint, IMDS and a fake guest over loopback TCP. */
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect as netConnect, type AddressInfo, type Socket } from 'node:net';
import { PassThrough, type Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { authenticate } from '../../../../../src/cloud/endpoint/verify.js';
import { AwsError, type Caller, type Input, type OperationContext, type Output, type Service } from '../../../../../src/cloud/endpoint/operation.js';
import { startAgent, type Agent } from '../../../../../src/cloud/guest/agent/agent.js';
import { Turns } from '../../../../../src/cloud/guest/agent/turns.js';
import type { ExitStatus, Guest, GuestProcess, PtySize, SpawnRequest } from '../../../../../src/cloud/guest/guest.js';
import { createKeyRing } from '../../../../../src/cloud/keys/key-ring.js';
import { readMessage } from '../../../../../src/cloud/messages/frame.js';
import { Hop } from '../../../../../src/cloud/messages/hop.js';
import { createMessageService, type MessageEndpoint } from '../../../../../src/cloud/messages/messages.js';
import { createRegionCipher, makeCipherSecret } from '../../../../../src/cloud/keys/region-cipher.js';
import { CommandDelivery } from '../../../../../src/cloud/run-command.js';
import { kms } from '../../../../../src/cloud/services/kms/kms.js';
import { endSession, ssm } from '../../../../../src/cloud/services/ssm/index.js';
import type { RoleCredentials } from '../../../../../src/cloud/region.js';
import { Memory } from '../../../../../src/cloud/state/memory.js';
import type { AgentMessage } from '../../../../../src/lib/protocol/agent-message.js';
import { encodeOpenControlChannel } from '../../../../../src/lib/protocol/open-channel.js';
import { hashPayload, signRequest } from '../../../../../src/lib/protocol/sigv4.js';
import { selfSigned } from './self-signed.js';

export const REGION = 'ap-northeast-1';
export const INSTANCE = 'i-0123456789abcdef0';
const ACCOUNT = '123456789012';

/** A process that the test plays. */
export class FakeProcess implements GuestProcess {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly signals: string[] = [];
  size: PtySize | undefined;
  #settle: (status: ExitStatus) => void = () => undefined;
  readonly status = new Promise<ExitStatus>((resolve) => (this.#settle = resolve));

  readonly request: SpawnRequest;

  constructor(request: SpawnRequest) {
    this.request = request;
  }

  resize(size: PtySize): void {
    this.size = size;
  }

  signal(name: string): void {
    this.signals.push(name);
    if (name === 'KILL') this.exit({ code: undefined, signal: 'KILL' });
  }

  exit(status: ExitStatus): void {
    this.stdout.end();
    this.stderr.end();
    this.#settle(status);
  }
}

export class SmallRegion {
  readonly memory = new Memory();
  readonly state = this.memory.scope(REGION);
  readonly keys = createKeyRing({ accountId: ACCOUNT, now: Date.now });
  readonly processes: FakeProcess[] = [];
  readonly lines: string[] = [];
  /** What the role may do; the tests take from it. */
  readonly allowed = new Set(['ssm:UpdateInstanceInformation', 'ssmmessages:CreateControlChannel', 'ssmmessages:OpenControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenDataChannel']);
  hasRole = true;
  /** False: packets out of the guest are dropped. */
  route = true;
  /** The guest's connections to the services wait for it. */
  held: Promise<void> = Promise.resolve();
  /** Hosts of the region to which there is no way. */
  readonly hidden = new Set<string>();
  readonly calls: string[] = [];
  /** Names of the guest's resolver, and what listens where: `localhost:22` or `10.0.9.9:80` to a port on loopback. */
  readonly names = new Map<string, readonly string[]>();
  readonly ports = new Map<string, number>();
  messages!: MessageEndpoint;
  readonly commands = new CommandDelivery({
    state: this.state, isConnected: () => this.connected, send: (job) => this.messages.sendJob(REGION, job.instanceId, job), now: Date.now,
  });
  readonly #cipher = createRegionCipher(makeCipherSecret());
  #guestSockets = new Set<Socket>();
  #clientSockets = new Set<Duplex>();
  #servers: Server[] = [];
  #ports = { tls: 0, imds: 0, loopback: 0 };
  #agents: Agent[] = [];
  readonly #turns = new Turns();
  #ca = '';
  #opened = 0;

  static async start(options: { readonly awayMs?: number } = {}): Promise<SmallRegion> {
    const region = new SmallRegion();
    await region.#start(options);
    return region;
  }

  async #start(options: { readonly awayMs?: number }): Promise<void> {
    const certificate = selfSigned(['ssm', 'ssmmessages', 'kms'].map((service) => `${service}.${REGION}.amazonaws.com`));
    this.#ca = certificate.cert;
    this.messages = createMessageService({
      log: (line) => this.lines.push(line),
      now: Date.now,
      streamBaseUrl: () => `ws://127.0.0.1:${this.#ports.loopback}`,
      authenticate: (request, body) => authenticate(
        { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body },
        { keys: this.keys, now: Date.now(), protocol: 'json', service: 'ssmmessages' },
      ),
      authorize: (caller, action) => this.#admit(caller, action),
      onSessionEnd: (_region, sessionId) => endSession(this.state, sessionId, Date.now()),
      awayMs: options.awayMs,
      onConnectionChange: (_region, instanceId) => this.commands.connectionChanged(instanceId),
      onJobAck: (_region, instanceId, ack) => this.commands.acknowledged(instanceId, ack),
      onJobReply: (_region, instanceId, reply) => this.commands.replied(instanceId, reply),
    });
    const tls = createTlsServer(certificate);
    const loopback = createServer();
    for (const server of [tls, loopback]) {
      server.on('upgrade', (request, socket, head) => {
        if (server === loopback) this.#clientSockets.add(socket);
        if (!this.messages.handleUpgrade(request, socket, head)) socket.destroy();
      });
    }
    tls.on('request', (request, response) => {
      this.calls.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
      if (this.messages.handleRequest(request, response)) return;
      void this.#serviceRequest(request).then(
        (body) => response.end(JSON.stringify(body)),
        (error: unknown) => {
          response.statusCode = 400;
          response.end(JSON.stringify({ __type: error instanceof AwsError ? error.code : 'InternalServerError', message: String(error) }));
        },
      );
    });
    loopback.on('request', (request, response) => {
      if (this.messages.handleRequest(request, response)) return;
      // What AWS's plugin calls: ResumeSession and TerminateSession. Its keys are none of this region's.
      void this.#plain(request).then((body) => response.end(JSON.stringify(body)), () => response.writeHead(400).end());
    });
    const imds = createServer((request, response) => {
      const url = request.url ?? '';
      if (request.method === 'PUT') response.end('imds-token');
      else if (request.headers['x-aws-ec2-metadata-token'] !== 'imds-token') response.writeHead(401).end();
      else if (url.endsWith('/document')) response.end(JSON.stringify({ region: REGION, instanceId: INSTANCE }));
      else if (url.endsWith('/macs/')) response.end('02:00:00:00:00:01/');
      else if (url.endsWith('/02:00:00:00:00:01/vpc-ipv4-cidr-blocks')) response.end('10.0.0.0/16\n100.64.0.0/24');
      else if (!this.hasRole) response.writeHead(404).end();
      else if (url.endsWith('/security-credentials/')) response.end('lab-role');
      else {
        const credentials = this.roleCredentials();
        response.end(JSON.stringify({
          Code: 'Success', AccessKeyId: credentials.accessKeyId, SecretAccessKey: credentials.secretAccessKey,
          Token: credentials.sessionToken, Expiration: new Date(credentials.expiration).toISOString(),
        }));
      }
    });
    this.#servers = [tls, imds, loopback];
    await Promise.all(this.#servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))));
    const [tlsPort, imdsPort, loopbackPort] = this.#servers.map((server) => (server.address() as AddressInfo).port);
    this.#ports = { tls: tlsPort ?? 0, imds: imdsPort ?? 0, loopback: loopbackPort ?? 0 };
  }

  async #serviceRequest(request: IncomingMessage): Promise<Output> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const service = request.headers.host?.startsWith('kms.') === true ? kms : ssm;
    const { caller } = authenticate({ method: 'POST', path: request.url ?? '/', headers: request.headers, body }, { keys: this.keys, now: Date.now(), protocol: 'json', service: service.name });
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    this.#admit(caller, `${service.name}:${operation}`);
    return jsonReply(await this.#call(service, operation, JSON.parse(body.toString()) as Input, caller));
  }

  async #plain(request: IncomingMessage): Promise<Output> {
    let body = '';
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString();
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    this.calls.push(operation);
    return this.call(operation, JSON.parse(body) as Input);
  }

  #admit(caller: Caller, action: string): void {
    if (caller.kind === 'role' && !this.allowed.has(action)) throw new AwsError('AccessDeniedException', `${caller.arn} may not ${action}`);
  }

  /** Calls an operation of ssm, by default as the lab's user. */
  call(operation: string, input: Input, caller: Caller = labCaller()): Promise<Output> {
    return this.#call(ssm, operation, input, caller);
  }

  /** Calls an operation of kms as the lab's user. */
  kms(operation: string, input: Input): Promise<Output> {
    return this.#call(kms, operation, input, labCaller());
  }

  async #call(service: Service, operation: string, input: Input, caller: Caller): Promise<Output> {
    const found = service.operations[operation];
    if (found === undefined) throw new Error(`no operation ${operation}`);
    return found(input, this.context(caller));
  }

  context(caller: Caller = labCaller()): OperationContext {
    return {
      region: REGION, accountId: ACCOUNT, caller, origin: { kind: 'loopback' }, requestId: 'r', state: this.state, globalState: this.memory.scope('aws-global'),
      runtime: { messages: this.messages, keys: this.keys, cipher: this.#cipher, fabric: undefined as never, endpointUrl: '', pace: 0 },
      now: Date.now,
      call: () => ({ reservationSet: [{ instancesSet: [{ instanceId: INSTANCE }] }] }),
    };
  }

  /** A guest whose connect() leads to the servers of this region, as long as there is a route. */
  guest(): Guest {
    const never = (): never => {
      throw new Error('not part of this test');
    };
    return {
      specification: {
        region: REGION, instanceId: INSTANCE, networkInterfaceId: 'eni-1', privateIp: '10.0.1.16', hostName: 'ip-10-0-1-16',
        domainName: `${REGION}.compute.internal`, architecture: 'aarch64', authorizedKeys: [],
      },
      onPower: () => undefined,
      spawn: async (request) => {
        if (request.run.kind === 'line' && request.run.line === 'unstartable') throw new Error('no such shell');
        const process = new FakeProcess(request);
        this.processes.push(process);
        return process;
      },
      resolve: (host) => Promise.resolve(this.names.get(host) ?? [host]),
      connect: (host, port, { timeoutMs = 5000, signal } = {}) => this.#connect(host, port, timeoutMs, signal),
      listen: never,
      files: never,
      home: () => '/home/ssm-user',
      stop: async () => undefined,
    };
  }

  async #connect(host: string, port: number, timeoutMs: number, signal: AbortSignal | undefined): Promise<Duplex> {
    const metadata = host === '169.254.169.254';
    if (!metadata) await this.held;
    const server = this.ports.get(`${host}:${port}`);
    if (server !== undefined) return connected(server);
    if (!metadata && (port !== 443 || !host.endsWith(`.${REGION}.amazonaws.com`))) return Promise.reject(new Error(`unexpected ${host}:${port}`));
    return new Promise((resolve, reject) => {
      if (!metadata && (!this.route || this.hidden.has(host))) {
        const timer = setTimeout(() => reject(new Error('ETIMEDOUT')), timeoutMs);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(new Error('aborted'));
        });
        return;
      }
      const socket = netConnect(metadata ? this.#ports.imds : this.#ports.tls, '127.0.0.1', () => resolve(socket));
      socket.once('error', reject);
      if (!metadata) this.#guestSockets.add(socket);
      socket.once('close', () => this.#guestSockets.delete(socket));
    });
  }

  /** Cuts every connection of the guest to the services. */
  cut(): void {
    for (const socket of this.#guestSockets) socket.destroy();
  }

  /** Cuts every websocket of clients. */
  cutClients(): void {
    for (const socket of this.#clientSockets) socket.destroy();
    this.#clientSockets.clear();
  }

  /** Closes every websocket of clients as AWS's service does about every hour: `1000 Bye` (`protocol.md` §2.4). */
  sayBye(): void {
    const text = Buffer.from('Bye');
    for (const socket of this.#clientSockets) socket.write(Buffer.concat([Buffer.of(0x88, 2 + text.length, 1000 >> 8, 1000 & 0xff), text]));
    this.#clientSockets.clear();
  }

  agent(guest = this.guest()): Agent {
    const agent = startAgent(guest, { caCertificate: this.#ca, log: (line) => this.lines.push(line), now: Date.now, turns: this.#turns });
    this.#agents.push(agent);
    return agent;
  }

  get connected(): boolean {
    return this.messages.isConnected(REGION, INSTANCE);
  }

  async pingStatus(): Promise<unknown> {
    const output = await this.call('DescribeInstanceInformation', {});
    return (output['InstanceInformationList'] as { PingStatus: string }[])[0]?.PingStatus;
  }

  /** StartSession and a client's websocket on it. */
  async session(documentName?: string, parameters?: Record<string, string[]>, clientVersion?: string): Promise<TestClient> {
    const output = await this.call('StartSession', {
      Target: INSTANCE,
      ...(documentName === undefined ? {} : { DocumentName: documentName }),
      ...(parameters === undefined ? {} : { Parameters: parameters }),
    });
    return new TestClient(output['SessionId'] as string, output['StreamUrl'] as string, output['TokenValue'] as string, clientVersion);
  }

  /** A shell's session with limits of its own, and a client's websocket on it. */
  limited(limits: { readonly idleTimeoutMs: number; readonly maxDurationMs?: number }): TestClient {
    const { sessionId, streamUrl, tokenValue } = this.open({ schemaVersion: '1.0', sessionType: 'Standard_Stream' }, limits);
    return new TestClient(sessionId, streamUrl, tokenValue);
  }

  /** A session by a document of one's own. */
  open(document: Readonly<Record<string, unknown>>, limits: { readonly idleTimeoutMs: number; readonly maxDurationMs?: number } = { idleTimeoutMs: 60_000 }): { readonly sessionId: string; readonly streamUrl: string; readonly tokenValue: string } {
    const sessionId = `own-${this.#opened++}`;
    const opened = this.messages.openSession({
      region: REGION, sessionId, target: INSTANCE, documentName: 'D', document, parameters: {}, owner: labCaller().arn, maxDurationMs: undefined, ...limits,
    });
    return { sessionId, ...opened };
  }

  /** POST to a channel, signed by a role's credentials for `instanceId`, or not at all. Gives status and body. */
  post(path: string, instanceId?: string): Promise<{ readonly status: number; readonly body: string }> {
    const url = new URL(`http://127.0.0.1:${this.#ports.loopback}${path}`);
    const keys = instanceId === undefined ? undefined : this.keys.issueRoleCredentials('lab-role', instanceId, { instanceId });
    const scope = { service: 'ssmmessages', region: REGION, now: Date.now() };
    const headers = keys === undefined ? {} : signRequest({ method: 'POST', url, headers: {}, payloadHash: hashPayload('') }, scope, keys);
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(url, { method: 'POST', headers });
      outgoing.once('error', reject);
      outgoing.once('response', (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      outgoing.end();
    });
  }

  /** A control channel of the instance that a test plays. */
  async controlChannel(onMessage: (message: AgentMessage) => void): Promise<WebSocket> {
    const path = `/v1/control-channel/${INSTANCE}`;
    const token = /<TokenValue>(.*)<\/TokenValue>/.exec((await this.post(path, INSTANCE)).body)?.[1] ?? '';
    const url = new URL(`${this.loopbackUrl.replace(/^ws/, 'http')}${path}?role=subscribe&stream=input`);
    const headers = signRequest({ method: 'GET', url, headers: {}, payloadHash: hashPayload('') }, { service: 'ssmmessages', region: REGION, now: Date.now() }, this.roleCredentials());
    const socket = new WebSocket(url.href.replace(/^http/, 'ws'), { headers });
    socket.on('message', (data) => {
      const message = readMessage(data as Buffer);
      if (message !== undefined) onMessage(message);
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.send(encodeOpenControlChannel({ requestId: 'r', tokenValue: token, agentVersion: '3.3.0.0', platformType: 'linux' }));
    socket.ping();
    await new Promise((resolve) => socket.once('pong', resolve));
    return socket;
  }

  get tlsPort(): number {
    return this.#ports.tls;
  }

  get caCertificate(): string {
    return this.#ca;
  }

  /** As the instance's IMDS hands them out. */
  roleCredentials(): RoleCredentials {
    return this.keys.issueRoleCredentials('lab-role', INSTANCE, { instanceId: INSTANCE });
  }

  get ssmUrl(): string {
    return `http://127.0.0.1:${this.#ports.loopback}`;
  }

  get loopbackUrl(): string {
    return `ws://127.0.0.1:${this.#ports.loopback}`;
  }

  stop(): void {
    this.commands.stop();
    for (const agent of this.#agents) agent.stop();
    this.messages.close();
    this.cut();
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }
}

/** As the wire has it: bytes are base64. */
function jsonReply(output: Output): Output {
  return Object.fromEntries(Object.entries(output).map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString('base64') : value]));
}

function connected(port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = netConnect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

export function labCaller(): Caller {
  return { accountId: ACCOUNT, accessKeyId: 'AKIALAB', arn: `arn:aws:iam::${ACCOUNT}:user/ssmlab`, userId: 'AIDALAB', kind: 'lab' };
}

/** A client of the data channel that answers the handshake and collects what comes. */
export class TestClient {
  readonly frames: AgentMessage[] = [];
  readonly received: { readonly type: number; readonly text: string }[] = [];
  bytes = 0;
  closedWith: string | undefined;
  closed = false;
  /** False: nothing is acknowledged, as by a program that stopped reading. */
  reading = true;
  readonly hop: Hop;
  socket: WebSocket;
  #unread: (() => void)[] = [];

  readonly sessionId: string;
  readonly clientVersion: string;
  /** Payloads in order, while they are few. */
  readonly raw: { readonly type: number; readonly payload: Buffer }[] = [];

  /** `answers` false: the test answers the handshake. */
  constructor(sessionId: string, url: string, token: string, clientVersion = '1.3.0.0', { answers = true }: { readonly answers?: boolean } = {}) {
    this.sessionId = sessionId;
    this.clientVersion = clientVersion;
    this.hop = new Hop({
      sends: 'input_stream_data',
      now: Date.now,
      onData: (type, payload, accept) => {
        this.bytes += payload.length;
        if (this.bytes < 64 << 20) this.raw.push({ type, payload });
        if (this.bytes < 1 << 20) this.received.push({ type, text: payload.toString() });
        if (type === 5 && answers) this.respond();
        if (this.reading) accept();
        else this.#unread.push(accept);
      },
    });
    this.socket = this.open(url, token);
  }

  open(url: string, token: string): WebSocket {
    const socket = new WebSocket(url, { perMessageDeflate: false, generateMask: (mask) => void mask.fill(0) });
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.once('open', () => {
      socket.send(JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: 'r', TokenValue: token, ClientId: 'c', ClientVersion: this.clientVersion }));
      this.hop.attach(socket);
    });
    socket.on('message', (data) => {
      const frame = readMessage(data as Buffer);
      if (frame === undefined) throw new Error('a message that is none');
      this.frames.push(frame);
      if (frame.messageType === 'channel_closed') {
        this.closedWith = (JSON.parse(frame.payload.toString()) as { Output: string }).Output;
      } else this.hop.receive(frame);
    });
    socket.once('close', () => {
      this.closed = true;
      this.hop.detach();
    });
    return socket;
  }

  read(): void {
    this.reading = true;
    for (const accept of this.#unread.splice(0)) accept();
  }

  send(text: string, type = 1): void {
    this.hop.send(type, Buffer.from(text));
  }

  text(type: number): string {
    return this.received.filter((item) => item.type === type).map((item) => item.text).join('');
  }

  /** Answers the handshake's request. */
  respond(): void {
    const action = { ActionType: 'SessionType', ActionStatus: 1, ActionResult: null, Error: '' };
    this.send(JSON.stringify({ ClientVersion: this.clientVersion, ProcessedClientActions: [action], Errors: null }), 6);
  }
}
