/** What a data channel is told when it is opened. */
import type { SsmlabError } from '../errors.js';
import type { TerminalSize } from '../protocol/payloads.js';
import type { SessionEncryption } from './kms-encryption.js';
import type { ReconnectOptions } from './reconnect.js';
import type { StreamSocketOptions } from './stream-socket.js';

export interface DataChannelOptions extends StreamSocketOptions {
  readonly sessionId: string;
  readonly tokenValue: string;
  /** Largest payload sent; AWS's own client sends 1024 (`protocol.md` §7). */
  readonly payloadBytes: number;
  /** Payloads of output a second, as much as AWS's own client sends; no bound when absent. */
  readonly payloadsPerSecond?: number | undefined;
  /** How long the agent has for its first message. Default 30 000. */
  readonly firstMessageTimeoutMs?: number | undefined;
  /** Of the terminal that the session is for: sent before anything else when the session runs. */
  readonly size?: TerminalSize | undefined;
  /** The service keeps what comes before the agent has spoken: the size is sent at once, so that a shell begins with it, and again when the session runs, since AWS's agent forgets it (`protocol.md` §4). */
  readonly sizeAtOnce?: boolean | undefined;
  /** For sessions that are encrypted with KMS; absent: such a session does not begin. */
  readonly encryption?: SessionEncryption | undefined;
  /** The way back when the connection is lost; absent: a loss is the end. */
  readonly reconnect?: ReconnectOptions | undefined;
  /** The connection is lost, for the reason given, and sought again. */
  readonly onLost?: ((why: SsmlabError) => void) | undefined;
  /** It is there again, and nothing of the session was lost. */
  readonly onRegained?: (() => void) | undefined;
}
