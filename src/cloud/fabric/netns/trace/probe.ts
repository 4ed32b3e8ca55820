/** The probe: one real packet (and for TCP what belongs to its handshake) from inside an instance's network namespace. */
import { spawn } from 'node:child_process';
import type { FlowAnswer, FlowRequest } from '../../account.js';
import type { RunResult } from '../holder/protocol.js';
import { searchPath } from '../launch.js';
import { PROBE_DSCP } from './rules.js';

/** Longer than the first second, after which TCP sends again, and short enough to be waited for. Milliseconds. */
export const PATIENCE_MS = 1500;

/** Ports below the ephemeral ones, so that no connection of the instance's own has one. */
export const probePort = (): number => 20_000 + Math.floor(Math.random() * 10_000);

/** Runs in the instance's namespace by Node's `-e`; prints one word, or the code of an error. */
const SCRIPT = `
const [protocol, from, port, address, destination, patience] = process.argv.slice(1);
const say = (word) => { process.stdout.write(word); process.exit(0); };
setTimeout(() => say('none'), Number(patience));
if (protocol === 'tcp') {
  const socket = require('node:net').connect({ host: address, port: Number(destination), localAddress: from, localPort: Number(port) });
  socket.once('connect', () => say('connected')).once('error', (error) => say(error.code));
} else {
  const socket = require('node:dgram').createSocket('udp4');
  socket.once('error', (error) => say(error.code)).once('message', () => say('answered'));
  socket.bind(Number(port), from, () => socket.connect(Number(destination), address, () => socket.send('ssmlab')));
}
`;

/** `from` is the interface's own address; `patienceMs`: how long an answer is waited for. */
export function probeCommand({ protocol, address, port }: FlowRequest, from: string, sourcePort: number, patienceMs: number): string[] {
  if (protocol === 'icmp') return ['ping', '-n', '-c', '1', '-W', String(patienceMs / 1000), '-Q', String(PROBE_DSCP * 4), '-I', from, address];
  return [process.execPath, '-e', SCRIPT, protocol, from, String(sourcePort), address, String(port), String(patienceMs)];
}

export interface RunningProbe {
  readonly result: Promise<RunResult>;
  /** It is known that nothing will come back. */
  readonly giveUp: () => void;
}

/** `entrance` leads into the instance's namespace; the program ends with the lab. */
export function sendProbe(entrance: readonly string[], command: readonly string[]): RunningProbe {
  const [program = '', ...args] = [...entrance, ...command];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: searchPath() }, detached: true });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  return {
    result: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve({ status: status ?? undefined, ...output }));
    }),
    giveUp: () => {
      // All of its group: the program is behind those that led to it.
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM');
    },
  };
}

/** What came of it; one that was given up has heard nothing. */
export function readProbe(protocol: FlowRequest['protocol'], { status, stdout, stderr }: RunResult): { readonly answer: FlowAnswer; readonly said?: string | undefined } {
  if (status === undefined) return { answer: 'none' };
  if (protocol !== 'icmp') return readWord(stdout, stderr);
  if (/bytes from /u.test(stdout)) return { answer: 'echo-reply' };
  const error = /^From .*$/mu.exec(stdout)?.[0];
  if (error !== undefined) return { answer: 'none', said: error };
  return stdout !== '' ? { answer: 'none' } : { answer: 'error', said: stderr.trim() };
}

function readWord(stdout: string, stderr: string): { readonly answer: FlowAnswer; readonly said?: string | undefined } {
  switch (stdout) {
    case 'connected':
    case 'answered':
    case 'none':
      return { answer: stdout };
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return { answer: 'refused' };
    case 'ETIMEDOUT':
      return { answer: 'none' };
    default:
      return { answer: 'error', said: stdout === '' ? stderr.trim() : stdout };
  }
}
