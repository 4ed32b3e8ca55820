/** Port sessions of {@link standIn}: the texts and signals of AWS's plugin (`protocol.md` §1.2, §1.4), our own carriers. */
import { printable } from '../lib/report/printable.js';
import type { DataChannel } from '../lib/session/data-channel.js';
import { carrierFor } from '../lib/session/port/carrier.js';
import { DEFAULT_BIND, type LocalEnd } from '../lib/session/port/forward-spec.js';
import { listenAt } from '../lib/session/port/listener.js';
import { runStdio } from '../lib/session/port/stdio.js';
import { expectTransfers } from './transfers.js';

export interface StandInPort {
  readonly channel: DataChannel;
  readonly print: (text: string) => void;
  readonly halfCloseMs: number;
}

/** What the handshake says: all texts (§1.5). */
function propertiesOf({ kind }: DataChannel): Readonly<Record<string, string>> {
  const properties: unknown = kind?.properties;
  const entries = typeof properties === 'object' && properties !== null ? Object.entries(properties) : [];
  return Object.fromEntries(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

/** True for SSH's way: stdin and stdout are the connection, and nothing else may be printed. */
export const isStdio = (channel: DataChannel): boolean => propertiesOf(channel)['type'] !== 'LocalPortForwarding';

function localEnd(properties: Readonly<Record<string, string>>): LocalEnd {
  if (properties['localConnectionType'] === 'unix') return { kind: 'unix', path: properties['localUnixSocket'] ?? '' };
  const port = Number(properties['localPortNumber'] ?? '0');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`localPortNumber is no port: ${printable(properties['localPortNumber'] ?? '')}`);
  return { kind: 'tcp', host: DEFAULT_BIND, port };
}

/** Runs until the session ends or the user ends it; returns what the service said. */
export async function standInPort({ channel, print, halfCloseMs }: StandInPort): Promise<string> {
  expectTransfers();
  if (isStdio(channel)) return runStdio(channel, { stdin: process.stdin, stdout: process.stdout });
  const id = printable(channel.sessionId);
  const carrier = carrierFor(channel, { halfCloseMs, onRefused: () => print('\nConnection to destination port failed, check SSM Agent logs.\n') });
  const end = localEnd(propertiesOf(channel));
  let accepted = false;
  const listener = await listenAt(end, (socket) => {
    if (!accepted) print(`\nConnection accepted for session [${id}]\n`);
    accepted = true;
    carrier.carry(socket);
  });
  print(`${end.kind === 'unix' ? `Unix socket ${printable(end.path)}` : `Port ${listener.port}`} opened for sessionId ${id}.\n\nWaiting for connections...\n`);
  const signals = process.platform === 'win32' ? (['SIGINT'] as const) : (['SIGINT', 'SIGQUIT', 'SIGTSTP'] as const);
  const leave = (): void => {
    print('Terminate signal received, exiting.\n');
    carrier.end();
  };
  for (const signal of signals) process.on(signal, leave);
  try {
    return await carrier.run();
  } finally {
    for (const signal of signals) process.off(signal, leave);
    await listener.close();
  }
}
