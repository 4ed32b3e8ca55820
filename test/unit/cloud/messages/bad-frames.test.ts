/** What no peer should send, at the service and at our agent, on each of their channels: dropped without an answer, and the next good message counts (issue 4, "Bad input"). */
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { encodeAgentTaskComplete } from '../../../../src/lib/protocol/control-payloads.js';
import { encodeChannelClosed } from '../../../../src/lib/protocol/payloads.js';
import { MESSAGE_TYPE, PAYLOAD_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import { hashPayload, signRequest } from '../../../../src/lib/protocol/sigv4.js';
import { BAD_FRAMES, message } from '../../lib/protocol/bad-frames.js';
import { INSTANCE, REGION, SmallRegion, type TestClient } from '../guest/agent/small-region.js';

const wait = { timeout: 8000, interval: 10 };
let region: SmallRegion;
/** The agent's side of each of its websockets, by path. */
let wires: Map<string, Duplex>;

beforeEach(async () => {
  region = await SmallRegion.start();
  wires = new Map();
  const { messages } = region;
  const handleUpgrade = messages.handleUpgrade.bind(messages);
  messages.handleUpgrade = (request, socket, head) => {
    wires.set((request.url ?? '').split('?')[0] ?? '', socket);
    return handleUpgrade(request, socket, head);
  };
});
afterEach(() => region.stop());

const badOf = (good: Buffer): readonly (Buffer | string)[] => BAD_FRAMES.flatMap(([, bad]) => bad(good));
const closedOf = (client: TestClient): string | undefined => client.closedWith;

/** A message of a server on a websocket, written past it. */
function inject(wire: Duplex | undefined, data: Buffer | string): void {
  const payload = Buffer.from(data);
  const head = Buffer.alloc(payload.length < 126 ? 2 : 4);
  head.writeUInt8(0x80 | (typeof data === 'string' ? 1 : 2), 0);
  head.writeUInt8(payload.length < 126 ? payload.length : 126, 1);
  if (payload.length >= 126) head.writeUInt16BE(payload.length, 2);
  if (wire === undefined) throw new Error('no such websocket');
  wire.write(Buffer.concat([head, payload]));
}

/** Our agent with a shell. */
async function shell(): Promise<{ readonly client: TestClient; readonly typed: () => string }> {
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  const client = await region.session();
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  await vi.waitFor(() => expect(client.socket.readyState).toBe(WebSocket.OPEN), wait);
  let typed = '';
  region.processes[0]?.stdin.on('data', (bytes: Buffer) => (typed += bytes.toString()));
  return { client, typed: () => typed };
}

const acknowledged = (client: TestClient): number[] => client.frames.filter(({ messageType }) => messageType === MESSAGE_TYPE.acknowledge)
  .map(({ payload }) => (JSON.parse(payload.toString()) as { AcknowledgedMessageSequenceNumber: number }).AcknowledgedMessageSequenceNumber);

describe('dropped without an answer', () => {
  it('by the service, from a client', async () => {
    const { client, typed } = await shell();
    const good = message(MESSAGE_TYPE.inputStreamData, 'typed', PAYLOAD_TYPE.output);
    for (const bad of [...badOf(good), message(MESSAGE_TYPE.outputStreamData, 'x', PAYLOAD_TYPE.output), message(MESSAGE_TYPE.channelClosed, '{}'), message(MESSAGE_TYPE.agentSessionState, '{"SessionState":"Terminating","SessionId":"","SchemaVersion":1}')]) client.socket.send(bad);
    client.socket.send(good);
    await vi.waitFor(() => expect(acknowledged(client)).toEqual([0]), wait);
    region.processes[0]?.stdout.write('shown');
    await vi.waitFor(() => expect(client.text(PAYLOAD_TYPE.output)).toBe('shown'), wait);
    expect([typed(), acknowledged(client), closedOf(client)]).toEqual(['typed', [0], undefined]);
  });

  it('by the service, from an agent on a data channel', async () => {
    const control = await region.controlChannel(() => undefined);
    const client = await region.session();
    const path = `/v1/data-channel/${client.sessionId}`;
    const token = /<TokenValue>(.*)<\/TokenValue>/u.exec((await region.post(path, INSTANCE)).body)?.[1] ?? '';
    const url = new URL(`${region.loopbackUrl.replace(/^ws/u, 'http')}${path}?role=publish_subscribe`);
    const agent = new WebSocket(url.href.replace(/^http/u, 'ws'), { headers: signRequest({ method: 'GET', url, headers: {}, payloadHash: hashPayload('') }, { service: 'ssmmessages', region: REGION, now: Date.now() }, region.roleCredentials()) });
    await new Promise((resolve, reject) => agent.once('open', resolve).once('error', reject));
    agent.send(JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: 'r', TokenValue: token, ClientInstanceId: INSTANCE, ClientId: '' }));
    let answers = 0;
    agent.on('message', () => (answers += 1));
    const good = message(MESSAGE_TYPE.outputStreamData, 'shown', PAYLOAD_TYPE.output);
    const noSense = [message(MESSAGE_TYPE.agentSessionState, '{'), message(MESSAGE_TYPE.agentSessionState, '{"SessionState":7}'), message(MESSAGE_TYPE.inputStreamData, 'x', PAYLOAD_TYPE.output)];
    for (const bad of [...badOf(good), ...noSense]) agent.send(bad);
    agent.send(good);
    await vi.waitFor(() => expect([client.text(PAYLOAD_TYPE.output), answers]).toEqual(['shown', 1]), wait);
    expect(closedOf(client)).toBeUndefined();
    for (const socket of [agent, control]) socket.terminate();
  });

  it('by the service, from an agent on its control channel', async () => {
    const answers: string[] = [];
    const control = await region.controlChannel(({ messageType }) => answers.push(messageType));
    const client = await region.session();
    await vi.waitFor(() => expect(client.socket.readyState).toBe(WebSocket.OPEN), wait);
    const good = message(MESSAGE_TYPE.agentTaskComplete, encodeAgentTaskComplete({ taskId: client.sessionId, topic: MESSAGE_TYPE.agentTaskComplete, finalTaskStatus: 'Success', instanceId: INSTANCE, output: 'done', retryNumber: 1 }));
    const noSense = [MESSAGE_TYPE.agentTaskComplete, MESSAGE_TYPE.agentJobAck, MESSAGE_TYPE.agentJobReply].flatMap((type) => ['{', '[]', 'null', '{"TaskId":7}'].map((payload) => message(type, payload)));
    for (const bad of [...badOf(good), ...noSense]) control.send(bad);
    await new Promise((resolve) => {
      control.once('pong', resolve);
      control.ping();
    });
    expect([region.connected, closedOf(client), answers]).toEqual([true, undefined, ['interactive_shell']]);
    control.send(good);
    await vi.waitFor(() => expect([closedOf(client), answers.at(-1)]).toEqual(['done', 'agent_task_acknowledge']), wait);
    control.terminate();
  });

  it('by our agent, on a data channel', async () => {
    const { client, typed } = await shell();
    const wire = wires.get(`/v1/data-channel/${client.sessionId}`);
    const good = message(MESSAGE_TYPE.inputStreamData, 'typed', PAYLOAD_TYPE.output);
    for (const bad of [...badOf(good), message(MESSAGE_TYPE.outputStreamData, 'x', PAYLOAD_TYPE.output), message(MESSAGE_TYPE.inputStreamData, '{"cols":', PAYLOAD_TYPE.size).subarray(0, -1)]) inject(wire, bad);
    inject(wire, good);
    await vi.waitFor(() => expect(typed()).toBe('typed'), wait);
    region.processes[0]?.stdout.write('shown');
    await vi.waitFor(() => expect(client.text(PAYLOAD_TYPE.output)).toBe('shown'), wait);
    expect([typed(), closedOf(client)]).toEqual(['typed', undefined]);
  });

  it('by our agent, on its control channel', async () => {
    const { client } = await shell();
    const wire = wires.get(`/v1/control-channel/${INSTANCE}`);
    const good = message(MESSAGE_TYPE.channelClosed, encodeChannelClosed({ messageId: '', createdDate: '', destinationId: INSTANCE, sessionId: client.sessionId }));
    const types = [MESSAGE_TYPE.interactiveShell, MESSAGE_TYPE.agentJob, MESSAGE_TYPE.agentJobReplyAck, MESSAGE_TYPE.agentTaskAcknowledge, MESSAGE_TYPE.channelClosed];
    for (const bad of [...badOf(good), ...types.flatMap((type) => ['{', '[]', 'null', '{"Content":"{"}', '{"TaskId":7,"SessionId":7,"JobId":7}'].map((payload) => message(type, payload)))]) inject(wire, bad);
    // The agent has read them when what comes behind them is done.
    const second = await region.session();
    await vi.waitFor(() => expect(region.processes).toHaveLength(2), wait);
    expect([region.connected, region.processes[0]?.signals, closedOf(client), closedOf(second)]).toEqual([true, [], undefined, undefined]);
    inject(wire, good);
    await vi.waitFor(() => expect(region.processes[0]?.signals[0]).toBe('HUP'), wait);
    expect(region.processes[1]?.signals).toEqual([]);
  });
});

it('a message larger than any ends the connection, not the session, which goes on over another', async () => {
  const { client, typed } = await shell();
  const ended = new Promise<number>((resolve) => client.socket.once('close', resolve));
  client.socket.send(Buffer.alloc((1 << 20) + (1 << 16)));
  // RFC 6455 §7.4.1: a message too big to process.
  expect(await ended).toBe(1009);
  const { StreamUrl, TokenValue } = await region.call('ResumeSession', { SessionId: client.sessionId }) as Record<string, string>;
  client.open(StreamUrl ?? '', TokenValue ?? '');
  client.send('typed');
  await vi.waitFor(() => expect(typed()).toBe('typed'), wait);
});
