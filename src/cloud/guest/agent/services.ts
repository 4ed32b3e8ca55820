/** The services that the agent speaks to: ssm for its reports, ssmmessages for its channels, kms for a session's key. Each call is a new connection. */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { parseJsonObject } from '../../../lib/protocol/json-payload.js';
import { encodeOpenControlChannel, encodeOpenDataChannelByAgent } from '../../../lib/protocol/open-channel.js';
import { hashPayload, signRequest } from '../../../lib/protocol/sigv4.js';
import { read } from '../../messages/frame.js';
import type { RoleCredentials } from '../../region.js';
import type { Guest } from '../guest.js';
import { exchange, openTls, openWebSocket, type HttpReply } from './connection.js';
import type { Identity } from './metadata.js';

/** As on the Amazon Linux 2023 image of the lab. */
export const AGENT_VERSION = '3.3.4624.0';

export interface ServiceAccess {
  readonly guest: Guest;
  readonly caCertificate: string;
  readonly now: () => number;
  readonly identity: Identity;
  readonly credentials: RoleCredentials;
}

export type ChannelKind = 'control' | 'data';

const QUERY = { control: 'role=subscribe&stream=input', data: 'role=publish_subscribe' } as const;

function signed(access: ServiceAccess, service: string, method: string, url: URL, body: string, headers: Record<string, string>): Record<string, string> {
  const { region } = access.identity;
  const signature = signRequest({ method, url, headers, payloadHash: hashPayload(body) }, { service, region, now: access.now() }, access.credentials);
  return { ...headers, ...signature };
}

async function post(access: ServiceAccess, service: string, path: string, body: string, headers: Record<string, string>, signal: AbortSignal): Promise<HttpReply> {
  const host = `${service}.${access.identity.region}.amazonaws.com`;
  const stream = await openTls(access.guest, host, access.caCertificate, signal);
  const url = new URL(`https://${host}${path}`);
  return exchange(stream, { method: 'POST', host, path, body, headers: signed(access, service, 'POST', url, body, headers) }, signal);
}

/** ssm:UpdateInstanceInformation, the full report. Throws when it is not taken. */
export async function report(access: ServiceAccess, signal: AbortSignal): Promise<void> {
  const { hostName, domainName, privateIp } = access.guest.specification;
  const body = JSON.stringify({
    AgentName: 'amazon-ssm-agent',
    AgentVersion: AGENT_VERSION,
    AgentStatus: 'Active',
    InstanceId: access.identity.instanceId,
    PlatformType: 'Linux',
    PlatformName: 'Amazon Linux',
    PlatformVersion: '2023',
    ComputerName: [hostName, domainName.replace(/^\./, '')].filter((part) => part !== '').join('.'),
    IPAddress: privateIp,
    SSMConnectionChannel: 'ssmmessages',
  });
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.UpdateInstanceInformation' };
  const reply = await post(access, 'ssm', '/', body, headers, signal);
  if (reply.status === 200) return;
  const message = `UpdateInstanceInformation was answered ${reply.status}`;
  throw isDenied(reply) ? new ReportRefused(message) : new Error(message);
}

const replied = (reply: HttpReply, service: string) => read((text: string) => parseJsonObject(text, `reply of ${service}`), reply.body) ?? {};
const isDenied = (reply: HttpReply): boolean => /(?:^|#)AccessDeniedException$/u.test(String(replied(reply, 'ssm')['__type']));

/** The role may not register the instance. */
export class ReportRefused extends Error {
  override readonly name = 'ReportRefused';
}

/** ssm:RequestManagedInstanceRoleToken, by the instance's own identity: the role that Default Host Management lends; undefined where it lends none. */
export async function requestRoleToken(access: ServiceAccess, signal: AbortSignal): Promise<RoleCredentials | undefined> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.RequestManagedInstanceRoleToken' };
  const reply = await post(access, 'ssm', '/', JSON.stringify({ Fingerprint: access.identity.instanceId }), headers, signal);
  if (isDenied(reply)) return undefined;
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken, TokenExpirationDate: expires } = replied(reply, 'ssm');
  if (reply.status !== 200 || typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string' || typeof sessionToken !== 'string' || typeof expires !== 'number') {
    throw new Error(`RequestManagedInstanceRoleToken was answered ${reply.status}`);
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration: expires * 1000 };
}

