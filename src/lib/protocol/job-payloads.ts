/** Run Command over the control channel: `agent_job` and its three answers. Source: `protocol.md` §8.3, `agent-service.md` §5. */
import { integerMember, jsonPayload, optionalStringMember, parseJsonObject, stringMember } from './json-payload.js';
import type { JsonObject } from './json-payload.js';

/** Begins of an agent_job's topic. */
export const JOB_TOPIC = { sendCommand: 'aws.ssm.sendCommand', cancelCommand: 'aws.ssm.cancelCommand' } as const;

/** Service to agent. */
export interface AgentJob {
  /** `aws.ssm.COMMANDID.INSTANCE` */
  readonly jobId: string;
  readonly topic: string;
  /** For sendCommand: `Parameters`, `DocumentContent`, `CommandId`, `DocumentName` …. */
  readonly content: JsonObject;
}

export function encodeAgentJob(value: AgentJob): Buffer {
  return jsonPayload({ Content: JSON.stringify(value.content), JobId: value.jobId, Topic: value.topic, SchemaVersion: 1 });
}

export function parseAgentJob(payload: Uint8Array): AgentJob {
  const what = 'agent_job';
  const json = parseJsonObject(payload, what);
  return {
    jobId: stringMember(json, 'JobId', what),
    topic: stringMember(json, 'Topic', what),
    content: parseJsonObject(stringMember(json, 'Content', what), `${what}'s Content`),
  };
}

/** Agent to service: whether the job was understood. */
export interface AgentJobAck {
  readonly jobId: string;
  /** Id of the agent_job message. */
  readonly acknowledgedMessageId: string;
  /** ISO 8601. */
  readonly createdDate: string;
  /** `200`; refusals are 51401 to 51408 and 51499. */
  readonly statusCode: string;
  readonly errorMessage: string;
}

export function encodeAgentJobAck(value: AgentJobAck): Buffer {
  const { jobId, acknowledgedMessageId, createdDate, statusCode, errorMessage } = value;
  return jsonPayload({ jobId, acknowledgedMessageId, createdDate, statusCode, errorMessage });
}

export function parseAgentJobAck(payload: Uint8Array): AgentJobAck {
  const what = 'agent_job_ack';
  const json = parseJsonObject(payload, what);
  return {
    jobId: stringMember(json, 'jobId', what),
    acknowledgedMessageId: stringMember(json, 'acknowledgedMessageId', what),
    createdDate: optionalStringMember(json, 'createdDate', what) ?? '',
    statusCode: stringMember(json, 'statusCode', what),
    errorMessage: optionalStringMember(json, 'errorMessage', what) ?? '',
  };
}

/** Agent to service: how far the job is. */
export interface AgentJobReply {
  readonly jobId: string;
  readonly topic: string;
  /** `documentStatus`, `runtimeStatus` by step, `additionalInfo`. */
  readonly content: JsonObject;
}

export function encodeAgentJobReply(value: AgentJobReply): Buffer {
  return jsonPayload({ schemaVersion: 1, jobId: value.jobId, content: JSON.stringify(value.content), topic: value.topic });
}

export function parseAgentJobReply(payload: Uint8Array): AgentJobReply {
  const what = 'agent_job_reply';
  const json = parseJsonObject(payload, what);
  integerMember(json, 'schemaVersion', what);
  return {
    jobId: stringMember(json, 'jobId', what),
    topic: stringMember(json, 'topic', what),
    content: parseJsonObject(stringMember(json, 'content', what), `${what}'s content`),
  };
}

/** Service to agent: `acknowledgedMessageId` is the id of the agent_job_reply message. */
export interface AgentJobReplyAck {
  readonly jobId: string;
  readonly acknowledgedMessageId: string;
}

export function encodeAgentJobReplyAck({ jobId, acknowledgedMessageId }: AgentJobReplyAck): Buffer {
  return jsonPayload({ jobId, acknowledgedMessageId });
}

export function parseAgentJobReplyAck(payload: Uint8Array): AgentJobReplyAck {
  const what = 'agent_job_reply_ack';
  const json = parseJsonObject(payload, what);
  return { jobId: stringMember(json, 'jobId', what), acknowledgedMessageId: stringMember(json, 'acknowledgedMessageId', what) };
}
