/** What the lab claims of each of its instances. What it declares is the lab's own data; addresses that it leaves open are those that EC2 gave. Pure. */
import type { KnownInstance } from '../inventory/instance.js';
import type { LabInstance } from '../lab/lab.js';
import { LAB_ENDPOINTS } from '../lab/tables.js';
import type { Way } from '../probe/run-line.js';
import { missingInterface, unreadParts } from '../reachability/unread.js';
import { AGENT_SERVICES } from '../reachability/way-in.js';
import { parseAddress } from '../net/address.js';
import type { NatGateway } from '../vpc/model.js';
import { inVpc } from '../vpc/network.js';
import {
  addressesText, type Configuration, NONE, NOT_AVAILABLE, NOT_REACHABLE, predictEgress, predictInbound, predictPing, predictServiceAddress, predictWay, PUBLIC, REACHABLE, unknownPrediction, wayValue,
} from './predict.js';
import { type Insider, seeEgress, seePing, seePublicIpv4, seeServiceAddress, seeWay, wayBy } from './sight.js';
import type { Prediction } from './sides.js';
import type { Statement, Subject } from './statement.js';
import { type LabPlaces, tableStatements } from './tables.js';

/** Where SSH listens. */
export const SSH_PORT = 22;

export const otherWayOf = (way: Way): Way => (way === 'session-manager' ? 'ssh-key-pair' : 'session-manager');

/** `ssm` → `SSMEndpoint`, of a service name. */
const endpointLabel = (serviceName: string): string => LAB_ENDPOINTS.find(({ service }) => serviceName.endsWith(`.${service}`))?.logicalId ?? serviceName;

/** The NAT gateway whose address the lab means: the one that the default route names, else the VPC's only one. */
export function natGateway({ network }: Configuration, instanceId: string): NatGateway | undefined {
  const subnet = network.instances.get(instanceId)?.[0]?.subnet;
  const ids = (subnet?.routeTable?.table.routes ?? []).filter(({ targetKind }) => targetKind === 'nat-gateway').map(({ targetId }) => targetId);
  const there = network.model.natGateways.filter((nat) => nat.vpcId === subnet?.vpc.vpc.vpcId);
  return there.find((nat) => ids.includes(nat.natGatewayId)) ?? (there.length === 1 ? there[0] : undefined);
}

function egressDeclared(configuration: Configuration, lab: LabInstance, instance: KnownInstance): string {
  if (lab.shows.egress === 'own-address') return instance.publicIpv4 ?? 'its own address';
  return lab.shows.egress === 'none' ? NONE : (natGateway(configuration, instance.instanceId)?.publicIp ?? "the NAT gateway's address");
}

/** Whose the address is that the lab means is not known where its NAT gateway could not be read. */
function egressUnjudged(configuration: Configuration, lab: LabInstance, instance: KnownInstance): string | undefined {
  if (lab.shows.egress !== 'nat-gateway' || natGateway(configuration, instance.instanceId) !== undefined) return undefined;
  const { unread } = configuration.snapshot;
  return unreadParts(unread).of('natGateways') ?? missingInterface(unread);
}

/** The addresses of a service in the claim's words; unjudged where what they are could not be read. */
function tellAddresses({ network, snapshot: { unread } }: Configuration, instanceId: string): (addresses: readonly string[]) => { readonly text: string } | { readonly unjudged: string } {
  const node = network.instances.get(instanceId)?.[0];
  const parts = unreadParts(unread);
  return (addresses) => {
    if (node === undefined) return { unjudged: missingInterface(unread) ?? 'it has no network interface' };
    const missing = parts.of('vpcEndpoints') ?? parts.of('networkInterfaces');
    const nobodys = addresses.some((address) => inVpc(node.vpc, parseAddress(address) ?? 0) && node.vpc.interfaces.get(parseAddress(address) ?? 0)?.endpoint === undefined);
    return missing !== undefined && nobodys ? { unjudged: missing } : { text: addressesText(node, addresses, endpointLabel) };
  };
}

