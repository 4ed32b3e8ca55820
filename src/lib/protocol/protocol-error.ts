/** The error of every wire format here: a message that is not what the protocol says. */

/**
 * - `truncated`: fewer bytes than the fixed fields take
 * - `bad-header`: a fixed field has a value that no peer may send
 * - `bad-digest`: the payload is not what its SHA-256 says
 * - `bad-payload`: the payload's JSON, text or number is not what its type asks for
 */
export type ProtocolErrorCode = 'truncated' | 'bad-header' | 'bad-digest' | 'bad-payload';

/** A message to be dropped without an acknowledgement (`protocol.md` §3). */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string) {
    super(message);
    this.name = 'ProtocolError';
    this.code = code;
  }
}
