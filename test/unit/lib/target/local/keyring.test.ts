/** A key in this session's keyring, and who can read it. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { withOwnKeyring } from '../../../../../src/lib/target/local/keyring.js';

const SECRET = 'ssmlab-secret-of-the-keyring';
const NUMBERS: Readonly<Record<string, readonly [addKey: number, keyctl: number]>> = { x64: [248, 250], arm64: [217, 219] };
const [addKey, keyctl] = NUMBERS[process.arch] ?? [0, 0];

/** Makes a session keyring with a key in it, and goes on as the command with the key's number behind. */
const HOLDER = `my ($type, $name, $secret) = ('user', 'ssmlab-test', '${SECRET}');
syscall(${keyctl}, 1, 0) > 0 or exit 77;
my $key = syscall(${addKey}, $type, $name, $secret, length $secret, -3);
$key > 0 or exit 77;
exec @ARGV, $key`;
/** Prints the key, or why it cannot, from namespaces like a guest's. */
const READER = ['unshare', '-U', '-r', '-m', '-p', '-f', 'perl', '-e', `my $room = "\\0" x 100;
my $length = syscall(${keyctl}, 11, shift() + 0, $room, 100);
print $length > 0 ? substr($room, 0, $length) : "$!"`];

const readBy = (command: readonly string[]) => spawnSync('perl', ['-e', HOLDER, ...command], { encoding: 'utf8', env: { PATH: process.env['PATH'], LC_ALL: 'C' } });

// Containers forbid keyctl, and a machine may have no perl.
const before = readBy(READER);
describe.skipIf(process.platform !== 'linux' || before.status !== 0)('a new session keyring', () => {
  it('keeps the user\'s keys from a process that could read them without it', () => {
    expect(before.stdout).toBe(SECRET);
    // Either the key is another session's, or the kernel has already freed it with the keyring that nobody holds any more.
    expect(readBy(withOwnKeyring(READER)).stdout).toMatch(/^(?:Permission denied|Required key not available)$/u);
  });
});

describe('a command with its own keyring', () => {
  it('runs as it is, with its words, its status and its pid', () => {
    const [first = '', ...args] = withOwnKeyring(['sh', '-c', 'printf "%s|" "$@"; echo $$; exit 7', 'sh', 'a b', '', '$x']);
    const { stdout, status, pid } = spawnSync(first, args, { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: `a b||$x|${pid}\n`, status: 7 });
  });

  it('is itself where there are none', () => {
    expect(withOwnKeyring(['node', 'x'], { platform: 'darwin' })).toEqual(['node', 'x']);
  });

  it('needs neither perl nor keyctl', () => {
    const [first = '', ...args] = withOwnKeyring([process.execPath, '-p', '6 * 7'], { arch: 'mips' });
    expect(spawnSync(first, args, { encoding: 'utf8' }).stdout).toContain('42\n');
  });
});
