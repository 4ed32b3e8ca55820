/**
 * A proxy between the tool and a region. It names each call by the request itself, and can make one of them fail, once or always, with
 * what AWS answers then; or carry it out and lose the answer; or be late with all of them. Session streams go through it too.
 */
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** What goes wrong: refusals in the service's own protocol; `cut`: the connection is reset before the call arrives; `lost`: it is carried out, and the connection is reset in place of the answer; `late`: it is carried out, and the answer comes when nobody waits for it any more. */
export const KINDS = ['throttled', 'fault', 'cut', 'lost', 'late', 'expired', 'denied'] as const;
export type Kind = (typeof KINDS)[number];

/** What a later try may mend, and so what goes wrong once. */
export const PASSING = ['throttled', 'fault', 'cut', 'lost', 'late'] as const satisfies readonly Kind[];

/** What is to go wrong with a call, if anything. */
export type Fault = (call: SeenRequest) => Kind | undefined;

/** `ec2 DescribeVpcs` in the part of the life in which it was made. */
export interface Call {
  readonly part: string;
  readonly operation: string;
}

/** One request, for whoever looks at requests. */
export interface SeenRequest extends Call {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** EventBridge Scheduler is REST: the operation is where and how it is asked. */
const SCHEDULER: Readonly<Record<string, string>> = { 'POST /schedules/': 'CreateSchedule', 'DELETE /schedules/': 'DeleteSchedule', 'GET /schedules': 'ListSchedules', 'GET /schedules/': 'GetSchedule' };

/** `SERVICE OPERATION`; a new way of asking is not passed over. */
export function operationOf({ method = '', url = '', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>, body: string): string {
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/u.exec(headers.authorization ?? '')?.[1] ?? 'unsigned';
  const target = headers['x-amz-target'];
  const name = typeof target === 'string' ? target.split('.').at(-1) : (new URLSearchParams(body).get('Action') ?? SCHEDULER[`${method} ${url.split('?', 1)[0]?.replace(/(?<=^\/schedules\/).*$/u, '')}`]);
  if (name === undefined) throw new Error(`the proxy does not know which operation ${method} ${url} of ${service} is`);
  return `${service} ${name}`;
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const FORM = /^application\/x-www-form-urlencoded/u;

/** What AWS says, in the words of the three protocols (`aws-facts.md` §5; common errors of each API reference). */
function refusalOf(kind: Exclude<Kind, 'cut' | 'lost' | 'late'>, operation: string): Refusal {
  const [service = '', name = ''] = operation.split(' ');
  const isEc2 = service === 'ec2';
  const isForm = isEc2 || /^(?:iam|sts|cloudformation)$/u.test(service);
  const refusals: Readonly<Record<typeof kind, Refusal>> = {
    throttled: isEc2 ? { status: 503, code: 'RequestLimitExceeded', message: 'Request limit exceeded.' } : { status: 400, code: isForm ? 'Throttling' : 'ThrottlingException', message: 'Rate exceeded' },
    fault: { status: 500, code: isEc2 ? 'InternalError' : isForm ? 'InternalFailure' : 'InternalServerError', message: 'An internal error has occurred' },
    expired: isEc2 ? { status: 400, code: 'RequestExpired', message: 'Request has expired.' } : { status: isForm ? 403 : 400, code: isForm ? 'ExpiredToken' : 'ExpiredTokenException', message: 'The security token included in the request is expired' },
    denied: { status: isForm ? 403 : 400, code: isEc2 ? 'UnauthorizedOperation' : isForm ? 'AccessDenied' : 'AccessDeniedException', message: `User: arn:aws:iam::000000000000:user/lab is not authorized to perform: ${service}:${name}` },
  };
  return refusals[kind];
}

function refuse(reply: ServerResponse, { status, code, message }: Refusal, headers: IncomingMessage['headers'], operation: string): void {
  if (FORM.test(headers['content-type'] ?? '')) {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
    reply.writeHead(status, { 'content-type': 'text/xml' }).end(operation.startsWith('ec2 ') ? `<Response><Errors>${error}</Errors><RequestID>1</RequestID></Response>` : `<ErrorResponse>${error}<RequestId>1</RequestId></ErrorResponse>`);
    return;
  }
  reply.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code }).end(JSON.stringify({ __type: code, message }));
}

export class FaultProxy {
  /** Part of the life that calls are made in; some calls begin another: {@link NEXT_PART}. */
  part = '';
  fault: Fault | undefined;
  /** Milliseconds that all answers are kept back. */
  lateMs = 0;
  /** Milliseconds that `late` ones are kept back: longer than callers wait. */
  tooLateMs = 0;
  /** How often the fault came down. */
  struck = 0;
  readonly seen: SeenRequest[] = [];
  readonly #upstream: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Of the tool's side. */
  readonly #streams = new Set<Socket>();

