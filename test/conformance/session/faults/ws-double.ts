/** Stands for `ws` in the product that the schedules run: the client's own code opens its websockets in virtual time. */
import type { WebSocket as Socket } from 'ws';

export interface Wire {
  /** Begins to open a websocket; the test puts its network here. */
  open: (url: URL, options: { readonly handshakeTimeout: number }) => Socket;
}

export const wire: Wire = {
  open: () => {
    throw new Error('there is no network');
  },
};

/** What `new WebSocket(url, options)` gives is an end of the network's. */
export function WebSocket(url: URL, options: { readonly handshakeTimeout: number }): Socket {
  return wire.open(url, options);
}

export default WebSocket;
