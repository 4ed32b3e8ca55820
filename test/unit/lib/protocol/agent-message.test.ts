import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIXED_BYTES, ProtocolError, decodeAgentMessage, encodeAgentMessage, isOutput, putByte } from '../../../../src/lib/protocol/agent-message.js';
import { naiveDecode } from './naive-decoder.js';
import { negative, vector, vectors } from './vectors.js';

const bytesOf = (name: string) => Buffer.from(vector(name).hex, 'hex');
const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('vectors', () => {
  it.each(vectors.map((each) => [each.name, each] as const))('%s is read field by field and written byte for byte', (_name, { fields, hex }) => {
    const message = decodeAgentMessage(Buffer.from(hex, 'hex'));
    expect({ ...message, payload: message.payload.toString('hex') }).toEqual({
      messageType: fields.messageType,
      schemaVersion: fields.schemaVersion,
      createdDate: fields.createdDate,
      sequenceNumber: fields.sequenceNumber,
      flags: fields.flags,
      messageId: fields.messageId,
      payloadType: fields.payloadType,
      payload: fields.payloadHex,
    });
    expect(encodeAgentMessage(message).toString('hex')).toBe(hex);
  });
  it('has the 2^40 + 5 case', () => {
    expect(decodeAgentMessage(bytesOf('output_utf8')).sequenceNumber).toBe(2 ** 40 + 5);
  });
});

describe('what is refused', () => {
  const mutate = (change: (bytes: Buffer) => unknown): Buffer => {
    const bytes = bytesOf('stderr');
    const changed = change(bytes);
    return changed instanceof Buffer ? changed : bytes;
  };
  it.each([
    ['an empty message', () => Buffer.alloc(0), 'truncated'],
    ['119 bytes', (bytes: Buffer): unknown => bytes.subarray(0, FIXED_BYTES - 1), 'truncated'],
    ['header length 0', (bytes: Buffer): unknown => void bytes.writeUInt32BE(0, 0), 'bad-header'],
    ['a header longer than the message', (bytes: Buffer): unknown => void bytes.writeUInt32BE(0x7fff_ffff, 0), 'bad-header'],
    ['a header that overlaps the fixed fields', (bytes: Buffer): unknown => void bytes.writeUInt32BE(112, 0), 'bad-header'],
    ['an empty type', (bytes: Buffer): unknown => void bytes.fill(0x20, 4, 36), 'bad-header'],
    ['a type that is no ASCII', (bytes: Buffer): unknown => void bytes.write('\u00e9', 4), 'bad-header'],
    ['created date 0', (bytes: Buffer): unknown => void bytes.fill(0, 40, 48), 'bad-header'],
    ['a negative sequence number', (bytes: Buffer): unknown => void bytes.fill(0xff, 48, 56), 'bad-header'],
    ['a wrong digest', (bytes: Buffer): unknown => void (bytes[80] = (bytes[80] ?? 0) ^ 1), 'bad-digest'],
    ['a changed payload', (bytes: Buffer): unknown => void (bytes[121] = (bytes[121] ?? 0) ^ 1), 'bad-digest'],
    ['a cut payload', (bytes: Buffer): unknown => bytes.subarray(0, -1), 'bad-digest'],
  ] as const)('%s', (_name, change, code) => {
    expect(codeOf(() => decodeAgentMessage(mutate(change)))).toBe(code);
  });
  it.each([
    ['a type of 33 bytes', { messageType: 'x'.repeat(33) }],
    ['an empty type', { messageType: '' }],
    ['no UUID', { messageId: '00112233' }],
    ['a UUID with a letter that is no digit', { messageId: '00112233-4455-6677-8899-aabbccddeefg' }],
    ['a UUID with a dash elsewhere', { messageId: '001122334-455-6677-8899-aabbccddeeff' }],
    ['a UUID with another sign for a dash', { messageId: '00112233_4455-6677-8899-aabbccddeeff' }],
    ['a UUID with more behind it', { messageId: '00112233-4455-6677-8899-aabbccddeeff0' }],
    ['created date 0', { createdDate: 0 }],
    ['a sequence number past 2^53', { sequenceNumber: 2 ** 53 }],
    ['a negative sequence number', { sequenceNumber: -1 }],
  ])('writing %s', (_name, change) => {
    const message = decodeAgentMessage(bytesOf('stderr'));
    expect(codeOf(() => encodeAgentMessage({ ...message, ...change }))).toBe('bad-header');
  });
});

