/** AWS's session-manager-plugin on our message service and agent; skipped by name where it is not on PATH. */
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { REGION, SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';
import { ask, freePort, pluginObstacleHere, runPlugin, type RunningPlugin } from './plugin.js';

/** Of a shell's output (`cloud/guest/agent`). */
const LARGEST_PAYLOAD = 32 << 10;
const wait = { timeout: 15_000, interval: 20 };
const missing = pluginObstacleHere();

describe.skipIf(missing !== undefined)(`session-manager-plugin${missing === undefined ? '' : ` (${missing})`}`, { timeout: 60_000 }, () => {
  let region: SmallRegion;
  let plugins: RunningPlugin[] = [];
  let servers: Server[] = [];

  beforeEach(async () => {
    region = await SmallRegion.start();
    region.agent();
    await vi.waitFor(() => expect(region.connected).toBe(true), wait);
  });
  afterEach(() => {
    for (const { child } of plugins) child.kill('SIGKILL');
    for (const server of servers) server.close();
    plugins = [];
    servers = [];
    region.stop();
  });

  const run = async (documentName?: string, parameters?: Record<string, string[]>) => {
    const plugin = await runPlugin(region, documentName, parameters);
    plugins.push(plugin);
    return plugin;
  };

  async function listen(server: Server, at: string): Promise<void> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    region.ports.set(at, (server.address() as AddressInfo).port);
  }

  it('gets a shell, types into it, and ends with it', async () => {
    const plugin = await run();
    await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
    const [shell] = region.processes;
    shell?.stdout.write('sh-5.2$ ');
    await plugin.sees(/sh-5\.2\$ $/);
    plugin.child.stdin.write('id\r');
    await vi.waitFor(() => expect(shell?.stdin.read()?.toString()).toBe('id\r'), wait);
    // It is on no terminal here: its own 300 by 100.
    expect(shell?.size).toEqual({ columns: 300, rows: 100 });
    shell?.stdout.write('bye');
    shell?.exit({ code: 0, signal: undefined });
    await plugin.ended();
    expect(plugin.output()).toContain(`bye\n\nExiting session with sessionId: ${plugin.sessionId}.`);
  });

  it('gets 3 MB of a shell whole, and in order', async () => {
    const plugin = await run();
    await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
    const lines = Array.from({ length: 300_000 }, (_, at) => `${at}\n`).join('');
    region.processes[0]?.stdout.write(lines);
    region.processes[0]?.exit({ code: 0, signal: undefined });
    await plugin.ended();
    expect(plugin.output()).toContain(lines);
  });

  it('gets a command\'s output and its status', async () => {
    const plugin = await run('AWS-StartNonInteractiveCommand', { command: ['work'], separateOutputStream: ['true'] });
    await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
    region.processes[0]?.stdout.write('out\n');
    region.processes[0]?.exit({ code: 7, signal: undefined });
    await plugin.ended();
    expect(plugin.output()).toContain('out\nEXIT_CODE: 7');
  });

  it('is told why when a session is terminated', async () => {
    const plugin = await run();
    await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
    region.processes[0]?.stdout.write('$ ');
    await plugin.sees(/\$ $/);
    await region.call('TerminateSession', { SessionId: plugin.sessionId });
    await plugin.ended();
    expect(plugin.output()).toContain('Session was terminated.');
  });

  it('forwards a port: many requests, some at once', async () => {
    const big = Buffer.alloc(300_000, 'b');
    await listen(createHttpServer((request, response) => response.end(request.url === '/big' ? big : `you asked for ${request.url ?? ''}`)), 'localhost:80');
    const localPort = await freePort();
    const plugin = await run('AWS-StartPortForwardingSession', { portNumber: ['80'], localPortNumber: [String(localPort)] });
    await plugin.sees('Waiting for connections');
    const get = async (path: string): Promise<string> => (await (await fetch(`http://127.0.0.1:${localPort}${path}`)).text());
    expect(await get('/one')).toBe('you asked for /one');
    expect(await Promise.all(['/a', '/b', '/c'].map(get))).toEqual(['you asked for /a', 'you asked for /b', 'you asked for /c']);
    expect((await get('/big')).length).toBe(big.length);
    plugin.child.kill('SIGINT');
    await plugin.ended();
    await vi.waitFor(() => expect(region.messages.listSessions(REGION)).toEqual([]), wait);
  });

  it('forwards to another host, hears that a port is closed, and may not lead to the metadata service', async () => {
    region.names.set('db.internal', ['10.0.9.9']);
    await listen(createServer((socket) => void socket.end('the database')), '10.0.9.9:5432');
    const localPort = await freePort();
    const plugin = await run('AWS-StartPortForwardingSessionToRemoteHost', { host: ['db.internal'], portNumber: ['5432'], localPortNumber: [String(localPort)] });
    await plugin.sees('Waiting for connections');
    expect(await ask(localPort, 'x')).toBe('the database');
    region.ports.clear();
    expect(await ask(localPort, 'x')).toBe('');
    await plugin.sees('Connection to destination port failed');
    const refused = await run('AWS-StartPortForwardingSessionToRemoteHost', { host: ['169.254.169.254'], portNumber: ['80'] });
    await refused.ended();
    expect(refused.output()).toContain('Forwarding to IP address 169.254.169.254 is forbidden.');
  });

  it('carries SSH on its own input and output', async () => {
    await listen(createServer((socket) => {
      socket.write('SSH-2.0-test\r\n');
      socket.once('data', (data) => socket.end(`got ${data.toString()}`));
    }), 'localhost:22');
    const plugin = await run('AWS-StartSSHSession', { portNumber: ['22'] });
    await plugin.sees(/SSH-2\.0-test\r\n$/);
    plugin.child.stdin.write('hello there\r\n');
    await plugin.ended();
    expect(plugin.output()).toContain('SSH-2.0-test\r\ngot hello there\r\n');
  });

  describe('in the middle of 4 MB, resumes', () => {
    const lines = Array.from({ length: 400_000 }, (_, at) => `${at}\n`).join('');

    /** What it printed after `lose` took its websocket away. */
    async function printedOver(lose: () => void): Promise<string> {
      const plugin = await run();
      await vi.waitFor(() => expect(region.processes).toHaveLength(1), wait);
      const [shell] = region.processes;
      shell?.stdout.write('begin\n');
      await plugin.sees('begin');
      shell?.stdout.write(lines);
      await plugin.sees('\n1000\n');
      lose();
      await plugin.sees('\n399999\n');
      expect(region.calls).toContain('ResumeSession');
      shell?.exit({ code: 0, signal: undefined });
      await plugin.ended();
      expect(plugin.output()).toContain('Exiting session');
      return plugin.output().split('begin\n')[1]?.split('\n\nExiting')[0] ?? '';
    }

    it('after the service closed it as AWS does every hour: nothing is lost or doubled', async () => {
      expect(await printedOver(() => region.sayBye())).toBe(lines);
    });

    it('after it was cut: nothing is lost, and doubled at most the one message that it could not acknowledge', async () => {
      // It prints a message, acknowledges it and only then counts it: where the acknowledgement cannot be written, the message is new to it when it comes again.
      const printed = await printedOver(() => region.cutClients());
      let same = 0;
      while (same < lines.length && printed[same] === lines[same]) same += 1;
      const doubled = printed.length - lines.length;
      expect([0, LARGEST_PAYLOAD]).toContain(doubled);
      expect(printed.slice(same)).toBe(lines.slice(same - doubled));
    });
  });

  it('opens a forward twenty times, and each time hears from the other side', async () => {
    // The fault of protocol.md §9 no. 1: a message while it sets up its multiplexer makes it deaf.
    await listen(createServer((socket) => void socket.end('heard')), 'localhost:80');
    for (let round = 0; round < 20; round += 1) {
      const localPort = await freePort();
      const plugin = await run('AWS-StartPortForwardingSession', { localPortNumber: [String(localPort)] });
      await plugin.sees('Waiting for connections');
      expect(await ask(localPort, 'x')).toBe('heard');
      plugin.child.kill('SIGINT');
      await plugin.ended();
    }
  });
});
