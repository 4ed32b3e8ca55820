/** Systems Manager calls of the tool: which agents are there, and the sessions to them. */
import { DescribeInstanceInformationCommand, DescribeSessionsCommand, GetConnectionStatusCommand, GetServiceSettingCommand, type InstanceInformation, ResumeSessionCommand, SSMClient, StartSessionCommand, TerminateSessionCommand } from '@aws-sdk/client-ssm';
import { SsmlabError } from '../errors.js';
import type { Target } from '../target/target.js';
import { type ApiTarget, clientPerTarget } from './client.js';
import { everyPage } from './pages.js';
import { awsCode } from './errors.js';

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

/** The role of Default Host Management Configuration as the setting names it (with its path); null when it is off. */
export async function hostManagementRole(target: Target): Promise<string | null> {
  const { ServiceSetting } = await ssm(target).send(new GetServiceSettingCommand({ SettingId: '/ssm/managed-instance/default-ec2-instance-management-role' }));
  const value = ServiceSetting?.SettingValue ?? '';
  return value === '' || value === '$None' ? null : value;
}

/** Opens a session at the service; `not-connected` when the agent has no control channel. */
export async function startSession(target: Target, request: SessionRequest): Promise<StartedSession> {
  const { SessionId, TokenValue, StreamUrl } = await ssm(target).send(new StartSessionCommand(startSessionInput(request)));
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
  const { Sessions } = await ssm(target).send(new DescribeSessionsCommand({ State: 'Active', Filters: [{ key: 'SessionId', value: sessionId }] }));
  return (Sessions ?? []).length === 0;
}

/** Ends a session at the service. */
export async function terminateSession(target: ApiTarget, sessionId: string): Promise<void> {
  await ssm(target).send(new TerminateSessionCommand({ SessionId: sessionId }));
}

/** Whether the service has a connection to the agent of an instance, now. */
export async function isConnected(target: Target, instanceId: string): Promise<boolean> {
  return (await ssm(target).send(new GetConnectionStatusCommand({ Target: instanceId }))).Status === 'connected';
}
