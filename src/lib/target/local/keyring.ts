/**
 * The kernel's keys: a process hands its session keyring on to all that it starts, through every namespace, and whoever has it reads
 * the keys in it and in those that it links to, the user's own among them (keyrings(7), session-keyring(7)).
 */

/** Numbers of keyctl(2); of other machines its own program has to know. */
const KEYCTL: Partial<Record<NodeJS.Architecture, number>> = { x64: 250, arm64: 219, riscv64: 219 };

/**
 * `$1`: keyctl's number, or nothing. Operation 1 is KEYCTL_JOIN_SESSION_KEYRING, and no name makes a new one. Perl is there more
 * often than keyutils. What a container forbids is not done: then the keys are out of reach for guests, too.
 */
const SCRIPT = `number=$1
shift
if [ -n "$number" ] && command -v perl > /dev/null; then exec perl -e 'syscall shift, 1, 0; exec @ARGV' "$number" "$@"; fi
if keyctl session - true > /dev/null 2>&1; then exec keyctl session - "$@"; fi
exec "$@"`;

/** The command with a new, empty session keyring, where Linux and its programs let it; its pid stays the one that was started. */
export function withOwnKeyring(command: readonly string[], { platform = process.platform, arch = process.arch }: { readonly platform?: NodeJS.Platform; readonly arch?: NodeJS.Architecture } = {}): readonly string[] {
  return platform === 'linux' ? ['/bin/sh', '-c', SCRIPT, 'sh', String(KEYCTL[arch] ?? ''), ...command] : command;
}
