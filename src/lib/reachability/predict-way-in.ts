/**
 * What the configuration says of the ways into an instance, link by link. Every link is judged, whatever becomes of the ones
 * before it (`diagnosis.md` §3: stop-at-first is wrong); what cannot be judged is unknown, and says why.
 */
import type { Snapshot, SnapshotInstance, SnapshotRole } from '../inventory/snapshot/snapshot.js';
import type { InterfaceNode, Network } from '../vpc/network.js';
import { type Access, AGENT_ACTIONS, endpointAccess } from './agent-access.js';
import { agentIdentity } from './agent-identity.js';
import { traceFlow } from './engine.js';
import { type ServiceName, serviceName } from './service-name.js';
import { pathVerdict, servicePath } from './service-path.js';
import { missingInterface } from './unread.js';
import { AGENT_SERVICES, type AgentService, type Link, type WayInPrediction } from './way-in.js';

const SSH_PORT = 22;

type Names = ReadonlyMap<AgentService, ServiceName>;

/** The way of a session: the agent has to reach both services and to be allowed there. `network` is the index of the snapshot's. */
export function predictSession(snapshot: Snapshot, network: Network, instanceId: string): WayInPrediction {
  const { instance, node, links } = instanceLinks(snapshot, network, instanceId);
  if (instance === undefined || node === undefined) return prediction('session-manager', links);
  const { unread } = snapshot;
  const names: Names = new Map(AGENT_SERVICES.map((service) => [service, serviceName(network, node, service, unread)]));
  const identity = agentIdentity(snapshot, instance, (service) => names.get(service)?.endpoint?.vpcEndpointId);
  links.push(identity.link);
  for (const [service, name] of names) {
    links.push(name.link, servicePath(network, node, service, name, { unread, onAws: snapshot.fabric === 'aws' }));
    if (name.endpoint !== undefined) links.push(endpointPolicyLink(snapshot, instance, identity.role, service, name.endpoint.vpcEndpointId));
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
  if (instance === undefined) return { instance, node, links: [link('closed', 'is not in the snapshot', 'I01')] };
  const links = [instance.state === 'running' ? link('open', 'is running', 'E1') : link('closed', `is ${instance.state}`, 'E1')];
  if (node === undefined) {
    const missing = missingInterface(snapshot.unread);
    links.push({ link: 'path', service: null, verdict: missing === undefined && instance.state !== 'running' ? 'closed' : 'unknown', by: instanceId, why: missing ?? 'has no network interface in the snapshot', rule: 'N01' });
  }
  return { instance, node, links };
}

/** What the endpoint on the way lets the role do (N36, P11). */
function endpointPolicyLink(snapshot: Snapshot, instance: SnapshotInstance, role: SnapshotRole | undefined, service: AgentService, vpcEndpointId: string): Link {
  const link = ({ verdict, by, why }: Access): Link => ({ link: 'endpoint-policy', service, verdict, by, why, rule: 'P11' });
  const policy = Object.hasOwn(snapshot.endpointPolicies, vpcEndpointId) ? snapshot.endpointPolicies[vpcEndpointId] : undefined;
  if (policy === undefined) return link({ verdict: 'open', by: vpcEndpointId, why: 'has the default policy, which allows everything' });
  if (role === undefined) return link({ verdict: 'unknown', by: vpcEndpointId, why: 'there is no role in the snapshot to judge its policy for' });
  return link(endpointAccess(AGENT_ACTIONS[service], vpcEndpointId, policy, { region: snapshot.region, instance, role, vpcEndpointId }));
}

