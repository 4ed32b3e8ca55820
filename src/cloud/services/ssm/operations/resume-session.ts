/** ssm:ResumeSession: a fresh token, or none when the session is over (clients then say that it timed out). */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { requiredString } from '../../../endpoint/typed-input.js';
import { SESSIONS } from '../records.js';

export const resumeSession: Operation = (input, context) => {
  const sessionId = requiredString(input, 'SessionId', { min: 1, max: 96 });
  const resumed = context.runtime.messages.resumeSession(context.region, sessionId);
  if (resumed !== undefined) return { SessionId: sessionId, TokenValue: resumed.tokenValue, StreamUrl: resumed.streamUrl };
  if (context.state.get(SESSIONS, sessionId) === undefined) throw new AwsError('DoesNotExistException', `Session ${sessionId} does not exist.`);
  return { SessionId: sessionId };
};
