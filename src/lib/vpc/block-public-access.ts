/** VPC Block Public Access: what of it an internet gateway may carry for an interface (I10, I11). */
import type { InterfaceNode, Network } from './network.js';
import type { Verdict } from './verdict.js';
import { allow, deny } from './verdict.js';

/** Who began the connection: somebody in the VPC, or somebody outside. */
export type OpenedFrom = 'inside' | 'outside';

const OFF = allow('I10', 'block-public-access off', 'Block Public Access is off');

/**
 * Asked where a packet of a new connection meets an internet gateway, for the interface whose public address it has: the
 * instance's own, or the NAT gateway's. `block-ingress` lets only NAT gateways through (I11), both ways of what they began.
 * An exclusion of the VPC or of that interface's subnet lifts it; `allow-egress` does so for connections from inside, and
 * only from `block-bidirectional`. That of a NAT path it is the NAT gateway's subnet that counts is not said in a document [I].
 */
export function blockPublicAccessVerdict(network: Network, node: InterfaceNode, opened: OpenedFrom): Verdict {
  const access = network.model.blockPublicAccess;
  if (access === undefined || access.mode === 'off') return OFF;
  const { mode, exclusions } = access;
  const by = `block-public-access ${mode}`;
  for (const { exclusionId, resourceId, mode: allowed } of exclusions) {
    if (resourceId !== node.subnet.subnet.subnetId && resourceId !== node.vpc.vpc.vpcId) continue;
    const lifts = allowed === 'allow-bidirectional' || (mode === 'block-bidirectional' && opened === 'inside');
    if (lifts) return allow('I10', `${by} ${exclusionId}`, `${resourceId} is excluded with ${allowed}`);
  }
  if (mode === 'block-bidirectional') return deny('I10', by, `no internet gateway carries anything for ${node.subnet.subnet.subnetId}, which is not excluded`);
  if (node.natGateway !== undefined) return allow('I11', by, 'NAT gateways let only connections from inside through');
  return deny('I11', by, `only NAT gateways are let through, and ${node.subnet.subnet.subnetId} is not excluded`);
}
