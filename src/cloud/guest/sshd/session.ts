/** One session channel: pty, environment, shell or command, signals, exit status; and the SFTP subsystem. */
import type { Readable, Writable } from 'node:stream';
import type { ServerChannel, Session } from 'ssh2';
import type { Guest, GuestProcess, GuestUser, PtySize, SpawnRequest } from '../guest.js';
import { serveSftp } from './sftp.js';

/** What pam_motd shows at an interactive login on AL2023. */
const MOTD = String.raw`   ,     #_
   ~\_  ####_        Amazon Linux 2023
  ~~  \_#####\
  ~~     \###|
  ~~       \#/ ___   https://aws.amazon.com/linux/amazon-linux-2023
   ~~       V~' '->
    ~~~         /
      ~~._.   _/
         _/ _/
       _/m/'
`;

/** sshd's AcceptEnv on AL2023 takes the locale only. */
const ACCEPTED_ENVIRONMENT = /^(LANG|LC_[A-Z]+)$/;

/** Window sizes of 0 are "unknown" (RFC 4254, 6.2). */
const sizeOf = (info: { cols: number; rows: number }): PtySize => ({ columns: info.cols || 80, rows: info.rows || 24 });

/** What ssh2 keeps of a write that waits for the client's window, when none does. */
const FORGOTTEN = { _chunk: undefined, _chunkcb: undefined, _chunkErr: undefined, _chunkcbErr: undefined };

/**
 * Carries both outputs, one write at a time. ssh2 1.17 remembers one waiting write per output but looks at stdout's
 * alone, and never forgets it: with two of them waiting, stdout is sent twice and stderr never.
 */
function carryOutputs(process: GuestProcess, channel: ServerChannel): Promise<unknown> {
  let turn: Promise<void> = Promise.resolve();
  const write = (to: Writable, chunk: Buffer): Promise<void> => {
    turn = turn.then(() => new Promise((resolve) => {
      // The callback of a write to a closed channel never comes.
      channel.once('close', resolve);
      to.write(chunk, () => {
        channel.off('close', resolve);
        Object.assign(channel, FORGOTTEN);
        resolve();
      });
    }));
    return turn;
  };
  const carry = async (from: Readable, to: Writable): Promise<void> => {
    for await (const chunk of from) await write(to, chunk as Buffer);
  };
  // An output that breaks off has ended; the process's status says how.
  return Promise.allSettled([carry(process.stdout, channel), carry(process.stderr, channel.stderr)]);
}

function connect(process: GuestProcess, channel: ServerChannel): void {
  channel.pipe(process.stdin);
  process.stdin.on('error', () => undefined);
  const carried = carryOutputs(process, channel);
  channel.on('close', () => process.signal('HUP'));
  const finish = async (): Promise<void> => {
    const [{ code, signal }] = await Promise.all([process.status, carried]);
    if (signal === undefined) channel.exit(code ?? 0);
    else channel.exit(signal, false, '');
    channel.end();
  };
  void finish();
}

export function serveSession(guest: Guest, user: GuestUser, session: Session, log: (line: string) => void): void {
  const environment: Record<string, string> = {};
  let pty: SpawnRequest['pty'];
  let running: GuestProcess | undefined;

  const start = (channel: ServerChannel, run: SpawnRequest['run']): void => {
    channel.on('error', () => channel.destroy());
    if (run.kind === 'shell' && pty !== undefined) channel.write(MOTD.replaceAll('\n', '\r\n'));
    const spawned = pty;
    const spawn = async (): Promise<void> => {
      try {
        running = await guest.spawn({ user, run, environment, pty });
      } catch (error) {
        log(`sshd: ${(error as Error).message}`);
        channel.stderr.write('the command could not be started\n');
        channel.exit(255);
        channel.end();
        return;
      }
      if (pty !== undefined && pty !== spawned) running.resize(pty);
      connect(running, channel);
    };
    void spawn();
  };

  session.on('pty', (accept, _reject, info) => {
    pty = { ...sizeOf(info), term: info.term === '' ? 'dumb' : (info.term ?? 'xterm') };
    accept?.();
  });
  session.on('env', (accept, reject, info) => {
    if (!ACCEPTED_ENVIRONMENT.test(info.key)) {
      reject?.();
      return;
    }
    environment[info.key] = info.val;
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    if (pty !== undefined) pty = { ...pty, ...sizeOf(info) };
    running?.resize(sizeOf(info));
    accept?.();
  });
  session.on('signal', (accept, _reject, info) => {
    running?.signal(info.name.replace(/^SIG/, ''));
    accept?.();
  });
  session.on('shell', (accept) => start(accept(), { kind: 'shell', login: true }));
  session.on('exec', (accept, _reject, info) => start(accept(), { kind: 'line', line: info.command }));
  session.on('sftp', (accept) => serveSftp(guest.files(user), guest.home(user), accept()));
}
