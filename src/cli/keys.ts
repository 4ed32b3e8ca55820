/** What is typed and what is shown, past the queues of a stream: they take a fifth of the time from a key to its message, and as much of that from its echo to the screen. */
import { writeSync } from 'node:fs';
import type { OnReadOpts } from 'node:net';
import { ReadStream, type WriteStream } from 'node:tty';

/** As much as a terminal gives at once. */
const CHUNK = 65_536;

export interface Keys {
  /** What is typed, as events `data`, but for what {@link first} took. */
  readonly input: ReadStream;
  /** `take` is given each byte that is typed by itself, ahead of all listeners; true: it has taken it. */
  readonly first: (take: (byte: number) => boolean) => void;
}

/** The terminal of `input` again, read into one buffer. To be destroyed when it is given back. Where it cannot be opened again: `input`, and nothing is given ahead. */
export function keysOf(input: ReadStream): Keys {
  // On Windows two readers of one console take keys from each other.
  if (input !== process.stdin || process.platform === 'win32') return { input, first: () => undefined };
  let takes: (byte: number) => boolean = () => false;
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(CHUNK),
    callback: (length, buffer) => {
      if (length === 1 && takes(buffer[0] ?? 0)) return true;
      // The buffer is read into again, and what was typed may have to wait.
      keys.emit('data', Buffer.from(buffer.subarray(0, length)));
      return true;
    },
  };
  // Options go on to `net.Socket`, which has this one though its types name it for `connect` only.
  const keys = new ReadStream(0, { onread } as object);
  return { input: keys, first: (take) => void (takes = take) };
}

/** What shows bytes on a terminal in this very moment; it returns false, and has shown nothing, where `output` has to. */
export function screenOf(output: WriteStream): (bytes: Buffer) => boolean {
  // On Windows a console takes text, which only the stream makes of bytes.
  if (output !== process.stdout || process.platform === 'win32') return () => false;
  const { fd } = process.stdout;
  return (bytes) => {
    if (output.writableLength > 0 || output.destroyed) return false;
    try {
      const written = writeSync(fd, bytes);
      if (written < bytes.length) output.write(bytes.subarray(written));
      return true;
    } catch {
      // A terminal that has no room now, or is gone: the stream waits for it, or says so.
      return false;
    }
  };
}