/** What kms:Decrypt is asked for a session. */
export interface DataKeyRequest {
  /** Of the session's preferences: a data key under another one is refused, as newer agents of AWS do. */
  readonly keyId: string;
  readonly ciphertext: Buffer;
  readonly context: Readonly<Record<string, string>>;
}

/** kms:Decrypt. Throws with the service's code and words, or with what stands in the way there. */
export async function decryptDataKey(access: ServiceAccess, { keyId, ciphertext, context }: DataKeyRequest, signal: AbortSignal): Promise<Buffer> {
  const body = JSON.stringify({ CiphertextBlob: ciphertext.toString('base64'), EncryptionContext: context, KeyId: keyId });
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.Decrypt' };
  const reply = await post(access, 'kms', '/', body, headers, signal).catch((error: unknown) => {
    const host = `kms.${access.identity.region}.amazonaws.com`;
    throw new Error(`RequestError: send request failed, caused by: Post "https://${host}/": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  });
  const json = replied(reply, 'kms');
  if (reply.status === 200 && typeof json['Plaintext'] === 'string') return Buffer.from(json['Plaintext'], 'base64');
  const code = typeof json['__type'] === 'string' ? json['__type'].replace(/^.*#/, '') : `HTTP ${reply.status}`;
  const message = json['message'] ?? json['Message'];
  throw new Error(`${code}: ${typeof message === 'string' ? message : ''}`.trim());
}

/** ssmmessages:CreateControlChannel or CreateDataChannel: the token for the websocket. */
export async function createChannel(access: ServiceAccess, kind: ChannelKind, id: string, signal: AbortSignal): Promise<string> {
  const body = JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: randomUUID(), ...(kind === 'data' ? { ClientId: '' } : {}) });
  const reply = await post(access, 'ssmmessages', `/v1/${kind}-channel/${id}`, body, { 'content-type': 'application/json' }, signal);
  const token = /<TokenValue>([^<]+)<\/TokenValue>/.exec(reply.body)?.[1];
  if (reply.status !== 201 || token === undefined) throw new ChannelRefused(kind, reply);
  return token;
}

/** The service gave no token. `gone` when the session is over and there is no use in trying again. */
export class ChannelRefused extends Error {
  readonly gone: boolean;
  constructor(kind: ChannelKind, reply: HttpReply) {
    super(`the ${kind} channel was refused: ${reply.status}`);
    this.name = 'ChannelRefused';
    this.gone = reply.body.includes('Session is already terminated');
  }
}

/** Opens the websocket of a channel and says the first word. */
export async function openChannel(access: ServiceAccess, kind: ChannelKind, id: string, signal: AbortSignal): Promise<WebSocket> {
  const token = await createChannel(access, kind, id, signal);
  const host = `ssmmessages.${access.identity.region}.amazonaws.com`;
  const url = new URL(`wss://${host}/v1/${kind}-channel/${id}?${QUERY[kind]}`);
  const stream = await openTls(access.guest, host, access.caCertificate, signal);
  const socket = await openWebSocket(stream, url, signed(access, 'ssmmessages', 'GET', url, '', {}), signal);
  const opening = { requestId: randomUUID(), tokenValue: token };
  socket.send(kind === 'control'
    ? encodeOpenControlChannel({ ...opening, agentVersion: AGENT_VERSION, platformType: 'linux' })
    : encodeOpenDataChannelByAgent({ ...opening, clientInstanceId: access.identity.instanceId }));
  return socket;
}
