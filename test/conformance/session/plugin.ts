/** AWS's session-manager-plugin on pipes, where it is on PATH and connects to loopback. */
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { expect, vi } from 'vitest';
import { pluginObstacle } from '../../../src/lib/session/plugin.js';
import { INSTANCE, REGION, type SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';

const PROGRAM = 'session-manager-plugin';
const wait = { timeout: 15_000, interval: 20 };

/** Why it cannot be run here. */
export function pluginObstacleHere(): string | undefined {
  const asked = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  if (asked.status !== 0) return `${PROGRAM} is not on PATH`;
  return pluginObstacle({ version: asked.stdout.trim() }, 'ws://127.0.0.1/');
}

export interface RunningPlugin {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly sessionId: string;
  readonly output: () => string;
  readonly ended: () => Promise<void>;
  readonly sees: (text: string | RegExp) => Promise<void>;
}

export async function runPlugin(region: SmallRegion, documentName?: string, parameters?: Record<string, string[]>): Promise<RunningPlugin> {
  const request = { Target: INSTANCE, ...(documentName === undefined ? {} : { DocumentName: documentName }), ...(parameters === undefined ? {} : { Parameters: parameters }) };
  const { SessionId, TokenValue, StreamUrl } = await region.call('StartSession', request);
  const child = spawn(PROGRAM, ['AWS_SSM_START_SESSION_RESPONSE', REGION, 'StartSession', '', JSON.stringify(request), region.ssmUrl], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'], HOME: '/nonexistent', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'x', AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SSM_START_SESSION_RESPONSE: JSON.stringify({ SessionId, TokenValue, StreamUrl }),
    },
  });
  let output = '';
  let status: number | null | undefined;
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString('latin1')));
  child.once('close', (code) => (status = code));
  return {
    child,
    sessionId: SessionId as string,
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
