/** The ssmmessages service of every region: agents' control channels, and the sessions that run between clients and agents. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AgentJob, AgentJobAck, AgentJobReply } from '../../lib/protocol/job-payloads.js';
import { parseOpenControlChannel, parseOpenDataChannel } from '../../lib/protocol/open-channel.js';
import { AwsError, type Caller } from '../endpoint/operation.js';
import type { MessageService, SessionRequest } from '../region.js';
import { channelPath, denied, readBody, replyWithError, replyWithToken, type ChannelPath, type Signed } from './channel-requests.js';
import { ControlChannel } from './control-channel.js';
import { read } from './frame.js';
import { Session } from './session.js';
import { Tokens } from './tokens.js';
import { readOrdinaryFrames } from '../../lib/protocol/ordinary-frames.js';
import { joinTurns } from './wire.js';

export interface MessageServiceOptions {
  readonly log: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where clients open streams: `ws://127.0.0.1:PORT`. */
  readonly streamBaseUrl: () => string;
  /** Verifies SigV4 for service `ssmmessages`; rejects with an AwsError when it is missing or wrong. The body of an upgrade is empty. */
  readonly authenticate: (request: IncomingMessage, body: Buffer) => Signed | Promise<Signed>;
  /** Whether the caller's policies admit the action on the resource's ARN; throws an AwsError when not. */
  readonly authorize: (caller: Caller, action: string, resource: string) => void;
  /** Called once for every session that ends, whoever ended it. */
  readonly onSessionEnd?: ((region: string, sessionId: string) => void) | undefined;
  /** Called when an instance's channel opens or closes. */
  readonly onConnectionChange?: ((region: string, instanceId: string, connected: boolean) => void) | undefined;
  /** How long the agent may be away, or the client before it first comes. Default 60 s. */
  readonly awayMs?: number | undefined;
  /** What agents answer to {@link MessageEndpoint.sendJob}. */
  readonly onJobAck?: ((region: string, instanceId: string, ack: AgentJobAck) => void) | undefined;
  readonly onJobReply?: ((region: string, instanceId: string, reply: AgentJobReply) => void) | undefined;
}

export interface MessageEndpoint extends MessageService {
  /** Answers POST /v1/{control,data}-channel/ID; false when the path is not one of these (nothing was touched then). */
  handleRequest(request: IncomingMessage, response: ServerResponse): boolean;
  /** Takes a websocket upgrade, of agents and of clients; false when the path is not a channel's. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Gives a job of Run Command to the instance's agent; nothing happens when it has no channel open. */
  sendJob(region: string, instanceId: string, job: AgentJob): void;
  /** The agent failed to prove its way, or is gone: its control channel is closed now. Sessions that are open live on. */
  dropChannel(region: string, instanceId: string): void;
  /** Ends everything. */
  close(): void;
}

/** The first message of a channel has this long to come. */
const OPEN_MS = 10_000;
/** As long as a token is good for. */
const AWAY_MS = 60_000;
/** Largest message: what the agent accepts is 142 000; clients may send 1 MiB. */
const MAX_MESSAGE = 1 << 20;

const DATA_ROLE = 'publish_subscribe';

