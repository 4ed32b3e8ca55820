/** Strict parsers of what the probes print. What they do not know by heart is unparsable, and the raw text is kept. */
import type { Printed } from './commands.js';

/** A value that was read, or the text that could not be. */
export type Reading<T> = { readonly kind: 'read'; readonly value: T; readonly raw: string } | { readonly kind: 'unparsable'; readonly why: string; readonly raw: string };

export interface PingStatistics {
  readonly transmitted: number;
  readonly received: number;
  /** ICMP errors that came back instead of replies. */
  readonly errors: number;
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;

/** Longest part of what was printed that a reason repeats; {@link Reading.raw} has all of it. */
const MOST_TEXT = 500;

/** Why a text is not what the command prints: with the text, quoted. */
const unlike = (command: string, { text, status }: Printed) =>
  ({ kind: 'unparsable', why: `${command} ended with status ${status} and printed ${JSON.stringify(text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text)}`, raw: text }) as const;

/** `public-ipv4: 198.18.0.11` → the address, `public-ipv4: not available` → null (`aws-facts.md` §3). */
export function parsePublicIpv4(printed: Printed): Reading<string | null> {
  const { text, status } = printed;
  const lines = text.split(/\r?\n/u).filter((line) => line !== '');
  const found = new RegExp(`^public-ipv4: (?:(${IPV4})|not available)$`, 'u').exec(lines[0] ?? '');
  if (found === null || lines.length !== 1 || status !== 0) return unlike('ec2-metadata', printed);
  return { kind: 'read', value: found[1] ?? null, raw: text };
}

// iputils, measured in `vpc-semantics.md` §10.
const STATISTICS = /^(\d+) packets transmitted, (\d+) received,(?: \+(\d+) duplicates,)?(?: \+(\d+) errors,)? (\d+(?:\.\d+)?)% packet loss, time \d+ms$/u;

/** The statistics of `ping`; the header, the counts and the exit status have to agree with them. */
export function parsePing(printed: Printed): Reading<PingStatistics> {
  const { text, status } = printed;
  const unparsable = (why: string): Reading<PingStatistics> => ({ kind: 'unparsable', why, raw: text });
  const lines = text.split(/\r?\n/u);
  const found = lines.map((line) => STATISTICS.exec(line)).filter((match) => match !== null);
  const [match] = found;
  if (match === undefined || found.length !== 1 || !lines.some((line) => /^PING \S+ \(\S+\) \d+\(\d+\) bytes of data\.$/u.test(line))) {
    return unlike('ping', printed);
  }
  const [transmitted, received, errors] = [Number(match[1]), Number(match[2]), Number(match[4] ?? 0)];
  const replies = lines.filter((line) => /^\d+ bytes from .*icmp_seq=\d+ ttl=\d+ time=[\d.]+ ms$/u.test(line)).length;
  if (received > transmitted || replies !== received) return unparsable(`ping counts ${received} of ${transmitted} replies and shows ${replies}`);
  if ((received > 0 ? 0 : 1) !== status) return unparsable(`ping counts ${received} replies and ended with status ${status}`);
  return { kind: 'read', value: { transmitted, received, errors }, raw: text };
}

// curl's statuses: 6 no such name, 7 could not connect, 28 timed out.
const CURL_NO_NAME = 6;
const CURL_NO_WAY: readonly number[] = [7, 28];

/** Whom a server in the internet sees: an address; `none`: no connection comes about; `unresolved`: its name has no address, so nothing was tried. */
export function parseEgress(printed: Printed): Reading<string> {
  const { text, status } = printed;
  const read = (value: string): Reading<string> => ({ kind: 'read', value, raw: text });
  const told = /^curl: \((\d+)\) .+$/u.exec(text.trimEnd());
  if (told !== null && Number(told[1]) === status) {
    // The time may be over while the name is still being asked for.
    if (status === CURL_NO_NAME || (status === 28 && /resolv/iu.test(text))) return read('unresolved');
    if (CURL_NO_WAY.includes(status)) return read('none');
  }
  const found = new RegExp(`^(${IPV4})\r?\n?$`, 'u').exec(text);
  return status === 0 && found?.[1] !== undefined ? read(found[1]) : unlike('curl', printed);
}

/** Ended by `timeout`. */
const TIMED_OUT = 124;
/** getent's status for a key that was not found. */
const NOT_FOUND = 2;

/** The IPv4 addresses that `getent ahostsv4` gives a name, each once, in order; none when it has none or nobody answers. */
export function parseAddresses(printed: Printed): Reading<readonly string[]> {
  const { text, status } = printed;
  const lines = text.split(/\r?\n/u).filter((line) => line !== '');
  if (lines.length === 0 && (status === NOT_FOUND || status === TIMED_OUT)) return { kind: 'read', value: [], raw: text };
  const rows = lines.map((line) => new RegExp(`^(${IPV4}) +(?:STREAM|DGRAM|RAW)(?: +\\S*)?$`, 'u').exec(line)?.[1]);
  const addresses = rows.filter((address) => address !== undefined);
  if (status !== 0 || addresses.length === 0 || addresses.length !== rows.length) return unlike('getent', printed);
  return { kind: 'read', value: [...new Set(addresses)], raw: text };
}
