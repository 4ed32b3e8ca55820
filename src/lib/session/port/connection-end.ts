/** What the two kinds of carriers do alike at the end of a connection. */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ProtocolError } from '../../protocol/agent-message.js';
import { parseFlag } from '../../protocol/payloads.js';

/** Ends it so that its program sees a broken connection and not the end of an answer. */
export function reset(socket: Duplex): void {
  // A unix socket has no address, and knows no resets.
  if (socket instanceof Socket && socket.remoteAddress !== undefined) socket.resetAndDestroy();
  else socket.destroy();
}

/** The flag in a payload; undefined when it is none. */
export function flagOf(payload: Buffer): number | undefined {
  try {
    return parseFlag(payload);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
