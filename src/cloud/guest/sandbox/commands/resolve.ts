/** Names to addresses as glibc does it: literals, /etc/hosts, then the VPC's resolver with the search domain. */
import { readWhole } from '../system/open.js';
import type { Process } from '../system/process.js';
import { decode } from '../../byte-text.js';

export const UNKNOWN = 'Name or service not known';
export const SILENT = 'Temporary failure in name resolution';

export interface Resolved {
  readonly addresses: readonly string[];
  readonly name: string;
}

export function isAddress(text: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/u.test(text) && text.split('.').every((part) => Number(part) <= 255);
}

function fromHosts(process: Process, name: string): readonly string[] {
  try {
    const rows = decode(readWhole(process, '/etc/hosts')).split('\n').map((line) => line.replace(/#.*/u, '').trim().split(/\s+/u));
    return rows.filter((row) => row.slice(1).includes(name)).map((row) => row[0] ?? '').filter((address) => isAddress(address));
  } catch {
    return [];
  }
}

/** The addresses, or gai_strerror's text. */
export async function resolveHost(process: Process, name: string): Promise<Resolved | typeof UNKNOWN | typeof SILENT> {
  if (isAddress(name)) return { addresses: [name], name };
  const known = fromHosts(process, name);
  if (known.length > 0) return { addresses: known, name };
  const { specification, network } = process.kernel;
  if (name === specification.hostName || name === `${specification.hostName}.${specification.domainName}`) return { addresses: [specification.privateIp], name };
  if (!/^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/u.test(name)) return UNKNOWN;
  const plain = name.replace(/\.$/u, '');
  const search = name.includes('.') ? [plain] : [`${plain}.${specification.domainName}`, plain];
  for (const candidate of search) {
    const answer = await process.wait(network.resolve(candidate));
    if (answer.kind === 'silent') return SILENT;
    if (answer.kind === 'addresses' && answer.addresses.length > 0) return { addresses: answer.addresses, name: candidate };
  }
  return UNKNOWN;
}
