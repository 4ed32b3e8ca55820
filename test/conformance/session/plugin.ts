/** AWS's session-manager-plugin on pipes, where it is on PATH and connects to loopback. */
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { expect, vi } from 'vitest';
import { pluginObstacle } from '../../../src/lib/session/plugin.js';
import { INSTANCE, REGION, type SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';

/** The program's name. */
export const PLUGIN = 'session-manager-plugin';
const wait = { timeout: 15_000, interval: 20 };

/** Why it cannot be run here. */
export function pluginObstacleHere(): string | undefined {
  const asked = spawnSync(PLUGIN, ['--version'], { encoding: 'utf8' });
  if (asked.status !== 0) return `${PLUGIN} is not on PATH`;
  return pluginObstacle({ version: asked.stdout.trim() }, 'ws://127.0.0.1/');
}

export interface RunningPlugin {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly sessionId: string;
  readonly output: () => string;
  readonly ended: () => Promise<void>;
  readonly sees: (text: string | RegExp) => Promise<void>;
}

export interface StartedSession {
  readonly sessionId: string;
  readonly tokenValue: string;
  readonly streamUrl: string;
}

const requestOf = (documentName: string | undefined, parameters: Record<string, string[]> | undefined) =>
  ({ Target: INSTANCE, ...(documentName === undefined ? {} : { DocumentName: documentName }), ...(parameters === undefined ? {} : { Parameters: parameters }) });

export async function startSession(region: SmallRegion, documentName?: string, parameters?: Record<string, string[]>): Promise<StartedSession> {
  const { SessionId, TokenValue, StreamUrl } = await region.call('StartSession', requestOf(documentName, parameters));
  return { sessionId: SessionId as string, tokenValue: TokenValue as string, streamUrl: StreamUrl as string };
}

/** What it is told by, and nothing of the developer's. */
export const pluginEnvironment = ({ sessionId, tokenValue, streamUrl }: StartedSession): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'], HOME: '/nonexistent', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x', AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SSM_START_SESSION_RESPONSE: JSON.stringify({ SessionId: sessionId, TokenValue: tokenValue, StreamUrl: streamUrl }),
});

/** `through`: the stream's address as the plugin is told it. */
export async function runPlugin(region: SmallRegion, documentName?: string, parameters?: Record<string, string[]>, through = (streamUrl: string) => streamUrl): Promise<RunningPlugin> {
  const session = await startSession(region, documentName, parameters);
  return runPluginOn(region, { ...session, streamUrl: through(session.streamUrl) }, requestOf(documentName, parameters));
}

/** `request`: what StartSession was asked for. */
export function runPluginOn(region: SmallRegion, session: StartedSession, request: object, more: NodeJS.ProcessEnv = {}): RunningPlugin {
  const child = spawn(PLUGIN, ['AWS_SSM_START_SESSION_RESPONSE', REGION, 'StartSession', '', JSON.stringify(request), region.ssmUrl], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...pluginEnvironment(session), ...more },
  });
  let output = '';
  let status: number | null | undefined;
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString('latin1')));
  child.once('close', (code) => (status = code));
  return {
    child,
    sessionId: session.sessionId,
    output: () => output,
    ended: () => vi.waitFor(() => expect(status).toBe(0), wait),
    sees: (text) => vi.waitFor(() => expect(typeof text === 'string' ? output.includes(text) : text.test(output), `${String(text)} in …${output.slice(-300)}`).toBe(true), wait),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Everything that a server on loopback says to `text`, or so many bytes of it. */
export function ask(port: number, text: string, bytes = Number.POSITIVE_INFINITY): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (answer.length >= bytes) socket.destroy();
    });
    socket.once('close', () => resolve(answer)).once('error', reject);
  });
}
