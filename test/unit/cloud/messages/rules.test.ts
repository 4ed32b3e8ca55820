/** The rules that make AWS's own client behave (`protocol.md` §8.5), by number, as a client sees them that has only a websocket. */
import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { decodeAgentMessage, encodeAgentMessage, MESSAGE_TYPE, PAYLOAD_TYPE, type AgentMessage } from '../../../../src/lib/protocol/agent-message.js';
import { encodeHandshakeResponse } from '../../../../src/lib/protocol/handshake.js';
import { acknowledgeBytes } from '../../../../src/lib/protocol/reliable-stream.js';
import { SmuxSession } from '../../../../src/lib/protocol/smux.js';
import { INSTANCE, SmallRegion } from '../guest/agent/small-region.js';

const wait = { timeout: 8000, interval: 5 };
/** Of §8.5 no. 2, by the dates that the service gave its messages; a timer may be a little early by that clock. */
const PEACE_MS = 95;
let region: SmallRegion;
let servers: Server[] = [];

beforeEach(async () => {
  region = await SmallRegion.start();
});
afterEach(() => {
  region.stop();
  for (const server of servers) server.close();
  servers = [];
});

/** Sends and acknowledges what it is told to, and nothing else. */
class Client {
  readonly heard: AgentMessage[] = [];
  readonly socket: WebSocket;
  closed = false;
  onMessage: (message: AgentMessage) => void = () => undefined;

  constructor({ StreamUrl = '', TokenValue = '' }: Record<string, string>) {
    this.socket = new WebSocket(StreamUrl);
    this.socket.once('open', () => this.socket.send(JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: randomUUID(), TokenValue, ClientId: randomUUID(), ClientVersion: '1.2.677.0' })));
    this.socket.on('message', (data) => {
      const message = decodeAgentMessage(data as Buffer);
      this.heard.push(message);
      this.onMessage(message);
    });
    this.socket.once('close', () => (this.closed = true));
  }

  send(sequenceNumber: number, payloadType: number, payload: Buffer): void {
    this.socket.send(encodeAgentMessage({ messageType: MESSAGE_TYPE.inputStreamData, schemaVersion: 1, createdDate: Date.now(), sequenceNumber, flags: 0, messageId: randomUUID(), payloadType, payload }));
  }

  answerHandshake(): void {
    const done = { actionType: 'SessionType', actionStatus: 1, actionResult: null, error: '' };
    this.send(0, PAYLOAD_TYPE.handshakeResponse, encodeHandshakeResponse({ clientVersion: '1.2.677.0', processedClientActions: [done], errors: null }));
  }

  acknowledge(message: AgentMessage): void {
    this.socket.send(acknowledgeBytes(message, randomUUID(), Date.now()));
  }

  of(payloadType: number): AgentMessage | undefined {
    return this.heard.find((message) => message.messageType === MESSAGE_TYPE.outputStreamData && message.payloadType === payloadType);
  }
}

async function start(DocumentName?: string, Parameters?: Record<string, string[]>): Promise<{ readonly client: Client; readonly sessionId: string }> {
  const started = await region.call('StartSession', { Target: INSTANCE, ...(DocumentName === undefined ? {} : { DocumentName, Parameters }) }) as Record<string, string>;
  return { client: new Client(started), sessionId: started['SessionId'] ?? '' };
}

async function agent(): Promise<void> {
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
}

/** A forward whose handshake is done, up to HandshakeComplete; `then` is called in the turn in which that comes. */
async function multiplexing(then: (client: Client, sessionId: string) => void): Promise<Client> {
  const { client, sessionId } = await start('AWS-StartPortForwardingSession', { portNumber: ['80'] });
  client.onMessage = (message) => {
    if (message.messageType !== MESSAGE_TYPE.outputStreamData) return;
    client.acknowledge(message);
    if (message.payloadType === PAYLOAD_TYPE.handshakeRequest) client.answerHandshake();
    if (message.payloadType === PAYLOAD_TYPE.handshakeComplete) then(client, sessionId);
  };
  await vi.waitFor(() => expect(client.of(PAYLOAD_TYPE.handshakeComplete)).toBeDefined(), wait);
  return client;
}

/** What came after HandshakeComplete, and how long after it the first of that did. */
function after(client: Client): { readonly messages: readonly AgentMessage[]; readonly peace: number } {
  const complete = client.of(PAYLOAD_TYPE.handshakeComplete);
  if (complete === undefined) throw new Error('there was no HandshakeComplete');
  const messages = client.heard.slice(client.heard.indexOf(complete) + 1);
  return { messages, peace: (messages[0]?.createdDate ?? Infinity) - complete.createdDate };
}

describe('no. 1', () => {
  it('the opening message has no answer: nothing comes before the agent speaks', async () => {
    const control = await region.controlChannel(() => undefined);
    const { client, sessionId } = await start();
    await vi.waitFor(() => expect(region.messages.listSessions('ap-northeast-1')).toMatchObject([{ sessionId, status: 'Connected' }]), wait);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(client.heard).toEqual([]);
    control.terminate();
  });
});

