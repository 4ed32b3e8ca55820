/** The services that every interface reaches without route, security group and network ACL (L1, L2, L13, A7, R10). */
import { addressOf, formatAddress } from '../net/address.js';
import { isNotUnicast, prefixContains, prefixOf } from '../net/cidr.js';
import type { Flow } from '../net/flow.js';
import { PROTOCOL } from '../net/flow.js';
import { subnetAt, type VpcNode } from './network.js';
import type { Reason } from './verdict.js';

const METADATA_ADDRESS = addressOf('169.254.169.254');
export const RESOLVER_ADDRESS = addressOf('169.254.169.253');
const TIME_ADDRESS = addressOf('169.254.169.123');

const METADATA_PORT = 80;
const DNS_PORT = 53;
const LINK_LOCAL = prefixOf('169.254.0.0/16');

/**
 * What stands at an address that no packet is forwarded to: a service that the flow may use, or `silent` for everything else
 * there. Undefined when the packet is the business of the rules that follow.
 */
export type LinkLocal =
  | Reason & { readonly decision: 'metadata' | 'resolver' | 'time' | 'silent' }
  | undefined;

export function linkLocalService(vpc: VpcNode, flow: Flow): LinkLocal {
  const { destination, destinationPort: port, protocol } = flow;
  const dns = port === DNS_PORT && (protocol === PROTOCOL.udp || protocol === PROTOCOL.tcp);
  if (prefixContains(LINK_LOCAL, destination)) {
    if (destination === METADATA_ADDRESS && protocol === PROTOCOL.tcp && port === METADATA_PORT) {
      return { decision: 'metadata', rule: 'L13', by: formatAddress(destination), why: 'instance metadata is no network path' };
    }
    if (destination === RESOLVER_ADDRESS && dns) return { decision: 'resolver', rule: 'L1', by: formatAddress(destination), why: 'the VPC resolver' };
    if (destination === TIME_ADDRESS && protocol === PROTOCOL.udp && port === 123) return { decision: 'time', rule: 'L2', by: formatAddress(destination), why: 'the time service' };
    return { decision: 'silent', rule: 'R10', by: formatAddress(destination), why: 'link-local addresses are never forwarded' };
  }
  if (isNotUnicast(destination)) return { decision: 'silent', rule: 'V4', by: formatAddress(destination), why: 'a VPC delivers no broadcast and no multicast' };
  if (destination === vpc.resolverAddress) {
    return dns
      ? { decision: 'resolver', rule: 'L1', by: formatAddress(destination), why: 'the VPC resolver' }
      : { decision: 'silent', rule: 'L1', by: formatAddress(destination), why: 'the resolver answers DNS only' };
  }
  const router = subnetAt(vpc, destination);
  if (router !== undefined && destination === router.prefix.base + 1) {
    return { decision: 'silent', rule: 'R12', by: router.subnet.subnetId, why: 'the VPC router does not answer' };
  }
  return undefined;
}
