import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { PAYLOAD_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import { encodeFlag, FLAG } from '../../../../src/lib/protocol/payloads.js';
import { INSTANCE, REGION, SmallRegion, TestClient } from '../guest/agent/small-region.js';

let region: SmallRegion;

beforeEach(async () => {
  region = await SmallRegion.start({ awayMs: 2000 });
});
afterEach(() => region.stop());

const wait = { timeout: 8000, interval: 10 };

it('refuses a channel to who does not sign', async () => {
  const refused = await region.post(`/v1/control-channel/${INSTANCE}`);
  expect(refused).toMatchObject({ body: expect.stringContaining('MissingAuthenticationToken') as string });
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect((await region.post('/v1/data-channel/some-session')).status).toBeGreaterThanOrEqual(400);
  const socket = new WebSocket(`${region.loopbackUrl}/v1/control-channel/${INSTANCE}?role=subscribe&stream=input`);
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
  expect(error.message).toContain('403');
  expect(region.connected).toBe(false);
});

it('gives an instance a token for its own channel, as XML with 201, and for no other', async () => {
  const own = await region.post(`/v1/control-channel/${INSTANCE}`, INSTANCE);
  expect(own.status).toBe(201);
  expect(own.body).toMatch(/^<CreateControlChannelOutput>.*<TokenValue>[^<]{64,}<\/TokenValue><\/CreateControlChannelOutput>$/);
  const other = await region.post('/v1/control-channel/i-0fedcba9876543210', INSTANCE);
  expect(other.status).toBe(403);
  expect(other.body).toMatch(/^<AccessDeniedException>/);
  expect((await region.post('/v1/data-channel/nobody-0123456789abcdef0', INSTANCE)).body).toContain('Session is already terminated');
});

it('opens no session to an instance that is not connected', async () => {
  await expect(region.call('StartSession', { Target: INSTANCE })).rejects.toMatchObject({ code: 'TargetNotConnected', message: `${INSTANCE} is not connected.` });
  expect(region.messages.listSessions(REGION)).toEqual([]);
});

it('lets nobody in with a wrong token, or with the same one twice', async () => {
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  const { SessionId, StreamUrl, TokenValue } = await region.call('StartSession', { Target: INSTANCE }) as Record<string, string>;
  const stranger = new TestClient(SessionId ?? '', StreamUrl ?? '', 'guess');
  await vi.waitFor(() => expect(stranger.closed).toBe(true), wait);
  const client = new TestClient(SessionId ?? '', StreamUrl ?? '', TokenValue ?? '');
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  region.processes[0]?.stdout.write('hello');
  await vi.waitFor(() => expect(client.text(1)).toBe('hello'), wait);
  const again = new TestClient(SessionId ?? '', StreamUrl ?? '', TokenValue ?? '');
  await vi.waitFor(() => expect(again.closed).toBe(true), wait);
  expect([stranger.frames, again.frames, client.closed]).toEqual([[], [], false]);
  expect(region.lines.join('\n')).not.toContain(TokenValue);
});

it('keeps what the agent sends until the client is there', async () => {
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  const { SessionId, StreamUrl, TokenValue } = await region.call('StartSession', { Target: INSTANCE }) as Record<string, string>;
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  region.processes[0]?.stdout.write('early');
  region.processes[0]?.exit({ code: 0, signal: undefined });
  const client = new TestClient(SessionId ?? '', StreamUrl ?? '', TokenValue ?? '');
  await vi.waitFor(() => expect(client.closedWith).toBe(''), wait);
  expect(client.text(1)).toBe('early');
});

it('drops a channel at once, and takes the next one in its place', async () => {
  const agent = region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  region.messages.dropChannel(REGION, INSTANCE);
  expect(region.connected).toBe(false);
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  region.agent();
  await vi.waitFor(() => expect(region.lines.filter((line) => line.includes('channel open')).length).toBeGreaterThan(2), wait);
  expect(await agent.prove()).toBeTypeOf('boolean');
});

it.each(['ssmmessages:CreateControlChannel', 'ssmmessages:OpenControlChannel'])('keeps no channel that %s would refuse now, once the agent proves its way', async (action) => {
  const agent = region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  expect(await agent.prove()).toBe(true);
  region.allowed.delete(action);
  await agent.prove();
  await vi.waitFor(() => expect(region.connected).toBe(false), wait);
  region.allowed.add(action);
  expect(await agent.prove()).toBe(true);
  expect(region.connected).toBe(true);
});

it('lists sessions by region, and ends them once', async () => {
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  const { sessionId } = await region.session();
  expect(region.messages.listSessions(REGION)).toMatchObject([{ sessionId, target: INSTANCE }]);
  expect(region.messages.listSessions('us-east-1')).toEqual([]);
  expect(region.messages.terminateSession('us-east-1', sessionId)).toBe(false);
  expect(region.messages.terminateSession(REGION, sessionId)).toBe(true);
  expect(region.messages.terminateSession(REGION, sessionId)).toBe(false);
  expect(region.messages.resumeSession(REGION, sessionId)).toBeUndefined();
});

it('ends a session whose last acknowledgement a resumed client will never repeat', async () => {
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  const client = await region.session();
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  region.processes[0]?.stdout.write('first');
  await vi.waitFor(() => expect(client.text(1)).toBe('first'), wait);
  // As AWS's plugin: what it has read before is not acknowledged again.
  const { TokenValue, StreamUrl } = await region.call('ResumeSession', { SessionId: client.sessionId }) as Record<string, string>;
  client.socket.removeAllListeners('message');
  client.socket.terminate();
  const deaf = new WebSocket(StreamUrl ?? '');
  const frames: string[] = [];
  deaf.on('message', (data) => frames.push((data as Buffer).toString('latin1', 4, 24).trim()));
  await new Promise((resolve) => deaf.once('open', resolve));
  deaf.send(JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: 'r', TokenValue, ClientId: 'c', ClientVersion: '1.2.0.0' }));
  region.processes[0]?.stdout.write('last');
  region.processes[0]?.exit({ code: 0, signal: undefined });
  await vi.waitFor(() => expect(frames.at(-1)).toBe('channel_closed'), wait);
  expect(frames.filter((type) => type === 'output_stream_data').length).toBeGreaterThan(1);
});

