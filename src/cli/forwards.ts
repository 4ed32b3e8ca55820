/** Several forwards of one command: opened together, told of on stderr, ended together by a signal. */
import type { KnownInstance } from '../lib/inventory/instance.js';
import { SsmlabError } from '../lib/errors.js';
import { forwardOver } from '../lib/probe/port-way.js';
import { sessionStarter } from '../lib/probe/session-way.js';
import { printable } from '../lib/report/printable.js';
import type { Forward } from '../lib/session/port/forward.js';
import type { ForwardSpec } from '../lib/session/port/forward-spec.js';
import type { Target } from '../lib/target/target.js';
import { lossNotice } from './loss-notice.js';
import { expectTransfers } from './transfers.js';

export interface ForwardsOptions {
  readonly target: Target;
  readonly instance: KnownInstance;
  readonly specs: readonly ForwardSpec[];
  /** What happens while it runs, on stderr. */
  readonly say: (line: string) => void;
  /** Aborted: none is left open, nor any session of one. For as long as they are being opened. */
  readonly signal?: AbortSignal | undefined;
}

export interface Forwards {
  readonly forwards: readonly Forward[];
  /** Rejects when one broke for good. */
  readonly failed: Promise<never>;
  readonly close: () => Promise<void>;
}

/** Where a forward leads, for people. */
export const remoteText = ({ remoteHost, remotePort }: ForwardSpec, { name }: Pick<KnownInstance, 'name'>): string =>
  (remoteHost === undefined ? `port ${remotePort} of ${printable(name)}` : `${remoteHost}:${remotePort} through ${printable(name)}`);

/** Opens all, or none. */
export async function openForwards({ target, instance, specs, say, signal }: ForwardsOptions): Promise<Forwards> {
  expectTransfers();
  const start = sessionStarter(target);
  const forwards: Forward[] = [];
  const close = async (): Promise<void> => void (await Promise.all(forwards.map((forward) => forward.close())));
  const settled = await Promise.allSettled(specs.map(async (spec) => {
    const where = remoteText(spec, instance);
    const notice = lossNotice(say, 'connections wait');
    const forward = await forwardOver(target, start, instance, {
      spec,
      signal,
      ...notice,
      onRefused: () => say(`${where}: nothing answers there; the connection was reset.`),
      onEnded: (words) => say(`${where}: the session ended${words === '' ? '' : `: ${printable(words)}`}; the next connection opens another.`),
      onUnopened: (error) => say(`${where}: no further session opens: ${error.message}; the connection was reset.`),
    });
    forwards.push(forward);
    return forward;
  }));
  const failure = settled.find((result) => result.status === 'rejected');
  if (failure !== undefined || signal?.aborted === true) {
    await close();
    throw failure?.reason ?? signal?.reason;
  }
  const opened = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return { forwards: opened, failed: Promise.race(opened.map((forward) => forward.failed)), close };
}

/** What `--json` prints, on one line, when all are ready. */
export function readyJson({ instanceId }: KnownInstance, forwards: readonly Forward[]): Readonly<Record<string, unknown>> {
  const [first] = forwards;
  if (first === undefined) throw new SsmlabError('usage', 'nothing is to be forwarded');
  return {
    port: first.port,
    instanceId,
    forwards: forwards.map(({ spec, port, sessionId }) => ({
      ...(spec.local.kind === 'unix' ? { socket: spec.local.path } : { bind: spec.local.host ?? '*', port }),
      remoteHost: spec.remoteHost ?? null,
      remotePort: spec.remotePort,
      sessionId,
    })),
  };
}
