/** Messages that no peer should send, each made from a good one: for every place that reads messages. */
import { randomBytes, randomUUID } from 'node:crypto';
import { encodeAgentMessage, FIXED_BYTES, MESSAGE_TYPE } from '../../../../src/lib/protocol/agent-message.js';

/** The bytes, changed. */
export function altered(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

/** A whole message, number 0. */
export const message = (messageType: string, payload: string | Buffer, payloadType = 0): Buffer =>
  encodeAgentMessage({ messageType, schemaVersion: 1, createdDate: Date.now(), sequenceNumber: 0, flags: 3, messageId: randomUUID(), payloadType, payload: Buffer.from(payload) });

/** Each is to be dropped without an answer, wherever it comes. */
export const BAD_FRAMES: readonly (readonly [name: string, (good: Buffer) => readonly (Buffer | string)[]])[] = [
  ['truncated anywhere in its header', (good) => Array.from({ length: FIXED_BYTES }, (_, length) => good.subarray(0, length))],
  ['truncated in its payload', (good) => [good.subarray(0, -1), good.subarray(0, FIXED_BYTES + 1)]],
  ['longer than its digest is for', (good) => [Buffer.concat([good, Buffer.from('x')])]],
  ['of a wrong digest', (good) => [altered(good, (copy) => copy.writeUInt8(copy.readUInt8(80) ^ 1, 80)), altered(good, (copy) => copy.writeUInt8(copy.readUInt8(FIXED_BYTES) ^ 1, FIXED_BYTES))]],
  ['of a header length of none, too little or too much', (good) => [0, 115, 1 << 20, 0xffff_ffff].map((length) => altered(good, (copy) => copy.writeUInt32BE(length, 0)))],
  ['of no type, or one that is no word', (good) => [altered(good, (copy) => copy.fill(0x20, 4, 36)), altered(good, (copy) => copy.fill(0, 4, 36)), altered(good, (copy) => copy.fill(0xff, 4, 36))]],
  ['of no date', (good) => [altered(good, (copy) => copy.fill(0, 40, 48))]],
  ['of a number past all numbers', (good) => [altered(good, (copy) => copy.fill(0xff, 48, 56))]],
  ['of a type that nobody knows', (good) => [altered(good, (copy) => copy.write('telepathy_stream_data'.padEnd(32), 4, 'latin1')), message('telepathy', 'x')]],
  ['an acknowledgement of no sense', () => [message(MESSAGE_TYPE.acknowledge, '{'), message(MESSAGE_TYPE.acknowledge, '[]'), message(MESSAGE_TYPE.acknowledge, '{"AcknowledgedMessageSequenceNumber":"7"}'), message(MESSAGE_TYPE.acknowledge, randomBytes(40))]],
  ['text', () => ['hello', '', '{"MessageSchemaVersion":"1.0"}', 'x'.repeat(200)]],
];
