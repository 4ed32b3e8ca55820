import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/lib/protocol/protocol-error.js';
import { SMUX_COMMAND, SmuxDecoder, SmuxSession, encodeSmuxFrame } from '../../../../src/lib/protocol/smux.js';
import { smuxV1Frames, vector } from './vectors.js';

const none = Buffer.alloc(0);
const bytesOf = (name: string) => Buffer.from(smuxV1Frames[name] ?? '', 'hex');

describe('frames', () => {
  it.each([
    ['syn_stream3', { command: SMUX_COMMAND.syn, streamId: 3, data: none }],
    ['psh_stream3_GET', { command: SMUX_COMMAND.psh, streamId: 3, data: Buffer.from('GET /\n') }],
    ['fin_stream3', { command: SMUX_COMMAND.fin, streamId: 3, data: none }],
    ['nop', { command: SMUX_COMMAND.nop, streamId: 0, data: none }],
  ])('%s is AWS\'s, read and written', (name, frame) => {
    expect(encodeSmuxFrame(frame).toString('hex')).toBe(smuxV1Frames[name]);
    expect(new SmuxDecoder().push(bytesOf(name))).toEqual([frame]);
  });
  it('the first payload of the plugin is a SYN', () => {
    expect(new SmuxDecoder().push(Buffer.from(vector('smux_syn_in_input').fields.payloadHex, 'hex'))).toEqual([{ command: SMUX_COMMAND.syn, streamId: 3, data: none }]);
  });
  it('however the bytes are cut, the frames are the same', () => {
    const frame = fc.record({ command: fc.nat(3), streamId: fc.nat(0xffff_ffff), data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) });
    fc.assert(fc.property(fc.array(frame, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(encodeSmuxFrame));
      const decoder = new SmuxDecoder();
      const read = [];
      for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
        const size = cuts[cut % cuts.length] ?? 1;
        read.push(...decoder.push(bytes.subarray(at, at + size)));
        at += size;
      }
      expect(read).toEqual(frames);
      expect(Buffer.concat(read.map(encodeSmuxFrame)).equals(bytes)).toBe(true);
    }));
  });
  it('leaves as many bytes free before the frames as it is asked for', () => {
    const bytes = (room: number): Buffer => {
      const session = new SmuxSession('client');
      return session.send(session.open().streamId, Buffer.alloc(40_000, 7), room) ?? none;
    };
    const frames = bytes(120);
    expect(frames.equals(bytes(0))).toBe(true);
    expect(frames.byteOffset).toBeGreaterThanOrEqual(120);
  });
  it('the longest frame', () => {
    const frame = { command: SMUX_COMMAND.psh, streamId: 3, data: Buffer.alloc(0xffff, 7) };
    expect(new SmuxDecoder().push(encodeSmuxFrame(frame))).toEqual([frame]);
    expect(() => encodeSmuxFrame({ ...frame, data: Buffer.alloc(0x1_0000) })).toThrow(ProtocolError);
  });
  it.each([['version 2', '0200000003000000'], ['command 4', '0104000003000000']])('%s is refused', (_name, hex) => {
    expect(() => new SmuxDecoder().push(Buffer.from(hex, 'hex'))).toThrow(ProtocolError);
  });
});

describe('a session', () => {
  const pair = () => ({ client: new SmuxSession('client'), server: new SmuxSession('server') });
  it('opens 3, 5, 7 … as a client', () => {
    const { client } = pair();
    expect([client.open().streamId, client.open().streamId, client.open().streamId]).toEqual([3, 5, 7]);
    expect(client.open().frame.toString('hex')).toBe('0100000009000000');
  });
  it('carries data both ways after one side has ended, until the other has too', () => {
    const { client, server } = pair();
    const { streamId, frame } = client.open();
    expect(server.receive(frame)).toEqual([{ kind: 'open', streamId }]);
    expect(server.receive(Buffer.concat([client.send(streamId, Buffer.from('request')) ?? none, client.end(streamId) ?? none]))).toEqual([
      { kind: 'data', streamId, data: Buffer.from('request') }, { kind: 'end', streamId },
    ]);
    expect([client.send(streamId, Buffer.from('more')), client.end(streamId)]).toEqual([undefined, undefined]);
    expect(client.receive(Buffer.concat([server.send(streamId, Buffer.from('reply')) ?? none, server.end(streamId) ?? none]))).toEqual([
      { kind: 'data', streamId, data: Buffer.from('reply') }, { kind: 'end', streamId },
    ]);
    expect([client.streamCount, server.streamCount]).toEqual([0, 0]);
  });
  it('cuts data into frames that AWS\'s ends take', () => {
    const { client } = pair();
    const { streamId } = client.open();
    const frames = new SmuxDecoder().push(client.send(streamId, Buffer.alloc(100_000, 1)) ?? none);
    expect(frames.map(({ data }) => data.length)).toEqual([32_768, 32_768, 32_768, 1_696]);
  });
  it('drops what is for a stream that is not there, a second SYN, NOPs and empty data', () => {
    const { server } = pair();
    expect(server.receive(Buffer.concat([bytesOf('psh_stream3_GET'), bytesOf('fin_stream3'), bytesOf('nop')]))).toEqual([]);
    const empty = encodeSmuxFrame({ command: SMUX_COMMAND.psh, streamId: 3, data: none });
    expect(server.receive(Buffer.concat([bytesOf('syn_stream3'), bytesOf('syn_stream3'), empty]))).toEqual([{ kind: 'open', streamId: 3 }]);
    expect(server.abandon(3)?.toString('hex')).toBe(smuxV1Frames['fin_stream3']);
    expect(server.receive(bytesOf('psh_stream3_GET'))).toEqual([]);
  });
});
