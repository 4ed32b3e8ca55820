/** One session of a machine as the guest's contract shows it: a child of the region that has entered the machine. */
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { ExitStatus, GuestProcess, PtySize, SpawnRequest } from '../guest.js';
import { resizeCommand, sessionCommand, signalCommand } from './session-command.js';
import type { UidMode } from './accounts.js';
import type { Entrance } from './entrance.js';

/** What a process that does not end when it is hung up on gets to end. */
const HANGUP_MS = 1000;
const SIGNALS = new Set(['INT', 'QUIT', 'TSTP', 'TERM', 'HUP', 'KILL', 'CONT', 'STOP', 'USR1', 'USR2', 'WINCH', 'ABRT', 'ALRM', 'PIPE']);
/** The leader's account of itself is three short lines. */
const MOST_STATUS = 4096;

interface Account {
  readonly leader: Promise<number | undefined>;
  /** All that was said, when the file has ended. */
  readonly whole: Promise<string>;
}

function accountOn(stream: Readable): Account {
  let text = '';
  let found: (leader: number | undefined) => void = () => undefined;
  const leader = new Promise<number | undefined>((resolve) => {
    found = resolve;
  });
  const whole = new Promise<string>((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      if (text.length < MOST_STATUS) text += chunk.toString('latin1');
      const said = /^leader (\d+)\n/mu.exec(text);
      if (said !== null) found(Number(said[1]));
    });
    stream.on('error', () => undefined);
    stream.on('close', () => {
      found(undefined);
      resolve(text);
    });
  });
  return { leader, whole };
}

const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name.slice('SIG'.length)]));

/** How a session with a terminal ended, by what its leader said of it: {@link sessionCommand}. */
export function terminalStatus(account: string, ended: ExitStatus, line: boolean): ExitStatus {
  const said = /^exit (\d+)\n/mu.exec(account);
  // Without its leader's word it was killed, and `script` says by which signal.
  const code = said === null ? (ended.code ?? 0) : Number(said[1]);
  if (ended.code === undefined && said === null) return ended;
  const signal = SIGNAL_NAMES.get(code - 128);
  const words = account.replaceAll(/^(?:leader|exit) \d+\n/gmu, '');
  // bash says nothing of an interrupted child; a shell that exits with 130 was not, its last command was.
  const signalled = said === null || words.trim() !== '' || (line && (signal === 'INT' || signal === 'PIPE'));
  return signalled && signal !== undefined ? { code: undefined, signal } : { code, signal: undefined };
}

export interface SessionParts {
  readonly entrance: Entrance;
  readonly uidMode: UidMode;
  readonly request: SpawnRequest;
}

/** Starts one. Throws when the machine is gone. */
export function startSession({ entrance, uidMode, request }: SessionParts): GuestProcess {
  const child = entrance.spawn({ argv: sessionCommand(request, uidMode), stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  const [stdin, childOut, childErr, statusFile] = child.stdio as unknown as [Writable, Readable, Readable, Readable];
  const account = accountOn(statusFile);
  // A reader that goes away early, or a process that ends first, is no fault of the stream's owner.
  for (const stream of [stdin, childOut, childErr]) stream.on('error', () => undefined);
  const [out, err] = [handedOver(childOut), handedOver(childErr)];
  const helper = async (command: (leader: number) => readonly string[]): Promise<void> => {
    const leader = await account.leader;
    if (leader === undefined) return;
    await finished(entrance.spawn({ argv: command(leader), stdio: 'ignore' }));
  };
  let hungUp = false;
  const size: { known: PtySize | undefined; wanted: PtySize | undefined } = { known: request.pty, wanted: undefined };
  /** One at a time, the last one wins. */
  const resize = async (): Promise<void> => {
    const { known, wanted } = size;
    if (wanted !== undefined && (wanted.columns !== known?.columns || wanted.rows !== known.rows)) {
      await helper((leader) => resizeCommand(leader, wanted));
      size.known = wanted;
    }
    if (size.wanted !== wanted) return resize();
    size.wanted = undefined;
    return undefined;
  };
  const exit = exitOf(child, stdin, entrance);
  const status = (async (): Promise<ExitStatus> => {
    const [how] = await Promise.all([exit, out.whole, err.whole]);
    if (hungUp) return { code: undefined, signal: 'HUP' };
    if (request.pty === undefined) return how;
    return terminalStatus(await account.whole, how, request.run.kind === 'line');
  })();
  const hangUp = async (): Promise<void> => {
    hungUp = true;
    try {
      await helper((leader) => signalCommand(leader, 'HUP'));
    } finally {
      // What ignores it, or could not be told, lives on in the machine, without us.
      setTimeout(() => {
        child.kill('SIGKILL');
        for (const stream of [stdin, childOut, childErr]) stream.destroy();
      }, HANGUP_MS).unref();
    }
  };
  const ignore = (): undefined => undefined;
  return {
    stdin,
    stdout: out.stream,
    stderr: err.stream,
    status,
    resize: (to) => {
      if (request.pty === undefined) return;
      const idle = size.wanted === undefined;
      size.wanted = to;
      if (!idle) return;
      stdin.cork();
      resize().catch(ignore).finally(() => stdin.uncork());
    },
    signal: (name) => {
      if (!SIGNALS.has(name)) return;
      (name === 'HUP' ? hangUp() : helper((leader) => signalCommand(leader, name))).catch(ignore);
    },
  };
}

function finished(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
}

/**
 * What the region's reader gets of one output: Node throws away what is unread of a child's own streams when it exits.
 * The promise: everything has gone over to it.
 */
function handedOver(from: Readable): { readonly stream: PassThrough; readonly whole: Promise<void> } {
  const stream = new PassThrough();
  from.pipe(stream);
  const whole = new Promise<void>((resolve) => {
    from.once('end', () => resolve());
    from.once('close', () => {
      stream.end();
      resolve();
    });
  });
  // A reader that goes away early leaves the process with a closed pipe.
  stream.once('close', () => from.destroy());
  stream.on('error', () => undefined);
  return { stream, whole };
}

/** As the region's child has it; when it could not be started, as a shell would say it. */
function exitOf(child: ChildProcess, stdin: Writable, entrance: Entrance): Promise<ExitStatus> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: 127, signal: undefined }));
    child.once('exit', (code, signal) => {
      stdin.destroy();
      // Whatever it was about to say: its machine is off.
      if (entrance.closed) resolve({ code: undefined, signal: 'KILL' });
      else resolve({ code: code ?? undefined, signal: signal === null ? undefined : signal.slice('SIG'.length) });
    });
  });
}
