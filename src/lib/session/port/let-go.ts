/**
 * Whether the program of a local connection has let go of its end. What comes over the connection is the same for one that has
 * ended its direction and waits for the answer; Linux tells them apart: a socket that no program holds has no inode.
 */
import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { endianness } from 'node:os';
import type { Duplex } from 'node:stream';
import { parseAddress } from '../../net/address.js';
import { parseAddress6 } from '../../net/ipv6.js';

/** `sl: local remote st tx:rx tr:when retrnsmt uid timeout inode`; addresses are words of 32 bits as the machine writes them, ports are not. Source: proc_pid_net(5). */
const LINE = /^\s*\d+: ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]+:[0-9A-F]{4}) [0-9A-F]{2} \S+ \S+ \S+ +\d+ +\d+ (\d+)/;
/** An IPv4 address where IPv6 is spoken. */
const MAPPED = /^::ffff:(?=\d+\.)/i;

/** True when it is known to. False where it is not: on another system, over a unix socket, from another machine. */
export async function hasLetGo(connection: Duplex): Promise<boolean> {
  if (!(connection instanceof Socket) || process.platform !== 'linux') return false;
  const { remoteAddress, remotePort, localAddress, localPort } = connection;
  if (remoteAddress === undefined || remotePort === undefined || localAddress === undefined || localPort === undefined) return false;
  const [theirs, ours] = [ends(remoteAddress, remotePort), ends(localAddress, localPort)];
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const table = await readFile(file, 'latin1').catch(() => '');
    for (const line of table.split('\n')) {
      const [, local = '', remote = '', inode] = LINE.exec(line) ?? [];
      if (theirs.includes(local) && ours.includes(remote)) return inode === '0';
    }
  }
  return false;
}

/** As the tables write it: one of IPv4 in either. */
function ends(address: string, port: number): readonly string[] {
  const four = parseAddress(address.replace(MAPPED, ''));
  const six = four === undefined ? parseAddress6(address) : 0xffff_0000_0000n + BigInt(four);
  const at = port.toString(16).toUpperCase().padStart(4, '0');
  return [...(four === undefined ? [] : [words(four.toString(16).padStart(8, '0'))]), ...(six === undefined ? [] : [words(six.toString(16).padStart(32, '0'))])].map((hex) => `${hex}:${at}`);
}

function words(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  return (endianness() === 'LE' ? bytes.swap32() : bytes).toString('hex').toUpperCase();
}
