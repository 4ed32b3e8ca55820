/** The list of instances as text. */
import type { KnownInstance, ListedInstance } from '../inventory/instance.js';
import { printable } from './printable.js';
import type { Style } from './style.js';
import { type Column, tableLines } from './table.js';

const PATH = { 'internet-gateway': 'internet gateway', 'nat-gateway': 'NAT gateway', 'vpc-endpoint': 'VPC endpoint', 'none': 'none' } as const;
const AUTH = { 'ssh-key-pair': 'SSH key pair', 'session-manager': 'Session Manager', 'none': 'none' } as const;

/** The path in words. */
export const pathText = (instance: Pick<ListedInstance, 'path'>): string => PATH[instance.path];
/** The auth method in words. */
export const authText = (instance: Pick<ListedInstance, 'auth'>): string => AUTH[instance.auth];

export interface ListOptions {
  readonly style: Style;
  /** Terminal columns; unlimited in a pipe. */
  readonly width?: number | undefined;
  /** All columns, ids too. */
  readonly wide?: boolean | undefined;
}

/** Name columns are cut here, so that one long tag does not push the rest off the screen. */
const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** The table of first instance to last, two spaces in. A path that the instance cannot use for want of a public address is called closed. */
export function listLines(instances: readonly (ListedInstance & Partial<Pick<KnownInstance, 'egress'>>)[], { style, width, wide = false }: ListOptions): string[] {
  const absent = style.dim(style.absent);
  const agent = (instance: ListedInstance): string => {
    if (instance.agent === null) return absent;
    return instance.agent === 'online' ? style.good('online') : style.bad(instance.agent.replace('-', ' '));
  };
  const state = (instance: ListedInstance): string => (instance.state === 'running' ? instance.state : style.doubt(instance.state));
  const allRunning = instances.every((instance) => instance.state === 'running');
  const columns: Column<(typeof instances)[number]>[] = [
    { title: '#', value: (instance) => String(instance.number), align: 'right' },
    { title: 'NAME', value: (instance) => cut(printable(instance.name), width === undefined ? Infinity : 24) },
    ...(wide ? [{ title: 'INSTANCE ID', value: (instance: ListedInstance) => style.dim(instance.instanceId), optional: 7 }] : []),
    { title: 'PATH', value: (instance) => `${pathText(instance)}${instance.state === 'running' && instance.egress === 'none' && instance.path !== 'none' ? ' (closed)' : ''}` },
    { title: 'AUTH', value: authText },
    { title: 'INBOUND', value: (instance) => (instance.inbound.length === 0 ? 'none' : instance.inbound.join(', ')), optional: 1 },
    ...(wide ? [{ title: 'SUBNET', value: (instance: ListedInstance) => style.dim(instance.subnetId ?? style.absent), optional: 8 }] : []),
    { title: 'PRIVATE IPV4', value: (instance) => instance.privateIpv4 ?? absent, optional: 4 },
    { title: 'PUBLIC IPV4', value: (instance) => instance.publicIpv4 ?? absent, optional: 2 },
    // Shown whenever it says something; a pipe is read by programs, which want the same columns each time.
    ...(wide || !allRunning ? [{ title: 'STATE', value: state, optional: allRunning ? 6 : undefined }] : []),
    { title: 'AGENT', value: agent, optional: 3 },
  ];
  return tableLines(columns, instances, { width, indent: '  ', titleStyle: style.dim });
}
