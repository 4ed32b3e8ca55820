/**
 * Addresses of the lab's own plumbing. All are of class E (240.0.0.0/4): no VPC delivers anything there (V4) and no prefix of
 * a VPC can lie there, so that nothing of a user's collides with them, and one rule keeps guests out.
 */
import { formatAddress } from '../../../lib/net/address.js';

export const PLUMBING = '240.0.0.0/4';

/** Where the metadata service, the VPC resolvers and the time service listen in the internet's namespace. */
export const METADATA_SERVER = '240.127.0.2';
export const RESOLVER_SERVER = '240.127.0.53';
export const TIME_SERVER = '240.127.0.123';
export const LINK_LOCAL_SERVERS: readonly string[] = [METADATA_SERVER, RESOLVER_SERVER, TIME_SERVER];

function within(block: number, index: number): string {
  return formatAddress(240 * 2 ** 24 + block * 2 ** 16 + index);
}

/** Every network interface has an identity, as which metadata service and resolver see it. */
export const IDENTITIES = '240.64.0.0/16';
export const identityOf = (index: number): string => within(64, index);

/** Every way by PrivateLink ends at a door of its own, so that the service knows which endpoint it came through. */
export const DOORS = '240.65.0.0/16';
export const doorOf = (index: number): string => within(65, index);

/** Every machine has a side door: sockets of this process that stand for its own are bound to this address … */
export const SIDE_DOORS = '240.66.0.0/16';
export const sideDoorOf = (index: number): string => within(66, index);
/** … and this one is the machine's end of it: its loopback address, as seen from there. */
export const loopbackOf = (index: number): string => within(67, index);