describe('the negative cases of the vectors, on every vector', () => {
  const cases: Readonly<Record<string, readonly [(bytes: Buffer) => Buffer, string]>> = {
    bad_digest: [(bytes) => (bytes.writeUInt8(bytes.readUInt8(80) ^ 1, 80), bytes), 'bad-digest'],
    empty_payload: [(bytes) => (bytes.writeUInt32BE(0, 116), bytes.subarray(0, FIXED_BYTES)), 'accepted'],
    nul_padded_type: [(bytes) => (bytes.subarray(4, 36).forEach((byte, at) => byte === 0x20 && bytes.writeUInt8(0, at + 4)), bytes), 'accepted'],
    truncated_below_120: [(bytes) => bytes.subarray(0, 119), 'truncated'],
    header_length_not_116: [(bytes) => (bytes.writeUInt32BE(120, 0), Buffer.concat([bytes.subarray(0, 120), Buffer.alloc(4), bytes.subarray(120)])), 'accepted'],
  };
  it.each(negative.map(({ name }) => name))('%s', (name) => {
    const [change, code] = cases[name] ?? [undefined, 'a case for it'];
    for (const { hex } of vectors) expect(change === undefined ? 'nothing' : codeOf(() => decodeAgentMessage(change(Buffer.from(hex, 'hex'))))).toBe(code);
  });
});

describe('what is accepted as the official sides do', () => {
  it('NUL padding of the type', () => {
    const bytes = bytesOf('stderr');
    for (let at = 4; at < 36; at += 1) if (bytes[at] === 0x20) bytes[at] = 0;
    expect(decodeAgentMessage(bytes).messageType).toBe('output_stream_data');
  });
  it('an empty payload, whatever digest it has', () => {
    const bytes = bytesOf('stderr').subarray(0, FIXED_BYTES);
    bytes.writeUInt32BE(0, 116);
    expect(decodeAgentMessage(bytes).payload.length).toBe(0);
  });
  it('a longer header: the payload starts after it', () => {
    const bytes = bytesOf('stderr');
    const longer = Buffer.concat([bytes.subarray(0, FIXED_BYTES), Buffer.from('????'), bytes.subarray(FIXED_BYTES)]);
    longer.writeUInt32BE(120, 0);
    expect(decodeAgentMessage(longer).payload.toString()).toBe('err\n');
  });
  it('a PayloadLength that is wrong: it cuts nothing', () => {
    const bytes = bytesOf('stderr');
    bytes.writeUInt32BE(1, 116);
    expect(decodeAgentMessage(bytes).payload.toString()).toBe('err\n');
  });
});

