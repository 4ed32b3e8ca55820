import { afterEach, expect, it, vi } from 'vitest';
import { INSTANCE, REGION, SmallRegion, TestClient } from './small-region.js';

let region: SmallRegion;

afterEach(() => region.stop());

const wait = { timeout: 8000, interval: 10 };

async function online(options?: { readonly awayMs?: number }): Promise<ReturnType<SmallRegion['agent']>> {
  region = await SmallRegion.start(options);
  const agent = region.agent();
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  return agent;
}

it('comes online by a report and a control channel, and is lost with either end of it', async () => {
  const agent = await online();
  expect(await region.pingStatus()).toBe('Online');
  expect(region.calls).toContain(`ssm.${REGION}.amazonaws.com/`);
  const [information] = (await region.call('DescribeInstanceInformation', {}))['InstanceInformationList'] as Record<string, unknown>[];
  expect(information).toMatchObject({
    InstanceId: INSTANCE, AgentVersion: '3.3.4624.0', PlatformName: 'Amazon Linux', PlatformVersion: '2023', IPAddress: '10.0.1.16',
    ComputerName: `ip-10-0-1-16.${REGION}.compute.internal`, PlatformType: 'Linux',
  });
  agent.stop();
  await vi.waitFor(() => expect(region.connected).toBe(false), wait);
  expect(await region.pingStatus()).toBe('ConnectionLost');
});

it('reconnects after its connections were cut', async () => {
  await online();
  region.cut();
  await vi.waitFor(() => expect(region.connected).toBe(false), wait);
  await vi.waitFor(() => expect(region.connected).toBe(true), wait);
});

it('waits for a role and looks again', async () => {
  region = await SmallRegion.start();
  region.hasRole = false;
  const agent = region.agent();
  expect(await agent.prove()).toBe(false);
  expect(region.calls).toEqual([]);
  expect(await region.pingStatus()).toBeUndefined();
  region.hasRole = true;
  expect(await agent.prove()).toBe(true);
  expect(region.connected).toBe(true);
});

