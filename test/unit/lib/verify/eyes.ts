/** Eyes that see the lab as it is meant to be, in the very words of the programs, and what a test has them see otherwise. */
import { Duplex } from 'node:stream';
import { SsmlabError } from '../../../../src/lib/errors.js';
import type { Dialled } from '../../../../src/lib/probe/dial.js';
import type { Eyes } from '../../../../src/lib/verify/observe.js';
import { LAB, REGION } from '../../../conformance/fabric/lab-network.js';

/** What an instance prints for each command. */
export interface Prints {
  readonly metadata: readonly [string, number];
  readonly ping: readonly [string, number];
  readonly egress: readonly [string, number];
  readonly ssm: readonly [string, number];
  readonly ssmmessages: readonly [string, number];
}

export const ping = (received: number): readonly [string, number] => [
  `PING 8.8.8.8 (8.8.8.8) 56(84) bytes of data.\n${Array.from({ length: received }, (_, i) => `64 bytes from 8.8.8.8: icmp_seq=${i + 1} ttl=117 time=2.35 ms\n`).join('')}\n--- 8.8.8.8 ping statistics ---\n4 packets transmitted, ${received} received, ${100 - 25 * received}% packet loss, time 603ms`,
  received > 0 ? 0 : 1,
];

export const metadata = (address: string): readonly [string, number] => [`public-ipv4: ${address}`, 0];
export const NO_CONNECTION: readonly [string, number] = ['curl: (28) Failed to connect to checkip.amazonaws.com port 80 after 1502 ms: Timeout was reached', 28];
export const resolved = (service: string, address: string): readonly [string, number] => [`${address.padEnd(15)} STREAM ${service}.${REGION}.amazonaws.com\n${address.padEnd(15)} DGRAM  \n${address.padEnd(15)} RAW    `, 0];

const PUBLIC = { ssm: resolved('ssm', '198.19.0.10'), ssmmessages: resolved('ssmmessages', '198.19.0.11') };

/** As each of the four has to print. */
export const PRINTS: Readonly<Record<number, Prints>> = {
  1: { metadata: metadata(LAB.public.one), ping: ping(4), egress: [LAB.public.one, 0], ...PUBLIC },
  2: { metadata: metadata(LAB.public.two), ping: ping(4), egress: [LAB.public.two, 0], ...PUBLIC },
  3: { metadata: metadata('not available'), ping: ping(4), egress: [LAB.public.nat, 0], ...PUBLIC },
  4: { metadata: metadata('not available'), ping: ping(0), egress: NO_CONNECTION, ssm: resolved('ssm', LAB.ip.ssm), ssmmessages: resolved('ssmmessages', LAB.ip.ssmmessages) },
};

/** What `probeLine` makes of a command's output. */
export const probePart = (place: number, status: number, text: string): string => `ssmlab-probe ${place} ${status} ${Buffer.from(text).toString('base64')}\n`;

/** The output of the line, the commands in the order in which they happen to end. */
export const printed = ({ metadata: m, ping: p, egress, ssm, ssmmessages }: Prints): string =>
  [m, p, egress, ssm, ssmmessages].map(([text, status], i) => probePart(i, status, text)).toReversed().join('');

const stream = (): Duplex => new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });

export const silence: Dialled = { outcome: 'silence', why: 'nothing answers' };
export const connected = (): Dialled => ({ outcome: 'connected', stream: stream() });

/** Eyes on the lab as it is meant; `otherwise` is asked first. */
export function eyes(otherwise: Partial<Eyes> = {}): Eyes {
  return {
    region: REGION,
    runOn: async ({ number }) => printed(PRINTS[number] as Prints),
    dial: async (host) => (host === LAB.public.one ? connected() : silence),
    knock: async ({ name }) => {
      throw new SsmlabError('ssh-refused', `sshd on ${name} refuses the key for ec2-user`);
    },
    isConnected: async () => false,
    ...otherwise,
  };
}

/** Eyes that see one instance otherwise. */
export const except = (number: number, runOn: Eyes['runOn'], more: Partial<Eyes> = {}): Eyes => {
  const meant = eyes(more);
  return { ...meant, runOn: (instance, way, line) => (instance.number === number ? runOn(instance, way, line) : meant.runOn(instance, way, line)) };
};