describe('properties', () => {
  const messages = fc.record({
    messageType: fc.stringMatching(/^[a-z_]{1,32}$/),
    schemaVersion: fc.nat(0xffff),
    createdDate: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    sequenceNumber: fc.maxSafeNat(),
    flags: fc.nat(3),
    messageId: fc.uuid(),
    payloadType: fc.nat(99),
    payload: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  });
  it('what is written is read, and written again the same', () => {
    fc.assert(fc.property(messages, (message) => {
      const bytes = encodeAgentMessage(message);
      expect(decodeAgentMessage(bytes)).toEqual(message);
      expect(encodeAgentMessage(decodeAgentMessage(bytes)).equals(bytes)).toBe(true);
    }));
  });
  it('a payload becomes the same message where it is: with room before it, or behind the header that it came with', () => {
    fc.assert(fc.property(messages, messages, fc.constantFrom('length', 'no length', 'another length', 'a longer header'), (message, before, header) => {
      const expected = encodeAgentMessage(message).toString('hex');
      const roomy = Buffer.concat([Buffer.alloc(FIXED_BYTES, 0xff), message.payload]);
      const there = encodeAgentMessage({ ...message, payload: roomy.subarray(FIXED_BYTES) }, 'roomy');
      expect(there.toString('hex')).toBe(expected);
      expect(there.buffer === roomy.buffer && there.byteOffset === roomy.byteOffset).toBe(true);
      const came = encodeAgentMessage({ ...before, payload: message.payload });
      if (header === 'no length') came.fill(0, 116, 120).fill(0xff, 80, 112);
      if (header === 'another length') came.writeUInt32BE(message.payload.length + 1, 116);
      const longer = header === 'a longer header' ? Buffer.concat([came.subarray(0, FIXED_BYTES), Buffer.alloc(4), came.subarray(FIXED_BYTES)]) : came;
      if (longer !== came) longer.writeUInt32BE(120, 0);
      const { payload } = decodeAgentMessage(longer);
      expect(encodeAgentMessage({ ...message, payload }, 'received').toString('hex')).toBe(expected);
    }));
  });
  it('the digest of a message that is passed on is the one that it came with', () => {
    const { payload } = decodeAgentMessage(bytesOf('stderr'));
    payload[0] = (payload[0] ?? 0) ^ 1;
    const passed = encodeAgentMessage({ ...decodeAgentMessage(bytesOf('stderr')), payload }, 'received');
    expect(codeOf(() => decodeAgentMessage(passed))).toBe('bad-digest');
  });
  const damaged = fc.tuple(fc.constantFrom(...vectors.map(({ hex }) => hex)), fc.array(fc.tuple(fc.oneof(fc.nat(120), fc.nat(700)), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(600), fc.boolean()).map(([hex, changes, cut, repaired]) => {
    const whole = Buffer.from(hex, 'hex');
    const bytes = cut < 100 ? whole.subarray(0, whole.length - cut) : whole;
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    // A digest that is right, so that damage elsewhere is looked at too.
    if (repaired && bytes.length >= FIXED_BYTES) createHash('sha256').update(bytes.subarray(FIXED_BYTES)).digest().copy(bytes, 80);
    return bytes;
  });
  const attempt = (bytes: Buffer) => {
    try {
      return decodeAgentMessage(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
      return undefined;
    }
  };
  it('what parses is written again as the same bytes, but for what peers may write differently: padding, header length, and length and digest of what is empty', () => {
    fc.assert(fc.property(damaged, (bytes) => {
      const message = attempt(bytes);
      if (message === undefined) return;
      const expected = Buffer.concat([bytes.subarray(0, FIXED_BYTES), message.payload]);
      expected.writeUInt32BE(116, 0);
      expected.fill(0x20, 4, 36);
      expected.write(message.messageType, 4, 'latin1');
      if (bytes.readUInt32BE(116) === 0) createHash('sha256').update(message.payload).digest().copy(expected, 80);
      expected.writeUInt32BE(message.payload.length, 116);
      expect(encodeAgentMessage(message).toString('hex')).toBe(expected.toString('hex'));
    }), { numRuns: 1_000 });
  });
  it('a second decoder, written from the table alone, reads the same', () => {
    fc.assert(fc.property(damaged, (bytes) => {
      const naive = naiveDecode(bytes.toString('hex'));
      const message = attempt(bytes);
      expect(message === undefined ? undefined : { ...message, payload: message.payload.toString('hex') }).toEqual(naive);
    }), { numRuns: 1_000 });
    for (const { hex } of vectors) expect(naiveDecode(hex)).toBeDefined();
  });
});

describe('the short ways', () => {
  const output = (sequenceNumber: number, payload: Buffer, more: Partial<Parameters<typeof encodeAgentMessage>[0]> = {}): Buffer =>
    encodeAgentMessage({ messageType: 'output_stream_data', schemaVersion: 1, createdDate: 1_767_225_600_000, sequenceNumber, flags: 0, messageId: '00112233-4455-4677-8899-aabbccddee01', payloadType: 1, payload, ...more });

  it('an expected output is found in what it was made of, and in nothing else', () => {
    const bytes = output(7, Buffer.from('k'));
    expect(isOutput(bytes, 7)).toBe(true);
    expect(isOutput(output(0, Buffer.from('first'), { flags: 1 }), 0)).toBe(true);
    const others = [output(8, Buffer.from('k')), output(2 ** 32 + 7, Buffer.from('k')), output(7, Buffer.from('k'), { payloadType: 3 }), output(7, Buffer.alloc(0)), output(7, Buffer.from('k'), { messageType: 'input_stream_data' }), bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from('x')]), Buffer.alloc(0)];
    expect(others.map((each) => isOutput(each, 7))).toEqual(others.map(() => false));
  });
  it('whatever is changed in it: what it takes a whole reading takes too, for the same', () => {
    let taken = 0;
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(20), fc.array(fc.tuple(fc.nat(160), fc.nat(255)), { maxLength: 2 }), (payload, sequence, changes) => {
      const bytes = output(sequence, Buffer.from(payload));
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      if (!isOutput(bytes, sequence)) return;
      taken += 1;
      expect(decodeAgentMessage(bytes)).toMatchObject({ messageType: 'output_stream_data', sequenceNumber: sequence, payloadType: 1, payload: bytes.subarray(FIXED_BYTES) });
    }), { numRuns: 3_000 });
    expect(taken).toBeGreaterThan(500);
  });
  it('a byte put in the place of another makes the message that it would have been', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const bytes = output(3, Buffer.from([0]));
      putByte(bytes, byte, 1_767_225_600_000 + byte);
      expect(bytes).toEqual(output(3, Buffer.from([byte]), { createdDate: 1_767_225_600_000 + byte }));
    }
  });
});
