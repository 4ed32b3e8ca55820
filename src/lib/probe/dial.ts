/** Whether a TCP port of a public address answers from here. */
import type { Duplex } from 'node:stream';
import { SsmlabError } from '../errors.js';
import type { Target } from '../target/target.js';
import { ProxyFailure } from '../target/uplink.js';

export type Dialled =
  | { readonly outcome: 'connected'; readonly stream: Duplex }
  /** Nothing came back in time, or a router said that it goes no further. */
  | { readonly outcome: 'silence'; readonly why: string }
  /** A reset came back: something is there. */
  | { readonly outcome: 'refused'; readonly why: string }
  /** It could not be tried, for a reason on this side. */
  | { readonly outcome: 'untried'; readonly why: string };

/** As patient as the probes that run beside it: a lost first packet is sent again after a second. */
const PATIENCE_MS = 1600;

/** Dials; the stream of a connection is the caller's to end. Errors that are not ours are thrown on. */
export async function dialPort(target: Pick<Target, 'dial'>, host: string, port: number, timeoutMs = PATIENCE_MS): Promise<Dialled> {
  try {
    return { outcome: 'connected', stream: await target.dial(host, port, { timeoutMs }) };
  } catch (error) {
    if (!(error instanceof SsmlabError) || error.code !== 'stream-unreachable') throw error;
    if (error.cause instanceof ProxyFailure) return { outcome: 'untried', why: error.cause.message };
    const cause = (error.cause ?? {}) as { readonly message?: string; readonly code?: string; readonly address?: string };
    const why = cause.message ?? error.message;
    // A socket's own error names whom it was connecting to: on the local cloud that is the uplink.
    if (cause.code !== undefined && cause.address !== host) return { outcome: 'untried', why };
    if (cause.code === 'ECONNREFUSED' || why === 'connection refused') return { outcome: 'refused', why: 'the connection was refused' };
    if (cause.code === 'ENETUNREACH' || cause.code === 'EADDRNOTAVAIL') return { outcome: 'untried', why };
    return /^timed out|^(?:host|network) unreachable$/u.test(why) || cause.code === 'ETIMEDOUT' || cause.code === 'EHOSTUNREACH' ? { outcome: 'silence', why: 'nothing answers' } : { outcome: 'untried', why };
  }
}
