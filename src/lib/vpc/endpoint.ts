/** What VPC endpoints carry, and which names lead to them (P1–P16). */
import { formatAddress } from '../net/address.js';
import type { Flow } from '../net/flow.js';
import { ICMP_ECHO_REQUEST, PROTOCOL } from '../net/flow.js';
import type { VpcEndpoint } from './model.js';
import type { InterfaceNode, Network, VpcNode } from './network.js';
import type { Reason, Verdict } from './verdict.js';
import { allow, deny } from './verdict.js';

/** The port that AWS's services listen on behind an interface endpoint. */
export const SERVICE_PORT = 443;

export function isAvailable(endpoint: VpcEndpoint): boolean {
  return endpoint.state.toLowerCase() === 'available';
}

/** Whether an interface of an interface endpoint hands the flow to its service: TCP 443 and nothing else. */
export function interfaceEndpointAccepts(node: InterfaceNode, flow: Flow): Verdict {
  const { endpoint } = node;
  if (endpoint === undefined) return deny('P2', node.id, 'not the interface of an endpoint');
  const id = endpoint.vpcEndpointId;
  if (!isAvailable(endpoint)) return deny('P2', id, `its state is ${endpoint.state}`);
  if (flow.protocol === PROTOCOL.icmp) return deny('P13', id, 'endpoint interfaces do not answer ping');
  if (flow.protocol !== PROTOCOL.tcp || flow.destinationPort !== SERVICE_PORT) {
    return deny('P12', id, `carries tcp/${SERVICE_PORT} only`);
  }
  return allow('P5', id, `leads to ${endpoint.serviceName}`);
}

/** Whether a gateway endpoint that a route names takes the flow (P14). */
export function gatewayEndpointAccepts(network: Network, vpc: VpcNode, endpointId: string, flow: Flow): Verdict {
  const endpoint = network.endpoints.get(endpointId);
  if (endpoint === undefined || endpoint.vpcId !== vpc.vpc.vpcId || endpoint.endpointType !== 'Gateway') {
    return deny('P14', endpointId, `no gateway endpoint of ${vpc.vpc.vpcId}`);
  }
  if (!isAvailable(endpoint)) return deny('P2', endpointId, `its state is ${endpoint.state}`);
  const echo = flow.protocol === PROTOCOL.icmp && flow.icmp?.type === ICMP_ECHO_REQUEST.type;
  if (flow.protocol !== PROTOCOL.tcp && !echo) return deny('P14', endpointId, 'carries TCP and ICMP echo only');
  return allow('P14', endpointId, `leads to ${endpoint.serviceName}`);
}

/** `com.amazonaws.ap-northeast-1.ssm` → `ssm.ap-northeast-1.amazonaws.com`. Undefined for names of another form. */
export function privateDnsName(serviceName: string): string | undefined {
  const match = /^com\.amazonaws\.([a-z0-9-]+)\.([a-z0-9.-]+)$/.exec(serviceName);
  if (match === null) return undefined;
  const service = (match[2] ?? '').split('.').toReversed().join('.');
  return `${service}.${match[1]}.amazonaws.com`;
}

/** Whether private DNS of the endpoint is in force: it is on, the endpoint is available, and the VPC has both DNS attributes (P4, P5). */
export function privateDnsInForce(vpc: VpcNode, endpoint: VpcEndpoint): Verdict {
  const id = endpoint.vpcEndpointId;
  if (endpoint.endpointType !== 'Interface' || !endpoint.privateDnsEnabled) return deny('P6', id, 'private DNS is off: the public name keeps its public addresses');
  if (!isAvailable(endpoint)) return deny('P2', id, `its state is ${endpoint.state}`);
  if (!vpc.vpc.enableDnsSupport || !vpc.vpc.enableDnsHostnames) {
    return deny('P4', vpc.vpc.vpcId, 'private DNS needs enableDnsSupport and enableDnsHostnames');
  }
  return allow('P5', id, `captures the name of ${endpoint.serviceName} in ${vpc.vpc.vpcId}`);
}

/** The endpoint of the VPC whose private DNS captures the name, by the service's own name where `nameOf` knows it. */
export function endpointNamed(vpc: VpcNode, name: string, nameOf: (serviceName: string) => string | undefined = privateDnsName): (Reason & { readonly endpoint: VpcEndpoint }) | undefined {
  for (const endpoint of vpc.endpoints) {
    if (nameOf(endpoint.serviceName)?.toLowerCase() !== name) continue;
    const { decision, rule, by, why } = privateDnsInForce(vpc, endpoint);
    if (decision === 'allow') return { rule, by, why, endpoint };
  }
  return undefined;
}

/** Private addresses of the endpoint's interfaces, in the order of its subnets; `zone` keeps those of one availability zone. */
export function endpointAddresses(network: Network, endpoint: VpcEndpoint, zone?: string): readonly string[] {
  return endpoint.networkInterfaceIds
    .flatMap((id) => network.interfaces.get(id) ?? [])
    .filter((node) => zone === undefined || node.subnet.subnet.availabilityZone === zone)
    .map((node) => formatAddress(node.address));
}

const ENDPOINT_NAME = /^(vpce-[0-9a-f]+)-[a-z0-9]{8}(?:-([a-z0-9-]+))?\.([a-z0-9.-]+)\.vpce\.amazonaws\.com$/;

/** The addresses of a `vpce-….ssm.REGION.vpce.amazonaws.com` name, which is public DNS with private addresses (P6, P7). */
export function endpointNameAddresses(network: Network, name: string): readonly string[] | undefined {
  const match = ENDPOINT_NAME.exec(name);
  const endpoint = match === null ? undefined : network.endpoints.get(match[1] ?? '');
  if (match === null || endpoint === undefined || !isAvailable(endpoint)) return undefined;
  if (`${match[3]}.amazonaws.com` !== privateDnsName(endpoint.serviceName)) return undefined;
  const addresses = endpointAddresses(network, endpoint, match[2]);
  return addresses.length === 0 ? undefined : addresses;
}
