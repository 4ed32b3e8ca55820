/** What is seen of a flow, as one short text: the same on both fabrics. */
import type { PingReply } from '../../../../src/cloud/fabric/fabric.js';

/** By the flow's id. */
export type Verdicts = ReadonlyMap<number, string>;

export const SILENT = 'silent';

/** Who says that a packet is too large is not looked at: a guest that was told once says so itself. */
export function pingText(reply: Pick<PingReply, 'kind' | 'from' | 'ttl' | 'mtu'> | undefined): string {
  switch (reply?.kind) {
    case undefined:
      return SILENT;
    case 'echo-reply':
      return `echo from ${reply.from} ttl ${reply.ttl}`;
    case 'frag-needed':
      return `frag-needed mtu ${reply.mtu}`;
    case 'ttl-exceeded':
    case 'unreachable':
  }
  return `${reply.kind} from ${reply.from}`;
}

/** Whether it got where it was sent: an answer came, a refusal of a machine's among them. */
export const accepted = (verdict: string): boolean => verdict !== SILENT;
