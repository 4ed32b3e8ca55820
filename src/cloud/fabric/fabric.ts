/**
 * The data plane's contract. Two fabrics fulfil it: `computed` decides every packet in process by the rules of
 * `lib/vpc`; `netns` lets the Linux kernel decide. Nobody above asks which one it is, except to say so to people.
 */
import type { Duplex } from 'node:stream';
import type { Cidr, Ipv4, NetworkModel } from '../../lib/vpc/model.js';
import type { FlowAccount, FlowRequest } from './account.js';

/** Who sends: a network interface of a guest, or a host of the simulated internet. */
export type Source =
  | { readonly networkInterfaceId: string }
  | { readonly internet: Ipv4 };

/** What the server side of a connection learns of its peer. */
export interface Peer {
  /** Address as seen at the destination, after every NAT on the way. */
  readonly address: Ipv4;
  readonly port: number;
  /** Set when the connection came in through an interface endpoint. */
  readonly vpcEndpointId?: string | undefined;
  /** The interface that opened it, where the fabric knows (always, on both fabrics, for guests). */
  readonly networkInterfaceId?: string | undefined;
}

/** One end of a TCP connection. */
export interface TcpStream extends Duplex {
  /** To be set by a writer that never touches again what it wrote (TLS does not): its bytes need not be copied to be sent. */
  givesAway?: boolean;
}

export type OnConnection = (stream: TcpStream, peer: Peer) => void;

export interface Listener {
  close(): void;
}

export interface PingReply {
  /** Who answered; differs from the target for ICMP errors. */
  readonly from: Ipv4;
  readonly kind: 'echo-reply' | 'ttl-exceeded' | 'frag-needed' | 'unreachable';
  readonly ttl: number;
  /** Round trip, milliseconds. */
  readonly milliseconds: number;
  /** With `frag-needed`: the largest packet that the link takes, bytes with the IP header. */
  readonly mtu?: number | undefined;
}

export interface PingRequest {
  readonly to: Ipv4;
  readonly ttl: number;
  /** ICMP payload, bytes. */
  readonly size: number;
  /** Sets DF (`ping -M do`): what is too large for a link comes back as `frag-needed` instead of going in fragments (I6). */
  readonly dontFragment?: boolean | undefined;
  readonly sequence: number;
  readonly identifier: number;
  readonly timeoutMs: number;
}

/** `ETIMEDOUT`: nothing came back (the packet was dropped on the way, silently, as in a VPC). `ECONNREFUSED`: no listener. */
export class FabricError extends Error {
  readonly code: 'ETIMEDOUT' | 'ECONNREFUSED' | 'ENETUNREACH' | 'ECONNRESET';
  constructor(code: FabricError['code'], message: string) {
    super(message);
    this.name = 'FabricError';
    this.code = code;
  }
}

/** Answer of the VPC resolver (L1–L5, P4–P7) or of the internet's DNS. */
export type Resolution =
  | { readonly kind: 'addresses'; readonly addresses: readonly Ipv4[] }
  | { readonly kind: 'nxdomain' }
  /** The resolver is silent: enableDnsSupport is off (L3). */
  | { readonly kind: 'silent' };

/** A host of the simulated internet that the region provides: public service addresses, checkip. */
export interface InternetHost {
  readonly addresses: readonly Ipv4[];
  readonly names: readonly string[];
  /** TCP port → server. */
  readonly tcp: ReadonlyMap<number, OnConnection>;
  /** Whether it answers ICMP echo (8.8.8.8 does, service addresses do not). */
  readonly answersPing: boolean;
  /** Whether it answers DNS questions, with what public DNS knows. */
  readonly resolves?: boolean | undefined;
  /**
   * The service names (`com.amazonaws.<region>.ssm`) whose interface endpoints lead to this host's TCP servers. The
   * first name in `names` is what private DNS captures (P5).
   */
  readonly serviceName?: string | undefined;
}

