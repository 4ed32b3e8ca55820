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

const firstLine = (text: string): string => text.split('\n').find((line) => line.trim() !== '') ?? '';

/** `public-ipv4: 198.18.0.11` → the address, `public-ipv4: not available` → null (`aws-facts.md` §3). */
export function parsePublicIpv4({ text, status }: Printed): Reading<string | null> {
  const lines = text.split(/\r?\n/u).filter((line) => line !== '');
  const found = new RegExp(`^public-ipv4: (?:(${IPV4})|not available)$`, 'u').exec(lines[0] ?? '');
  if (found === null || lines.length !== 1 || status !== 0) {
    return { kind: 'unparsable', why: `ec2-metadata ended with status ${status} and printed "${firstLine(text)}"`, raw: text };
  }
  return { kind: 'read', value: found[1] ?? null, raw: text };
}

// iputils, measured in `vpc-semantics.md` §10.
const STATISTICS = /^(\d+) packets transmitted, (\d+) received,(?: \+(\d+) duplicates,)?(?: \+(\d+) errors,)? (\d+(?:\.\d+)?)% packet loss, time \d+ms$/u;

/** The statistics of `ping`; the header, the counts and the exit status have to agree with them. */
export function parsePing({ text, status }: Printed): Reading<PingStatistics> {
  const unparsable = (why: string): Reading<PingStatistics> => ({ kind: 'unparsable', why, raw: text });
  const lines = text.split(/\r?\n/u);
  const found = lines.map((line) => STATISTICS.exec(line)).filter((match) => match !== null);
  const [match] = found;
  if (match === undefined || found.length !== 1 || !lines.some((line) => /^PING \S+ \(\S+\) \d+\(\d+\) bytes of data\.$/u.test(line))) {
    return unparsable(`ping ended with status ${status} and printed "${firstLine(text)}"`);
  }
  const [transmitted, received, errors] = [Number(match[1]), Number(match[2]), Number(match[4] ?? 0)];
  const replies = lines.filter((line) => /^\d+ bytes from .*icmp_seq=\d+ ttl=\d+ time=[\d.]+ ms$/u.test(line)).length;
  if (received > transmitted || replies !== received) return unparsable(`ping counts ${received} of ${transmitted} replies and shows ${replies}`);
  if ((received > 0 ? 0 : 1) !== status) return unparsable(`ping counts ${received} replies and ended with status ${status}`);
  return { kind: 'read', value: { transmitted, received, errors }, raw: text };
}
