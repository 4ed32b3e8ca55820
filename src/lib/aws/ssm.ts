/** Systems Manager calls of the tool: which agents are there, and the sessions to them. */
import { randomUUID } from 'node:crypto';
import { DescribeInstanceInformationCommand, DescribeSessionsCommand, GetConnectionStatusCommand, GetDocumentCommand, GetServiceSettingCommand, type InstanceInformation, ResumeSessionCommand, SSMClient, StartSessionCommand, TerminateSessionCommand } from '@aws-sdk/client-ssm';
import { SsmlabError } from '../errors.js';
import type { Target } from '../target/target.js';
import { type ApiTarget, callSite, clientPerTarget } from './client.js';
import { chunks, everyPage } from './pages.js';
import { awsCode, fromAws, socketCode } from './errors.js';

const ssm = clientPerTarget('ssm', (options) => new SSMClient(options));

/** What StartSession returns: the way into a data channel. */
export interface StartedSession {
  readonly sessionId: string;
  readonly tokenValue: string;
  /** At the target's endpoint for ssmmessages where it has one: the service names its public host also to who can reach only a VPC endpoint. */
  readonly streamUrl: string;
}

/** The request as it was sent: AWS's plugin wants it too (`protocol.md` §1.1). */
export interface SessionRequest {
  readonly instanceId: string;
  /** Absent: the account's shell document. */
  readonly documentName?: string | undefined;
  readonly parameters?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** The request in the API's own spelling. */
export function startSessionInput(request: SessionRequest) {
  return {
    Target: request.instanceId,
    ...(request.documentName === undefined ? {} : { DocumentName: request.documentName }),
    ...(request.parameters === undefined ? {} : { Parameters: Object.fromEntries(Object.entries(request.parameters).map(([name, values]) => [name, [...values]])) }),
  };
}

/** The same stream at the target's endpoint for ssmmessages: scheme, host and port are that one's; path and query stay. */
function streamUrlAt({ serviceEndpoints }: ApiTarget, streamUrl: string): string {
  const endpoint = serviceEndpoints?.['ssmmessages'];
  if (endpoint === undefined || !URL.canParse(streamUrl)) return streamUrl;
  const { protocol, hostname, port } = new URL(endpoint);
  return Object.assign(new URL(streamUrl), { protocol: protocol.replace('http', 'ws'), hostname, port }).href;
}

/** Every managed instance: id, ping status, agent version. */
export function describeAgents(target: Target): Promise<InstanceInformation[]> {
  return everyPage((NextToken) => ssm(target).send(new DescribeInstanceInformationCommand({ MaxResults: 50, NextToken })), (page) => page.InstanceInformationList);
}

/** Values that a filter takes. */
const FILTER_VALUES = 100;

/** Those of the instances that Systems Manager lists as managed nodes. */
export async function managedNodes(target: Target, instanceIds: readonly string[]): Promise<{ readonly instanceId: string; readonly pingStatus: string }[]> {
  const found = await Promise.all(chunks(instanceIds, FILTER_VALUES).map((some) =>
    everyPage((NextToken) => ssm(target).send(new DescribeInstanceInformationCommand({ Filters: [{ Key: 'InstanceIds', Values: some }], MaxResults: 50, NextToken })), (page) => page.InstanceInformationList).catch(async (error: unknown) => {
      // One that it does not know fails the whole call; then all are asked for.
      if (awsCode(error) !== 'InvalidInstanceId') throw error;
      return (await describeAgents(target)).filter(({ InstanceId }) => InstanceId !== undefined && some.includes(InstanceId));
    })));
  return found.flat().flatMap(({ InstanceId, PingStatus }) => (InstanceId === undefined ? [] : [{ instanceId: InstanceId, pingStatus: PingStatus ?? 'of unknown status' }]));
}

/** The account's session preferences: a session document that names none takes it. */
const PREFERENCES = 'SSM-SessionManagerRunShell';

/** Where the session preferences have sessions logged. Nowhere where no preferences were saved. */
export async function sessionLogs(target: Target): Promise<{ readonly logGroup: string | undefined; readonly bucket: string | undefined }> {
  const { Content } = await ssm(target).send(new GetDocumentCommand({ Name: PREFERENCES, DocumentFormat: 'JSON' })).catch((error: unknown) => {
    if (awsCode(error) !== 'InvalidDocument') throw error;
    return { Content: undefined };
  });
  if (Content === undefined) return { logGroup: undefined, bucket: undefined };
  let inputs: unknown;
  try {
    inputs = (JSON.parse(Content) as { readonly inputs?: unknown } | null)?.inputs;
  } catch (error) {
    throw new SsmlabError('aws-error', `ssm GetDocument: the content of ${PREFERENCES} is no JSON`, { cause: error });
  }
  const of = (name: string): string | undefined => {
    const value = typeof inputs === 'object' && inputs !== null ? (inputs as Readonly<Record<string, unknown>>)[name] : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return { logGroup: of('cloudWatchLogGroupName'), bucket: of('s3BucketName') };
}

/** The role of Default Host Management Configuration as the setting names it (with its path); null when it is off. */
export async function hostManagementRole(target: Target): Promise<string | null> {
  const { ServiceSetting } = await ssm(target).send(new GetServiceSettingCommand({ SettingId: '/ssm/managed-instance/default-ec2-instance-management-role' }));
  const value = ServiceSetting?.SettingValue ?? '';
  return value === '' || value === '$None' ? null : value;
}

/** For all that has to be done about sessions whose answers did not arrive, milliseconds: who waits for a session is not kept longer for that. */
const UNHEARD_MS = 10_000;

/** Ends the sessions that were started with this reason, all but one. Nothing comes of it where that is not to be had. */
async function endUnheard(target: Target, { instanceId }: SessionRequest, reason: string, except?: string): Promise<void> {
  const abortSignal = AbortSignal.timeout(UNHEARD_MS);
  const Filters = [{ key: 'Target' as const, value: instanceId }];
  try {
    const active = await everyPage((NextToken) => ssm(target).send(new DescribeSessionsCommand({ State: 'Active', Filters, NextToken }), { abortSignal }), (page) => page.Sessions);
    const unheard = active.flatMap(({ SessionId, Reason }) => (Reason === reason && SessionId !== undefined && SessionId !== except ? [SessionId] : []));
    await Promise.all(unheard.map((SessionId) => ssm(target).send(new TerminateSessionCommand({ SessionId }), { abortSignal })));
  } catch {
    // They end by themselves when nobody has said anything in them for 20 minutes (`aws-facts.md` §5).
  }
}

/** How often the SDK tried it; more than once only where a try failed of which nobody knows whether it was carried out, or was not. */
const tries = (of: unknown): number => (of as { readonly $metadata?: { readonly attempts?: number } } | undefined)?.$metadata?.attempts ?? 1;

/**
 * Opens a session at the service; `not-connected` when the agent has no control channel. StartSession knows no token by which a second try would be
 * the first one: each try is a session, and those whose answers did not arrive are found by the reason that all have, and ended.
 */
export async function startSession(target: Target, request: SessionRequest): Promise<StartedSession> {
  const Reason = `ssmlab ${randomUUID()}`;
  const started = await ssm(target).send(new StartSessionCommand({ ...startSessionInput(request), Reason })).catch(async (error: unknown) => {
    const cause = error instanceof SsmlabError ? error.cause : error;
    if (tries(cause) > 1 || (cause instanceof Error && socketCode(cause) !== undefined)) await endUnheard(target, request, Reason);
    throw error;
  });
  const { SessionId, TokenValue, StreamUrl } = started;
  if (tries(started) > 1) await endUnheard(target, request, Reason, SessionId);
  if (SessionId === undefined || TokenValue === undefined || StreamUrl === undefined) throw new SsmlabError('session-failed', 'StartSession answered without a session id, token or stream URL');
  return { sessionId: SessionId, tokenValue: TokenValue, streamUrl: streamUrlAt(target, StreamUrl) };
}

/** A fresh token and URL for a session whose connection was lost; undefined when the session is over. */
export async function resumeSession(target: ApiTarget, sessionId: string): Promise<StartedSession | undefined> {
  const { TokenValue, StreamUrl } = await ssm(target).send(new ResumeSessionCommand({ SessionId: sessionId })).catch((error: unknown) => {
    if (awsCode(error) === 'DoesNotExistException') return { TokenValue: undefined, StreamUrl: undefined };
    throw error;
  });
  return TokenValue === undefined || StreamUrl === undefined || TokenValue === '' ? undefined : { sessionId, tokenValue: TokenValue, streamUrl: streamUrlAt(target, StreamUrl) };
}

/** True when the service no longer lists the session as active. */
export async function sessionIsOver(target: ApiTarget, sessionId: string): Promise<boolean> {
  // A page of a list that is filtered may have nothing on it, and not be the last.
  const sessions = await everyPage((NextToken) => ssm(target).send(new DescribeSessionsCommand({ State: 'Active', Filters: [{ key: 'SessionId', value: sessionId }], NextToken })), (page) => page.Sessions);
  return sessions.length === 0;
}

/** How long the service may take, milliseconds: who is done with a session waits for that. */
const END_MS = 15_000;

/** Ends a session at the service. Never rejects: of one that could not be ended, the target is told. */
export async function endSession(target: ApiTarget & Partial<Pick<Target, 'onSessionLeft'>>, sessionId: string): Promise<void> {
  const abortSignal = AbortSignal.timeout(END_MS);
  await ssm(target).send(new TerminateSessionCommand({ SessionId: sessionId }), { abortSignal }).catch((error: unknown) => {
    const why = abortSignal.aborted ? new SsmlabError('endpoint-unreachable', `the service has not answered for ${END_MS / 1000} s`, { cause: error }) : fromAws(error, callSite(target, 'ssm', 'TerminateSession'));
    target.onSessionLeft?.(sessionId, why);
  });
}

/** Whether the service has a connection to the agent of an instance, now. */
export async function isConnected(target: Target, instanceId: string): Promise<boolean> {
  return (await ssm(target).send(new GetConnectionStatusCommand({ Target: instanceId }))).Status === 'connected';
}
