/**
 * A snapshot and what is predicted of its instances → what a diagram shows: VPCs with their subnets, what stands in them, and
 * the ways into the instances. Pure; names are as they came, each drawing escapes them for itself.
 */
import { addressOf } from '../../net/address.js';
import type { Snapshot, SnapshotInstance } from '../../inventory/snapshot/snapshot.js';
import type { WayInPrediction } from '../../reachability/way-in.js';
import type { VpcEndpoint } from '../../vpc/model.js';
import { indexModel, type Network, type SubnetNode, type VpcNode } from '../../vpc/network.js';
import { selectRoute } from '../../vpc/route.js';
import { type SceneLeg, type SceneStop, legsOf } from './legs.js';

export type { SceneLeg, SceneStop };

/** How a way is: of an instance, the worst of its own. */
export type WayVerdict = SceneLeg['verdict'];

export interface SceneInstance {
  readonly kind: 'instance';
  readonly instanceId: string;
  /** As `list` numbers it. */
  readonly number: number;
  readonly name: string;
  readonly privateIp: string | null;
  readonly publicIp: string | null;
  /** AWS's state name. */
  readonly state: string;
  readonly verdict: WayVerdict;
  /** The ways in, one leg for each road that differs; empty where nothing was predicted. */
  readonly legs: readonly SceneLeg[];
}

export interface SceneNat {
  readonly kind: 'nat-gateway';
  readonly id: string;
  readonly name: string | null;
  readonly publicIp: string | null;
  readonly state: string;
  /** Where its subnet's default route leads; null: nowhere. */
  readonly gateway: string | null;
}

export interface SceneEndpoint {
  readonly kind: 'vpc-endpoint';
  readonly id: string;
  readonly name: string | null;
  /** `ssm`, of `com.amazonaws.<region>.ssm`. */
  readonly service: string;
  readonly privateIp: string;
  readonly privateDns: boolean;
}

export type SceneThing = SceneInstance | SceneNat | SceneEndpoint;

export interface SceneSubnet {
  readonly subnetId: string;
  readonly name: string | null;
  readonly cidr: string;
  readonly zone: string;
  /** Where the default route leads, in words: `internet gateway`, `NAT gateway NATGateway`, `no default route`. */
  readonly defaultRoute: string;
  readonly things: readonly SceneThing[];
}

export interface SceneVpc {
  readonly vpcId: string;
  readonly name: string | null;
  readonly cidrs: readonly string[];
  readonly internetGateway: { readonly id: string; readonly name: string | null } | null;
  /** Those with something in them; {@link SceneVpc.empty} counts the others. */
  readonly subnets: readonly SceneSubnet[];
  readonly empty: number;
}

export interface Scene {
  readonly stack: string;
  readonly region: string;
  readonly fabric: Snapshot['fabric'];
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly vpcs: readonly SceneVpc[];
  /** Instances whose subnet is not known, which are in no VPC of the drawing. */
  readonly unplaced: readonly SceneInstance[];
  /** What could not be read, by the action that was refused. */
  readonly unread: readonly string[];
}

/** A public address that stands for the internet when a default route is looked for. */
const INTERNET_PROBE = addressOf('8.8.8.8');

/** Worst first. */
const WORST: readonly WayVerdict[] = ['closed', 'unknown', 'open'];

const natural = new Intl.Collator('en', { numeric: true });

/** `NATGateway (nat-0a)`, or the id of what has no name. */
export const nameAndId = (id: string, name: string | null): string => (name === null ? id : `${name} (${id})`);

interface Reading {
  readonly snapshot: Snapshot;
  readonly network: Network;
  readonly predictions: ReadonlyMap<string, WayInPrediction>;
}

const nameOf = ({ snapshot }: Reading, id: string): string | null => {
  const name = Object.hasOwn(snapshot.names, id) ? snapshot.names[id] : undefined;
  return name === undefined || name.trim() === '' ? null : name;
};

/** EC2 forgets it of an instance that is terminated. */
const subnetIdOf = ({ network }: Reading, instance: SnapshotInstance): string | undefined => instance.subnetId ?? network.instances.get(instance.instanceId)?.[0]?.subnet.subnet.subnetId;

function defaultRouteOf(reading: Reading, node: SubnetNode): string {
  const choice = selectRoute(node, INTERNET_PROBE);
  if (choice.route === undefined) return 'no default route';
  const { targetKind, targetId, state } = choice.route;
  const words = { 'internet-gateway': 'internet gateway', 'nat-gateway': `NAT gateway ${nameOf(reading, targetId) ?? targetId}`, 'local': 'local' } as const;
  const target = words[targetKind as keyof typeof words] ?? targetId;
  return state === 'blackhole' ? `blackhole: ${targetId}` : `default route: ${target}`;
}

function gatewayOf({ network }: Reading, natGatewayId: string, subnetId: string): string | null {
  const node = network.natGateways.get(natGatewayId)?.subnet ?? network.subnets.get(subnetId);
  const choice = node === undefined ? undefined : selectRoute(node, INTERNET_PROBE);
  return choice?.decision === 'route' && choice.route.targetKind === 'internet-gateway' && choice.route.targetId === node?.vpc.internetGateway?.internetGatewayId ? choice.route.targetId : null;
}

