import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Decoded, decodeConnect, decodeCredentials, decodeCredentialsStatus, decodeGreeting, decodeMethodChoice, decodeReply, encodeConnect, encodeCredentials,
  encodeCredentialsStatus, encodeGreeting, encodeMethodChoice, encodeReply, REPLY, replyText, Socks5Error,
} from '../../../../src/lib/net/socks5.js';

/** Every message with its bytes spelled out from RFC 1928 and RFC 1929. */
const MESSAGES: [string, Buffer, string, (input: Buffer) => Decoded<unknown> | undefined, unknown][] = [
  ['greeting', encodeGreeting([0, 2]), '05020002', decodeGreeting, [0, 2]],
  ['method choice', encodeMethodChoice(2), '0502', decodeMethodChoice, 2],
  ['credentials', encodeCredentials('me', 'pw!'), '01026d6503707721', decodeCredentials, { username: Buffer.from('me'), password: Buffer.from('pw!') }],
  ['accepted', encodeCredentialsStatus(true), '0100', decodeCredentialsStatus, { accepted: true }],
  ['refused', encodeCredentialsStatus(false), '0101', decodeCredentialsStatus, { accepted: false }],
  ['connect by address', encodeConnect({ host: '198.18.0.11', port: 22 }), '05010001c612000b0016', decodeConnect, { host: '198.18.0.11', port: 22 }],
  ['connect by name', encodeConnect({ host: 'a.b', port: 443 }), '0501000303612e6201bb', decodeConnect, { host: 'a.b', port: 443 }],
  ['reply', encodeReply(REPLY.connectionRefused), '05050001000000000000', decodeReply, { code: 5, bound: { host: '0.0.0.0', port: 0 } }],
];

describe('SOCKS5', () => {
  it.each(MESSAGES)('%s: bytes, and back', (_name, bytes, hex, decode, value) => {
    expect(bytes.toString('hex')).toBe(hex);
    expect(decode(bytes)).toEqual({ value, bytes: bytes.length });
  });

  it.each(MESSAGES)('%s: wants more until it is whole, and leaves what follows', (_name, bytes, _hex, decode, value) => {
    for (let length = 0; length < bytes.length; length++) expect(decode(bytes.subarray(0, length))).toBeUndefined();
    expect(decode(Buffer.concat([bytes, Buffer.from('SSH-2.0')]))).toEqual({ value, bytes: bytes.length });
  });

  it('carries any host name and port', () => {
    fc.assert(fc.property(fc.domain(), fc.integer({ min: 0, max: 65535 }), (host, port) => {
      expect(decodeConnect(encodeConnect({ host, port }))?.value).toEqual({ host, port });
    }));
  });

  it.each([
    ['SOCKS4', '04010016c612000b00', undefined],
    ['BIND', '0502000100000000', REPLY.commandNotSupported],
    ['UDP ASSOCIATE', '0503000100000000', REPLY.commandNotSupported],
    ['IPv6', '0501000400', REPLY.addressTypeNotSupported],
    ['an unknown address type', '0501000900', REPLY.addressTypeNotSupported],
    ['an empty name', '0501000300', REPLY.generalFailure],
  ])('refuses %s', (_name, hex, reply) => {
    expect.assertions(2);
    try {
      decodeConnect(Buffer.from(hex, 'hex'));
    } catch (error) {
      expect(error).toBeInstanceOf(Socks5Error);
      expect((error as Socks5Error).reply).toBe(reply);
    }
  });

  it('does not encode what does not fit', () => {
    expect(() => encodeCredentials('', 'x')).toThrow(Socks5Error);
    expect(() => encodeCredentials('x', 'y'.repeat(256))).toThrow(Socks5Error);
    expect(() => encodeConnect({ host: 'x'.repeat(256), port: 1 })).toThrow(Socks5Error);
    expect(() => encodeConnect({ host: 'x', port: 65536 })).toThrow(Socks5Error);
  });

  it('says what a reply means', () => {
    expect(replyText(REPLY.hostUnreachable)).toBe('host unreachable');
    expect(replyText(0x42)).toContain('66');
  });
});
