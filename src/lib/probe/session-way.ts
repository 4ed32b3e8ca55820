/** The way in by Session Manager: StartSession, then a data channel by the built-in client or by AWS's plugin. */
import { setTimeout as sleep } from 'node:timers/promises';
import { endpointOf } from '../aws/client.js';
import { generateDataKey } from '../aws/kms.js';
import { endSession, resumeSession, sessionIsOver, type SessionRequest, startSession, startSessionInput, type StartedSession } from '../aws/ssm.js';
import type { KnownInstance } from '../inventory/instance.js';
import { agentText, explainHint, requirePower } from '../inventory/standing.js';
import { SsmlabError } from '../errors.js';
import { type CommandEnd, type CommandStreams, runCommand } from '../session/command.js';
import type { TerminalSize } from '../protocol/payloads.js';
import { type DataChannel, type DataChannelOptions, openDataChannel } from '../session/data-channel.js';
import { findPlugin, pluginObstacle, type PluginSession } from '../session/plugin.js';
import { isLoopback } from '../net/loopback-url.js';
import { REFUSED_MS } from '../session/reconnect.js';
import { CONNECT_MS } from '../session/stream-socket.js';
import type { Target } from '../target/target.js';

/** Starts sessions no closer to each other than the target admits. One for all sessions of a command. */
export type StartSession = (request: SessionRequest) => Promise<StartedSession>;

/** A {@link StartSession} with the target's spacing. */
export function sessionStarter(target: Target, start: (request: SessionRequest) => Promise<StartedSession> = (request) => startSession(target, request)): StartSession {
  let turn: Promise<unknown> = Promise.resolve();
  return (request) => {
    const spacing = target.sessionIntervalMs ?? 0;
    const mine = turn;
    if (spacing > 0) turn = mine.then(() => sleep(spacing));
    return mine.then(() => start(request));
  };
}

/** The document that runs one line without a terminal, its streams apart. */
const COMMAND_DOCUMENT = 'AWS-StartNonInteractiveCommand';

/** The request for one line. */
export const commandRequest = (instanceId: string, line: string): SessionRequest => ({
  instanceId,
  documentName: COMMAND_DOCUMENT,
  parameters: { command: [line], separateOutputStream: ['true'] },
});

/** The request for one line in a terminal. The line sets the size by itself: the client's message with it comes when the command has begun (`protocol.md` §6). */
export const interactiveRequest = (instanceId: string, line: string, { columns, rows }: TerminalSize): SessionRequest =>
  ({ instanceId, documentName: 'AWS-StartInteractiveCommand', parameters: { command: [`stty rows ${rows} cols ${columns}; ${line}`] } });

/** Starts it where the instance has power; errors of StartSession say in the tool's words what the instance lacks. */
export async function startOn(start: StartSession, instance: KnownInstance, request: SessionRequest): Promise<StartedSession> {
  requirePower(instance);
  try {
    return await start(request);
  } catch (error) {
    if (!(error instanceof SsmlabError) || error.code !== 'not-connected') throw error;
    throw new SsmlabError('not-connected', `no session opens on ${instance.name} (${instance.instanceId}): ${instance.agent === 'online' ? 'its agent has just lost its connection' : agentText(instance)}`, { cause: error, hint: explainHint(instance) });
  }
}

export interface ChannelOptions extends Pick<DataChannelOptions, 'onLost' | 'onRegained' | 'onSlow' | 'signal' | 'size'> {
  /** For the stream to open, in tries, and then for the agent's first word; when absent 10 s and half a minute. */
  readonly timeoutMs?: number | undefined;
  /** Where the session is: needed for all but ports, which are never encrypted with KMS. */
  readonly instanceId?: string | undefined;
}

/** The way back of a lost connection is sought for as long as five calls that nobody answers take: five minutes. */
const TRIES_BACK = 5;

