/** What is used of `dns-packet`, which has no types of its own. */
declare module 'dns-packet' {
  export interface Question {
    readonly type: 'A' | 'AAAA';
    readonly name: string;
  }
  /** Of other types than A only their type is looked at. */
  export type Answer =
    | { readonly type: 'A'; readonly name: string; readonly ttl?: number; readonly data: string }
    | { readonly type: 'CNAME' | 'TXT'; readonly name: string };
  export interface Packet {
    readonly type?: 'query' | 'response';
    readonly id?: number;
    readonly flags?: number;
    readonly questions?: readonly Question[];
    readonly answers?: readonly Answer[];
  }
  /** `flags` also bit by bit, and the response code by its name. */
  export interface DecodedPacket extends Packet {
    readonly rcode: string;
    readonly flag_ra: boolean;
    readonly flag_rd: boolean;
  }
  export const RECURSION_DESIRED: number;
  export const RECURSION_AVAILABLE: number;
  export function encode(packet: Packet): Buffer;
  /** Throws for what is no DNS message. */
  export function decode(bytes: Buffer): DecodedPacket;
}
