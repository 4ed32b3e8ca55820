/** What is run in the machine for a spawn request; pure. Each text is a script for bash. */
import type { PtySize, SpawnRequest } from '../guest.js';
import { type Account, accountOf, directoryOf, environmentOf } from '../image/accounts.js';
import { FILES_SCRIPT } from './files-script.js';
import { LIMITS } from './limits.js';
import { becoming, type UidMode } from './accounts.js';

/** As one word of a shell script. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const words = (argv: readonly string[]): string => argv.map(quoted).join(' ');

/** On file 3 the session says who its leader is, and with a terminal how it ended. */
export const STATUS_FILE = 3;

/** Started on a socket, bash would take itself for a remote shell and read root's .bashrc. */
const BASH = ['/bin/bash', '--norc', '-c'];

const DIRECT = `${LIMITS}
echo "leader $$" >&${STATUS_FILE}
exec ${STATUS_FILE}>&-
exec "$@"`;

/**
 * Node's pipes are sockets, which cannot be opened again: `echo oops > /dev/stderr` would fail. So each stream gets a
 * real pipe, made by the user and carried by a cat that survives what is meant for the command, and is no child of the
 * command's: ps ends when one of its children does.
 */
const STREAMS = `cd -- "$1" 2> /dev/null || cd /
umask 022
carry() { trap '' HUP INT QUIT TERM TSTP; exec 9<&0 60>&- 61>&- 62>&- 63>&-; cat <&9 9<&- & }
exec < <(carry 2>&-); wait $!
exec > >(carry 2>&-); wait $!
exec 2> >(carry >&2); wait $!
unset -f carry
exec -a "$2" /bin/bash "\${@:3}"`;

interface Shell {
  /** What the shell finds as its own name. */
  readonly name: string;
  readonly args: readonly string[];
  readonly login: boolean;
}

/** As `sh`, bash is POSIX's shell; where the host's bash is another than AL2023's, ssm-user's prompt still reads as it does there. */
function shellOf(request: SpawnRequest, account: Account): Shell {
  if (request.run.kind === 'line') return { name: 'sh', args: ['-c', request.run.line], login: false };
  const name = account.name === 'ssm-user' ? 'sh' : 'bash';
  const login = request.run.login && name === 'bash';
  return { name: login ? `-${name}` : name, args: request.pty === undefined ? [] : ['-i'], login };
}

const PROMPT = `[[ $1 == sh && \${BASH_VERSINFO[0]}.\${BASH_VERSINFO[1]} != 5.2 ]] && export PS1='sh-5.2\\$ '`;

function assignments(account: Account, request: SpawnRequest, login: boolean): string[] {
  const environment = environmentOf(account, { login, term: request.pty?.term, extra: request.environment });
  // What is no name `env` would take for an option or a command.
  return [...environment].filter(([name]) => /^[A-Za-z_]\w*$/u.test(name)).map(([name, value]) => `${name}=${value}`);
}

/** For `Entrance.spawn`: streams 0 to 2 are the session's, 3 is {@link STATUS_FILE}. */
export function sessionCommand(request: SpawnRequest, uidMode: UidMode): readonly string[] {
  const account = accountOf(request.user);
  const shell = shellOf(request, account);
  const directory = request.directory ?? directoryOf(account);
  const environment = ['env', '-i', ...assignments(account, request, shell.login)];
  const become = becoming(account, uidMode);
  if (request.pty === undefined) return [...BASH, DIRECT, 'session', ...environment, ...become, 'setsid', ...BASH, STREAMS, 'session', directory, shell.name, ...shell.args];
  const start = `cd -- "$1" 2> /dev/null || cd /\n${request.run.kind === 'shell' ? `shift\n${PROMPT}\nexec -a "$1" /bin/bash "\${@:2}"` : 'exec -a "$2" /bin/bash "${@:3}"'}`;
  const command = [...environment, ...become, '/bin/bash', '-c', start, 'session', directory, shell.name, ...shell.args];
  const leader = leaderScript(command, request.pty, uidMode === 'multi' ? account.uid : 0);
  return [...BASH, `${LIMITS}\nexec "$@"`, 'session', 'env', '-i', 'SHELL=/bin/bash', 'LC_ALL=C', `PATH=${LEADER_PATH}`, `LEADER=${leader}`, 'setpriv', '--no-new-privs', '--', 'script', '-qefc', 'eval "$LEADER"', '/dev/null'];
}

/** The program that works on a user's files: {@link FILES_SCRIPT}. */
export function filesCommand(account: Account, uidMode: UidMode): readonly string[] {
  return [...BASH, `${LIMITS}\nexec "$@"`, 'files', 'env', '-i', `PATH=${LEADER_PATH}`, ...becoming(account, uidMode), 'setsid', ...BASH, FILES_SCRIPT, 'files'];
}

const LEADER_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** A size as the kernel takes it. */
function clamped({ columns, rows }: PtySize): PtySize {
  const within = (value: number): number => Math.min(Math.max(Math.trunc(value) || 1, 1), 65_535);
  return { columns: within(columns), rows: within(rows) };
}

/**
 * The terminal's session leader, root's: it gives the terminal to the user and waits for the user's shell. bash tells
 * of a child that a signal ended in words on its standard error, and nothing of one that exited with the same number.
 */
function leaderScript(command: readonly string[], size: PtySize, owner: number): string {
  const { columns, rows } = clamped(size);
  return `unset LEADER
umask 022
trap : INT QUIT TSTP TTIN TTOU
exec 2>&${STATUS_FILE}
stty sane rows ${rows} columns ${columns}
${owner === 0 ? '' : `chown ${owner} /proc/self/fd/0`}
echo "leader $$" >&${STATUS_FILE}
( exec 2>&1 ${STATUS_FILE}>&-; exec ${words(command)} )
status=$?
echo "exit $status" >&${STATUS_FILE}
exit "$status"`;
}

/** Sets the size of a session's terminal. */
export function resizeCommand(leader: number, size: PtySize): readonly string[] {
  const { columns, rows } = clamped(size);
  return ['stty', '-F', `/proc/${leader}/fd/0`, 'rows', String(rows), 'columns', String(columns)];
}

/** In a process's stat after its name: state, parent, group, session, terminal, foreground group. */
const SIGNAL = `name=$1 leader=$2
stat() { local line; read -r line < "$1/stat" && fields=(\${line##*) }); } 2> /dev/null
stat "/proc/$leader" || exit 0
foreground=\${fields[5]}
[[ $foreground -gt 1 ]] || foreground=$leader
case $name in
KILL)
  found=1
  while ((found)); do
    found=0
    for process in /proc/[0-9]*; do
      stat "$process" || continue
      [[ \${fields[3]} == "$leader" && \${fields[0]} != [ZX] ]] && kill -KILL "\${process#/proc/}" && found=1
    done
  done ;;
HUP)
  kill -HUP -- "-$foreground"
  [[ $foreground == "$leader" ]] || kill -HUP "$leader"
  kill -CONT -- "-$foreground" ;;
*) kill -s "$name" -- "-$foreground" ;;
esac 2> /dev/null
exit 0`;

/** Signals the session of a leader, a pid of the machine: its foreground group, and with KILL all of it. */
export function signalCommand(leader: number, name: string): readonly string[] {
  return [...BASH, SIGNAL, 'signal', name, String(leader)];
}