/** The built-in client's channel to a started session; the session is ended at the service when it does not open, or is not wanted any more by `signal`. */
export async function openChannel(target: Target, session: StartedSession, { timeoutMs, instanceId, ...options }: ChannelOptions = {}): Promise<DataChannel> {
  const local = target.endpoint !== undefined && isLoopback(new URL(target.endpoint));
  try {
    return await openDataChannel({
      ...session,
      ...options,
      payloadBytes: target.payloadBytes,
      payloadsPerSecond: target.payloadsPerSecond,
      sizeAtOnce: target.sizeAtOnce,
      signer: { region: target.region, credentials: target.credentials },
      agentFor: target.wayOut?.agentFor,
      // A key is there sooner, while a file takes longer than over TCP.
      beside: options.size === undefined ? undefined : target.beside,
      connectTimeoutMs: Math.min(CONNECT_MS, target.patienceMs ?? CONNECT_MS),
      openingMs: timeoutMs,
      firstMessageTimeoutMs: timeoutMs,
      encryption: instanceId === undefined ? undefined : { targetId: instanceId, generateDataKey: (...request) => generateDataKey(target, ...request) },
      reconnect: { resume: () => resumeSession(target, session.sessionId), budgetMs: target.patienceMs === undefined ? undefined : TRIES_BACK * target.patienceMs, refusedMs: local ? REFUSED_MS : undefined },
    });
  } catch (error) {
    await endSession(target, session.sessionId);
    throw error;
  }
}

export interface OnOpen {
  /** Called when the way is open and the line begins to run. */
  readonly onOpen?: (() => void) | undefined;
}

/** Runs one line on the instance; `session-failed` and `not-connected` when the way there fails. */
export async function runOverSession(target: Target, start: StartSession, instance: KnownInstance, line: string, streams: CommandStreams & OnOpen & Pick<ChannelOptions, 'onLost' | 'onRegained' | 'onSlow' | 'timeoutMs'>): Promise<CommandEnd> {
  const session = await startOn(start, instance, commandRequest(instance.instanceId, line));
  const { timeoutMs, signal, onLost, onRegained, onSlow } = streams;
  const channel = await openChannel(target, session, { instanceId: instance.instanceId, timeoutMs, signal, onLost, onRegained, onSlow });
  streams.onOpen?.();
  try {
    return await runCommand(channel, streams);
  } finally {
    // It failed, or was left: the service would keep it until it times out.
    if (!channel.over) await endSession(target, session.sessionId);
  }
}

/**
 * The client to use. `auto`: the built-in one on loopback, which newer plugins refuse, and where ssmmessages has an endpoint of its own, which
 * the plugin leaves when it resumes; else a supported plugin; else the built-in one.
 */
export async function chooseClient({ serviceEndpoints }: Pick<Target, 'serviceEndpoints'>, asked: 'auto' | 'plugin' | 'native', streamUrl: string, find: typeof findPlugin = findPlugin): Promise<'plugin' | 'native'> {
  if (asked !== 'auto') return asked;
  if (isLoopback(new URL(streamUrl)) || serviceEndpoints?.['ssmmessages'] !== undefined) return 'native';
  const plugin = await find();
  return plugin !== undefined && pluginObstacle(plugin, streamUrl) === undefined ? 'plugin' : 'native';
}

/** What AWS's plugin needs of a started session. Where the target has keys of its own they go in by the environment. */
export async function pluginSession(target: Target, session: StartedSession, request: SessionRequest): Promise<PluginSession> {
  const { accessKeyId, secretAccessKey, sessionToken } = await target.credentials();
  const { AWS_PROFILE: _profile, AWS_DEFAULT_PROFILE: _defaultProfile, AWS_SESSION_TOKEN: _token, ...rest } = process.env;
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }) };
  return {
    ...session,
    region: target.region,
    profile: target.profile,
    request: startSessionInput(request),
    endpoint: endpointOf(target, 'ssm'),
    isOver: () => sessionIsOver(target, session.sessionId),
    environment: target.endpoint === undefined ? process.env : { ...rest, ...keys },
  };
}
