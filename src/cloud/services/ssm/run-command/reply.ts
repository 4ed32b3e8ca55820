/** Reads an agent's account of a job: `agent_job_reply`'s content (`agent-service.md` §5). What is not there is empty. */
import type { AgentJobReply } from '../../../../lib/protocol/job-payloads.js';
import type { JobReply } from './delivery.js';
import type { PluginResult } from './records.js';

type Json = { readonly [name: string]: unknown };

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function pluginOf(key: string, value: unknown): PluginResult {
  const status = object(value);
  const code = status['code'];
  return {
    name: text(status['name']) === '' ? key : text(status['name']),
    status: text(status['status']),
    responseCode: typeof code === 'number' && Number.isSafeInteger(code) ? code : -1,
    output: text(status['output']),
    standardOutput: text(status['standardOutput']),
    standardError: text(status['standardError']),
    started: text(status['startDateTime']),
    finished: text(status['endDateTime']),
  };
}

export function readJobReply({ jobId, content }: AgentJobReply): JobReply {
  return {
    jobId,
    documentStatus: text(content['documentStatus']),
    trace: text(content['documentTraceOutput']),
    plugins: Object.entries(object(content['runtimeStatus'])).map(([key, value]) => pluginOf(key, value)),
  };
}
