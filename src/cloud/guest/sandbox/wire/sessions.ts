/** Processes that were spawned from outside: streams or a terminal, environment, end. */
import type { ExitStatus, SpawnRequest } from '../../guest.js';
import { type Account, accountOf, directoryOf, environmentOf } from '../../image/accounts.js';
import { SystemError } from '../system/errors.js';
import type { Kernel } from '../system/kernel.js';
import { statOrNothing } from '../system/open.js';
import { type OpenFile, type Sink, SinkFile } from '../system/open-file.js';
import type { Process } from '../system/process.js';
import { Gate } from '../system/schedule.js';
import { Tty, TtyFile } from '../system/tty.js';
import type { Flows } from './flow.js';
import { FlowFile } from './flow-file.js';

/** Standard input that comes over the port. */
class InputFile extends FlowFile {
  readonly kind = 'pipe';
  private readonly cancel: () => void;

  constructor(flows: Flows, name: string) {
    super(flows, name);
    this.cancel = () => flows.cancel(name);
  }
  protected override closed(): void {
    this.cancel();
  }
}

/** An output flow as a sink that knows when it has ended. */
function flowSink(flows: Flows, name: string): Sink & { readonly ended: Promise<void> } {
  const room = new Gate();
  const sender = flows.send(name, () => room.open());
  let finish: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    put: (data) => sender.put(data),
    writable: () => room.wait(),
    broken: () => sender.cancelled,
    end: () => {
      sender.end();
      flows.forget(name);
      finish();
    },
    ended,
  };
}

interface Session {
  readonly leader: Process;
  readonly tty: Tty | undefined;
}

export class Sessions {
  private readonly kernel: Kernel;
  private readonly flows: Flows;
  private readonly onExit: (process: number, status: ExitStatus) => void;
  private readonly sessions = new Map<number, Session>();
  private nextTerminal = 0;

  constructor(kernel: Kernel, flows: Flows, onExit: (process: number, status: ExitStatus) => void) {
    this.kernel = kernel;
    this.flows = flows;
    this.onExit = onExit;
  }

  spawn(id: number, request: SpawnRequest): void {
    const user = accountOf(request.user);
    const { argv, login } = commandOf(request, user);
    const environment = environmentOf(user, { login, term: request.pty?.term, extra: request.environment });
    const directory = request.directory ?? directoryOf(user);
    const ends: Promise<void>[] = [];
    let tty: Tty | undefined;
    let files: OpenFile[];
    if (request.pty === undefined) {
      const [out, err] = [flowSink(this.flows, `p${id}.out`), flowSink(this.flows, `p${id}.err`)];
      ends.push(out.ended, err.ended);
      files = [new InputFile(this.flows, `p${id}.in`), new SinkFile(out), new SinkFile(err)];
    } else {
      const out = flowSink(this.flows, `p${id}.out`);
      tty = this.terminal(id, request.pty, out);
      const terminal = new TtyFile(tty);
      files = [terminal, terminal, terminal];
      flowSink(this.flows, `p${id}.err`).end();
      ends.push(out.ended);
    }
    const program = this.kernel.programs.get('bash');
    const leader = this.kernel.startSession({
      argv, user, directory, environment, tty, files,
      run: (process) => {
        if (statOrNothing(process, directory)?.kind !== 'directory') process.directory = '/';
        if (program === undefined) throw new SystemError('ENOENT', 'bash');
        return program(process);
      },
    });
    this.sessions.set(id, { leader, tty });
    void this.finish(id, leader, tty, ends);
  }

  private terminal(id: number, pty: { readonly columns: number; readonly rows: number }, out: Sink): Tty {
    const name = `/dev/pts/${this.nextTerminal}`;
    this.nextTerminal += 1;
    const tty: Tty = new Tty(name, pty.columns, pty.rows, out, { signal: (signal) => this.kernel.signalGroup(tty.foreground, signal) });
    this.flows.receive(`p${id}.in`, { data: (bytes, consumed) => tty.input(bytes, consumed), end: () => tty.hangUp() });
    return tty;
  }

  /** A terminal ends with its leader, pipes when nobody holds them any more; then the status goes out. */
  private async finish(id: number, leader: Process, tty: Tty | undefined, ends: readonly Promise<void>[]): Promise<void> {
    const { code, signal } = await leader.status;
    if (tty !== undefined) {
      await tty.drained();
      tty.close();
    }
    await Promise.all(ends);
    this.flows.cancel(`p${id}.in`);
    this.sessions.delete(id);
    this.onExit(id, { code, signal });
  }

  resize(id: number, columns: number, rows: number): void {
    const session = this.sessions.get(id);
    if (session?.tty === undefined) return;
    session.tty.columns = columns;
    session.tty.rows = rows;
    this.kernel.signalGroup(session.tty.foreground, 'WINCH');
  }

  signal(id: number, name: string): void {
    const session = this.sessions.get(id);
    if (session === undefined) return;
    if (name === 'KILL') this.kernel.endSession(session.leader.pid, name);
    // HUP is what a closed connection sends: the leader hears of it, and without a terminal so do those that it runs.
    if (name === 'HUP') {
      session.tty?.hangUp();
      session.leader.signal('HUP');
      if (session.tty === undefined) this.kernel.signalGroup(session.leader.group, 'HUP');
    }
    // A shell that ignores it would stay for ever.
    if (name === 'KILL' || name === 'HUP') session.leader.finish({ code: undefined, signal: name });
    else this.kernel.signalGroup(session.tty?.foreground ?? session.leader.group, name);
  }
}

function commandOf(request: SpawnRequest, user: Account): { readonly argv: readonly string[]; readonly login: boolean } {
  const name = user.name === 'ssm-user' ? 'sh' : 'bash';
  if (request.run.kind === 'line') return { argv: ['sh', '-c', request.run.line], login: false };
  const login = request.run.login && name === 'bash';
  return { argv: [login ? `-${name}` : name, ...(request.pty === undefined ? [] : ['-i'])], login };
}
