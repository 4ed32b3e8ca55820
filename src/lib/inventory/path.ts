/** Which way leads out of an instance's subnet to Systems Manager: asked of the route table that its subnet uses. */
import type { Path } from '../lab/lab.js';
import type { RouteTable } from '../vpc/model.js';
import type { NetworkView } from './network.js';

/** The explicitly associated table, else the VPC's main one (`vpc-semantics.md` R3). */
function tableOf(view: NetworkView, vpcId: string, subnetId: string): RouteTable | undefined {
  const ofVpc = view.routeTables.filter((table) => table.vpcId === vpcId);
  return ofVpc.find((table) => table.subnetIds.includes(subnetId)) ?? ofVpc.find((table) => table.main);
}

/**
 * The path by the default route: internet gateway or NAT gateway; without one, the VPC's interface endpoints with private
 * DNS for ssm and ssmmessages, which together are all that an agent needs (`aws-facts.md` §1).
 */
export function pathOf(view: NetworkView, vpcId: string, subnetId: string): Path {
  const route = tableOf(view, vpcId, subnetId)?.routes.find((candidate) => candidate.destination === '0.0.0.0/0' && candidate.state === 'active');
  if (route?.targetKind === 'internet-gateway' || route?.targetKind === 'nat-gateway') return route.targetKind;
  const has = (service: string): boolean =>
    view.vpcEndpoints.some((endpoint) => endpoint.vpcId === vpcId && endpoint.state === 'available' && endpoint.privateDnsEnabled && endpoint.serviceName.endsWith(`.${service}`));
  return has('ssm') && has('ssmmessages') ? 'vpc-endpoint' : 'none';
}
