/** Public IPv4 addresses: one pool for all regions, since the simulated internet has one address space. */
import { formatAddress } from '../../../../lib/net/address.js';
import { prefixLast, prefixOf } from '../../../../lib/net/cidr.js';
import { INTERNET } from '../../../fabric/fabric.js';
import { AwsError, type OperationContext } from '../../../endpoint/operation.js';
import { PUBLIC_ADDRESS, PUBLIC_ADDRESS_CURSOR } from '../model.js';

const POOL = prefixOf(INTERNET.publicPool);
/** The first address given out is 198.18.0.10. */
const FIRST = POOL.base + 10;
const LAST = prefixLast(POOL) - 1;
const CURSOR = 'next';

/** The next free address; one that was just released comes back only after a round through the pool (V11). */
export function takePublicAddress(context: OperationContext): string {
  return context.globalState.transact((tx) => {
    let candidate = tx.get(PUBLIC_ADDRESS_CURSOR, CURSOR)?.next ?? FIRST;
    for (let tried = FIRST; tried <= LAST; tried++) {
      const publicIp = formatAddress(candidate);
      candidate = candidate >= LAST ? FIRST : candidate + 1;
      if (tx.get(PUBLIC_ADDRESS, publicIp) !== undefined) continue;
      tx.put(PUBLIC_ADDRESS, publicIp, { publicIp, region: context.region });
      tx.put(PUBLIC_ADDRESS_CURSOR, CURSOR, { next: candidate });
      return publicIp;
    }
    throw new AwsError('InsufficientAddressCapacity', 'Not enough available addresses to satisfy your request.');
  });
}

export function returnPublicAddress(context: OperationContext, publicIp: string | undefined): void {
  if (publicIp === undefined) return;
  context.globalState.transact((tx) => tx.delete(PUBLIC_ADDRESS, publicIp));
}
