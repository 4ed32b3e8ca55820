import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/lib/protocol/agent-message.js';
import { encodeAgentTaskAcknowledge, encodeAgentTaskComplete, encodeInteractiveShell, parseAgentTaskAcknowledge, parseAgentTaskComplete, parseInteractiveShell } from '../../../../src/lib/protocol/control-payloads.js';
import { parseEncryptionChallenge } from '../../../../src/lib/protocol/encryption-handshake.js';
import {
  compareVersions, encodeHandshakeComplete, encodeHandshakeRequest, encodeHandshakeResponse, parseHandshakeComplete, parseHandshakeRequest, parseHandshakeResponse, requestedSessionType,
} from '../../../../src/lib/protocol/handshake.js';
import { encodeAgentJob, encodeAgentJobAck, encodeAgentJobReply, encodeAgentJobReplyAck, parseAgentJob, parseAgentJobAck, parseAgentJobReply, parseAgentJobReplyAck } from '../../../../src/lib/protocol/job-payloads.js';
import { encodeOpenControlChannel, encodeOpenDataChannelByAgent, encodeOpenDataChannelByClient, parseOpenControlChannel, parseOpenDataChannel } from '../../../../src/lib/protocol/open-channel.js';
import {
  encodeAcknowledge, encodeAgentSessionState, encodeChannelClosed, encodeExitCode, encodeFlag, encodeSize, parseAcknowledge, parseAgentSessionState, parseChannelClosed, parseExitCode, parseFlag, parseSize,
} from '../../../../src/lib/protocol/payloads.js';
import { textFrames, vector } from './vectors.js';

type Codec<T> = readonly [(payload: Uint8Array) => T, (value: T) => Buffer];
const again = <T>([parse, encode]: Codec<T>) => (payload: Buffer) => encode(parse(payload));
const acknowledge = again([parseAcknowledge, encodeAcknowledge]);
const response = again([parseHandshakeResponse, encodeHandshakeResponse]);
const size = again([parseSize, encodeSize]);
const flag = again([parseFlag, encodeFlag]);

describe('payload vectors are read and written byte for byte', () => {
  it.each([
    ['handshake_request', again([parseHandshakeRequest, encodeHandshakeRequest])],
    ['handshake_response', response],
    ['handshake_complete', again([parseHandshakeComplete, encodeHandshakeComplete])],
    ['acknowledge', acknowledge],
    ['terminal_size', size],
    ['exit_code', again([parseExitCode, encodeExitCode])],
    ['flag_terminate_session', flag],
    ['flag_disconnect_to_port', flag],
    ['flag_connect_to_port_error', flag],
    ['channel_closed', again([parseChannelClosed, encodeChannelClosed])],
    ['agent_session_state_connected', again([parseAgentSessionState, encodeAgentSessionState])],
    ['interactive_shell', again([parseInteractiveShell, encodeInteractiveShell])],
    ['agent_task_complete', again([parseAgentTaskComplete, encodeAgentTaskComplete])],
    ['agent_task_acknowledge', again([parseAgentTaskAcknowledge, encodeAgentTaskAcknowledge])],
    ['real_plugin_ack_of_handshake_request', acknowledge],
    ['real_plugin_handshake_response', response],
    ['real_plugin_terminal_size', size],
    ['real_plugin_flag_terminate_session', flag],
  ] as const)('%s', (name, roundTrip) => {
    const payload = Buffer.from(vector(name).fields.payloadHex, 'hex');
    expect(roundTrip(payload).toString('hex')).toBe(payload.toString('hex'));
  });
  it('the session type of a request', () => {
    expect(requestedSessionType(parseHandshakeRequest(Buffer.from(vector('handshake_request').fields.payloadHex, 'hex')))).toEqual({ sessionType: 'Standard_Stream', properties: null });
  });
});

describe('open messages', () => {
  it('of a client', () => {
    const text = JSON.stringify(textFrames['plugin_open_data_channel']?.json);
    const open = parseOpenDataChannel(text);
    expect(open.role === 'client' && encodeOpenDataChannelByClient(open)).toBe(text);
  });
  it('of an agent', () => {
    const text = JSON.stringify(textFrames['agent_open_data_channel']?.json);
    const open = parseOpenDataChannel(text);
    expect(open.role === 'agent' && encodeOpenDataChannelByAgent(open)).toBe(text);
  });
  it('of a control channel', () => {
    const text = JSON.stringify(textFrames['agent_open_control_channel']?.json);
    expect(encodeOpenControlChannel(parseOpenControlChannel(text))).toBe(text);
  });
  it('of a client too old to name its version', () => {
    expect(parseOpenDataChannel('{"RequestId":"r","TokenValue":"t","ClientId":"c"}')).toMatchObject({ role: 'client', clientVersion: '' });
  });
});

