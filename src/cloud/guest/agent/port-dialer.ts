/** Connections of port sessions, opened from inside the guest: to itself, or to a remote host that is not forbidden (`protocol.md` §7). */
import type { Duplex } from 'node:stream';
import { formatAddress } from '../../../lib/net/address.js';
import { parseCidr, prefixLast } from '../../../lib/net/cidr.js';
import type { Guest } from '../guest.js';
import type { PortOrder } from './session-document.js';

/** Opens a connection. Rejects with what the client is told. */
export type Dial = (signal: AbortSignal) => Promise<Duplex>;

/** IMDS, the VPC's resolver, the time service and what else of the host AWS's agent lets no session lead to. */
const FORBIDDEN: ReadonlySet<string> = new Set(['169.254.169.254', '169.254.169.253', '169.254.169.123', '169.254.169.250', '169.254.169.251']);

const CONNECT_MS = 30_000;

/** Rejects when the host is forbidden. A name is resolved once, now. */
export async function dialerOf(guest: Guest, { host, portNumber }: PortOrder, vpcPrefixes: () => Promise<readonly string[]>): Promise<Dial> {
  if (host === '') return (signal) => dialFirst(guest, ['localhost'], portNumber, signal);
  const addresses = await guest.resolve(host).catch((error: unknown) => {
    throw new Error(`Unable to connect to specified port: ${messageOf(error)}`);
  });
  const reserved = new Set((await vpcPrefixes()).flatMap(reservedAddresses));
  if (addresses.some((address) => FORBIDDEN.has(address) || reserved.has(address))) throw new Error(`Forwarding to IP address ${host} is forbidden.`);
  return (signal) => dialFirst(guest, addresses, portNumber, signal);
}

/** Of a VPC's prefix AWS keeps the first four addresses and the last. */
function reservedAddresses(cidr: string): string[] {
  const prefix = parseCidr(cidr);
  if (prefix === undefined) return [];
  return [0, 1, 2, 3].map((offset) => prefix.base + offset).concat(prefixLast(prefix)).map(formatAddress);
}

async function dialFirst(guest: Guest, addresses: readonly string[], port: number, signal: AbortSignal): Promise<Duplex> {
  let first: unknown;
  for (const address of addresses) {
    try {
      const stream = await guest.connect(address, port, { timeoutMs: CONNECT_MS, signal });
      stream.on('error', () => stream.destroy());
      return stream;
    } catch (error) {
      first ??= error;
    }
  }
  throw new Error(`Unable to connect to specified port: ${messageOf(first)}`);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