it('is asked at each change of a network that has no way yet, and none of that adds up', async () => {
  region = await SmallRegion.start();
  region.hasRole = false;
  const agent = region.agent();
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', onWarning);
  const asked = Array.from({ length: 20 }, () => agent.prove());
  await new Promise((resolve) => setTimeout(resolve, 50));
  agent.stop();
  expect(await Promise.all(asked)).toEqual(asked.map(() => false));
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

it('proves its way by new connections; one that is gone closes the channel, and healing brings it back at once', async () => {
  const agent = await online();
  const before = region.calls.length;
  expect(await agent.prove()).toBe(true);
  expect(region.calls.slice(before).toSorted()).toEqual([`ssm.${REGION}.amazonaws.com/`, `ssmmessages.${REGION}.amazonaws.com/v1/control-channel/${INSTANCE}`]);
  expect(region.connected).toBe(true);

  region.route = false;
  const began = Date.now();
  expect(await agent.prove()).toBe(false);
  await vi.waitFor(() => expect(region.connected).toBe(false), wait);
  expect(Date.now() - began).toBeLessThan(5000);

  region.route = true;
  expect(await agent.prove()).toBe(true);
  expect(region.connected).toBe(true);
});

it.each(['ssm:UpdateInstanceInformation', 'ssmmessages:CreateControlChannel'])('is lost when the role may no longer %s', async (action) => {
  const agent = await online();
  region.allowed.delete(action);
  expect(await agent.prove()).toBe(false);
  await vi.waitFor(() => expect(region.connected).toBe(false), wait);
  region.allowed.add(action);
  expect(await agent.prove()).toBe(true);
});

it('is lost when the role is taken from the instance', async () => {
  const agent = await online();
  region.hasRole = false;
  expect(await agent.prove()).toBe(false);
  await vi.waitFor(() => expect(region.connected).toBe(false), wait);
});

it('begins a shell in the size of a terminal whose client was there first', async () => {
  await online();
  let release!: () => void;
  region.held = new Promise((resolve) => (release = resolve));
  const client = await region.session();
  client.send(JSON.stringify({ cols: 132, rows: 43 }), 3);
  await vi.waitFor(() => expect(client.hop.idle).toBe(true), wait);
  release();
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  const [shell] = region.processes;
  expect(shell?.request).toMatchObject({ pty: { columns: 132, rows: 43 } });
  // The same once more is no new size, for which a shell would draw its prompt again.
  client.send(JSON.stringify({ cols: 132, rows: 43 }), 3);
  client.send('x');
  await vi.waitFor(() => expect(shell?.stdin.read()?.toString()).toBe('x'), wait);
  expect(shell?.size).toBeUndefined();
  client.send(JSON.stringify({ cols: 90, rows: 20 }), 3);
  await vi.waitFor(() => expect(shell?.size).toEqual({ columns: 90, rows: 20 }), wait);
  shell?.exit({ code: 0, signal: undefined });
  await vi.waitFor(() => expect(client.closed).toBe(true), wait);
});

it('gives a shell on a pty, without a handshake', async () => {
  await online();
  const client = await region.session();
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  const [shell] = region.processes;
  expect(shell?.request).toMatchObject({ user: 'ssm-user', run: { kind: 'shell', login: false }, pty: { term: 'xterm-256color' } });
  shell?.stdout.write('sh-5.2$ ');
  await vi.waitFor(() => expect(client.text(1)).toBe('sh-5.2$ '), wait);
  client.send(JSON.stringify({ cols: 132, rows: 43 }), 3);
  client.send('echo hi\r');
  await vi.waitFor(() => expect(shell?.stdin.read()?.toString()).toBe('echo hi\r'), wait);
  expect(shell?.size).toEqual({ columns: 132, rows: 43 });
  shell?.stdout.write('bye');
  shell?.exit({ code: 0, signal: undefined });
  await vi.waitFor(() => expect(client.closed).toBe(true), wait);
  expect(client.closedWith).toBe('');
  expect(client.text(1)).toBe('sh-5.2$ bye');
  expect(client.frames.at(-1)?.messageType).toBe('channel_closed');
  expect(region.messages.listSessions(REGION)).toEqual([]);
});

it('shows the first output at once, and ends at once: AWS\'s agent waits a second before the one and up to two for the other (`protocol.md` §9 no. 13)', async () => {
  await online();
  const client = await region.session();
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  const [shell] = region.processes;
  const taking = async (what: () => boolean): Promise<number> => {
    const began = performance.now();
    await vi.waitFor(() => expect(what()).toBe(true), wait);
    return performance.now() - began;
  };
  shell?.stdout.write('sh-5.2$ ');
  expect(await taking(() => client.text(1) === 'sh-5.2$ ')).toBeLessThan(900);
  shell?.exit({ code: 0, signal: undefined });
  expect(await taking(() => client.closed)).toBeLessThan(900);
});

it('runs an interactive command through sh on a pty', async () => {
  await online();
  const client = await region.session('AWS-StartInteractiveCommand', { command: ['top -b {{ command }}'] });
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  expect(region.processes[0]?.request).toMatchObject({ run: { kind: 'line', line: 'top -b {{ command }}' }, pty: { columns: 80 } });
  region.processes[0]?.exit({ code: 3, signal: undefined });
  await vi.waitFor(() => expect(client.closed).toBe(true), wait);
  expect(client.text(12)).toBe('');
});

it.each([
  [{ code: 7, signal: undefined }, 'EXIT_CODE: 7'],
  [{ code: undefined, signal: 'INT' }, 'EXIT_CODE: 130'],
])('keeps outputs apart and says the exit code %j', async (status, last) => {
  await online();
  const client = await region.session('AWS-StartNonInteractiveCommand', { command: ['work'], separateOutputStream: ['true'] });
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  const [process] = region.processes;
  expect(process?.request.pty).toBeUndefined();
  expect(client.received[0]?.type).toBe(5);
  process?.stdout.write('out');
  await vi.waitFor(() => expect(client.text(1)).toBe('out'), wait);
  process?.stderr.write('err');
  await vi.waitFor(() => expect(client.text(11)).toBe('err'), wait);
  client.send('\u0003');
  await vi.waitFor(() => expect(process?.signals).toEqual(['INT']), wait);
  process?.exit(status);
  await vi.waitFor(() => expect(client.closed).toBe(true), wait);
  expect(client.received.at(-1)).toEqual({ type: 12, text: last });
});

it('merges the outputs when nobody asked for two, and sends them while the command runs', async () => {
  await online();
  const client = await region.session('AWS-StartNonInteractiveCommand', { command: ['work'] });
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  region.processes[0]?.stderr.write('live');
  await vi.waitFor(() => expect(client.text(1)).toBe('live'), wait);
  region.processes[0]?.exit({ code: 1, signal: undefined });
  await vi.waitFor(() => expect(client.closed).toBe(true), wait);
  expect([client.text(11), client.text(12)]).toEqual(['', '']);
});

it('tells the client why a command could not be started', async () => {
  await online();
  const client = await region.session('AWS-StartNonInteractiveCommand', { command: ['unstartable'], separateOutputStream: ['true'] });
  await vi.waitFor(() => expect(client.closedWith).toBe('no such shell'), wait);
  expect(client.text(11)).toBe('no such shell\n');
});

it('stalls the process of a client that does not read, and brings everything when it does', async () => {
  await online();
  const client = await region.session('AWS-StartNonInteractiveCommand', { command: ['yes'], separateOutputStream: ['true'] });
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  const [process] = region.processes;
  client.reading = false;
  const chunk = Buffer.alloc(16 << 10, 'y\n');
  const total = 1024;
  let written = 0;
  const write = (): void => {
    while (written < total) {
      written += 1;
      if (process?.stdout.write(chunk) !== true) break;
    }
    if (written < total) process?.stdout.once('drain', write);
    else process?.exit({ code: 0, signal: undefined });
  };
  write();
  let seen = -1;
  await vi.waitFor(() => {
    const stalled = seen === written && written > 0;
    seen = written;
    expect(stalled).toBe(true);
  }, { timeout: 8000, interval: 500 });
  // Window and room of every hop together.
  expect(written * chunk.length).toBeLessThan(8 << 20);
  client.read();
  await vi.waitFor(() => expect(client.closed).toBe(true), wait);
  expect(client.text(12)).toBe('');
  expect(client.bytes).toBeGreaterThan(total * chunk.length);
});

it('kills the process when the session is terminated', async () => {
  await online();
  const client = await region.session();
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  await vi.waitFor(() => expect(client.socket.readyState).toBe(1), wait);
  expect(await region.call('TerminateSession', { SessionId: client.sessionId })).toEqual({ SessionId: client.sessionId });
  await vi.waitFor(() => expect(region.processes[0]?.signals).toContain('KILL'), wait);
  expect(region.processes[0]?.signals[0]).toBe('HUP');
  await vi.waitFor(() => expect(client.closed).toBe(true), wait);
  const history = (await region.call('DescribeSessions', { State: 'History' }))['Sessions'] as Record<string, unknown>[];
  expect(history).toMatchObject([{ SessionId: client.sessionId, Status: 'Terminated', Target: INSTANCE }]);
});

it('keeps the session for a client that resumes, and loses nothing', async () => {
  await online();
  const client = await region.session();
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  const [shell] = region.processes;
  shell?.stdout.write('one ');
  await vi.waitFor(() => expect(client.text(1)).toBe('one '), wait);
  client.socket.terminate();
  await vi.waitFor(() => expect(client.closed).toBe(true), wait);
  shell?.stdout.write('two ');
  const resumed = await region.call('ResumeSession', { SessionId: client.sessionId });
  client.open(resumed['StreamUrl'] as string, resumed['TokenValue'] as string);
  shell?.stdout.write('three');
  await vi.waitFor(() => expect(client.text(1)).toBe('one two three'), wait);
});

it('closes the session at the agent when the client stays away', async () => {
  await online();
  const client = region.limited({ idleTimeoutMs: 500 });
  await vi.waitFor(() => expect(client.socket.readyState).toBe(1), wait);
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  client.socket.terminate();
  await vi.waitFor(() => expect(region.processes[0]?.signals).toContain('KILL'), wait);
  expect(region.messages.resumeSession(REGION, client.sessionId)).toBeUndefined();
});

it('brings the agent\'s data channel back after a cut', async () => {
  await online();
  const client = await region.session();
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  region.processes[0]?.stdout.write('before ');
  await vi.waitFor(() => expect(client.text(1)).toBe('before '), wait);
  region.cut();
  region.processes[0]?.stdout.write('after');
  await vi.waitFor(() => expect(client.text(1)).toBe('before after'), wait);
});

it('ends a session that is idle for too long, and says so; typing and output keep it, a new size does not', async () => {
  await online();
  const client = region.limited({ idleTimeoutMs: 600 });
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  const began = Date.now();
  const busy = setInterval(() => (Date.now() - began < 700 ? client.send('x') : region.processes[0]?.stdout.write('y')), 50);
  await vi.waitFor(() => expect(Date.now() - began).toBeGreaterThan(1500), wait);
  expect(client.closed).toBe(false);
  clearInterval(busy);
  const sizes = setInterval(() => client.send(JSON.stringify({ cols: 80, rows: 24 }), 3), 50);
  await vi.waitFor(() => expect(client.closedWith).toBe('Your session timed out due to inactivity and has been terminated.'), wait);
  clearInterval(sizes);
  await vi.waitFor(() => expect(region.processes[0]?.signals).toContain('KILL'), wait);
});

it('ends a session that is too old, however busy', async () => {
  await online();
  const client = region.limited({ idleTimeoutMs: 60_000, maxDurationMs: 500 });
  await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
  const busy = setInterval(() => client.send('x'), 50);
  await vi.waitFor(() => expect(client.closedWith).toBe('Your session reached its maximum duration and has been terminated.'), wait);
  clearInterval(busy);
});

it('says whether the client is there', async () => {
  await online();
  const started = await region.call('StartSession', { Target: INSTANCE }) as Record<string, string>;
  const status = async (): Promise<unknown> => ((await region.call('DescribeSessions', { State: 'Active' }))['Sessions'] as Record<string, unknown>[])[0]?.['Status'];
  expect(await status()).toBe('Connecting');
  const client = new TestClient(started['SessionId'] ?? '', started['StreamUrl'] ?? '', started['TokenValue'] ?? '');
  await vi.waitFor(async () => expect(await status()).toBe('Connected'), wait);
  client.socket.terminate();
  await vi.waitFor(async () => expect(await status()).toBe('Disconnected'), wait);
});