function publicAddress(lab: LabInstance, { instanceId, publicIpv4 }: KnownInstance, insider: Insider): Statement {
  return {
    instance: lab.number, claim: 'public-ipv4', subject: null,
    declared: lab.shows.publicIpv4 ? (publicIpv4 ?? 'its own address') : NOT_AVAILABLE,
    predict: () => ({ value: publicIpv4 ?? NOT_AVAILABLE, by: `ec2:DescribeInstances ${instanceId}`, why: publicIpv4 === null ? 'EC2 says that it has no public address' : `EC2 says that it has ${publicIpv4}`, blame: instanceId }),
    see: seePublicIpv4(insider),
  };
}

/** The claims of an instance that is there, in the order in which they are told. */
function statements(configuration: Configuration, places: LabPlaces, lab: LabInstance, instance: KnownInstance): Statement[] {
  const { instanceId, name } = instance;
  const { snapshot, from } = configuration;
  const insider = { way: lab.auth, name };
  const other = otherWayOf(lab.auth);
  const claim = { instance: lab.number, subject: null };
  return [
    { ...claim, claim: 'way-in', declared: wayValue(lab.auth, 'open'), predict: () => predictWay(configuration, instanceId, lab.auth), see: seeWay(lab.auth, wayBy(lab.auth, instance)) },
    { ...claim, claim: 'other-way', declared: wayValue(other, 'closed'), predict: () => predictWay(configuration, instanceId, other), see: (seen) => seen.otherWay },
    publicAddress(lab, instance, insider),
    { ...claim, claim: 'ping', declared: lab.shows.ping ? 'replies' : 'silence', predict: () => predictPing(configuration, instanceId), see: seePing(insider) },
    { ...claim, claim: 'egress-identity', declared: egressDeclared(configuration, lab, instance), predict: () => predictEgress(configuration, instanceId), see: seeEgress(insider, egressUnjudged(configuration, lab, instance)) },
    ...AGENT_SERVICES.map((service): Statement => ({
      ...claim, claim: 'service-address', subject: service,
      declared: lab.shows.services === 'public' ? PUBLIC : endpointLabel(`.${service}`),
      predict: () => predictServiceAddress(configuration, instanceId, service, endpointLabel),
      see: seeServiceAddress(insider, service, snapshot.region, tellAddresses(configuration, instanceId)),
    })),
    {
      ...claim, claim: 'inbound', subject: `tcp/${SSH_PORT} from ${from ?? 'here'}`,
      declared: lab.inboundPort === SSH_PORT ? REACHABLE : NOT_REACHABLE,
      predict: () => predictInbound(configuration, instanceId, SSH_PORT),
      see: (seen) => seen.inbound,
    },
    ...tableStatements(configuration, places, lab, instance),
  ];
}

/** Of an instance that is gone only its way in can be judged, and that is broken. */
function goneStatements(lab: LabInstance): Statement[] {
  const why = `${lab.logicalId} is not there`;
  const by = 'ec2:DescribeInstances';
  const insider = { way: lab.auth, name: lab.logicalId };
  const unknown = (): Prediction => unknownPrediction(by, why);
  const claim = { instance: lab.number, subject: null, predict: unknown };
  return [
    { ...claim, claim: 'way-in', declared: wayValue(lab.auth, 'open'), predict: () => ({ value: wayValue(lab.auth, 'closed'), by, why, blame: lab.logicalId }), see: seeWay(lab.auth, by) },
    { ...claim, claim: 'public-ipv4', declared: lab.shows.publicIpv4 ? 'its own address' : NOT_AVAILABLE, see: seePublicIpv4(insider) },
    { ...claim, claim: 'ping', declared: lab.shows.ping ? 'replies' : 'silence', see: seePing(insider) },
    { ...claim, claim: 'egress-identity', declared: { 'own-address': 'its own address', 'nat-gateway': "the NAT gateway's address", 'none': NONE }[lab.shows.egress], see: seeEgress(insider) },
  ];
}

/** An instance of the lab with all that is claimed of it. */
export function labSubject(configuration: Configuration, places: LabPlaces, lab: LabInstance): Subject {
  const instance = places.get(lab.number);
  return {
    id: lab.number, name: instance?.name ?? lab.logicalId, instance, way: lab.auth, declared: true,
    statements: instance === undefined ? goneStatements(lab) : statements(configuration, places, lab, instance),
  };
}
