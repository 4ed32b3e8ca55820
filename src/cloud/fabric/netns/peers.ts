/** Who is at the other end of a connection, from the address that it was seen with. */
import { formatAddress, parseAddress } from '../../../lib/net/address.js';
import type { InterfaceNode, Network, VpcNode } from '../../../lib/vpc/network.js';
import type { HolderClient } from './holder-client.js';
import type { Layout } from './plan/layout.js';

/** An interface of any region, and that region's network; undefined where none has the id. */
export function findInterface(networks: Iterable<Network>, networkInterfaceId: string): { readonly network: Network; readonly node: InterfaceNode } | undefined {
  for (const network of networks) {
    const node = network.interfaces.get(networkInterfaceId);
    if (node !== undefined) return { network, node };
  }
  return undefined;
}

/** A private address of a VPC. */
export function interfaceAt(vpc: VpcNode, address: string): InterfaceNode | undefined {
  return vpc.interfaces.get(parseAddress(address) ?? 0);
}

function publicInterface(networks: Iterable<Network>, address: string): InterfaceNode | undefined {
  for (const network of networks) {
    const node = network.publicAddresses.get(parseAddress(address) ?? 0);
    if (node !== undefined) return node;
  }
  return undefined;
}

/**
 * The interface that opened a connection which was seen to come from a public address: its own, or one behind a NAT gateway,
 * which the gateway's connection tracking knows. Undefined for hosts of the internet, and where the kernel does not show
 * its connections (CONFIG_NF_CONNTRACK_PROCFS).
 */
export async function openerBehind(holder: HolderClient, networks: Iterable<Network>, layout: Layout, address: string, port: number): Promise<string | undefined> {
  const node = publicInterface(networks, address);
  if (node?.natGateway === undefined) return node?.id;
  const gateway = layout.natGateways.find((each) => each.port.node.id === node.id);
  if (gateway === undefined) return undefined;
  // Of thousands of connections the few that can be it.
  const { stdout } = await holder.run(gateway.namespace, ['grep', '-F', ` dport=${port} `, '/proc/net/nf_conntrack']);
  const source = clientOf(stdout, formatAddress(node.address), port);
  return source === undefined ? undefined : interfaceAt(node.vpc, source)?.id;
}

/** Each line has the connection as it was opened, then as it is answered: there the gateway is the destination. */
function clientOf(connections: string, gateway: string, port: number): string | undefined {
  for (const line of connections.split('\n')) {
    const [opened, answered] = [...line.matchAll(/src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/gu)];
    if (answered?.[2] === gateway && answered[4] === String(port)) return opened?.[1];
  }
  return undefined;
}
