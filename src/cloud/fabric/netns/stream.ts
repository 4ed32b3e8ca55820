/** Makes the kernel's sockets the streams of the fabric's contract. */
import type { Socket } from 'node:net';

/**
 * The socket as either fabric's streams are: each half ends by itself, a reset that nobody listens for is no fault, and to
 * destroy it before it has ended resets the other side (the kernel would end it in order).
 */
export function asStream(socket: Socket): Socket {
  socket.allowHalfOpen = true;
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  const destroy = socket.destroy.bind(socket);
  let cause: Error | undefined;
  let resetting = false;
  socket.destroy = (error?: Error): Socket => {
    if (resetting || socket.destroyed || socket.writableEnded) return destroy(cause ?? error);
    resetting = true;
    cause = error;
    return socket.resetAndDestroy();
  };
  return socket;
}
