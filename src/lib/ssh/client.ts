/** SSH by ssh2 over a connection that the target dialled: shell and command, with errors that say which part failed. */
import type { Duplex, Readable, Writable } from 'node:stream';
import ssh2, { type Client, type ClientChannel } from 'ssh2';
import { SsmlabError } from '../errors.js';

export interface SshOptions {
  /** Connected to the server's port. */
  readonly socket: Duplex;
  /** Said in errors: `Instance1 (198.18.0.11:22)`. */
  readonly where: string;
  readonly username: string;
  /** PEM or OpenSSH text. */
  readonly privateKey: string;
  /** Called with the server's public key in wire form; rejects to end the connection. */
  readonly verifyHostKey: (key: Buffer) => Promise<void>;
  /** From the start to the end of authentication, milliseconds. */
  readonly timeoutMs?: number | undefined;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface SshStatus {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** Connects and authenticates. Throws `ssh-unreachable`, `ssh-refused`, `host-key-changed`. */
export function connectSsh(options: SshOptions): Promise<Client> {
  const { socket, where } = options;
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    let hostKeyError: unknown;
    const fail = (error: SsmlabError | unknown): void => {
      client.destroy();
      reject(error as Error);
    };
    client.on('ready', () => resolve(client));
    client.on('error', (error: Error & { level?: string }) => {
      if (hostKeyError !== undefined) fail(hostKeyError);
      else if (error.level === 'client-authentication') fail(new SsmlabError('ssh-refused', `sshd on ${where} refuses the key for ${options.username}`, { cause: error }));
      else fail(new SsmlabError('ssh-unreachable', `ssh to ${where} failed: ${error.message}`, { cause: error }));
    });
    client.on('close', () => fail(hostKeyError ?? new SsmlabError('ssh-unreachable', `sshd on ${where} closed the connection`)));
    client.connect({
      sock: socket as Readable & Writable,
      username: options.username,
      privateKey: options.privateKey,
      readyTimeout: options.timeoutMs ?? 10_000,
      keepaliveInterval: 5000,
      keepaliveCountMax: 2,
      hostVerifier: (key: Buffer, verify: (ok: boolean) => void) => {
        options.verifyHostKey(key).then(
          () => verify(true),
          (error: unknown) => {
            hostKeyError = error;
            verify(false);
          },
        );
      },
    });
  });
}

function statusOf(client: Client, channel: ClientChannel, where: string): Promise<SshStatus> {
  return new Promise((resolve, reject) => {
    let status: SshStatus | undefined;
    channel.on('exit', (code: number | null, signal?: string) => {
      status = { exitCode: code ?? undefined, signal: signal?.replace(/^SIG/u, '') };
    });
    const lost = (cause?: unknown): void => reject(new SsmlabError('session-failed', `the connection to ${where} was lost`, { cause }));
    channel.on('close', () => (status === undefined ? lost() : resolve(status)));
    client.on('error', lost);
    client.on('close', () => (status === undefined ? lost() : resolve(status)));
  });
}

/** Ends the channel's input with the source's, and lets the source go when the channel closes. */
function feed(source: Readable, channel: ClientChannel): void {
  source.pipe(channel);
  channel.on('close', () => {
    source.unpipe(channel);
    source.pause();
  });
}

/** Runs one line by the account's shell. Resolves after both outputs have ended. */
export async function sshCommand(
  client: Client,
  line: string,
  streams: { readonly stdin?: Readable | undefined; readonly stdout: Writable; readonly stderr: Writable },
  where = 'the instance',
): Promise<SshStatus> {
  const channel = await new Promise<ClientChannel>((resolve, reject) => client.exec(line, (error, opened) => (error === undefined ? resolve(opened) : reject(error))));
  channel.pipe(streams.stdout, { end: false });
  channel.stderr.pipe(streams.stderr, { end: false });
  if (streams.stdin === undefined) channel.end();
  else feed(streams.stdin, channel);
  return statusOf(client, channel, where);
}

/** A login shell in a pty. `onResize` registers the listener for new sizes and returns its removal. */
export async function sshShell(
  client: Client,
  terminal: {
    readonly stdin: Readable;
    readonly stdout: Writable;
    readonly term: string;
    readonly size: () => TerminalSize;
    readonly onResize: (listener: () => void) => () => void;
  },
  where = 'the instance',
): Promise<SshStatus> {
  const { columns, rows } = terminal.size();
  const channel = await new Promise<ClientChannel>((resolve, reject) =>
    client.shell({ term: terminal.term, cols: columns, rows, width: 0, height: 0 }, (error, opened) => (error === undefined ? resolve(opened) : reject(error))));
  channel.pipe(terminal.stdout, { end: false });
  feed(terminal.stdin, channel);
  const stop = terminal.onResize(() => {
    const size = terminal.size();
    channel.setWindow(size.rows, size.columns, 0, 0);
  });
  try {
    return await statusOf(client, channel, where);
  } finally {
    stop();
  }
}
