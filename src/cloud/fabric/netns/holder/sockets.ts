/** Makes the sockets that have to be born in the internet's namespace; whoever asked gets them as handles. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, Socket } from 'node:net';

export function listen(address: string, port: number): Promise<Server> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, backlog: 511 }, () => resolve(server));
  });
}

export function bind(address: string, port: number): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => resolve(socket));
  });
}

/** Nothing is read of what the other side says first: it is for whom the socket is for. */
export function dial(from: string, address: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = new Socket({ allowHalfOpen: true });
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      socket.destroy();
      reject(Object.assign(new Error('given up'), { code: 'ECANCELED' }));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', reject);
    socket.pause();
    socket.connect({ host: address, port, localAddress: from }, () => {
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners('error');
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}
