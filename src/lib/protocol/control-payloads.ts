/** Payloads of the control channel between service and agent. Source: `protocol.md` §8.3. channel_closed is in payloads.ts. */
import { asObject, integerMember, jsonPayload, optionalStringMember, parseJsonObject, stringMember } from './json-payload.js';
import type { JsonObject } from './json-payload.js';

/** What `interactive_shell` asks the agent to do. */
export interface InteractiveShell {
  /** The session id. */
  readonly taskId: string;
  readonly topic: string;
  readonly content: InteractiveShellContent;
}

export interface InteractiveShellContent {
  readonly documentName: string;
  /** Session document, schemaVersion 1.0: `sessionType`, `inputs`, `parameters`, `properties`. */
  readonly documentContent: JsonObject;
  readonly sessionId: string;
  /** Bare strings: the agent refuses the API's one-element lists (`agent-service.md` §4). */
  readonly parameters: JsonObject;
  readonly runAsUser: string;
  /** ARN. */
  readonly sessionOwner: string;
}

export function encodeInteractiveShell(value: InteractiveShell): Buffer {
  return jsonPayload({
    Content: JSON.stringify({
      DocumentName: value.content.documentName,
      DocumentContent: value.content.documentContent,
      SessionId: value.content.sessionId,
      Parameters: value.content.parameters,
      RunAsUser: value.content.runAsUser,
      SessionOwner: value.content.sessionOwner,
    }),
    TaskId: value.taskId,
    Topic: value.topic,
    SchemaVersion: 1,
  });
}

export function parseInteractiveShell(payload: Uint8Array): InteractiveShell {
  const what = 'interactive_shell';
  const json = parseJsonObject(payload, what);
  const content = parseJsonObject(stringMember(json, 'Content', what), `${what}'s Content`);
  return {
    taskId: stringMember(json, 'TaskId', what),
    topic: stringMember(json, 'Topic', what),
    content: {
      documentName: stringMember(content, 'DocumentName', what),
      documentContent: asObject(content['DocumentContent'], `${what}'s DocumentContent`),
      sessionId: stringMember(content, 'SessionId', what),
      parameters: asObject(content['Parameters'] ?? {}, `${what}'s Parameters`),
      runAsUser: optionalStringMember(content, 'RunAsUser', what) ?? '',
      sessionOwner: optionalStringMember(content, 'SessionOwner', what) ?? '',
    },
  };
}

/** Agent to service: the session is over. Sent up to three times, a second apart, until acknowledged. */
export interface AgentTaskComplete {
  readonly taskId: string;
  readonly topic: string;
  /** `Success`, `Failed`, `Cancelled` … */
  readonly finalTaskStatus: string;
  readonly instanceId: string;
  /** For the client's channel_closed; empty after a normal end. */
  readonly output: string;
  /** 1, 2, 3 */
  readonly retryNumber: number;
}

export function encodeAgentTaskComplete(value: AgentTaskComplete): Buffer {
  return jsonPayload({
    SchemaVersion: 1,
    TaskId: value.taskId,
    Topic: value.topic,
    FinalTaskStatus: value.finalTaskStatus,
    IsRoutingFailure: false,
    AwsAccountId: '',
    InstanceId: value.instanceId,
    Output: value.output,
    S3Bucket: '',
    S3UrlSuffix: '',
    CwlGroup: '',
    CwlStream: '',
    RetryNumber: value.retryNumber,
  });
}

export function parseAgentTaskComplete(payload: Uint8Array): AgentTaskComplete {
  const what = 'agent_task_complete';
  const json = parseJsonObject(payload, what);
  return {
    taskId: stringMember(json, 'TaskId', what),
    topic: stringMember(json, 'Topic', what),
    finalTaskStatus: stringMember(json, 'FinalTaskStatus', what),
    instanceId: stringMember(json, 'InstanceId', what),
    output: optionalStringMember(json, 'Output', what) ?? '',
    retryNumber: json['RetryNumber'] === undefined ? 1 : integerMember(json, 'RetryNumber', what),
  };
}

/** Service to agent: `messageId` is the id of the agent_task_complete message. */
export interface AgentTaskAcknowledge {
  readonly messageId: string;
  readonly taskId: string;
  readonly topic: string;
}

export function encodeAgentTaskAcknowledge(value: AgentTaskAcknowledge): Buffer {
  return jsonPayload({ SchemaVersion: 1, MessageId: value.messageId, TaskId: value.taskId, Topic: value.topic });
}

export function parseAgentTaskAcknowledge(payload: Uint8Array): AgentTaskAcknowledge {
  const what = 'agent_task_acknowledge';
  const json = parseJsonObject(payload, what);
  return { messageId: stringMember(json, 'MessageId', what), taskId: stringMember(json, 'TaskId', what), topic: optionalStringMember(json, 'Topic', what) ?? '' };
}