export function createMessageService(options: MessageServiceOptions): MessageEndpoint {
  const { now, log, authorize } = options;
  const channels = new Map<string, ControlChannel>();
  const sessions = new Map<string, Session>();
  /** Over; their clients may not have heard it yet. */
  const parting = new Map<string, Session>();
  const tokens = new Tokens(now);
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE + 4096, perMessageDeflate: false });
  const key = (region: string, id: string): string => `${region}/${id}`;

  function sessionOf(region: string, sessionId: string): Session | undefined {
    const session = sessions.get(sessionId);
    return session?.request.region === region ? session : undefined;
  }

  function wayIn(sessionId: string): { tokenValue: string; streamUrl: string } {
    return {
      tokenValue: tokens.issue(`client ${sessionId}`),
      streamUrl: `${options.streamBaseUrl()}/v1/data-channel/${sessionId}?role=${DATA_ROLE}`,
    };
  }

  /** An agent speaks for its own instance, and only where its role's policies admit it. Returns the region. */
  function admitAgent(signed: Signed, path: ChannelPath, verb: 'Create' | 'Open'): string {
    const { caller, region } = signed;
    const action = `ssmmessages:${verb}${path.kind === 'control' ? 'Control' : 'Data'}Channel`;
    const resource = path.kind === 'control'
      ? `arn:aws:ec2:${region}:${caller.accountId}:instance/${path.id}`
      : `arn:aws:ssm:${region}:${caller.accountId}:session/${path.id}`;
    const instance = path.kind === 'control' ? path.id : sessionOf(region, path.id)?.request.target;
    if (instance === undefined) throw new AwsError('DoesNotExistException', `Session is already terminated: ${path.id}`, { status: 404 });
    if (caller.kind !== 'role' || caller.instanceId !== instance) throw denied(caller, action, resource);
    authorize(caller, action, resource);
    return region;
  }

  async function createChannel(request: IncomingMessage, response: ServerResponse, path: ChannelPath): Promise<void> {
    try {
      const signed = await options.authenticate(request, await readBody(request));
      const region = admitAgent(signed, path, 'Create');
      if (path.kind === 'data') sessionOf(region, path.id)?.agentHeard();
      else closeWhereRefused(signed, path, region);
      replyWithToken(response, path.kind, tokens.issue(`agent ${path.kind} ${key(region, path.id)}`));
    } catch (error) {
      if (!(error instanceof AwsError)) log(`ssmmessages: ${path.kind} channel of ${path.id}: ${String(error)}`);
      replyWithError(response, error);
    }
  }

  /** An agent that asks for a control channel beside its open one proves its way (`docs/local-cloud.md`): a channel that would not be opened now is closed. */
  function closeWhereRefused(signed: Signed, path: ChannelPath, region: string): void {
    const channel = channels.get(key(region, path.id));
    if (channel === undefined) return;
    try {
      admitAgent(signed, path, 'Open');
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      channel.close();
    }
  }

  /** Agents sign the upgrade; a client's way in is its token, and a signature that it adds is not needed. */
  async function signatureOf(request: IncomingMessage): Promise<Signed | undefined> {
    try {
      return await options.authenticate(request, Buffer.alloc(0));
    } catch {
      return undefined;
    }
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, path: ChannelPath): Promise<void> {
    const signed = await signatureOf(request);
    if (socket.destroyed) return;
    if (path.kind === 'control' && signed === undefined) {
      refuse(socket, '403 Forbidden');
      return;
    }
    server.handleUpgrade(request, socket, head, (websocket) => {
      joinTurns(websocket, socket);
      readOrdinaryFrames(websocket, socket, true);
      awaitOpening(websocket, path, signed);
    });
  }

  function awaitOpening(websocket: WebSocket, path: ChannelPath, signed: Signed | undefined): void {
    const deadline = setTimeout(() => websocket.terminate(), OPEN_MS).unref();
    websocket.on('error', () => undefined);
    websocket.once('close', () => clearTimeout(deadline));
    websocket.once('message', (data, binary) => {
      clearTimeout(deadline);
      const opening = binary ? '' : (data as Buffer).toString();
      try {
        if (path.kind === 'control') openControl(websocket, path, signed, opening);
        else openData(websocket, path, signed, opening);
      } catch (error) {
        log(`ssmmessages: refused the ${path.kind} channel of ${path.id}: ${error instanceof AwsError ? error.code : String(error)}`);
        websocket.close(1008, 'refused');
      }
    });
  }

  function redeemAgent(path: ChannelPath, signed: Signed | undefined, token: string): string {
    if (signed === undefined) throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', { status: 403 });
    const region = admitAgent(signed, path, 'Open');
    if (!tokens.redeem(`agent ${path.kind} ${key(region, path.id)}`, token)) throw new AwsError('InvalidToken', 'The token is not valid.');
    return region;
  }

  function openControl(websocket: WebSocket, path: ChannelPath, signed: Signed | undefined, opening: string): void {
    const region = redeemAgent(path, signed, understood(read(parseOpenControlChannel, opening)).tokenValue);
    const at = key(region, path.id);
    channels.get(at)?.close();
    const channel = new ControlChannel({
      socket: websocket,
      instanceId: path.id,
      now,
      onTaskComplete: (sessionId, output) => {
        const session = sessionOf(region, sessionId);
        if (session?.request.target === path.id) session.agentCompleted(output);
      },
      onJobAck: (ack) => options.onJobAck?.(region, path.id, ack),
      onJobReply: (reply) => options.onJobReply?.(region, path.id, reply),
      onClose: () => {
        if (channels.get(at) !== channel) return;
        channels.delete(at);
        options.onConnectionChange?.(region, path.id, false);
      },
    });
    channels.set(at, channel);
    options.onConnectionChange?.(region, path.id, true);
  }

  function openData(websocket: WebSocket, path: ChannelPath, signed: Signed | undefined, opening: string): void {
    const { role, tokenValue } = understood(read(parseOpenDataChannel, opening));
    if (role === 'agent') redeemAgent(path, signed, tokenValue);
    else if (!tokens.redeem(`client ${path.id}`, tokenValue)) throw new AwsError('InvalidToken', 'The token is not valid.');
    const session = sessions.get(path.id) ?? parting.get(path.id);
    if (session === undefined) websocket.close(1000, 'Session is already terminated');
    else session.attach(role, websocket);
  }

  function openSession(request: SessionRequest): { tokenValue: string; streamUrl: string } {
    const { region, sessionId, target } = request;
    const channel = channels.get(key(region, target));
    if (channel?.open !== true) throw new AwsError('TargetNotConnected', `${target} is not connected.`);
    const session = new Session({
      request,
      now,
      awayMs: options.awayMs ?? AWAY_MS,
      callAgent: () => channels.get(key(region, target))?.startSession(request),
      tellAgent: () => channels.get(key(region, target))?.closeSession(sessionId),
      onHeard: () => void parting.delete(sessionId),
      onEnd: (unheard) => {
        sessions.delete(sessionId);
        if (unheard) {
          parting.set(sessionId, session);
          setTimeout(() => parting.delete(sessionId), options.awayMs ?? AWAY_MS).unref();
        }
        tokens.revoke(`client ${sessionId}`);
        tokens.revoke(`agent data ${key(region, sessionId)}`);
        options.onSessionEnd?.(region, sessionId);
      },
    });
    sessions.set(sessionId, session);
    session.call();
    return wayIn(sessionId);
  }

  return {
    isConnected: (region, instanceId) => channels.get(key(region, instanceId))?.open === true,
    openSession,
    resumeSession: (region, sessionId) => ((sessions.get(sessionId) ?? parting.get(sessionId))?.request.region === region ? wayIn(sessionId) : undefined),
    terminateSession: (region, sessionId) => {
      const session = sessionOf(region, sessionId);
      session?.terminate('Session was terminated.');
      return session !== undefined;
    },
    listSessions: (region) => [...sessions.values()]
      .filter((session) => session.request.region === region)
      .map(({ request, startedAt, status }) => ({ sessionId: request.sessionId, target: request.target, owner: request.owner, startedAt, status })),
    handleRequest: (request, response) => {
      const path = channelPath(request.url);
      if (path === undefined || request.method !== 'POST') return false;
      void createChannel(request, response, path);
      return true;
    },
    handleUpgrade: (request, socket, head) => {
      const path = channelPath(request.url);
      if (path === undefined) return false;
      socket.on('error', () => socket.destroy());
      void upgrade(request, socket, head, path);
      return true;
    },
    sendJob: (region, instanceId, job) => channels.get(key(region, instanceId))?.sendJob(job),
    dropChannel: (region, instanceId) => channels.get(key(region, instanceId))?.close(),
    close: () => {
      for (const session of sessions.values()) session.terminate('');
      for (const channel of channels.values()) channel.close();
      for (const websocket of server.clients) websocket.terminate();
      server.close();
    },
  };
}

/** The opening message, or the refusal of what is none. */
function understood<T>(opening: T | undefined): T {
  if (opening === undefined) throw new AwsError('ValidationException', 'The first message has to open the channel.');
  return opening;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
