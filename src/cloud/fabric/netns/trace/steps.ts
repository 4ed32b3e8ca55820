/** The way of a probe, and of its answer, as steps in AWS's terms. */
import { SERVICE_PORT } from '../../../../lib/vpc/endpoint.js';
import type { FlowStep } from '../../account.js';
import type { InternetHost } from '../../fabric.js';
import type { Door, NatNamespace, Port, VpcLayout } from '../plan/layout.js';
import { endpointDevice, PRIVATE_LINK } from '../plan/private-link.js';
import { ROUTER_LINKS } from '../plan/router.js';
import { dropOf, type TracedPacket } from './packets.js';
import { type Pass, type Place, portAt } from './path.js';
import { type AskRoute, routerSteps, type Step } from './router-steps.js';

export interface StepsInput {
  readonly leg: FlowStep['leg'];
  readonly passes: readonly Pass[];
  readonly askRoute: AskRoute;
  readonly hostAt: (address: string) => InternetHost | undefined;
}

/** Every step of the way; a packet that was expected somewhere and not seen there is one as well. */
export async function stepsOf({ leg, passes, askRoute, hostAt }: StepsInput): Promise<FlowStep[]> {
  const steps: Step[] = [];
  for (const [index, { place, packet }] of passes.entries()) {
    // The first place is for whoever begins there to speak of.
    if (packet === undefined) steps.push(...(index === 0 ? [] : [unseen(place)]));
    else steps.push(...await stepsAt(place, packet, leg, askRoute, hostAt));
  }
  return steps.map((step) => ({ leg, ...step }));
}

async function stepsAt(place: Place, packet: TracedPacket, leg: FlowStep['leg'], askRoute: AskRoute, hostAt: StepsInput['hostAt']): Promise<Step[]> {
  switch (place.kind) {
    case 'router': {
      const steps = await routerSteps(place.vpc, packet, askRoute);
      const dropped = steps.some((step) => step.verdict === 'drop');
      return dropped ? steps : [...steps, ...arrival(place.vpc, packet)];
    }
    case 'nat-gateway':
      return [natStep(place.nat, packet, leg)];
    case 'private-link':
      return privateLinkSteps(place.vpc, packet);
    case 'internet':
  }
  return internetSteps(packet, hostAt);
}

function unseen(place: Place): Step {
  const where = place.kind === 'internet' ? 'on the internet' : place.kind === 'nat-gateway' ? 'at the NAT gateway' : place.kind === 'private-link' ? 'behind the endpoint' : `in ${place.vpc.vpc.vpc.vpcId}`;
  return { kind: place.kind === 'internet' ? 'internet' : 'vpc', detail: `not seen again ${where}`, verdict: 'drop' };
}

/** At a machine. */
function arrival(vpc: VpcLayout, { output }: TracedPacket): Step[] {
  const port = portAt(vpc, output);
  if (port?.kind === 'machine') return [{ kind: 'network-interface', id: port.node.id, detail: `${ownerOf(port)} has it`, verdict: 'pass' }];
  const goesOn = port !== undefined || output === ROUTER_LINKS.internetGateway || output === ROUTER_LINKS.privateLink || output === ROUTER_LINKS.services;
  return goesOn ? [] : [{ kind: 'vpc', id: vpc.vpc.vpc.vpcId, detail: 'the router sends it nowhere', verdict: 'drop' }];
}

export const ownerOf = (port: Port): string => port.node.interface.instanceId ?? port.node.id;

function natStep({ port }: NatNamespace, packet: TracedPacket, leg: FlowStep['leg']): Step {
  const id = port.node.natGateway?.natGatewayId;
  const drop = dropOf(packet) !== undefined || packet.output === undefined;
  if (drop) return { kind: 'nat-gateway', id, detail: leg === 'forward' ? `takes nothing of this kind on: ${packet.protocol} from ${packet.source}` : 'knows no flow that this answers', verdict: 'drop' };
  return { kind: 'nat-gateway', id, detail: leg === 'forward' ? `${packet.source} becomes ${port.addresses[0] ?? ''}` : 'back to who asked', verdict: 'pass' };
}

function privateLinkSteps(vpc: VpcLayout, packet: TracedPacket): Step[] {
  // The way back is the endpoint's own.
  if (packet.input === PRIVATE_LINK.services) return [];
  const door = vpc.doors.find((each) => (each.port === undefined ? packet.input === PRIVATE_LINK.vpc && each.hostAddress === packet.destination : endpointDevice(each) === packet.input));
  if (packet.output === PRIVATE_LINK.services && dropOf(packet) === undefined) return [endpointStep(door, `leads to ${door?.host.serviceName ?? door?.host.names[0] ?? 'its service'}`, 'pass')];
  return [endpointStep(door, door?.port === undefined ? `carries nothing to ${packet.destination}` : `takes TCP on port ${SERVICE_PORT} only`, 'drop')];
}

function endpointStep(door: Door | undefined, detail: string, verdict: Step['verdict']): Step {
  return { kind: 'vpc-endpoint', id: door?.vpcEndpointId, detail, verdict };
}

function internetSteps(packet: TracedPacket, hostAt: StepsInput['hostAt']): Step[] {
  const host = hostAt(packet.destination);
  const name = host?.names[0] ?? packet.destination;
  if (dropOf(packet)?.chain === 'pings' && host !== undefined) return [{ kind: 'internet', detail: `${name} has it, and answers no ping`, verdict: 'drop' }];
  if (packet.output?.startsWith('w-') === true && dropOf(packet) === undefined) return [];
  if (host === undefined || dropOf(packet) !== undefined) return [{ kind: 'internet', detail: `nobody has the address ${packet.destination}`, verdict: 'drop' }];
  return [{ kind: 'internet', detail: `${name} has it`, verdict: 'pass' }];
}