function instanceOf({ network, predictions }: Reading, instance: SnapshotInstance): SceneInstance {
  const prediction = predictions.get(instance.instanceId);
  const legs = prediction === undefined ? [] : legsOf(prediction, network);
  return {
    kind: 'instance',
    instanceId: instance.instanceId,
    number: instance.number,
    name: instance.name,
    privateIp: instance.privateIpv4,
    publicIp: instance.publicIpv4,
    state: instance.state,
    verdict: prediction?.verdict ?? WORST.find((verdict) => legs.some((leg) => leg.verdict === verdict)) ?? 'unknown',
    legs,
  };
}

/** The last word of a service's name. */
const serviceOf = ({ serviceName }: VpcEndpoint): string => serviceName.replace(/^com\.amazonaws\.[a-z0-9-]+\./u, '');

function endpointsIn(reading: Reading, vpc: VpcNode, subnetId: string): SceneEndpoint[] {
  const found = vpc.endpoints.flatMap((endpoint) => endpoint.networkInterfaceIds.flatMap((id): SceneEndpoint[] => {
    const node = reading.network.interfaces.get(id);
    if (node?.subnet.subnet.subnetId !== subnetId) return [];
    return [{ kind: 'vpc-endpoint', id: endpoint.vpcEndpointId, name: nameOf(reading, endpoint.vpcEndpointId), service: serviceOf(endpoint), privateIp: node.interface.privateIp, privateDns: endpoint.privateDnsEnabled }];
  }));
  return found.toSorted((a, b) => natural.compare(a.privateIp, b.privateIp));
}

function subnetOf(reading: Reading, vpc: VpcNode, node: SubnetNode): SceneSubnet {
  const { subnetId, cidr, availabilityZone } = node.subnet;
  const { snapshot } = reading;
  const instances = snapshot.instances.filter((instance) => subnetIdOf(reading, instance) === subnetId).toSorted((a, b) => a.number - b.number);
  const nats = snapshot.network.natGateways.filter((nat) => nat.subnetId === subnetId && nat.state !== 'deleted');
  return {
    subnetId,
    name: nameOf(reading, subnetId),
    cidr,
    zone: availabilityZone,
    defaultRoute: defaultRouteOf(reading, node),
    things: [
      ...instances.map((instance) => instanceOf(reading, instance)),
      ...nats.map((nat): SceneNat => ({ kind: 'nat-gateway', id: nat.natGatewayId, name: nameOf(reading, nat.natGatewayId), publicIp: nat.publicIp ?? null, state: nat.state, gateway: gatewayOf(reading, nat.natGatewayId, subnetId) })),
      ...endpointsIn(reading, vpc, subnetId),
    ],
  };
}

/** A zone's subnets together, the ones nearest to the internet first: lines between them are short then. */
function subnetsOf(reading: Reading, vpc: VpcNode): SceneSubnet[] {
  const rank = ({ defaultRoute }: SceneSubnet): number => (defaultRoute.includes('internet gateway') ? 0 : defaultRoute.includes('NAT gateway') ? 1 : 2);
  return vpc.subnets.map((node) => subnetOf(reading, vpc, node)).toSorted((a, b) => natural.compare(a.zone, b.zone) || rank(a) - rank(b) || natural.compare(a.cidr, b.cidr));
}

function vpcOf(reading: Reading, vpc: VpcNode): SceneVpc {
  const gateway = vpc.internetGateway?.internetGatewayId;
  const subnets = subnetsOf(reading, vpc);
  const shown = subnets.filter((subnet) => subnet.things.length > 0);
  return {
    vpcId: vpc.vpc.vpcId,
    name: nameOf(reading, vpc.vpc.vpcId),
    cidrs: vpc.vpc.cidrs,
    internetGateway: gateway === undefined ? null : { id: gateway, name: nameOf(reading, gateway) },
    subnets: shown,
    empty: subnets.length - shown.length,
  };
}

/** Everything that a diagram shows. `predictions` by instance id; who has none is drawn without a way in. */
export function sceneOf(snapshot: Snapshot, predictions: ReadonlyMap<string, WayInPrediction>): Scene {
  const reading: Reading = { snapshot, network: indexModel(snapshot.network), predictions };
  const vpcs = [...reading.network.vpcs.values()].map((vpc) => vpcOf(reading, vpc));
  const first = (vpc: SceneVpc): number => Math.min(...vpc.subnets.flatMap((subnet) => subnet.things.flatMap((thing) => (thing.kind === 'instance' ? [thing.number] : []))), Number.MAX_SAFE_INTEGER);
  return {
    stack: snapshot.stack,
    region: snapshot.region,
    fabric: snapshot.fabric,
    takenAt: snapshot.takenAt,
    vpcs: vpcs.toSorted((a, b) => first(a) - first(b) || natural.compare(a.vpcId, b.vpcId)),
    unplaced: snapshot.instances.filter((instance) => !reading.network.subnets.has(subnetIdOf(reading, instance) ?? '')).map((instance) => instanceOf(reading, instance)).toSorted((a, b) => a.number - b.number),
    unread: [...new Set(snapshot.unread.map((each) => each.action))],
  };
}

/** All instances, in the order of the drawing. */
export const instancesOf = (scene: Scene): SceneInstance[] => [...scene.vpcs.flatMap((vpc) => vpc.subnets.flatMap((subnet) => subnet.things.filter((thing) => thing.kind === 'instance'))), ...scene.unplaced];
