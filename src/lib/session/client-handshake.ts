/** The client's answer to the agent's handshake request. Source: `protocol.md` §5. */
import { ACTION_STATUS, ACTION_TYPE, CLIENT_VERSION, SESSION_TYPE, encodeHandshakeResponse, requestedSessionType } from '../protocol/handshake.js';
import type { HandshakeRequest, ProcessedClientAction } from '../protocol/handshake.js';

/** What the agent said it will run. */
export interface SessionKind {
  readonly sessionType: string;
  readonly properties: unknown;
  readonly agentVersion: string;
}

export interface HandshakeAnswer {
  readonly payload: Buffer;
  readonly kind: SessionKind | undefined;
  /** Why the session cannot go on; undefined when it can. */
  readonly failure: string | undefined;
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(Object.values(SESSION_TYPE));

/** Works through the requested actions. Throws ProtocolError for a request that is malformed. */
export function answerHandshake(request: HandshakeRequest): HandshakeAnswer {
  const requested = requestedSessionType(request);
  const actions = request.requestedClientActions.map(({ actionType }): ProcessedClientAction => {
    if (actionType === ACTION_TYPE.sessionType && requested !== undefined) {
      return KNOWN_TYPES.has(requested.sessionType)
        ? { actionType, actionStatus: ACTION_STATUS.success, actionResult: null, error: '' }
        : { actionType, actionStatus: ACTION_STATUS.failed, actionResult: null, error: `session type ${requested.sessionType} is not known` };
    }
    const error = actionType === ACTION_TYPE.kmsEncryption ? 'KMS encryption is not supported by this client' : `action ${actionType} is not supported`;
    return { actionType, actionStatus: ACTION_STATUS.unsupported, actionResult: null, error };
  });
  const failure = requested === undefined ? 'the agent asks for no session type' : actions.find(({ error }) => error !== '')?.error;
  return {
    payload: encodeHandshakeResponse({ clientVersion: CLIENT_VERSION, processedClientActions: actions, errors: failure === undefined ? null : [failure] }),
    kind: requested === undefined ? undefined : { ...requested, agentVersion: request.agentVersion },
    failure,
  };
}