describe('no. 2', () => {
  beforeEach(agent);

  it('HandshakeResponse is acknowledged before HandshakeComplete comes', async () => {
    // An acknowledgement waits for a few milliseconds, and so may come first by chance.
    for (let round = 0; round < 10; round += 1) {
      const client = await multiplexing(() => undefined);
      const complete = client.heard.findIndex(({ payloadType }) => payloadType === PAYLOAD_TYPE.handshakeComplete);
      expect(client.heard.slice(0, complete).map(({ messageType }) => messageType)).toContain(MESSAGE_TYPE.acknowledge);
    }
  });

  it('after HandshakeComplete a client that multiplexes is left in peace for 100 ms: by data, by acknowledgements and by repetitions', async () => {
    const server = createServer((socket) => void socket.write('SSH-2.0-at-once\r\n'));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    region.ports.set('localhost:80', (server.address() as AddressInfo).port);
    const smux = new SmuxSession('client');
    const client = await multiplexing((early) => early.send(1, PAYLOAD_TYPE.output, smux.open().frame));
    await vi.waitFor(() => expect(client.of(PAYLOAD_TYPE.output)?.payload.toString()).toContain('SSH-2.0-at-once'), wait);
    expect(after(client).peace).toBeGreaterThanOrEqual(PEACE_MS);
    expect(after(client).messages.some(({ messageType }) => messageType === MESSAGE_TYPE.acknowledge)).toBe(true);
  });

  it('and by the last word, when the session is terminated at that very moment', async () => {
    const client = await multiplexing((_early, sessionId) => void region.call('TerminateSession', { SessionId: sessionId }));
    await vi.waitFor(() => expect(client.closed).toBe(true), wait);
    expect(after(client).messages.map(({ messageType }) => messageType)).toEqual([MESSAGE_TYPE.channelClosed]);
    expect(after(client).peace).toBeGreaterThanOrEqual(PEACE_MS);
  });

  it('another client is not kept waiting: SSH has its banner at once', async () => {
    const server = createServer((socket) => void socket.write('SSH-2.0-at-once\r\n'));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    region.ports.set('localhost:22', (server.address() as AddressInfo).port);
    const waited = async (): Promise<number> => {
      const { client } = await start('AWS-StartSSHSession', { portNumber: ['22'] });
      client.onMessage = (message) => {
        if (message.payloadType === PAYLOAD_TYPE.handshakeRequest) client.answerHandshake();
      };
      await vi.waitFor(() => expect(client.of(PAYLOAD_TYPE.output)).toBeDefined(), wait);
      return (client.of(PAYLOAD_TYPE.output)?.createdDate ?? Infinity) - (client.of(PAYLOAD_TYPE.handshakeComplete)?.createdDate ?? 0);
    };
    // Once in ten, on a machine with other work.
    let least = Infinity;
    for (let round = 0; round < 10 && least >= PEACE_MS; round += 1) least = Math.min(least, await waited());
    expect(least).toBeLessThan(PEACE_MS);
  });
});

describe('no. 3', () => {
  beforeEach(agent);

  it('each hop is reliable by itself: a duplicate is acknowledged again and delivered once, though the agent has it long since', async () => {
    const { client } = await start();
    await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
    let typed = '';
    region.processes[0]?.stdin.on('data', (bytes: Buffer) => (typed += bytes.toString()));
    const acknowledged = (): number => client.heard.filter(({ messageType }) => messageType === MESSAGE_TYPE.acknowledge).length;
    for (let times = 1; times <= 5; times += 1) {
      client.send(0, PAYLOAD_TYPE.output, Buffer.from('once'));
      await vi.waitFor(() => expect(acknowledged()).toBe(times), wait);
    }
    client.send(1, PAYLOAD_TYPE.output, Buffer.from(' then'));
    await vi.waitFor(() => expect(typed).toBe('once then'), wait);
  });
});

describe('no. 6', () => {
  beforeEach(agent);

  it('channel_closed is the last message, also of a session that is terminated in the middle of a flood', async () => {
    const { client, sessionId } = await start();
    await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
    const flood = setInterval(() => region.processes[0]?.stdout.write(Buffer.alloc(64 << 10, 'x')), 1);
    client.onMessage = (message) => {
      if (message.messageType === MESSAGE_TYPE.outputStreamData) client.acknowledge(message);
    };
    await vi.waitFor(() => expect(client.heard.length).toBeGreaterThan(50), wait);
    await region.call('TerminateSession', { SessionId: sessionId });
    await vi.waitFor(() => expect(client.closed).toBe(true), wait);
    clearInterval(flood);
    expect(client.heard.filter(({ messageType }) => messageType === MESSAGE_TYPE.channelClosed)).toHaveLength(1);
    expect(client.heard.at(-1)?.messageType).toBe(MESSAGE_TYPE.channelClosed);
  });
});