/** A namespace of the fabric of real packets, as programs of the host get into it. */
export interface FabricNamespace {
  readonly kind: 'instance' | 'nat-gateway' | 'internet';
  /** `i-…`, `nat-…`; undefined for the internet. */
  readonly id?: string | undefined;
  /** What stands before a program's own words. PATH has to lead to `nsenter`. */
  readonly entrance: readonly string[];
}

/** Where real packets can be seen. */
export interface FabricNamespaces {
  /** How many uids are mapped there: one, or many (`fabric.md` §3). */
  readonly uidMode: 'single' | 'multi';
  readonly namespaces: readonly FabricNamespace[];
}

/** How the simulated internet carries packets, to and from every internet gateway; 0 is none of it. */
export interface WanConditions {
  /** Of the packets each way, percent, to the hundredth. */
  readonly lossPercent: number;
  /** What a gateway's link carries each way. */
  readonly bitsPerSecond: number;
  /** Each way, milliseconds. */
  readonly delayMs: number;
}

export interface Wan {
  readonly conditions: WanConditions;
  /** Changes those that are named; holds for the next packet. Rejects with {@link WanError} and changes nothing when the kernel cannot. */
  set(change: Partial<WanConditions>): Promise<void>;
}

/** This machine's kernel cannot do that to packets. */
export class WanError extends Error {
  override readonly name = 'WanError';
}

export interface Fabric {
  readonly kind: 'computed' | 'netns';
  /**
   * Replaces the network of `model.region` as a whole; returns when it holds for the next packet. Connections that no
   * longer get through fall silent (their packets are dropped), tracked ones live on as `vpc-semantics.md` S7–S9 say.
   */
  apply(model: NetworkModel): Promise<void>;
  /** Adds or replaces hosts of the internet of a region, by their first name. */
  serve(region: string, hosts: readonly InternetHost[]): Promise<void>;
  /** Servers on 169.254.169.254 as each interface sees it; `peer.networkInterfaceId` says who asks. */
  serveMetadata(region: string, onConnection: OnConnection): Promise<void>;
  /** Opens a TCP connection. Rejects with {@link FabricError}; the timeout's default is 130 s, as the kernel's. */
  connect(from: Source, to: { readonly address: Ipv4; readonly port: number }, options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<TcpStream>;
  /** Listens on all addresses of an interface. Rejects with code EADDRINUSE when the port is taken. */
  listen(at: { readonly networkInterfaceId: string; readonly port: number }, onConnection: OnConnection): Promise<Listener>;
  /** Sends one echo request; undefined when nothing came back in time. */
  ping(from: Source, request: PingRequest): Promise<PingReply | undefined>;
  /** Asks the resolver that the source uses. */
  resolve(from: Source, name: string): Promise<Resolution>;
  /** Says by which rules a flow of an instance's passes, or does not. Rejects when the interface is on no running instance. */
  trace(request: FlowRequest): Promise<FlowAccount>;
  /** Of a region; undefined where no packets are sent. */
  namespaces(region: string): FabricNamespaces | undefined;
  /** Undefined where no packets are sent. */
  readonly wan: Wan | undefined;
  close(): Promise<void>;
}

/** Address plan of the simulated internet; documentation and benchmarking ranges only, so that nothing pasted is anybody's host. */
export const INTERNET = {
  /** Public IPv4 addresses of instances and Elastic IPs (RFC 2544 benchmarking range, lower half). */
  publicPool: '198.18.0.0/16' as Cidr,
  /** Public addresses of the region's services (upper half). */
  servicePool: '198.19.0.0/16' as Cidr,
  /** Where the host's programs come in from through the uplink (TEST-NET-2). */
  laptop: '198.51.100.7' as Ipv4,
  /** The one address outside the documentation ranges that the lab is about; it exists only inside the fabric. */
  googleDns: '8.8.8.8' as Ipv4,
} as const;