it('tells a client whose connection was lost that all is over when it comes back', async () => {
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  const client = await region.session();
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  client.socket.terminate();
  await vi.waitFor(() => expect(region.messages.listSessions(REGION).map(({ status }) => status)).toEqual(['Disconnected']), wait);
  region.processes[0]?.exit({ code: 0, signal: undefined });
  // AWS's plugin goes so when ssh does, and does not come back: it is no session that goes on.
  await vi.waitFor(() => expect(region.messages.listSessions(REGION)).toEqual([]), wait);
  const { TokenValue, StreamUrl } = await region.call('ResumeSession', { SessionId: client.sessionId }) as Record<string, string>;
  const back = new WebSocket(StreamUrl ?? '');
  const frames: string[] = [];
  back.on('message', (data) => frames.push((data as Buffer).toString('latin1', 4, 24).trim()));
  await new Promise((resolve) => back.once('open', resolve));
  back.send(JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: 'r', TokenValue, ClientId: 'c', ClientVersion: '1.2.0.0' }));
  await vi.waitFor(() => expect(frames.at(-1)).toBe('channel_closed'), wait);
});

it('says the last word again to a client whose connection was lost with it, until it has heard it', async () => {
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  const client = await region.session();
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  region.processes[0]?.stdout.write('first');
  await vi.waitFor(() => expect(client.text(1)).toBe('first'), wait);
  // All was acknowledged; what comes now it does not read, as behind a cut.
  client.socket.pause();
  region.processes[0]?.exit({ code: 0, signal: undefined });
  await vi.waitFor(() => expect(region.messages.listSessions(REGION)).toEqual([]), wait);
  client.socket.terminate();
  const wayIn = async () => (await region.call('ResumeSession', { SessionId: client.sessionId })) as { TokenValue?: string; StreamUrl?: string };
  const back = await wayIn();
  const again = new TestClient(client.sessionId, back.StreamUrl ?? '', back.TokenValue ?? '');
  await vi.waitFor(() => expect(again.closedWith).toBe(''), wait);
  await vi.waitFor(async () => expect((await wayIn()).TokenValue).toBeUndefined(), wait);
});

it('ends a session at once whose client asks for its end and goes without a closing frame, as AWS\'s does', async () => {
  region.stop();
  region = await SmallRegion.start();
  region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  const client = await region.session('AWS-StartPortForwardingSession', { portNumber: ['8080'] });
  await vi.waitFor(() => expect(client.raw.some(({ type }) => type === PAYLOAD_TYPE.handshakeComplete)).toBe(true), wait);
  client.hop.send(PAYLOAD_TYPE.flag, encodeFlag(FLAG.terminateSession));
  // It is gone before the agent has said that it is done.
  client.socket.terminate();
  await vi.waitFor(() => expect(region.messages.listSessions(REGION)).toEqual([]), wait);
});

it('calls an agent again that did not hear the first time, and no more when it comes', async () => {
  region.stop();
  region = await SmallRegion.start();
  const calls: string[] = [];
  const control = await region.controlChannel((message) => calls.push(message.messageType));
  await region.call('StartSession', { Target: INSTANCE });
  await vi.waitFor(() => expect(calls).toEqual(['interactive_shell', 'interactive_shell']), wait);
  const [session] = region.messages.listSessions(REGION);
  expect((await region.post(`/v1/data-channel/${session?.sessionId ?? ''}`, INSTANCE)).status).toBe(201);
  await new Promise((resolve) => setTimeout(resolve, 3500));
  expect(calls).toHaveLength(2);
  control.terminate();
});
