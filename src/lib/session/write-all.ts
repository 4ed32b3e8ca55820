/** Writes to a local stream and waits for room. */
import type { Writable } from 'node:stream';

/** Resolves when the stream takes more; false when nobody reads it any more (`| head`). Throws its other errors. */
export function writeAll(stream: Writable, bytes: Uint8Array): Promise<boolean> {
  if (stream.destroyed || stream.errored !== null) return Promise.resolve(false);
  return stream.write(bytes) ? Promise.resolve(true) : roomIn(stream);
}

/** Resolves when a stream that is full takes more; false when nobody reads it any more. Throws its other errors. */
export function roomIn(stream: Writable): Promise<boolean> {
  if (stream.destroyed || stream.errored !== null) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    const off = (): void => {
      stream.off('drain', onDrain).off('close', onClose).off('error', onError);
    };
    const onDrain = (): void => {
      off();
      resolve(true);
    };
    const onClose = (): void => {
      off();
      resolve(false);
    };
    const onError = (error: NodeJS.ErrnoException): void => {
      off();
      if (error.code === 'EPIPE') resolve(false);
      else reject(error);
    };
    stream.on('drain', onDrain).on('close', onClose).on('error', onError);
  });
}
