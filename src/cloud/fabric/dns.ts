/** DNS by datagrams: the servers of the simulated internet, and the question that a guest's resolver asks. */
import type { RemoteInfo, Socket } from 'node:dgram';
import type { Duplex } from 'node:stream';
import { decode, type DecodedPacket, encode, type Packet, RECURSION_AVAILABLE, RECURSION_DESIRED } from 'dns-packet';
import type { Resolution } from './fabric.js';

/** Seconds that an answer may be kept, as private DNS names of AWS say. */
const TTL = 60;
const NAME_ERROR = 3;
const NOT_IMPLEMENTED = 4;

/** Answers what comes to the socket; `answer` is asked with the name and who wants to know. Malformed questions are dropped. */
export function serveDns(socket: Socket, answer: (name: string, from: RemoteInfo) => Resolution): void {
  socket.on('error', () => undefined);
  socket.on('message', (bytes, from) => {
    const response = responseTo(bytes, (name) => answer(name, from));
    if (response !== undefined) socket.send(response, from.port, from.address, () => undefined);
  });
}

/** How long a connection may be silent, milliseconds. */
const IDLE_MS = 10_000;

/** The same over a connection, each message behind its length (RFC 1035, 4.2.2). A resolver that does not answer ends it. */
export function serveDnsStream(socket: Duplex, answer: (name: string) => Resolution): void {
  let read: Buffer = Buffer.alloc(0);
  const idle = setTimeout(() => socket.destroy(), IDLE_MS).unref();
  socket.on('error', () => undefined).on('close', () => clearTimeout(idle)).on('end', () => socket.end());
  socket.on('data', (bytes: Buffer) => {
    idle.refresh();
    read = Buffer.concat([read, bytes]);
    while (read.length >= 2 && read.length >= 2 + read.readUInt16BE(0)) {
      const end = 2 + read.readUInt16BE(0);
      const response = responseTo(read.subarray(2, end), answer);
      read = read.subarray(end);
      if (response === undefined) {
        socket.destroy();
        return;
      }
      const length = Buffer.alloc(2);
      length.writeUInt16BE(response.length, 0);
      socket.write(Buffer.concat([length, response]));
    }
  });
}

function responseTo(bytes: Buffer, answer: (name: string) => Resolution): Buffer | undefined {
  const query = decoded(bytes);
  const question = query?.questions?.[0];
  if (query === undefined || query.type !== 'query' || question === undefined) return undefined;
  const head: Packet = { type: 'response', id: query.id ?? 0, questions: [question] };
  const flags = ((query.flags ?? 0) & RECURSION_DESIRED) | RECURSION_AVAILABLE;
  if (((query.flags ?? 0) >> 11 & 15) !== 0) return encode({ ...head, flags: flags | NOT_IMPLEMENTED });
  const resolution = answer(question.name);
  if (resolution.kind === 'silent') return undefined;
  if (resolution.kind === 'nxdomain') return encode({ ...head, flags: flags | NAME_ERROR });
  // Of any other type the name has nothing, and yet it is there.
  return encode({ ...head, flags, answers: question.type === 'A' ? resolution.addresses.map((data) => ({ type: 'A', name: question.name, ttl: TTL, data })) : [] });
}

function decoded(bytes: Buffer): DecodedPacket | undefined {
  try {
    return decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether it can be asked for: labels of 1 to 63 bytes, 253 in all (RFC 1035, 2.3.4). `dns-packet` would make another name of one that is none. */
function isName(name: string): boolean {
  const labels = name.replace(/\.$/u, '').split('.');
  return Buffer.byteLength(name) <= 253 && labels.every((label) => label !== '' && Buffer.byteLength(label) <= 63);
}

/** Asks one server, and once more after half of the time. `silent` when nothing came, and when it says that it does not answer; `nxdomain`, unasked, for what is no name. */
export function askDns(socket: Socket, server: string, name: string, timeoutMs: number): Promise<Resolution> {
  if (!isName(name)) return Promise.resolve({ kind: 'nxdomain' });
  const id = Math.floor(Math.random() * 65_536);
  const query = encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type: 'A', name }] });
  return new Promise((resolve) => {
    const send = (): void => socket.send(query, 53, server, () => undefined);
    const again = setTimeout(send, timeoutMs / 2);
    const settle = (resolution: Resolution): void => {
      clearTimeout(again);
      clearTimeout(over);
      socket.off('message', onMessage);
      resolve(resolution);
    };
    const over = setTimeout(() => settle({ kind: 'silent' }), timeoutMs);
    const onMessage = (bytes: Buffer, from: RemoteInfo): void => {
      const response = decoded(bytes);
      if (response?.type !== 'response' || response.id !== id || from.address !== server) return;
      settle(resolutionOf(response));
    };
    socket.on('message', onMessage);
    socket.on('error', () => undefined);
    send();
  });
}

function resolutionOf(response: DecodedPacket): Resolution {
  if (response.rcode === 'NXDOMAIN') return { kind: 'nxdomain' };
  if (response.rcode !== 'NOERROR') return { kind: 'silent' };
  return { kind: 'addresses', addresses: (response.answers ?? []).flatMap((each) => (each.type === 'A' ? [each.data] : [])) };
}
