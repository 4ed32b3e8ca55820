/** The guest's SSH server on port 22: ssh2's, since it needs no uid of its own and runs on any guest (`fabric.md` §3). */
import { timingSafeEqual } from 'node:crypto';
import ssh2, { type AuthContext, type Connection, type ParsedKey } from 'ssh2';
import type { Guest, GuestUser } from '../guest.js';
import type { HostKey } from './host-keys.js';
import { serveSession } from './session.js';

export interface SshServerOptions {
  readonly hostKeys: readonly HostKey[];
  /** Public key lines beside `authorized_keys` that open this account now (EC2 Instance Connect). Default: none. */
  readonly pushedKeys?: ((account: GuestUser) => readonly string[]) | undefined;
  readonly log: (line: string) => void;
}

export interface SshServer {
  close(): void;
}

/** Accounts with a login shell that a key may open. Root's keys say "log in as ec2-user" on AL2023, so they open nothing. */
const ACCOUNTS = ['ec2-user', 'ssm-user'] as const;
type Account = (typeof ACCOUNTS)[number];

const accountOf = (name: string): Account | undefined => ACCOUNTS.find((account) => account === name);
/** OpenSSH's LoginGraceTime. */
const GRACE_MS = 120_000;

function authorized(context: AuthContext, keys: readonly ParsedKey[]): boolean {
  if (context.method !== 'publickey') return false;
  const offered = context.key.data;
  const key = keys.find((candidate) => {
    const known = candidate.getPublicSSH();
    return known.length === offered.length && timingSafeEqual(known, offered);
  });
  if (key === undefined) return false;
  // Without a signature the client only asks whether the key would do.
  if (context.signature === undefined || context.blob === undefined) return true;
  // Typed as a boolean, but an Error where the signature cannot be read: that must not count as true.
  const verified: unknown = key.verify(context.blob, context.signature, context.hashAlgo);
  return verified === true;
}

/** Reads the account's `~/.ssh/authorized_keys` anew at each login: what the user adds there counts. */
async function authorizedLines(guest: Guest, account: Account): Promise<string[]> {
  const path = `${guest.home(account)}/.ssh/authorized_keys`;
  const files = guest.files('root');
  try {
    const { size } = await files.stat(path);
    return (await files.read(path, 0, size)).toString('utf8').split('\n');
  } catch {
    return [];
  }
}

function parsedKeys(lines: readonly string[]): ParsedKey[] {
  return lines.flatMap((line) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const key = ssh2.utils.parseKey(line);
    return key instanceof Error ? [] : Array.isArray(key) ? key : [key];
  });
}

function accept(guest: Guest, connection: Connection, { log, pushedKeys }: SshServerOptions): void {
  const grace = setTimeout(() => connection.end(), GRACE_MS);
  connection.on('error', (error) => log(`sshd: ${error.message}`));
  connection.on('close', () => clearTimeout(grace));
  let login: Account | undefined;
  const judge = async (context: AuthContext): Promise<boolean> => {
    const account = accountOf(context.username);
    if (account === undefined) return false;
    const lines = [...await authorizedLines(guest, account), ...(pushedKeys?.(account) ?? [])];
    if (!authorized(context, parsedKeys(lines))) return false;
    login = account;
    return true;
  };
  connection.on('authentication', (context) => {
    judge(context).then(
      (admitted) => (admitted ? context.accept() : context.reject(['publickey'])),
      () => context.reject(['publickey']),
    );
  });
  connection.on('ready', () => {
    clearTimeout(grace);
    const user = login;
    connection.on('session', (acceptSession, rejectSession) => (user === undefined ? rejectSession() : serveSession(guest, user, acceptSession(), log)));
    // Forwarding from inside the instance is served by the session protocol's port sessions, not here.
    connection.on('tcpip', (_accept, reject) => reject());
  });
}

/** Starts it. Resolves when port 22 listens. */
export async function startSshServer(guest: Guest, options: SshServerOptions): Promise<SshServer> {
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: options.hostKeys.map((key) => key.privateKey), ident: 'OpenSSH_8.7' }, (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    accept(guest, connection, options);
  });
  const listener = await guest.listen(22, (stream) => {
    stream.on('error', () => stream.destroy());
    // SSH knows no half-open transport: a client that went away has gone for good.
    stream.on('end', () => stream.end());
    server.injectSocket(stream as never);
  });
  return {
    close: () => {
      listener.close();
      for (const connection of connections) connection.end();
    },
  };
}
