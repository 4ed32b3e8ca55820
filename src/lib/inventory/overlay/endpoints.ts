/** VPC endpoints laid over a snapshot. Pure. */
import { edited, inNetwork, known, type Outlook, withDoubt, withoutInterfaces } from './outlook.js';
import { differs, flagOf, hasLater, knownList, knownText, LATER, laterText, type ResourceChange, textOf } from './resource-change.js';
import type { Snapshot } from '../snapshot/snapshot.js';

/** Whose names an agent asks for. */
const OF_SESSIONS = /\.(?:ssm|ssmmessages)$/u;

export function layVpcEndpoint(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, physicalId, replacement, logicalId } = change;
  if (action === 'Add') return newEndpoint(outlook, change);
  if (physicalId === undefined) return outlook;
  if (action === 'Remove') return known(outlook, (snapshot) => withoutEndpoint(snapshot, physicalId));
  if (replacement === 'True') return newEndpoint(known(outlook, (snapshot) => withoutEndpoint(snapshot, physicalId)), change);
  const doubted = replacement === 'Conditional' ? withDoubt(outlook, physicalId, `${logicalId} (${physicalId}) may be replaced`) : outlook;
  return [privateDns, groups, policy, subnets, tables].reduce((laid, lay) => lay(laid, change, physicalId), doubted);
}

/** Its addresses are known when it is made, and with them what its name leads to. */
function newEndpoint(outlook: Outlook, change: ResourceChange): Outlook {
  const { logicalId, after } = change;
  const [service, vpcId] = [textOf(after, 'ServiceName'), textOf(after, 'VpcId')] as const;
  if (after === undefined || service === LATER || vpcId === LATER) return withDoubt(outlook, null, `${logicalId}: which VPC and service it is for is known only after the change`);
  if (knownText(after, 'VpcEndpointType') !== 'Interface') {
    const routeTables = knownList(after, 'RouteTableIds');
    if (routeTables === LATER) return withDoubt(outlook, vpcId ?? null, laterText(change, 'RouteTableIds'));
    return routeTables.reduce((laid, id) => withDoubt(laid, id, `${logicalId} is new: its routes for ${service ?? 'its service'} come with it`), outlook);
  }
  if (!OF_SESSIONS.test(service ?? '') || flagOf(after, 'PrivateDnsEnabled', false) === false) return outlook;
  return withDoubt(outlook, vpcId ?? null, `${logicalId} is new: the addresses that ${service ?? 'its service'} has in ${vpcId ?? 'its VPC'} are known only after the change`);
}

function withoutEndpoint(snapshot: Snapshot, vpcEndpointId: string): Snapshot {
  const gone = snapshot.network.vpcEndpoints.find((endpoint) => endpoint.vpcEndpointId === vpcEndpointId);
  const { [vpcEndpointId]: _policy, ...endpointPolicies } = snapshot.endpointPolicies;
  const without = withoutInterfaces({ ...snapshot, endpointPolicies }, (each) => gone?.networkInterfaceIds.includes(each.networkInterfaceId) === true);
  return inNetwork(without, ({ vpcEndpoints, routeTables }) => ({
    vpcEndpoints: vpcEndpoints.filter((endpoint) => endpoint !== gone),
    routeTables: routeTables.map((table) => ({ ...table, routes: table.routes.filter((route) => route.targetId !== vpcEndpointId) })),
  }));
}

const withEndpoint = (snapshot: Snapshot, id: string, over: object): Snapshot => inNetwork(snapshot, ({ vpcEndpoints }) => ({ vpcEndpoints: edited(vpcEndpoints, (endpoint) => endpoint.vpcEndpointId === id, (endpoint) => ({ ...endpoint, ...over })) }));

const interfacesOf = (snapshot: Snapshot, id: string): readonly string[] => snapshot.network.vpcEndpoints.find((endpoint) => endpoint.vpcEndpointId === id)?.networkInterfaceIds ?? [];

function privateDns(outlook: Outlook, change: ResourceChange, id: string): Outlook {
  if (!differs(change, 'PrivateDnsEnabled')) return outlook;
  const enabled = flagOf(change.after, 'PrivateDnsEnabled', false);
  return enabled === LATER ? withDoubt(outlook, id, laterText(change, 'PrivateDnsEnabled')) : known(outlook, (snapshot) => withEndpoint(snapshot, id, { privateDnsEnabled: enabled }));
}

