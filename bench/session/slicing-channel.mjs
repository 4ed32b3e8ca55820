/** The agent's channel, whose output goes in payloads of as many bytes as a file in the region's folder says: AWS's agent sends 1024. */
import { readFileSync } from 'node:fs';
import { SessionChannel as Channel } from '../../src/cloud/guest/agent/session-channel.ts';
import { PAYLOAD_TYPE } from '../../src/lib/protocol/agent-message.ts';
import { payloadSlices } from '../../src/lib/protocol/reliable-stream.ts';

function limit() {
  try {
    return Number(readFileSync('agent-payload-bytes', 'utf8'));
  } catch {
    return undefined;
  }
}

export class SessionChannel extends Channel {
  limit = limit();

  send(payloadType, payload, place) {
    if (payloadType !== PAYLOAD_TYPE.output || this.limit === undefined) super.send(payloadType, payload, place);
    else for (const slice of payloadSlices(payload, this.limit)) super.send(payloadType, slice);
  }
}
