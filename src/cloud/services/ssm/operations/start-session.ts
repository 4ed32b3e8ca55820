/** ssm:StartSession. */
import type { Operation } from '../../../endpoint/operation.js';
import { AwsError } from '../../../endpoint/operation.js';
import { DOCUMENT_REFERENCE } from '../document-input.js';
import { preferences, sessionDocument } from '../document-store.js';
import { checkParameters, DEFAULT_DOCUMENT } from '../documents.js';
import { optionalString, requiredString, stringListMap } from '../../../endpoint/typed-input.js';
import { SESSIONS, type SessionRecord } from '../records.js';
import { sessionLimits } from '../session-limits.js';
import { newSessionId, pruneSessions } from '../sessions.js';

export const startSession: Operation = (input, context) => {
  const target = requiredString(input, 'Target', { min: 1, max: 400 });
  const documentName = optionalString(input, 'DocumentName', { pattern: DOCUMENT_REFERENCE }) ?? DEFAULT_DOCUMENT;
  const reason = optionalString(input, 'Reason', { min: 1, max: 256 });
  const parameters = stringListMap(input, 'Parameters');
  const entry = sessionDocument(context.state, documentName);
  checkParameters(entry.body, parameters);
  const inputs = entry.body.inputs ?? preferences(context.state);
  const limits = sessionLimits(inputs);
  if (!context.runtime.messages.isConnected(context.region, target)) throw new AwsError('TargetNotConnected', `${target} is not connected.`);
  const record: SessionRecord = {
    sessionId: newSessionId(context.caller),
    target,
    documentName: entry.name,
    owner: context.caller.arn,
    ownerId: context.caller.userId,
    reason,
    started: context.now(),
    maxDurationMs: limits.maxDurationMs,
  };
  context.state.transact((tx) => {
    pruneSessions(tx, record.started);
    tx.put(SESSIONS, record.sessionId, record);
  });
  const { tokenValue, streamUrl } = context.runtime.messages.openSession({
    region: context.region,
    sessionId: record.sessionId,
    target,
    documentName: entry.name,
    document: { ...entry.body, inputs },
    parameters,
    owner: record.owner,
    ...limits,
  });
  return { SessionId: record.sessionId, TokenValue: tokenValue, StreamUrl: streamUrl };
};
