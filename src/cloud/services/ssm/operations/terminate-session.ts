/** ssm:TerminateSession. Ending what is not there is a success, as on AWS. */
import type { Operation } from '../../../endpoint/operation.js';
import { requiredString } from '../../../endpoint/typed-input.js';
import { endSession } from '../sessions.js';

export const terminateSession: Operation = (input, context) => {
  const sessionId = requiredString(input, 'SessionId', { min: 1, max: 96 });
  context.runtime.messages.terminateSession(context.region, sessionId);
  endSession(context.state, sessionId, context.now());
  return { SessionId: sessionId };
};
