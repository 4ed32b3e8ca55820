/**
 * What goes over a websocket in one turn of the event loop leaves in one write to the system, and in as few TLS records: small
 * messages and acknowledgements come by the dozen, and each would cost as much as all.
 */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

interface Wire {
  readonly stream: Duplex;
  /** Something was sent in this turn, and waits for its end. */
  held: boolean;
  /** Bytes of earlier turns were still here then. */
  full: boolean;
}

const wires = new WeakMap<WebSocket, Wire>();

/** From now on {@link sendTogether} does so. `stream`: what the websocket writes to. */
export function joinTurns(socket: WebSocket, stream: Duplex): void {
  wires.set(socket, { stream, held: false, full: false });
}

/** Sends messages with all that is sent in this turn; each by itself where the stream is not known. */
export function sendTogether(socket: WebSocket, messages: readonly Buffer[]): void {
  const wire = messages.length > 0 ? wires.get(socket) : undefined;
  if (wire !== undefined && !wire.held) hold(wire, socket.bufferedAmount > 0);
  for (const message of messages) socket.send(message);
}

/** True while the system has not taken what was sent in earlier turns. */
export function wireFull(socket: WebSocket): boolean {
  const wire = wires.get(socket);
  return wire?.held === true ? wire.full : socket.bufferedAmount > 0;
}

function hold(wire: Wire, full: boolean): void {
  wire.held = true;
  wire.full = full;
  wire.stream.cork();
  process.nextTick(() => {
    wire.held = false;
    wire.stream.uncork();
  });
}
