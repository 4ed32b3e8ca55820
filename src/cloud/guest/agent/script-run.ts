/** Runs one step of a command in the guest, as root, and keeps what AWS's agent keeps of its output. */
import type { Readable } from 'node:stream';
import type { Guest } from '../guest.js';
import type { ScriptStep } from './command-document.js';

export interface StepResult {
  readonly name: string;
  readonly status: 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';
  readonly code: number;
  readonly standardOutput: string;
  readonly standardError: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly finished: number;
}

/** The agent's service unit has this working directory on AL2023. */
const WORKING_DIRECTORY = '/usr/bin';
/** Characters that reach the service; the rest is read and dropped. */
const OUTPUT_LIMIT = 24_000;
const ERROR_LIMIT = 8_000;
const KILLED = 137;

/** Reads to the end, so that the script is never stalled, and keeps the beginning. */
async function beginningOf(stream: Readable, limit: number, note: string): Promise<string> {
  const decoder = new TextDecoder();
  let kept = '';
  let cut = false;
  for await (const chunk of stream) {
    if (cut) continue;
    kept += decoder.decode(chunk as Buffer, { stream: true });
    if (kept.length <= limit) continue;
    kept = kept.slice(0, limit - note.length) + note;
    cut = true;
  }
  return kept;
}

/** Never rejects: what cannot be started has failed. */
export async function runScript(guest: Guest, step: ScriptStep, { cancel, now }: { readonly cancel: AbortSignal; readonly now: () => number }): Promise<StepResult> {
  const started = now();
  const ended = (status: StepResult['status'], code: number, standardOutput: string, standardError: string): StepResult => ({ name: step.name, status, code, standardOutput, standardError, started, finished: now() });
  if (cancel.aborted) return ended('Cancelled', KILLED, '', '');
  let timedOut = false;
  try {
    const process = await guest.spawn({ user: 'root', run: { kind: 'line', line: step.script }, directory: step.workingDirectory === '' ? WORKING_DIRECTORY : step.workingDirectory });
    process.stdin.on('error', () => undefined).end();
    const kill = (): void => process.signal('KILL');
    cancel.addEventListener('abort', kill, { once: true });
    // Node's timers end at 2^31 ms, a document's at two days.
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, step.timeoutSeconds * 1000);
    try {
      const [standardOutput, standardError, status] = await Promise.all([
        beginningOf(process.stdout, OUTPUT_LIMIT, '\n---Output truncated---'),
        beginningOf(process.stderr, ERROR_LIMIT, '\n---Error truncated----'),
        process.status,
      ]);
      if (timedOut) return ended('TimedOut', KILLED, standardOutput, standardError);
      if (cancel.aborted) return ended('Cancelled', KILLED, standardOutput, standardError);
      const code = status.code ?? KILLED;
      if (code === 0) return ended('Success', 0, standardOutput, standardError);
      const how = status.signal === undefined ? `exit status ${code}` : `signal: ${status.signal.toLowerCase()}`;
      return ended('Failed', code, standardOutput, `${standardError}failed to run commands: ${how}`);
    } finally {
      clearTimeout(timer);
      cancel.removeEventListener('abort', kill);
    }
  } catch (error) {
    return ended('Failed', 1, '', error instanceof Error ? error.message : String(error));
  }
}
