/**
 * What the configuration says of the ways into an instance, link by link. Every link is judged, whatever becomes of the ones
 * before it (`diagnosis.md` §3: stop-at-first is wrong); what cannot be judged is unknown, and says why.
 */
import type { Snapshot, SnapshotInstance, SnapshotProfile } from '../inventory/snapshot/snapshot.js';
import type { InterfaceNode, Network } from '../vpc/network.js';
import { type Access, AGENT_ACTIONS, endpointAccess, roleAccess, trustAccess } from './agent-access.js';
import { traceFlow } from './engine.js';
import { type ServiceName, serviceName } from './service-name.js';
import { pathVerdict, servicePath } from './service-path.js';
import { unreadParts } from './unread.js';
import { AGENT_SERVICES, type AgentService, type Link, type WayInPrediction } from './way-in.js';

const SSH_PORT = 22;

type Names = ReadonlyMap<AgentService, ServiceName>;

/** The way of a session: the agent has to reach both services and to be allowed there. `network` is the index of the snapshot's. */
export function predictSession(snapshot: Snapshot, network: Network, instanceId: string): WayInPrediction {
  const { instance, node, links } = instanceLinks(snapshot, network, instanceId);
  if (instance === undefined || node === undefined) return prediction('session-manager', links);
  const { unread } = snapshot;
  const names: Names = new Map(AGENT_SERVICES.map((service) => [service, serviceName(network, node, service, unread)]));
  const profile = snapshot.profiles.find((each) => each.name === instance.instanceProfile);
  links.push(identityLink(snapshot, instance, profile, names));
  for (const [service, name] of names) {
    links.push(name.link, servicePath(network, node, service, name, { unread, onAws: snapshot.fabric === 'aws' }));
    if (name.endpoint !== undefined) links.push(endpointPolicyLink(snapshot, instance, profile, service, name.endpoint.vpcEndpointId));
  }
  return prediction('session-manager', links);
}

/** The way of SSH with a key pair, from an address outside to the instance's public one. */
export function predictSsh(snapshot: Snapshot, network: Network, instanceId: string, fromAddress: string): WayInPrediction {
  const { instance, node, links } = instanceLinks(snapshot, network, instanceId);
  if (instance === undefined || node === undefined) return prediction('ssh-key-pair', links);
  links.push(instance.keyName === null
    ? { link: 'identity', service: null, verdict: 'closed', by: instanceId, why: 'it was launched without a key pair', rule: 'N53' }
    : { link: 'identity', service: null, verdict: 'open', by: instance.keyName, why: 'its key pair', rule: 'N53' });
  const to = node.interface.publicIp;
  if (to === undefined) links.push({ link: 'path', service: null, verdict: 'closed', by: node.id, why: 'it has no public address', rule: 'I1' });
  else {
    const trace = traceFlow(network, { from: { kind: 'internet', address: fromAddress }, to, protocol: 'tcp', port: SSH_PORT }, { unread: snapshot.unread });
    links.push({ ...pathVerdict(trace, `tcp/${SSH_PORT} from ${fromAddress}`), link: 'path', service: null });
  }
  return prediction('ssh-key-pair', links);
}

function prediction(way: WayInPrediction['way'], links: readonly Link[]): WayInPrediction {
  const has = (verdict: Link['verdict']): boolean => links.some((link) => link.verdict === verdict);
  return { way, verdict: has('closed') ? 'closed' : has('unknown') ? 'unknown' : 'open', links };
}

/** Whether it is there and runs (I01, I02), and its first interface. */
function instanceLinks(snapshot: Snapshot, network: Network, instanceId: string): { readonly instance: SnapshotInstance | undefined; readonly node: InterfaceNode | undefined; readonly links: Link[] } {
  const instance = snapshot.instances.find((each) => each.instanceId === instanceId);
  const node = network.instances.get(instanceId)?.[0];
  const link = (verdict: Link['verdict'], why: string, rule: Link['rule']): Link => ({ link: 'instance', service: null, verdict, by: instanceId, why, rule });
  const unread = unreadParts(snapshot.unread);
  if (instance === undefined) return { instance, node, links: [link('closed', 'is not in the snapshot', 'I01')] };
  const links = [instance.state === 'running' ? link('open', 'is running', 'E1') : link('closed', `is ${instance.state}`, 'E1')];
  if (node === undefined) {
    const missing = unread.of('networkInterfaces') ?? unread.of('subnets') ?? unread.of('vpcs');
    links.push({ link: 'path', service: null, verdict: missing === undefined && instance.state !== 'running' ? 'closed' : 'unknown', by: instanceId, why: missing ?? 'has no network interface in the snapshot', rule: 'N01' });
  }
  return { instance, node, links };
}