describe('what is refused', () => {
  it.each<[string, () => unknown]>([
    ['no JSON', () => parseAcknowledge(Buffer.from('{'))],
    ['a list', () => parseAcknowledge(Buffer.from('[]'))],
    ['an acknowledgement without a number', () => parseAcknowledge(Buffer.from('{"AcknowledgedMessageType":"a","AcknowledgedMessageId":"b"}'))],
    ['a fractional sequence number', () => parseAcknowledge(Buffer.from('{"AcknowledgedMessageType":"a","AcknowledgedMessageId":"b","AcknowledgedMessageSequenceNumber":1.5}'))],
    ['a negative size', () => parseSize(Buffer.from('{"cols":-1,"rows":24}'))],
    ['a flag of 3 bytes', () => parseFlag(Buffer.alloc(3))],
    ['an exit code in words', () => parseExitCode(Buffer.from('EXIT_CODE: zero'))],
    ['a state that is none', () => parseAgentSessionState(Buffer.from('{"SessionState":"Gone","SessionId":"s"}'))],
    ['a handshake without actions', () => parseHandshakeRequest(Buffer.from('{"AgentVersion":"1"}'))],
    ['a shell whose Content is an object', () => parseInteractiveShell(Buffer.from('{"Content":{},"TaskId":"t","Topic":"x"}'))],
    ['an open message without token', () => parseOpenDataChannel('{"RequestId":"r","ClientId":"c"}')],
  ])('%s', (_name, run) => {
    expect(run).toThrow(ProtocolError);
  });
  it('any bytes: a value or a ProtocolError, nothing else', () => {
    const parsers = [parseAcknowledge, parseChannelClosed, parseSize, parseFlag, parseExitCode, parseAgentSessionState, parseHandshakeRequest, parseHandshakeResponse, parseHandshakeComplete, parseInteractiveShell, parseAgentTaskComplete, parseAgentJob, parseAgentJobAck, parseAgentJobReply, parseAgentJobReplyAck, parseEncryptionChallenge];
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json().map((text) => Buffer.from(text))), fc.constantFrom(...parsers), (bytes, parse) => {
      try {
        parse(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }));
  });
});

describe('jobs', () => {
  const content = { CommandId: 'c', Parameters: { commands: ['id'] } };
  it.each([
    ['agent_job', again([parseAgentJob, encodeAgentJob]), { Content: JSON.stringify(content), JobId: 'aws.ssm.c.i-0', Topic: 'aws.ssm.sendCommand', SchemaVersion: 1 }],
    ['agent_job_ack', again([parseAgentJobAck, encodeAgentJobAck]), { jobId: 'aws.ssm.c.i-0', acknowledgedMessageId: 'm', createdDate: '2026-01-01T00:00:00Z', statusCode: '200', errorMessage: '' }],
    ['agent_job_reply', again([parseAgentJobReply, encodeAgentJobReply]), { schemaVersion: 1, jobId: 'aws.ssm.c.i-0', content: '{"documentStatus":"InProgress"}', topic: 'aws.ssm.sendCommand' }],
    ['agent_job_reply_ack', again([parseAgentJobReplyAck, encodeAgentJobReplyAck]), { jobId: 'aws.ssm.c.i-0', acknowledgedMessageId: 'm' }],
  ])('%s is read and written member by member', (_name, roundTrip, members) => {
    expect(roundTrip(Buffer.from(JSON.stringify(members))).toString()).toBe(JSON.stringify(members));
    for (const name of Object.keys(members).filter((each) => !['SchemaVersion', 'createdDate', 'errorMessage'].includes(each))) {
      expect(() => roundTrip(Buffer.from(JSON.stringify({ ...members, [name]: undefined }))), name).toThrow(ProtocolError);
    }
  });
});

it.each([['1.2.3.0', '1.2.3', 0], ['1.10.0.0', '1.9.9.9', 1], ['3.1.1511.0', '3.3.0.0', -1]])('version %s against %s', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});