  private constructor(upstream: string) {
    this.#upstream = new URL(upstream);
    this.#server = createServer((incoming, reply) => this.#take(incoming, reply));
    // Pauses between tries are longer than Node's five seconds: a connection that is closed as it is used is another fault.
    this.#server.keepAliveTimeout = 120_000;
    this.#server.on('upgrade', (incoming, socket, head) => this.#stream(incoming, socket as Socket, head));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Listens on loopback. */
  static async start(upstream: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(upstream);
    await new Promise<void>((resolve) => void proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#agent.destroy();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  /** Breaks the streams of the sessions that are open. */
  cutStreams(): void {
    for (const socket of this.#streams) socket.resetAndDestroy();
  }

  /** Notes the call, and says what is to go wrong with it. */
  #note(request: SeenRequest): Kind | undefined {
    this.seen.push(request);
    const kind = this.fault?.(request);
    if (kind !== undefined) this.struck += 1;
    return kind;
  }

  #begin(operation: string): void {
    this.part = NEXT_PART[`${this.part} ${operation}`] ?? this.part;
  }

  #take(incoming: IncomingMessage, reply: ServerResponse): void {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const body = Buffer.concat(chunks);
      const operation = operationOf(incoming, body.toString());
      if (operation !== 'cloudformation ExecuteChangeSet') this.#begin(operation);
      const kind = this.#note({ part: this.part, operation, method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body: body.toString() });
      if (kind === 'cut') return void incoming.socket.resetAndDestroy();
      if (kind !== undefined && kind !== 'lost' && kind !== 'late') return refuse(reply, refusalOf(kind, operation), incoming.headers, operation);
      const forward = request({ agent: this.#agent, host: this.#upstream.hostname, port: this.#upstream.port, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
          // What is asked for with it belongs to the plan yet.
          if (operation === 'cloudformation ExecuteChangeSet' && answer.statusCode === 200) this.#begin(operation);
          const said = Buffer.concat(parts);
          // The stream of a session is led through here as well.
          const text = /^ssm (?:Start|Resume)Session$/u.test(operation) ? Buffer.from(said.toString().replaceAll(this.#upstream.host, new URL(this.url).host)) : said;
          const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = answer.headers;
          const answerNow = (): void => {
            if (kind === 'lost') incoming.socket.resetAndDestroy();
            else if (!reply.destroyed) reply.writeHead(answer.statusCode ?? 0, { ...headers, 'content-length': String(text.length) }).end(text);
          };
          const wait = kind === 'late' ? this.tooLateMs : this.lateMs;
          if (wait > 0) setTimeout(answerNow, wait);
          else answerNow();
        });
      });
      forward.on('error', () => incoming.socket.destroy());
      forward.end(body);
    });
  }

  #stream(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    const operation = 'ssmmessages OpenDataChannel';
    const kind = this.#note({ part: this.part, operation, method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body: '' });
    socket.on('error', () => socket.destroy());
    this.#streams.add(socket.on('close', () => this.#streams.delete(socket)));
    if (kind === 'cut') return void socket.resetAndDestroy();
    if (kind !== undefined && kind !== 'lost' && kind !== 'late') return void socket.end(`HTTP/1.1 ${kind === 'throttled' ? '429 Too Many Requests' : kind === 'fault' ? '500 Internal Server Error' : '403 Forbidden'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    const join = (): void => {
      const far = connect(Number(this.#upstream.port), this.#upstream.hostname, () => {
        const headers = Object.entries(incoming.headers).flatMap(([name, value]) => [value ?? []].flat().map((one) => `${name}: ${one}`));
        far.write(`GET ${incoming.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
        far.write(head);
        socket.pipe(far).pipe(socket);
      });
      this.#sockets.add(far);
      far.on('error', () => socket.destroy()).on('close', () => (this.#sockets.delete(far), socket.destroy()));
      socket.on('close', () => far.destroy());
    };
    if (kind === 'lost') setTimeout(() => socket.resetAndDestroy(), 100);
    else setTimeout(() => (socket.destroyed ? undefined : join()), kind === 'late' ? this.tooLateMs : this.lateMs);
  }
}

/** Which part a call begins, by the part before: what is looked at, planned and made are different things to fail in. */
const NEXT_PART: Readonly<Record<string, string>> = {
  'deploy, the look ec2 ImportKeyPair': 'deploy, the plan',
  'deploy, the plan cloudformation ExecuteChangeSet': 'deploy, the making',
  'destroy, the look cloudformation DeleteStack': 'destroy, the deletion',
};
