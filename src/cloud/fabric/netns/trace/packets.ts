/** What `nft monitor trace` prints, as packets with the rules that they met (nft 1.0.6: there is no JSON of it). */
import { type Remark, remarkIn } from '../plan/remarks.js';

/** One rule, or a chain's policy, that a packet met. */
export interface Met {
  readonly chain: string;
  /** As nft prints it; `policy` for the chain's own. */
  readonly rule: string;
  readonly remark: Remark | undefined;
  /** `accept`, `drop`, `continue`, `goto X`, `jump X`. */
  readonly verdict: string;
}

/** One packet in one namespace, from where it came in to where it left. */
export interface TracedPacket {
  readonly id: string;
  readonly input: string;
  /** Undefined where it was not routed to a link, or not yet. */
  output: string | undefined;
  /** As it came in. */
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'other';
  /** TCP and UDP. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  readonly tcpFlags: number | undefined;
  readonly icmpType: number | undefined;
  readonly met: Met[];
}

const LINE = /^trace id (?<id>[0-9a-f]+) ip (?<table>\S+) (?<chain>\S+) (?<what>packet:|rule|policy) ?(?<rest>.*)$/u;

/** Reads lines one by one, in the order in which they were printed. */
export class PacketReader {
  readonly #byId = new Map<string, TracedPacket>();

  /** In the order of their first words. */
  get packets(): readonly TracedPacket[] {
    return [...this.#byId.values()];
  }

  line(text: string): void {
    const found = LINE.exec(text)?.groups;
    if (found === undefined) return;
    const { id = '', table = '', chain = '', what = '', rest = '' } = found;
    if (what === 'packet:') this.#header(id, rest);
    else if (table === 'ssmlab') this.#byId.get(id)?.met.push(met(chain, what, rest));
  }

  #header(id: string, text: string): void {
    const field = (name: string): string | undefined => new RegExp(`(?:^| )${name} (?:== )?"?([^" ]+)"?`, 'u').exec(text)?.[1];
    const number = (name: string): number | undefined => {
      const value = field(name);
      return value === undefined ? undefined : Number(value);
    };
    const known = this.#byId.get(id);
    if (known !== undefined) {
      known.output ??= field('oif');
      return;
    }
    const protocol = (['tcp', 'udp', 'icmp'] as const).find((each) => text.includes(` ${each} `)) ?? 'other';
    this.#byId.set(id, {
      id, input: field('iif') ?? '', output: field('oif'), source: field('ip saddr') ?? '', destination: field('ip daddr') ?? '', protocol,
      sourcePort: number(`${protocol} sport`), destinationPort: number(`${protocol} dport`), tcpFlags: number('tcp flags'), icmpType: number('icmp type'), met: [],
    });
  }
}

function met(chain: string, what: string, rest: string): Met {
  if (what === 'policy') return { chain, rule: 'policy', remark: undefined, verdict: rest.split(' ')[0] ?? '' };
  const verdict = /\(verdict ([^)]*)\)\s*$/u.exec(rest)?.[1] ?? '';
  return { chain, rule: rest.replace(/ ?\(verdict [^)]*\)\s*$/u, ''), remark: remarkIn(rest), verdict };
}

/** What dropped it; undefined where nothing of the rules did. */
export function dropOf(packet: TracedPacket): Met | undefined {
  return packet.met.find(({ verdict }) => verdict === 'drop');
}