/** As what the agent calls (I06–I10, I12, I15). */
function identityLink(snapshot: Snapshot, instance: SnapshotInstance, profile: SnapshotProfile | undefined, names: Names): Link {
  const link = (rule: Link['rule'], { verdict, by, why }: Access): Link => ({ link: 'identity', service: null, verdict, by, why, rule });
  const closed = (rule: Link['rule'], by: string, why: string): Link => link(rule, { verdict: 'closed', by, why });
  const unknown = (rule: Link['rule'], by: string, why: string): Link => link(rule, { verdict: 'unknown', by, why });
  const unread = unreadParts(snapshot.unread);
  const { instanceId, instanceProfile } = instance;
  if (!instance.metadata.enabled) return closed('I15', instanceId, 'its metadata service is off, so that the agent learns no credentials');
  if (instanceProfile === null) {
    const missing = unread.of('hostManagement');
    if (missing !== undefined) return unknown('I12', instanceId, `it has no instance profile, and ${missing}`);
    return snapshot.hostManagementRole === null ? closed('I06', instanceId, 'it has no instance profile, and host management is off') : byHostManagement(snapshot.hostManagementRole);
  }
  if (profile === undefined) {
    const missing = unread.of('instanceProfiles');
    return missing === undefined ? closed('I07', instanceProfile, 'the instance profile is gone') : unknown('I07', instanceProfile, missing);
  }
  const { role } = profile;
  const missing = unread.of('roles');
  if (role === null) return missing === undefined ? closed('I07', instanceProfile, 'the instance profile holds no role') : unknown('I07', instanceProfile, missing);
  const trust = trustAccess(role);
  if (trust.verdict !== 'open') return link('I08', trust);
  const decisions = AGENT_SERVICES.map((service) => ({ service, ...roleAccess(AGENT_ACTIONS[service], { region: snapshot.region, instance, role, vpcEndpointId: names.get(service)?.endpoint?.vpcEndpointId }) }));
  // An agent that may not register by its profile does so by host management where that is on (I13).
  if (snapshot.hostManagementRole !== null && decisions.some(({ service, verdict }) => service === 'ssm' && verdict === 'closed')) return byHostManagement(snapshot.hostManagementRole);
  const told = decisions.find(({ verdict }) => verdict === 'closed') ?? decisions.find(({ verdict }) => verdict === 'unknown');
  if (missing !== undefined && !decisions.some(({ explicit }) => explicit === true)) return unknown('I09', role.roleName, missing);
  return told === undefined
    ? link('I09', { verdict: 'open', by: role.roleName, why: `its role lets it register and open channels: ${decisions.map(({ by }) => by).filter((by, index, all) => all.indexOf(by) === index).join('; ')}` })
    : link(told.boundary === true ? 'I10' : 'I09', told);

  function byHostManagement(name: string): Link {
    return unknown('I12', name, `host management gives it the role ${name}, whose policies are not in the snapshot`);
  }
}

/** What the endpoint on the way lets the role do (N36, P11). */
function endpointPolicyLink(snapshot: Snapshot, instance: SnapshotInstance, profile: SnapshotProfile | undefined, service: AgentService, vpcEndpointId: string): Link {
  const link = ({ verdict, by, why }: Access): Link => ({ link: 'endpoint-policy', service, verdict, by, why, rule: 'P11' });
  const policy = Object.hasOwn(snapshot.endpointPolicies, vpcEndpointId) ? snapshot.endpointPolicies[vpcEndpointId] : undefined;
  const role = profile?.role ?? undefined;
  if (policy === undefined) return link({ verdict: 'open', by: vpcEndpointId, why: 'has the default policy, which allows everything' });
  if (role === undefined) return link({ verdict: 'unknown', by: vpcEndpointId, why: 'there is no role in the snapshot to judge its policy for' });
  return link(endpointAccess(AGENT_ACTIONS[service], vpcEndpointId, policy, { region: snapshot.region, instance, role, vpcEndpointId }));
}

