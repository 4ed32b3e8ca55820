/**
 * A websocket in front of the region that tells both ends of a session, in its handshake, of a peer that is older than it is.
 * So AWS's programs of today do what they do with peers of before multiplexing (`protocol.md` §5.3).
 */
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { PAYLOAD_TYPE, decodeAgentMessage, encodeAgentMessage } from '../../../src/lib/protocol/agent-message.js';

/** The last agent that clients do not multiplex with, and a client that agents do not multiplex with. */
const VERSIONS = { [PAYLOAD_TYPE.handshakeRequest]: ['AgentVersion', '3.0.196.0'], [PAYLOAD_TYPE.handshakeResponse]: ['ClientVersion', '1.1.60.0'] } as Readonly<Record<number, readonly [string, string]>>;

export interface OlderEnds {
  /** The stream's address, through here. */
  readonly through: (streamUrl: string) => string;
  /** The versions that it told. */
  readonly told: string[];
  readonly close: () => void;
}

export async function olderEnds(): Promise<OlderEnds> {
  const told: string[] = [];
  const origins = new Map<string, string>();
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await new Promise((resolve) => server.once('listening', resolve));

  const rewritten = (bytes: Buffer): Buffer => {
    const message = decodeAgentMessage(bytes);
    const [member, version] = VERSIONS[message.payloadType] ?? [];
    if (member === undefined || version === undefined) return bytes;
    told.push(`${member} ${version}`);
    return encodeAgentMessage({ ...message, payload: Buffer.from(JSON.stringify({ ...(JSON.parse(message.payload.toString()) as object), [member]: version })) });
  };

  const carry = (from: WebSocket, to: WebSocket): void => {
    const held: [Buffer, boolean][] = [];
    const pass = (data: Buffer, binary: boolean): void => to.send(binary ? rewritten(data) : data, { binary });
    to.once('open', () => {
      for (const [data, binary] of held.splice(0)) pass(data, binary);
    });
    from.on('message', (data: Buffer, binary) => (to.readyState === WebSocket.CONNECTING ? void held.push([data, binary]) : pass(data, binary)));
    from.on('error', () => undefined).once('close', () => to.terminate());
  };

  server.on('connection', (client, request) => {
    const path = request.url ?? '';
    const region = new WebSocket(`${origins.get(path) ?? ''}${path}`, { perMessageDeflate: false });
    carry(client, region);
    carry(region, client);
  });
  return {
    through: (streamUrl) => {
      const { host, pathname, search } = new URL(streamUrl);
      origins.set(`${pathname}${search}`, `ws://${host}`);
      return `ws://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}${search}`;
    },
    told,
    close: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
