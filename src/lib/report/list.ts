/** The list of instances as text. */
import type { KnownInstance, ListedInstance } from '../inventory/instance.js';
import { printable } from './printable.js';
import type { Style } from './style.js';
import { wrapLine } from './wrap.js';
import { type Column, fitColumns, tableLines } from './table.js';

const PATH = { 'internet-gateway': 'internet gateway', 'nat-gateway': 'NAT gateway', 'vpc-endpoint': 'VPC endpoint', 'none': 'none' } as const;
// The same in fewer cells.
const SHORT_PATH = { ...PATH, 'internet-gateway': 'internet gw' } as const;
const AUTH = { 'ssh-key-pair': 'SSH key pair', 'session-manager': 'Session Manager', 'none': 'none' } as const;

const SHORT_AUTH = { ...AUTH, 'ssh-key-pair': 'SSH key', 'session-manager': 'Session' } as const;
const INDENT = '  ';

/** The path in words. */
export const pathText = (instance: Pick<ListedInstance, 'path'>): string => PATH[instance.path];
/** The auth method in words. */
export const authText = (instance: Pick<ListedInstance, 'auth'>): string => AUTH[instance.auth];
/** Path and auth method in fewer cells. */
export const shortTexts = ({ path, auth }: Pick<ListedInstance, 'path' | 'auth'>): readonly [string, string] => [SHORT_PATH[path], SHORT_AUTH[auth]];

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
  const closed = (instance: (typeof instances)[number]): string => (instance.state === 'running' && instance.egress === 'none' && instance.path !== 'none' ? ' (closed)' : '');
  const state = (instance: ListedInstance): string => (instance.state === 'running' ? instance.state : style.doubt(instance.state));
  const allRunning = instances.every((instance) => instance.state === 'running');
  const columns: Column<(typeof instances)[number]>[] = [
    { title: '#', value: (instance) => String(instance.number), align: 'right' },
    { title: 'NAME', value: (instance) => cut(printable(instance.name), width === undefined ? Infinity : 24), short: { value: (instance) => cut(printable(instance.name), 16) } },
    ...(wide ? [{ title: 'INSTANCE ID', value: (instance: ListedInstance) => style.dim(instance.instanceId), optional: 4, short: { title: 'ID' } }] : []),
    { title: 'PATH', value: (instance) => pathText(instance) + closed(instance), short: { value: (instance) => SHORT_PATH[instance.path] + closed(instance) } },
    { title: 'AUTH', value: authText, short: { value: (instance) => SHORT_AUTH[instance.auth] } },
    { title: 'INBOUND', value: (instance) => (instance.inbound.length === 0 ? 'none' : instance.inbound.join(', ')) },
    ...(wide ? [{ title: 'SUBNET', value: (instance: ListedInstance) => style.dim(instance.subnetId ?? style.absent), optional: 7 }] : []),
    { title: 'PRIVATE IPV4', value: (instance) => instance.privateIpv4 ?? absent, optional: 1, short: { title: 'PRIVATE' } },
    { title: 'PUBLIC IPV4', value: (instance) => instance.publicIpv4 ?? absent, short: { title: 'PUBLIC' } },
    // Shown whenever it says something; a pipe is read by programs, which want the same columns each time.
    ...(wide || !allRunning ? [{ title: 'STATE', value: state, optional: allRunning ? 6 : undefined }] : []),
    { title: 'AGENT', value: agent, short: { value: (instance) => (instance.agent === 'connection-lost' ? style.bad('lost') : agent(instance)) } },
  ];
  const fit = fitColumns(columns, instances, { width, indent: INDENT });
  if (fit === undefined) return instances.flatMap((instance) => blockLines(columns, instance, style));
  const note = wide && fit.hidden.length > 0 ? wrapLine(`${INDENT}hidden: ${fit.hidden.join(', ')}; a pipe and --json have all`, width).map(style.dim) : [];
  return [...tableLines(columns, instances, { width, indent: INDENT, titleStyle: style.dim }), ...note];
}

/** One instance on lines of its own, for a terminal that no table fits into. */
function blockLines<Row>(columns: readonly Column<Row>[], row: Row, style: Style): string[] {
  const [number, name, ...rest] = columns;
  const titleOf = (column: Column<Row>): string => column.short?.title ?? column.title;
  const label = Math.max(...rest.map((column) => titleOf(column).length));
  return [`${INDENT}${number?.value(row) ?? ''}  ${name?.value(row) ?? ''}`, ...rest.map((column) => `${INDENT}   ${style.dim(titleOf(column).padEnd(label))}  ${column.value(row)}`)];
}
