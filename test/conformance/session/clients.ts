/** The clients that a session can begin at: ours, and AWS's plugin where it can be run, each as one uses it. */
import { PassThrough, type Readable } from 'node:stream';
import { openDataChannel, type DataChannel } from '../../../src/lib/session/data-channel.js';
import { runCommand } from '../../../src/lib/session/command.js';
import { openForward } from '../../../src/lib/session/port/forward.js';
import { parseForwardSpec } from '../../../src/lib/session/port/forward-spec.js';
import { runStdio } from '../../../src/lib/session/port/stdio.js';
import { runShell } from '../../../src/lib/session/shell.js';
import { Terminal } from '../../e2e/program.js';
import { INSTANCE, REGION, type SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';
import { PLUGIN, freePort, pluginEnvironment, pluginObstacleHere, runPlugin, startSession } from './plugin.js';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface ShellUnderTest {
  readonly type: (text: string) => void;
  readonly resize: (size: Size) => void;
  readonly shown: () => string;
  /** Whether it has come to its end by itself. */
  readonly ended: () => boolean;
  readonly sessionId: string;
  readonly close: () => void;
}

export interface StreamUnderTest {
  readonly write: (bytes: Buffer) => void;
  /** What came, without the client's own words. */
  readonly received: () => Buffer;
  readonly close: () => void;
}

export interface ClientUnderTest {
  readonly name: string;
  readonly missing: string | undefined;
  readonly shell: (region: SmallRegion, size: Size) => Promise<ShellUnderTest>;
  /** AWS's plugin has one output for all, with the status in it as a text. */
  readonly command: (region: SmallRegion, line: string) => Promise<{ readonly stdout: string; readonly stderr: string | undefined; readonly exitCode: number | undefined }>;
  /** A local port that leads to this one of the instance; `through`: the stream's address as the client is told it. */
  readonly forward: (region: SmallRegion, port: number, through?: (streamUrl: string) => string) => Promise<{ readonly port: number; readonly close: () => Promise<void> }>;
  readonly stdio: (region: SmallRegion, port: number) => Promise<StreamUnderTest>;
}

async function open(region: SmallRegion, documentName?: string, parameters?: Record<string, string[]>, through = (streamUrl: string) => streamUrl): Promise<DataChannel> {
  const { sessionId, streamUrl, tokenValue } = await startSession(region, documentName, parameters);
  // As toward AWS: the agent may be AWS's own.
  return openDataChannel({ sessionId, streamUrl: through(streamUrl), tokenValue, payloadBytes: 1024 });
}

function gathered(stream: Readable): () => Buffer {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks);
}

const ours: ClientUnderTest = {
  name: 'our client',
  missing: undefined,
  shell: async (region, size) => {
    const channel = await open(region);
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const shown = gathered(stdout);
    const listeners = new Set<() => void>();
    let now = size;
    let over = false;
    void runShell(channel, { stdin, stdout, size: () => now, onResize: (listener) => void listeners.add(listener) }).then(() => (over = true));
    return {
      type: (text) => void stdin.write(text),
      resize: (next) => {
        now = next;
        for (const listener of listeners) listener();
      },
      // A bash of today brackets pastes: a terminal shows nothing of that.
      shown: () => shown().toString().replaceAll('\u001B[?2004h', '').replaceAll('\u001B[?2004l\r', ''),
      ended: () => over,
      sessionId: channel.sessionId,
      close: () => channel.close(),
    };
  },
  command: async (region, line) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const texts = [gathered(stdout), gathered(stderr)] as const;
    const { exitCode } = await runCommand(await open(region, 'AWS-StartNonInteractiveCommand', { command: [line], separateOutputStream: ['true'] }), { stdout, stderr });
    return { stdout: texts[0]().toString(), stderr: texts[1]().toString(), exitCode };
  },
  forward: async (region, port, through) => {
    const forward = await openForward({
      spec: parseForwardSpec(`0:${port}`),
      halfCloseMs: 1_000,
      open: () => open(region, 'AWS-StartPortForwardingSession', { portNumber: [String(port)] }, through),
      terminate: async (SessionId) => void (await region.call('TerminateSession', { SessionId })),
      onRefused: () => undefined,
      onEnded: () => undefined,
      onUnopened: () => undefined,
    });
    return { port: forward.port, close: () => forward.close() };
  },
  stdio: async (region, port) => {
    const channel = await open(region, 'AWS-StartSSHSession', { portNumber: [String(port)] });
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    void runStdio(channel, { stdin, stdout }).catch(() => undefined);
    return { write: (bytes) => void stdin.write(bytes), received: gathered(stdout), close: () => channel.close() };
  },
};

const plugin: ClientUnderTest = {
  name: 'AWS\'s plugin',
  missing: pluginObstacleHere() ?? (Terminal.available ? undefined : 'no `script` to make a terminal with'),
  shell: async (region, { columns, rows }) => {
    const session = await startSession(region);
    const argv = ['AWS_SSM_START_SESSION_RESPONSE', REGION, 'StartSession', '', JSON.stringify({ Target: INSTANCE }), region.ssmUrl].map((word) => `'${word}'`).join(' ');
    const terminal = new Terminal(`trap : INT; tty; stty cols ${columns} rows ${rows}; ${PLUGIN} ${argv}; echo "[ended $?]"`, '/', pluginEnvironment(session));
    return {
      type: (text) => terminal.type(text),
      resize: (next) => terminal.resize(next),
      // Before its own first line stands the name of the terminal.
      shown: () => terminal.text.split(`${session.sessionId}\r\n`).slice(1).join(''),
      ended: () => terminal.text.includes('[ended 0]'),
      sessionId: session.sessionId,
      close: () => terminal.kill(),
    };
  },
  command: async (region, line) => {
    const running = await runPlugin(region, 'AWS-StartNonInteractiveCommand', { command: [line], separateOutputStream: ['true'] });
    await running.ended();
    const text = running.output();
    return { stdout: text, stderr: undefined, exitCode: Number(/EXIT_CODE: (\d+)/.exec(text)?.[1]) };
  },
  forward: async (region, port, through) => {
    const localPort = await freePort();
    const running = await runPlugin(region, 'AWS-StartPortForwardingSession', { portNumber: [String(port)], localPortNumber: [String(localPort)] }, through);
    await running.sees(`Port ${localPort} opened`);
    return {
      port: localPort,
      close: async () => {
        running.child.kill('SIGINT');
        await running.ended();
      },
    };
  },
  stdio: async (region, port) => {
    const running = await runPlugin(region, 'AWS-StartSSHSession', { portNumber: [String(port)] });
    const words = `\nStarting session with SessionId: ${running.sessionId}\n`;
    await running.sees(words);
    return { write: (bytes) => void running.child.stdin.write(bytes), received: () => Buffer.from(running.output().slice(words.length), 'latin1'), close: () => void running.child.kill('SIGKILL') };
  },
};

export const CLIENTS: readonly ClientUnderTest[] = [ours, plugin];
