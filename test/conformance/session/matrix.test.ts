/** Every client at every agent, ours and AWS's: what a session is for, on the one message service. The foreign ones are skipped by name where they cannot be run. */
import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { REGION, SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';
import { AGENTS } from './agents.js';
import { ECHO_PORT } from './aws-agent.js';
import { CLIENTS, type ShellUnderTest } from './clients.js';
import { olderEnds } from './older-ends.js';
import { ask } from './plugin.js';

const wait = { timeout: 20_000, interval: 20 };
const COMMAND = 'sh -c "echo out; echo err >&2; exit 7"';
const PROMPT = /[#$] $/;
const PROMPT_AGAIN = /\n[^\n]*[#$] $/;
/** What nothing listens on. */
const CLOSED_PORT = 7999;
const cells = AGENTS.flatMap((agent) => CLIENTS.map((client) => ({ agent, client, missing: client.missing ?? agent.missing })));

/** Sends bytes to the echo and reads as many; the connection stays open. */
async function there(port: number, bytes: Buffer): Promise<{ readonly back: string; readonly socket: Socket }> {
  const socket = connect(port, '127.0.0.1');
  const hash = createHash('sha256');
  let count = 0;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    count += chunk.length;
  });
  socket.write(bytes);
  await vi.waitFor(() => expect(count).toBeGreaterThanOrEqual(bytes.length), wait);
  return { back: hash.digest('hex'), socket };
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

for (const { agent, client, missing } of cells) {
  describe.skipIf(missing !== undefined)(`${client.name} at ${agent.name}${missing === undefined ? '' : ` (${missing})`}`, { timeout: 90_000 }, () => {
    let region: SmallRegion;
    let stop: (() => Promise<void>) | undefined;
    const closing: (() => void | Promise<void>)[] = [];

    beforeAll(async () => {
      region = await SmallRegion.start();
      stop = await agent.start(region);
      await vi.waitFor(() => expect(region.connected).toBe(true), wait);
    }, 60_000);
    afterEach(async () => {
      for (const close of closing.splice(0)) await close();
    });
    afterAll(async () => {
      await stop?.();
      region.stop();
    });

    async function shell(): Promise<ShellUnderTest> {
      const opened = await client.shell(region, { columns: 97, rows: 31 });
      closing.push(async () => {
        opened.close();
        await region.call('TerminateSession', { SessionId: opened.sessionId });
      });
      await vi.waitFor(() => expect(opened.shown()).toMatch(PROMPT), wait);
      return opened;
    }

    /** Types it; what was shown from then on, once it matches. */
    async function typed({ type, shown }: ShellUnderTest, text: string, until = PROMPT_AGAIN): Promise<string> {
      const from = shown().length;
      type(text);
      await vi.waitFor(() => expect(shown().slice(from)).toMatch(until), wait);
      return shown().slice(from).replaceAll('\r', '');
    }

    it('a shell: its size and a new one, what is typed, Ctrl-C, its end', async () => {
      const opened = await shell();
      expect(await typed(opened, 'stty size; echo $((20*3+7))\r')).toContain('\n31 97\n67\n');
      opened.resize({ columns: 120, rows: 40 });
      for (let size = ''; !size.includes('\n40 120\n'); size = await typed(opened, 'stty size\r')) expect(size).toMatch(/^$|\n31 97\n/);
      await typed(opened, 'echo be""gun; sleep 600; echo not re""ached\r', /\nbegun\r+\n/);
      expect(await typed(opened, '\u0003')).not.toContain('not reached');
      expect(await typed(opened, 'echo still he""re\r')).toContain('\nstill here\n');
      opened.type('exit\r');
      await vi.waitFor(() => expect(opened.ended()).toBe(true), wait);
      await forgotten(opened.sessionId);
    });

    /** The service knows the session no more. */
    const forgotten = (sessionId: string): Promise<void> => vi.waitFor(() => expect(region.messages.listSessions(REGION).map((session) => session.sessionId)).not.toContain(sessionId), wait);

    it('half a megabyte that a shell prints, whole and in order', async () => {
      const { type, shown } = await shell();
      type('seq 70000; echo do""ne\r');
      await vi.waitFor(() => expect(shown()).toMatch(/\ndone\r+\n/), { ...wait, interval: 200 });
      expect(shown().replaceAll('\r', '')).toContain(Array.from({ length: 70_000 }, (_, at) => `${at + 1}\n`).join(''));
    });

    it('a command, its output and its exit status', async () => {
      const { stdout, stderr, exitCode } = await client.command(region, COMMAND);
      expect(exitCode).toBe(7);
      if (stderr === undefined) for (const text of ['out\n', 'err\n']) expect(stdout).toContain(text);
      else expect([stdout, stderr]).toEqual(['out\n', 'err\n']);
    });

    it('a forward that multiplexes: connections at once, bytes both ways, a port that is closed', async () => {
      const forward = await client.forward(region, ECHO_PORT);
      closing.push(forward.close);
      const idle = connect(forward.port, '127.0.0.1').on('error', () => undefined);
      const sent = [randomBytes(150_000), randomBytes(150_000), Buffer.from('\n')];
      const results = await Promise.all(sent.map((bytes) => there(forward.port, bytes)));
      // A message of one line feed is one that AWS's plugin makes a carriage return of (protocol.md §9 no. 3): here it is part of a frame.
      expect(results.map(({ back }) => back)).toEqual(sent.map(digest));
      for (const { socket } of [...results, { socket: idle }]) socket.destroy();
      const dead = await client.forward(region, CLOSED_PORT);
      closing.push(dead.close);
      expect(await ask(dead.port, 'x').catch((error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? '' : Promise.reject(error)))).toBe('');
    });

    // To both official ends the end of one direction is the end of both (protocol.md §9 no. 8).
    it.runIf(client.name === 'our client')(`a connection that has said everything has its answer whole${client.name === 'our client' ? '' : ' (AWS\'s plugin passes its end on at once)'}`, async () => {
      const forward = await client.forward(region, ECHO_PORT);
      closing.push(forward.close);
      const socket = connect({ port: forward.port, host: '127.0.0.1', allowHalfOpen: true });
      const sent = randomBytes(600_000);
      socket.end(sent);
      const chunks: Buffer[] = [];
      for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
      expect(digest(Buffer.concat(chunks))).toBe(digest(sent));
    });

    it('a forward of the time before: one connection after the other', async () => {
      const older = await olderEnds();
      closing.push(older.close);
      const forward = await client.forward(region, ECHO_PORT, older.through);
      closing.unshift(forward.close);
      for (const bytes of [randomBytes(100_000), Buffer.from('a second one')]) {
        const { back, socket } = await there(forward.port, bytes);
        expect(back).toBe(digest(bytes));
        socket.destroy();
        await new Promise((resolve) => socket.once('close', resolve));
      }
      expect(older.told).toEqual(['AgentVersion 3.0.196.0', 'ClientVersion 1.1.60.0']);
    });

    it('SSH\'s way: bytes on standard input and output, both ways', async () => {
      const stream = await client.stdio(region, ECHO_PORT);
      closing.push(stream.close);
      const sent = randomBytes(200_000);
      stream.write(sent);
      await vi.waitFor(() => expect(stream.received().length).toBeGreaterThanOrEqual(sent.length), wait);
      expect(digest(stream.received())).toBe(digest(sent));
    });

    it('a session that the service terminates is over at both ends', async () => {
      const { sessionId, ended } = await shell();
      await region.call('TerminateSession', { SessionId: sessionId });
      await vi.waitFor(() => expect(ended()).toBe(true), wait);
      await forgotten(sessionId);
    });
  });
}
