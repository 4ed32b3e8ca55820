/** What the VPC resolver and public DNS answer about the region's own names (L1–L5, P4–P7). */
import { formatAddress, parseAddress } from '../net/address.js';
import { endpointAddresses, endpointNameAddresses, endpointNamed } from './endpoint.js';
import { RESOLVER_ADDRESS } from './link-local.js';
import type { Network, VpcNode } from './network.js';
import type { Reason, Verdict } from './verdict.js';
import { allow, deny } from './verdict.js';

export type Answer =
  | Reason & { readonly decision: 'addresses'; readonly addresses: readonly string[] }
  /** enableDnsSupport is off: nobody answers (L3). */
  | Reason & { readonly decision: 'silent' }
  /** Not one of the region's names: ask public DNS. */
  | { readonly decision: 'unknown' };

/** What names are made of that are not in the model. */
export interface PublicNames {
  /** The public name of a service, `ssm.REGION.amazonaws.com`, which private DNS captures. */
  readonly nameOf?: ((serviceName: string) => string | undefined) | undefined;
}

/** Who answers the names that a guest asks: the VPC's own resolver, or a server at an address. */
export type NameServer = 'vpc' | number;

/** The name servers that DHCP tells the guests of the VPC, in their order (L14). */
export function nameServers(vpc: VpcNode): readonly NameServer[] {
  return (vpc.vpc.domainNameServers ?? ['AmazonProvidedDNS']).flatMap((text): NameServer[] => {
    const address = parseAddress(text);
    if (text === 'AmazonProvidedDNS' || (address !== undefined && (address === vpc.resolverAddress || address === RESOLVER_ADDRESS))) return ['vpc'];
    return address === undefined ? [] : [address];
  });
}

/** Domain of private host names (L4). */
export function internalDomain(region: string): string {
  return region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
}

/** Domain of public host names (L5). */
function publicDomain(region: string): string {
  return region === 'us-east-1' ? 'compute-1.amazonaws.com' : `${region}.compute.amazonaws.com`;
}

/** `ip-10-0-1-16.ap-northeast-1.compute.internal` (L4). */
export function privateHostName(region: string, address: string): string {
  return `ip-${address.replaceAll('.', '-')}.${internalDomain(region)}`;
}

/** `ec2-198-18-0-11.ap-northeast-1.compute.amazonaws.com` (L5). */
export function publicHostName(region: string, address: string): string {
  return `ec2-${address.replaceAll('.', '-')}.${publicDomain(region)}`;
}

/** Lower case, without the root's dot. */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/** Whether the VPC's resolver answers at all (L3). */
export function resolverAnswers(vpc: VpcNode): Verdict {
  const { vpcId, enableDnsSupport } = vpc.vpc;
  return enableDnsSupport ? allow('L1', vpcId, 'enableDnsSupport is on') : deny('L3', vpcId, 'enableDnsSupport is off');
}

/** The resolver at VPC + 2 and 169.254.169.253, which needs no route and meets no rule (L2). `name` is canonical. */
export function resolveInVpc(network: Network, vpc: VpcNode, name: string, names: PublicNames = {}): Answer {
  const { vpcId, enableDnsHostnames } = vpc.vpc;
  const { decision, ...reason } = resolverAnswers(vpc);
  if (decision === 'deny') return { decision: 'silent', ...reason };
  const captured = endpointNamed(vpc, name, names.nameOf);
  if (captured !== undefined) {
    const { endpoint, ...reason } = captured;
    return { decision: 'addresses', ...reason, addresses: endpointAddresses(network, endpoint) };
  }
  const internal = addressIn(name, 'ip', internalDomain(network.region));
  if (internal !== undefined && enableDnsHostnames && vpc.interfaces.has(internal)) {
    return { decision: 'addresses', rule: 'L4', by: vpcId, why: 'private host name of an address in the VPC', addresses: [formatAddress(internal)] };
  }
  const external = addressIn(name, 'ec2', publicDomain(network.region));
  const node = external === undefined ? undefined : network.publicAddresses.get(external);
  if (node !== undefined && node.vpc === vpc && enableDnsHostnames) {
    return { decision: 'addresses', rule: 'L5', by: node.id, why: 'inside its VPC a public host name is the private address', addresses: [formatAddress(node.address)] };
  }
  return resolvePublicly(network, name);
}

/** Public DNS, as far as the region's own resources are named in it. `name` is canonical. */
export function resolvePublicly(network: Network, name: string): Answer {
  const external = addressIn(name, 'ec2', publicDomain(network.region));
  const node = external === undefined ? undefined : network.publicAddresses.get(external);
  if (external !== undefined && node !== undefined) {
    return { decision: 'addresses', rule: 'L5', by: node.id, why: 'from outside a public host name is the public address', addresses: [formatAddress(external)] };
  }
  const addresses = endpointNameAddresses(network, name);
  if (addresses !== undefined) {
    return { decision: 'addresses', rule: 'P7', by: name.slice(0, name.indexOf('.')), why: 'endpoint names are public and give private addresses', addresses };
  }
  return { decision: 'unknown' };
}

/** The address that `PREFIX-a-b-c-d.DOMAIN` spells. */
function addressIn(name: string, prefix: string, domain: string): number | undefined {
  if (!name.startsWith(`${prefix}-`) || !name.endsWith(`.${domain}`)) return undefined;
  return parseAddress(name.slice(prefix.length + 1, name.length - domain.length - 1).replaceAll('-', '.'));
}
