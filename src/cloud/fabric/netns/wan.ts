/**
 * The weather of the simulated internet: how many packets are lost between it and the VPCs' internet gateways, how many bits a second a
 * gateway's link carries, how long a packet takes. Loss is nftables'; rate is a token bucket; delay takes netem, which not every kernel has.
 */
import type { Wan, WanConditions } from '../fabric.js';
import { WanError } from '../fabric.js';
import type { HolderClient } from './holder-client.js';
import { internetLinks } from './plan/internet.js';
import type { Layout } from './plan/layout.js';
import { ROUTER_LINKS } from './plan/router.js';
import { INTERNET_NAMESPACE } from './plan/state.js';

const TABLE = 'ssmlab_wan';
/** Of ten thousand packets. */
const PARTS = 10_000;
/** What a token bucket holds: enough for the timer's grain, and for a whole large packet. Bytes. */
const burstOf = (bitsPerSecond: number): number => Math.max(32_768, Math.ceil(bitsPerSecond / 8 / 100));
/** How long a packet may wait in the bucket before it is lost. */
const QUEUE = '50ms';
/** Packets that netem holds at once. */
const NETEM_LIMIT = 10_000;

const CALM: WanConditions = { lossPercent: 0, bitsPerSecond: 0, delayMs: 0 };

export class NetnsWan implements Wan {
  readonly #holder: HolderClient;
  readonly #settle: () => Promise<void>;
  #wanted = CALM;
  /** Undefined while it is not known what the kernel has taken. */
  #held: WanConditions | undefined = CALM;

  /** `settle` has the fabric's next round call {@link hold}. */
  constructor(holder: HolderClient, settle: () => Promise<void>) {
    this.#holder = holder;
    this.#settle = settle;
  }

  get conditions(): WanConditions {
    return this.#wanted;
  }

  /** What the kernel does not take leaves everything as it was. */
  async set(change: Partial<WanConditions>): Promise<void> {
    if ((change.delayMs ?? 0) > 0) await this.#needNetem();
    const before = this.#wanted;
    this.#wanted = { ...before, ...change };
    try {
      await this.#settle();
    } catch (error) {
      this.#wanted = before;
      await this.#settle().catch(() => undefined);
      throw error;
    }
  }

  /** Part of every round: links that were made anew know nothing of it. */
  async hold(layout: Layout): Promise<void> {
    if (this.#wanted === this.#held && isUnshaped(this.#wanted)) return;
    this.#held = undefined;
    const gateways = layout.vpcs.filter(({ vpc }) => vpc.internetGateway !== undefined);
    await this.#script(INTERNET_NAMESPACE, lossScript(this.#wanted) + gateways.map((vpc) => shape(internetLinks(vpc).gateway, this.#wanted)).join(''));
    // Each end shapes what it sends.
    for (const { router } of gateways) await this.#script(router, shape(ROUTER_LINKS.internetGateway, this.#wanted));
    this.#held = this.#wanted;
  }

  async #script(namespace: string, script: string): Promise<void> {
    const { status, stderr } = await this.#holder.run(namespace, ['sh', '-se'], script);
    if (status !== 0) throw new WanError(`the kernel did not take it: ${stderr.trim()}`);
  }

  /** By doing, in a namespace that is gone afterwards. */
  async #needNetem(): Promise<void> {
    const { status, stderr } = await this.#holder.run(INTERNET_NAMESPACE, ['unshare', '-n', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms']);
    if (status !== 0) throw new WanError(`a delay takes the kernel's netem, which is not there: ${stderr.trim().replaceAll(/\s*\n\s*/gu, ' ')}`);
  }
}

const isUnshaped = ({ bitsPerSecond, delayMs }: WanConditions): boolean => bitsPerSecond === 0 && delayMs === 0;

/** Each packet is at the same risk on its way in and on its way out. */
export function lossScript({ lossPercent }: WanConditions): string {
  const part = Math.round(lossPercent * PARTS / 100);
  // nft takes no number that is never drawn.
  const drawn = part >= PARTS ? '' : `numgen random mod ${PARTS} < ${part} `;
  const rule = (chain: string, side: string): string => `add rule ip ${TABLE} ${chain} ${side} "w-*" ${drawn}counter drop`;
  const rules = lossPercent === 0 ? [] : [
    `add table ip ${TABLE}`,
    `add chain ip ${TABLE} inwards { type filter hook prerouting priority -310; policy accept; }`,
    rule('inwards', 'iifname'),
    `add chain ip ${TABLE} outwards { type filter hook postrouting priority 310; policy accept; }`,
    rule('outwards', 'oifname'),
  ];
  return `nft -f - <<'NFT'\n${[`add table ip ${TABLE}`, `delete table ip ${TABLE}`, ...rules].join('\n')}\nNFT\n`;
}

export function shape(device: string, { bitsPerSecond, delayMs }: WanConditions): string {
  if (delayMs > 0) return `tc qdisc replace dev ${device} root netem limit ${NETEM_LIMIT} delay ${delayMs}ms${bitsPerSecond === 0 ? '' : ` rate ${bitsPerSecond}bit`}\n`;
  if (bitsPerSecond > 0) return `tc qdisc replace dev ${device} root tbf rate ${bitsPerSecond}bit burst ${burstOf(bitsPerSecond)} latency ${QUEUE}\n`;
  return `tc qdisc del dev ${device} root 2>/dev/null || :\n`;
}
