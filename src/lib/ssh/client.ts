/** SSH by ssh2 over a connection that the target dialled: shell and command, with errors that say which part failed. */
import type { Duplex, Readable, Writable } from 'node:stream';
import ssh2, { type AnyAuthMethod, type Client, type ClientChannel, type ServerHostKeyAlgorithm } from 'ssh2';
import { SsmlabError } from '../errors.js';
import { ESCAPE_HELP, EscapeFilter } from '../session/escape-filter.js';
import type { Identity } from './identity.js';
import { wireKeyType } from './wire-key.js';

export interface SshOptions {
  /** Connected to the server's port. */
  readonly socket: Duplex;
  /** Said in errors: `Instance1 (198.18.0.11:22)`. */
  readonly where: string;
  readonly username: string;
  readonly identity: Identity;
  /** Called with the server's public key in wire form; rejects to end the connection. */
  readonly verifyHostKey: (key: Buffer) => Promise<void>;
  /** The server's keys that are known, in wire form: it is asked to show one of their kind. */
  readonly hostKeys?: readonly Buffer[] | undefined;
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

/** In the order in which OpenSSH prefers them. */
const HOST_KEY_ALGORITHMS = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256'] as const satisfies readonly ServerHostKeyAlgorithm[];

/** Those of known keys first: a server has one of each kind, and the others say nothing. */
function algorithmsFor(hostKeys: readonly Buffer[]): ServerHostKeyAlgorithm[] {
  const types = hostKeys.map(wireKeyType);
  const isKnown = (algorithm: string): boolean => types.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  return HOST_KEY_ALGORITHMS.toSorted((a, b) => Number(isKnown(b)) - Number(isKnown(a)));
}

/** What sshd said of the key: which methods it takes, and which it wants besides one that it took. */
interface Refusal {
  takes: readonly string[];
  partly: boolean;
}

function refusedText({ where, username, identity }: SshOptions, { takes, partly }: Refusal): string {
  const methods = takes.length === 0 ? '' : `; it takes ${takes.join(', ')}`;
  return partly ? `sshd on ${where} takes the key for ${username}, and wants ${takes.join(' or ')} besides` : `sshd on ${where} refuses the key for ${username}: it was shown ${identity.said}${methods}`;
}

/** Connects and authenticates, with this one key and nothing else. Throws `ssh-unreachable`, `ssh-refused`, `key-unusable`, and what `verifyHostKey` does. */
export function connectSsh(options: SshOptions): Promise<Client> {
  const { socket, where, username, identity: { holder } } = options;
  const client = new ssh2.Client();
  const refusal: Refusal = { takes: [], partly: false };
  // Of what it says to an agent's key ssh2 keeps nothing: asked with no key at all, sshd says once more what it takes.
  const methods: AnyAuthMethod[] = 'agent' in holder ? [{ type: 'agent', username, agent: holder.agent }, { type: 'none', username }] : [{ type: 'publickey', username, key: holder.key }];
  return new Promise((resolve, reject) => {
    let hostKeyError: unknown;
    const fail = (error: unknown): void => {
      client.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    client.on('ready', () => resolve(client));
    client.on('error', (error: Error & { level?: string }) => {
      if (hostKeyError !== undefined) fail(hostKeyError);
      else if (error.level === 'client-authentication') fail(new SsmlabError('ssh-refused', refusedText(options, refusal), { cause: error }));
      else if (error.level === 'agent') fail(new SsmlabError('key-unusable', `ssh-agent does not sign with the key for ${where}: ${error.message}`, { cause: error, hint: 'a key that was added with `ssh-add -c` has to be confirmed each time' }));
      else fail(new SsmlabError('ssh-unreachable', `ssh to ${where} failed: ${error.message}`, { cause: error }));
    });
    client.on('close', () => fail(hostKeyError ?? new SsmlabError('ssh-unreachable', `sshd on ${where} closed the connection`)));
    client.connect({
      sock: socket,
      username,
      authHandler: (takes: readonly string[] | null, partly: boolean | null, next) => {
        if (takes !== null) Object.assign(refusal, { takes, partly: partly === true });
        // Typed without it, and ssh2's own way to say that there is no other.
        next(methods.shift() ?? (false as never));
      },
      algorithms: { serverHostKey: algorithmsFor(options.hostKeys ?? []) },
      readyTimeout: options.timeoutMs ?? 10_000,
      keepaliveInterval: 3000,
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

/** Of a command whose output nobody reads any more: what SIGPIPE gives. */
const UNREAD: SshStatus = { exitCode: 141, signal: undefined };

/**
 * Passes both outputs on and resolves with the status when both have been passed on whole. `unread` resolves it early:
 * then nobody is left to write to.
 */
function carry(client: Client, { channel, ended }: Opened, streams: { readonly stdout: Writable; readonly stderr: Writable }, where: string): Promise<SshStatus> {
  const outputs = [[channel, streams.stdout], [channel.stderr, streams.stderr]] as const;
  return new Promise<SshStatus>((resolve, reject) => {
    let open = outputs.length;
    const settle = (): void => {
      for (const [, to] of outputs) to.off('error', unread).off('close', unread);
      client.off('error', lost).off('close', onClose);
    };
    const lost = (cause?: unknown): void => {
      settle();
      reject(new SsmlabError('session-failed', `the connection to ${where} was lost`, { cause }));
    };
    const unread = (): void => {
      settle();
      channel.close();
      resolve(UNREAD);
    };
    const onClose = (): void => (ended() === undefined ? lost() : finish());
    const finish = (): void => {
      settle();
      resolve(ended() ?? UNREAD);
    };
    for (const [from, to] of outputs) {
      if (to.destroyed) {
        unread();
        return;
      }
      from.pipe(to, { end: false });
      to.on('error', unread).on('close', unread);
      // ssh2 emits close for each of the two when it was read to its end.
      from.on('close', () => {
        open -= 1;
        if (open === 0) onClose();
      });
    }
    client.on('error', lost).on('close', onClose);
  });
}

/** Runs one line by the account's shell. Resolves after both outputs have ended; 141 when nobody reads them any more. */
export async function sshCommand(
  client: Client,
  line: string,
  streams: { readonly stdin?: Readable | undefined; readonly stdout: Writable; readonly stderr: Writable },
  where = 'the instance',
): Promise<SshStatus> {
  const { stdin } = streams;
  const { channel, ended } = await opened(where, (done) => client.exec(line, done));
  channel.on('error', () => undefined);
  if (stdin === undefined) channel.end();
  else stdin.pipe(channel);
  try {
    return await carry(client, { channel, ended }, streams, where);
  } finally {
    stdin?.unpipe(channel).pause();
  }
}

/**
 * A login shell in a pty, or `line` in its place. `onResize` registers the listener for new sizes and may return its
 * removal. `~.` after a newline leaves: the status is then that of ssh itself, 255.
 */
export async function sshShell(
  client: Client,
  terminal: {
    readonly stdin: Readable;
    readonly stdout: Writable;
    readonly term: string;
    readonly line?: string | undefined;
    readonly size: () => TerminalSize;
    readonly onResize: (listener: () => void) => (() => void) | void;
  },
  where = 'the instance',
): Promise<SshStatus> {
  const { columns, rows } = terminal.size();
  const pty = { term: terminal.term, cols: columns, rows, width: 0, height: 0 };
  const { channel, ended } = await opened(where, (done) => (terminal.line === undefined ? client.shell(pty, done) : client.exec(terminal.line, { pty }, done)));
  channel.on('error', () => undefined);
  let stopInput = (): void => undefined;
  const left = new Promise<SshStatus>((resolve) => {
    stopInput = type(terminal, channel, () => resolve({ exitCode: 255, signal: undefined }));
  });
  const offResize = terminal.onResize(() => {
    const size = terminal.size();
    channel.setWindow(size.rows, size.columns, 0, 0);
  });
  const carried = carry(client, { channel, ended }, { stdout: terminal.stdout, stderr: terminal.stdout }, where);
  try {
    return await Promise.race([carried, left]);
  } finally {
    carried.catch(() => undefined);
    stopInput();
    offResize?.();
  }
}

/** A channel that was opened, and the status that it came to. */
interface Opened {
  readonly channel: ClientChannel;
  readonly ended: () => SshStatus | undefined;
}

function opened(where: string, ask: (done: (error: Error | undefined, channel: ClientChannel) => void) => void): Promise<Opened> {
  return new Promise((resolve, reject) => ask((error, channel) => {
    if (error === undefined) {
      // Listened for at once: the status of a quick command comes in the same packet as the channel.
      let status: SshStatus | undefined;
      channel.on('exit', (code: number | null, signal?: string) => {
        status = { exitCode: code ?? undefined, signal: signal?.replace(/^SIG/u, '') };
      });
      resolve({ channel, ended: () => status });
    } else reject(new SsmlabError('session-failed', `sshd on ${where} opens no session: ${error.message}`, { cause: error }));
  }));
}

/** Passes typed bytes on, but for the escapes. Returns what ends it and leaves stdin paused and whole. */
function type({ stdin, stdout }: { readonly stdin: Readable; readonly stdout: Writable }, channel: ClientChannel, leave: () => void): () => void {
  const escapes = new EscapeFilter();
  const onData = (data: Buffer | string): void => {
    for (const typed of escapes.push(typeof data === 'string' ? Buffer.from(data) : data)) {
      if (typed.kind === 'leave') leave();
      else if (typed.kind === 'help') stdout.write(ESCAPE_HELP);
      // The channel itself takes 2 MiB before it asks to wait, so ~. is heard on a stalled connection too.
      else if (!channel.write(typed.bytes)) stdin.pause();
    }
  };
  const onDrain = (): void => {
    stdin.resume();
  };
  const onEnd = (): void => void channel.end(escapes.end());
  channel.on('drain', onDrain);
  stdin.on('data', onData).once('end', onEnd).resume();
  return () => {
    channel.off('drain', onDrain);
    stdin.off('data', onData).off('end', onEnd).pause();
  };
}
