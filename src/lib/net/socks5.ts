/**
 * SOCKS5 on the wire, sans-IO, for client and server: RFC 1928 with username/password by RFC 1929, CONNECT only.
 *
 * A decoder takes what has arrived so far and gives `undefined` while the message is incomplete, or the message with
 * the number of bytes that it took; it throws {@link Socks5Error} when the bytes cannot become that message.
 */
import { formatAddress, parseAddress } from './address.js';

const SOCKS_VERSION = 5;

export const METHOD = { none: 0x00, usernamePassword: 0x02, noneAcceptable: 0xff } as const;

export const COMMAND = { connect: 0x01 } as const;

/** RFC 1928 §6. */
export const REPLY = {
  succeeded: 0x00,
  generalFailure: 0x01,
  notAllowed: 0x02,
  networkUnreachable: 0x03,
  hostUnreachable: 0x04,
  connectionRefused: 0x05,
  ttlExpired: 0x06,
  commandNotSupported: 0x07,
  addressTypeNotSupported: 0x08,
} as const;

export type ReplyCode = (typeof REPLY)[keyof typeof REPLY];

const REPLY_TEXT: Readonly<Record<number, string>> = {
  [REPLY.succeeded]: 'succeeded',
  [REPLY.generalFailure]: 'general failure',
  [REPLY.notAllowed]: 'not allowed by the ruleset',
  [REPLY.networkUnreachable]: 'network unreachable',
  [REPLY.hostUnreachable]: 'host unreachable',
  [REPLY.connectionRefused]: 'connection refused',
  [REPLY.ttlExpired]: 'timed out',
  [REPLY.commandNotSupported]: 'command not supported',
  [REPLY.addressTypeNotSupported]: 'address type not supported',
};

/** What a reply code means, in words. */
export function replyText(code: number): string {
  return REPLY_TEXT[code] ?? `unassigned reply code ${code}`;
}

/** The bytes are not what RFC 1928 or RFC 1929 want there. */
export class Socks5Error extends Error {
  /** Reply code that a server should answer with, where the protocol has one for the case. */
  readonly reply: ReplyCode | undefined;
  constructor(message: string, reply?: ReplyCode) {
    super(message);
    this.name = 'Socks5Error';
    this.reply = reply;
  }
}

/** A decoded message and how many bytes of the input it took. */
export interface Decoded<T> {
  readonly value: T;
  readonly bytes: number;
}

export interface Destination {
  /** IPv4 address or domain name. */
  readonly host: string;
  readonly port: number;
}

const ADDRESS_IPV4 = 0x01;
const ADDRESS_DOMAIN = 0x03;
const ADDRESS_IPV6 = 0x04;
const AUTHENTICATION_VERSION = 1;

/** Client → server: the methods offered. */
export function encodeGreeting(methods: readonly number[]): Buffer {
  return Buffer.from([SOCKS_VERSION, methods.length, ...methods]);
}

export function decodeGreeting(input: Buffer): Decoded<readonly number[]> | undefined {
  wantVersion(input, SOCKS_VERSION);
  const count = input[1];
  if (count === undefined || input.length < 2 + count) return undefined;
  return { value: [...input.subarray(2, 2 + count)], bytes: 2 + count };
}

/** Server → client: the method chosen. */
export function encodeMethodChoice(method: number): Buffer {
  return Buffer.from([SOCKS_VERSION, method]);
}

export function decodeMethodChoice(input: Buffer): Decoded<number> | undefined {
  wantVersion(input, SOCKS_VERSION);
  const method = input[1];
  return method === undefined ? undefined : { value: method, bytes: 2 };
}

