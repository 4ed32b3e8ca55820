/** What is typed and what is shown, past the queues of a stream: they take a fifth of the time from a key to its message, and as much of that from its echo to the screen. */
import { writeSync } from 'node:fs';
import type { OnReadOpts } from 'node:net';
import { ReadStream, type WriteStream } from 'node:tty';

/** As much as a terminal gives at once. */
const CHUNK = 65_536;
/** Each byte, as it is typed by itself. */
const bytes = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte]));

/** The terminal of `input` again, read into one buffer; what is typed comes as events `data` as ever. To be destroyed when it is given back. Where it cannot be opened again: `input`. */
export function keysOf(input: ReadStream): ReadStream {
  // On Windows two readers of one console take keys from each other.
  if (input !== process.stdin || process.platform === 'win32') return input;
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(CHUNK),
    callback: (length, buffer) => {
      // The buffer is read into again, and what was typed may have to wait.
      keys.emit('data', length === 1 ? bytes[buffer[0] ?? 0] : Buffer.from(buffer.subarray(0, length)));
      return true;
    },
  };
  // Options go on to `net.Socket`, which has this one though its types name it for `connect` only.
  const keys = new ReadStream(0, { onread } as object);
  return keys;
}

/** What shows bytes on a terminal in this very moment; it returns false, and has shown nothing, where `output` has to. */
export function screenOf(output: WriteStream): (bytes: Buffer) => boolean {
  return (bytes) => {
    // On Windows a console takes text, which only the stream makes of bytes.
    if (output !== process.stdout || process.platform === 'win32' || output.writableLength > 0 || output.destroyed) return false;
    try {
      const written = writeSync(process.stdout.fd, bytes);
      if (written < bytes.length) output.write(bytes.subarray(written));
      return true;
    } catch {
      // A terminal that has no room now, or is gone: the stream waits for it, or says so.
      return false;
    }
  };
}
