/** Input that was meant for a command and was not sent. */
import { spawnSync } from 'node:child_process';
import { fstatSync } from 'node:fs';

/** The request FIONREAD, how many bytes can be read, of the platforms that have a terminal (ioctl_list(2) and sys/filio.h). */
const FIONREAD: Partial<Record<NodeJS.Platform, number>> = { linux: 0x541b, darwin: 0x4004667f, freebsd: 0x4004667f, openbsd: 0x4004667f };

/**
 * True when bytes wait on stdin that is a pipe, a file or a socket. Nothing is taken from it: whoever has it after us, the loop of a
 * script say, finds it whole. Node cannot look without taking, perl can; false also where there is none.
 */
export function inputWaits(): boolean {
  try {
    const stdin = fstatSync(0);
    if (!stdin.isFIFO() && !stdin.isFile() && !stdin.isSocket()) return false;
  } catch {
    return false;
  }
  const request = FIONREAD[process.platform];
  if (request === undefined) return false;
  const script = `my $n = pack("i", 0); exit(ioctl(STDIN, ${request}, $n) && unpack("i", $n) > 0 ? 0 : 1)`;
  return spawnSync('perl', ['-e', script], { stdio: [0, 'ignore', 'ignore'] }).status === 0;
}