/** Client → server, RFC 1929. Throws when a part is empty or longer than 255 bytes. */
export function encodeCredentials(username: string, password: string): Buffer {
  const parts = [username, password].map((text) => {
    const bytes = Buffer.from(text, 'utf8');
    if (bytes.length < 1 || bytes.length > 255) throw new Socks5Error('user name and password have 1 to 255 bytes each');
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([Buffer.from([AUTHENTICATION_VERSION]), ...parts]);
}

export function decodeCredentials(input: Buffer): Decoded<{ readonly username: Buffer; readonly password: Buffer }> | undefined {
  wantVersion(input, AUTHENTICATION_VERSION);
  const nameLength = input[1];
  if (nameLength === undefined) return undefined;
  const passwordLength = input[2 + nameLength];
  if (passwordLength === undefined) return undefined;
  const bytes = 3 + nameLength + passwordLength;
  if (input.length < bytes) return undefined;
  return { value: { username: input.subarray(2, 2 + nameLength), password: input.subarray(3 + nameLength, bytes) }, bytes };
}

/** Server → client, RFC 1929: status 0 is success, anything else ends the connection. */
export function encodeCredentialsStatus(accepted: boolean): Buffer {
  return Buffer.from([AUTHENTICATION_VERSION, accepted ? 0 : 1]);
}

export function decodeCredentialsStatus(input: Buffer): Decoded<{ readonly accepted: boolean }> | undefined {
  wantVersion(input, AUTHENTICATION_VERSION);
  const status = input[1];
  return status === undefined ? undefined : { value: { accepted: status === 0 }, bytes: 2 };
}

/** Client → server: CONNECT. Throws when the host name has no or more than 255 bytes, or the port is none. */
export function encodeConnect(destination: Destination): Buffer {
  return Buffer.concat([Buffer.from([SOCKS_VERSION, COMMAND.connect, 0]), encodeDestination(destination)]);
}

/** Throws {@link Socks5Error} with the reply code to send when the command or address type is not supported. */
export function decodeConnect(input: Buffer): Decoded<Destination> | undefined {
  wantVersion(input, SOCKS_VERSION);
  const command = input[1];
  if (command !== undefined && command !== COMMAND.connect) {
    throw new Socks5Error(`command ${command} is not supported, only CONNECT is`, REPLY.commandNotSupported);
  }
  return decodeDestination(input, 3);
}

/** Server → client. The bound address is informative; clients of CONNECT do not use it. */
export function encodeReply(code: ReplyCode, bound: Destination = { host: '0.0.0.0', port: 0 }): Buffer {
  return Buffer.concat([Buffer.from([SOCKS_VERSION, code, 0]), encodeDestination(bound)]);
}

export function decodeReply(input: Buffer): Decoded<{ readonly code: number; readonly bound: Destination }> | undefined {
  wantVersion(input, SOCKS_VERSION);
  const code = input[1];
  if (code === undefined) return undefined;
  const destination = decodeDestination(input, 3);
  return destination === undefined ? undefined : { value: { code, bound: destination.value }, bytes: destination.bytes };
}

function wantVersion(input: Buffer, version: number): void {
  const got = input[0];
  if (got !== undefined && got !== version) throw new Socks5Error(`version ${got} where ${version} is spoken`);
}

function encodeDestination({ host, port }: Destination): Buffer {
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Socks5Error(`not a port: ${port}`);
  const tail = Buffer.from([port >>> 8, port & 255]);
  const address = parseAddress(host);
  if (address !== undefined) {
    const bytes = Buffer.alloc(5);
    bytes[0] = ADDRESS_IPV4;
    bytes.writeUInt32BE(address, 1);
    return Buffer.concat([bytes, tail]);
  }
  const name = Buffer.from(host, 'utf8');
  if (name.length < 1 || name.length > 255) throw new Socks5Error('a host name has 1 to 255 bytes');
  return Buffer.concat([Buffer.from([ADDRESS_DOMAIN, name.length]), name, tail]);
}

function decodeDestination(input: Buffer, at: number): Decoded<Destination> | undefined {
  const kind = input[at];
  if (kind === undefined) return undefined;
  let host: string;
  let end: number;
  if (kind === ADDRESS_IPV4) {
    end = at + 5;
    if (input.length < end + 2) return undefined;
    host = formatAddress(input.readUInt32BE(at + 1));
  } else if (kind === ADDRESS_DOMAIN) {
    const length = input[at + 1];
    if (length === 0) throw new Socks5Error('empty host name', REPLY.generalFailure);
    if (length === undefined) return undefined;
    end = at + 2 + length;
    if (input.length < end + 2) return undefined;
    host = input.toString('utf8', at + 2, end);
  } else if (kind === ADDRESS_IPV6) {
    throw new Socks5Error('IPv6 addresses are not supported', REPLY.addressTypeNotSupported);
  } else {
    throw new Socks5Error(`address type ${kind} is not supported`, REPLY.addressTypeNotSupported);
  }
  return { value: { host, port: input.readUInt16BE(end) }, bytes: end + 2 };
}
