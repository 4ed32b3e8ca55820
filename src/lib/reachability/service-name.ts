/** What a service's name resolves to in an instance's VPC: the links `name` of a session (P4–P9, L1–L5, L14). */
import { formatAddress } from '../net/address.js';
import { isPrivateUse } from '../net/cidr.js';
import { privateDnsInForce, privateDnsName } from '../vpc/endpoint.js';
import type { VpcEndpoint } from '../vpc/model.js';
import type { InterfaceNode, Network } from '../vpc/network.js';
import { nameServers, resolveInVpc } from '../vpc/resolver.js';
import { traceFlow } from './engine.js';
import { unreadParts, type UnreadPart } from './unread.js';
import type { AgentService, Link } from './way-in.js';

const DNS_PORT = 53;

export interface ServiceName {
  readonly link: Link;
  /** Of an interface endpoint; undefined: public ones, which are not in the snapshot, or none at all. */
  readonly endpoint: VpcEndpoint | undefined;
  readonly addresses: readonly string[] | undefined;
  /** Nobody answers. */
  readonly silent: boolean;
}

export function serviceName(network: Network, node: InterfaceNode, service: AgentService, unread: readonly UnreadPart[]): ServiceName {
  const name = `${service}.${network.region}.amazonaws.com`;
  const link = (verdict: Link['verdict'], rule: Link['rule'], by: string, why: string): Link => ({ link: 'name', service, verdict, rule, by, why });
  const { vpc } = node;
  const answer = resolveInVpc(network, vpc, name);
  const captured = answer.decision === 'addresses' ? answer : undefined;
  const endpoint = captured === undefined ? undefined : network.endpoints.get(captured.by);
  const atVpc = { endpoint, addresses: captured?.addresses, silent: false };
  const missing = missingPart(unread) ?? (captured === undefined ? undefined : unreadParts(unread).of('networkInterfaces'));
  if (missing !== undefined) return { ...atVpc, link: link('unknown', 'L1', vpc.vpc.vpcId, missing) };
  let silence = link('closed', 'L14', vpc.vpc.vpcId, 'its DHCP options name no server that answers');
  for (const server of nameServers(vpc)) {
    if (server === 'vpc') {
      if (answer.decision === 'silent') silence = link('closed', answer.rule, answer.by, `${answer.why}: no name resolves`);
      else if (captured !== undefined) return { ...atVpc, link: link('open', captured.rule, captured.by, `${name} is ${captured.addresses.join(', ')}: private DNS ${captured.why}`) };
      else return { ...atVpc, link: link('open', ...publicReason(node, name)) };
    } else {
      const at = formatAddress(server);
      const trace = traceFlow(network, { from: { kind: 'interface', networkInterfaceId: node.id }, to: at, protocol: 'udp', port: DNS_PORT }, { unread });
      if (trace.disposition === 'unknown') return { ...atVpc, link: link('unknown', 'L14', at, trace.unknowns.join('; ')) };
      if (trace.disposition !== 'delivered') continue;
      // A server of one's own may forward to the VPC's resolver or not; one of the internet cannot.
      if (captured !== undefined && isPrivateUse(server)) return { ...atVpc, link: link('unknown', 'N03', at, `whether the name server ${at} forwards ${name} to the VPC's resolver is not known`) };
      return { endpoint: undefined, addresses: undefined, silent: false, link: link('open', 'L14', at, `${name} is public: ${at} is asked, not the VPC's resolver`) };
    }
  }
  return { endpoint: undefined, addresses: undefined, silent: true, link: silence };
}

function missingPart(unread: readonly UnreadPart[]): string | undefined {
  const parts = unreadParts(unread);
  return parts.of('dnsAttributes') ?? parts.of('dhcpOptions') ?? parts.of('vpcEndpoints') ?? parts.of('vpcs');
}

/** Why the public name keeps its public addresses: no endpoint, or one whose private DNS is not in force. */
function publicReason({ vpc }: InterfaceNode, name: string): [Link['rule'], string, string] {
  const own = vpc.endpoints.find((endpoint) => endpoint.endpointType === 'Interface' && privateDnsName(endpoint.serviceName) === name);
  if (own === undefined) return ['L2', vpc.vpc.vpcId, `${name} is public: there is no endpoint for it`];
  const { rule, by, why } = privateDnsInForce(vpc, own);
  return [rule, by, `${name} is public: ${by === own.vpcEndpointId ? why : `${why}, which ${own.vpcEndpointId} does not have`}`];
}
