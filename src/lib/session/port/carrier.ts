/** Local connections carried over a port session, whichever way the agent's version has them. */
import type { Duplex } from 'node:stream';
import { SsmlabError } from '../../errors.js';
import { SESSION_TYPE, compareVersions } from '../../protocol/handshake.js';
import type { DataChannel } from '../data-channel.js';
import { BasicCarrier } from './basic-carrier.js';
import { MuxCarrier } from './mux-carrier.js';

export interface CarrierOptions {
  /** The instance could not connect to the port; the local connection was reset. */
  readonly onRefused: () => void;
  /**
   * Silence of the far end after which the end of a local connection's input is passed on. Multiplexing knows no
   * half-closing: AWS's agent takes an end of input for the end of all, and the answer would be lost (`protocol.md` §7).
   */
  readonly halfCloseMs: number;
}

export interface Carrier {
  /** Takes a connection over. */
  carry(socket: Duplex): void;
  /** Runs until the session ends; returns the service's words. Throws when the channel fails. */
  run(): Promise<string>;
  /** Asks the agent to end the session, and cuts what is open. */
  end(): void;
}

/** The last agent that knows one connection at a time only (`protocol.md` §5.3). */
const LAST_BASIC_AGENT = '3.0.196.0';

/** For the session that the channel turned out to be; `session-failed` when it is no port session for connections. */
export function carrierFor(channel: DataChannel, options: CarrierOptions): Carrier {
  const { kind } = channel;
  if (kind?.sessionType !== SESSION_TYPE.port) throw new SsmlabError('session-failed', `session ${channel.sessionId} is no port session but ${kind?.sessionType ?? 'a shell'}`);
  return compareVersions(kind.agentVersion, LAST_BASIC_AGENT) > 0 ? new MuxCarrier(channel, options) : new BasicCarrier(channel);
}
