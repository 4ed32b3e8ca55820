/** What is typed, past the queues of a stream: they take a fifth of the time from a key to its message. */
import type { OnReadOpts } from 'node:net';
import { ReadStream } from 'node:tty';

/** As much as a terminal gives at once. */
const CHUNK = 65_536;

/** The terminal of `input` again, read into one buffer; what is typed comes as events `data` as ever. To be destroyed when it is given back. Where it cannot be opened again: `input`. */
export function keysOf(input: ReadStream): ReadStream {
  // On Windows two readers of one console take keys from each other.
  if (input !== process.stdin || process.platform === 'win32') return input;
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(CHUNK),
    callback: (length, buffer) => {
      // The buffer is read into again, and what was typed may have to wait.
      keys.emit('data', Buffer.from(buffer.subarray(0, length)));
      return true;
    },
  };
  // Options go on to `net.Socket`, which has this one though its types name it for `connect` only.
  const keys = new ReadStream(0, { onread } as object);
  return keys;
}