function groups(outlook: Outlook, change: ResourceChange, id: string): Outlook {
  if (!differs(change, 'SecurityGroupIds')) return outlook;
  const groupIds = knownList(change.after, 'SecurityGroupIds');
  if (groupIds === LATER) return withDoubt(outlook, id, laterText(change, 'SecurityGroupIds'));
  // Without any it has the VPC's default group (S14), which the model knows by its name.
  const worn = (snapshot: Snapshot, vpcId: string): readonly string[] => (groupIds.length > 0 ? groupIds : snapshot.network.securityGroups.filter((group) => group.vpcId === vpcId && group.groupName === 'default').map((group) => group.groupId));
  return known(outlook, (snapshot) => {
    const own = interfacesOf(snapshot, id);
    return inNetwork(snapshot, ({ networkInterfaces }) => ({ networkInterfaces: edited(networkInterfaces, (each) => own.includes(each.networkInterfaceId), (each) => ({ ...each, groupIds: worn(snapshot, each.vpcId) })) }));
  });
}

function policy(outlook: Outlook, change: ResourceChange, id: string): Outlook {
  if (!differs(change, 'PolicyDocument')) return outlook;
  const document = change.after?.['PolicyDocument'];
  if (hasLater(document)) return withDoubt(outlook, id, laterText(change, 'PolicyDocument'));
  // Nothing says that a template without a policy resets the one that is there.
  if (document === undefined) return withDoubt(outlook, id, `${change.logicalId}: whether it keeps its policy, which the template no longer has, is known only after the change`);
  return known(outlook, (snapshot) => ({ ...snapshot, endpointPolicies: { ...snapshot.endpointPolicies, [id]: typeof document === 'string' ? document : JSON.stringify(document) } }));
}

function subnets(outlook: Outlook, change: ResourceChange, id: string): Outlook {
  if (!differs(change, 'SubnetIds')) return outlook;
  const subnetIds = knownList(change.after, 'SubnetIds');
  if (subnetIds === LATER) return withDoubt(outlook, id, laterText(change, 'SubnetIds'));
  const stays = known(outlook, (snapshot) => {
    const own = interfacesOf(snapshot, id);
    const left = snapshot.network.networkInterfaces.filter((each) => own.includes(each.networkInterfaceId) && !subnetIds.includes(each.subnetId)).map((each) => each.networkInterfaceId);
    return withEndpoint(withoutInterfaces(snapshot, (each) => left.includes(each.networkInterfaceId)), id, { networkInterfaceIds: own.filter((each) => !left.includes(each)) });
  });
  const there = new Set(outlook.least.network.networkInterfaces.filter((each) => interfacesOf(outlook.least, id).includes(each.networkInterfaceId)).map((each) => each.subnetId));
  const fresh = subnetIds.filter((subnetId) => !there.has(subnetId));
  return fresh.length === 0 ? stays : withDoubt(stays, id, `${change.logicalId}: its address in ${fresh.join(', ')} is known only after the change`);
}

function tables(outlook: Outlook, change: ResourceChange, id: string): Outlook {
  if (!differs(change, 'RouteTableIds')) return outlook;
  const wanted = knownList(change.after, 'RouteTableIds');
  if (wanted === LATER) return withDoubt(outlook, id, laterText(change, 'RouteTableIds'));
  const routes = outlook.least.network.routeTables.flatMap((table) => table.routes.filter((route) => route.targetId === id));
  const fresh = wanted.filter((tableId) => !outlook.least.network.routeTables.some((table) => table.routeTableId === tableId && table.routes.some((route) => route.targetId === id)));
  const moved = known(outlook, (snapshot) => inNetwork(withEndpoint(snapshot, id, { routeTableIds: wanted }), ({ routeTables }) => ({
    routeTables: routeTables.map((table) => ({ ...table, routes: [...table.routes.filter((route) => route.targetId !== id), ...(wanted.includes(table.routeTableId) ? routes.slice(0, 1) : [])] })),
  })));
  // Its prefix list is told by the routes that it has.
  return routes.length > 0 ? moved : fresh.reduce((laid, tableId) => withDoubt(laid, tableId, `${change.logicalId}: the route that it brings is known only after the change`), moved);
}
