/** The TEXT message that each side sends first on its websocket. Source: `protocol.md` §2.2, §8.2, §8.4. */
import { parseJsonObject, stringMember } from './json-payload.js';

/** Client to service, on the data channel. */
export interface OpenDataChannelByClient {
  readonly requestId: string;
  readonly tokenValue: string;
  readonly clientId: string;
  readonly clientVersion: string;
}

export function encodeOpenDataChannelByClient(value: OpenDataChannelByClient): string {
  return JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: value.requestId, TokenValue: value.tokenValue, ClientId: value.clientId, ClientVersion: value.clientVersion });
}

/** Agent to service, on the data channel. `clientId` is empty on the wire; ClientInstanceId tells agents from clients. */
export interface OpenDataChannelByAgent {
  readonly requestId: string;
  readonly tokenValue: string;
  readonly clientInstanceId: string;
}

export function encodeOpenDataChannelByAgent(value: OpenDataChannelByAgent): string {
  return JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: value.requestId, TokenValue: value.tokenValue, ClientInstanceId: value.clientInstanceId, ClientId: '' });
}

export type OpenDataChannel =
  | ({ readonly role: 'client' } & OpenDataChannelByClient)
  | ({ readonly role: 'agent' } & OpenDataChannelByAgent);

/** Reads either side's message. A client older than 1.2.677 names no version: it is then `''`. Throws ProtocolError. */
export function parseOpenDataChannel(text: string): OpenDataChannel {
  const what = 'open data channel';
  const json = parseJsonObject(text, what);
  const requestId = stringMember(json, 'RequestId', what);
  const tokenValue = stringMember(json, 'TokenValue', what);
  if (json['ClientInstanceId'] !== undefined) {
    return { role: 'agent', requestId, tokenValue, clientInstanceId: stringMember(json, 'ClientInstanceId', what) };
  }
  const clientVersion = json['ClientVersion'] === undefined ? '' : stringMember(json, 'ClientVersion', what);
  return { role: 'client', requestId, tokenValue, clientId: stringMember(json, 'ClientId', what), clientVersion };
}

/** Agent to service, on the control channel. */
export interface OpenControlChannel {
  readonly requestId: string;
  readonly tokenValue: string;
  readonly agentVersion: string;
  /** `linux` */
  readonly platformType: string;
}

export function encodeOpenControlChannel(value: OpenControlChannel): string {
  return JSON.stringify({
    Cookie: null,
    MessageSchemaVersion: '1.0',
    RequestId: value.requestId,
    TokenValue: value.tokenValue,
    AgentVersion: value.agentVersion,
    PlatformType: value.platformType,
  });
}

export function parseOpenControlChannel(text: string): OpenControlChannel {
  const what = 'open control channel';
  const json = parseJsonObject(text, what);
  return {
    requestId: stringMember(json, 'RequestId', what),
    tokenValue: stringMember(json, 'TokenValue', what),
    agentVersion: stringMember(json, 'AgentVersion', what),
    platformType: stringMember(json, 'PlatformType', what),
  };
}
