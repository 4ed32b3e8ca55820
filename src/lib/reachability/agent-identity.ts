/** As whom an agent calls, and what that is allowed: the link `identity` of a session (`diagnosis.md` I06–I10, I12, I15). */
import type { HostManagement, Snapshot, SnapshotInstance, SnapshotRole } from '../inventory/snapshot/snapshot.js';
import { type Access, AGENT_ACTIONS, roleAccess, trustAccess } from './agent-access.js';
import { type UnreadParts, unreadParts } from './unread.js';
import { AGENT_SERVICES, type AgentService, type Link } from './way-in.js';

export interface AgentIdentity {
  readonly link: Link;
  /** Whose policies count; undefined when it is nobody, or not known. */
  readonly role: SnapshotRole | undefined;
}

/** The endpoint by which a service is reached, by id. */
type EndpointOf = (service: AgentService) => string | undefined;

interface Asked {
  readonly snapshot: Snapshot;
  readonly instance: SnapshotInstance;
  readonly endpointOf: EndpointOf;
  readonly unread: UnreadParts;
}

const identity = (rule: Link['rule'], { verdict, by, why }: Access, role?: SnapshotRole): AgentIdentity => ({ link: { link: 'identity', service: null, verdict, by, why, rule }, role });
const closed = (rule: Link['rule'], by: string, why: string, role?: SnapshotRole): AgentIdentity => identity(rule, { verdict: 'closed', by, why }, role);
const unknown = (rule: Link['rule'], by: string, why: string, role?: SnapshotRole): AgentIdentity => identity(rule, { verdict: 'unknown', by, why }, role);

export function agentIdentity(snapshot: Snapshot, instance: SnapshotInstance, endpointOf: EndpointOf): AgentIdentity {
  const unread = unreadParts(snapshot.unread);
  const asked = { snapshot, instance, endpointOf, unread };
  const { instanceId, instanceProfile } = instance;
  if (!instance.metadata.enabled) return closed('I15', instanceId, 'its metadata service is off, so that the agent learns no credentials');
  if (instanceProfile !== null) return byProfile(asked, instanceProfile);
  const missing = unread.of('hostManagement');
  if (missing !== undefined) return unknown('I12', instanceId, `it has no instance profile, and ${missing}`);
  return snapshot.hostManagement === null ? closed('I06', instanceId, 'it has no instance profile, and host management is off') : byHostManagement(asked, snapshot.hostManagement);
}

function byProfile(asked: Asked, instanceProfile: string): AgentIdentity {
  const { snapshot, unread } = asked;
  const profile = snapshot.profiles.find((each) => each.name === instanceProfile);
  if (profile === undefined) {
    const missing = unread.of('instanceProfiles');
    return missing === undefined ? closed('I07', instanceProfile, 'the instance profile is gone') : unknown('I07', instanceProfile, missing);
  }
  const { role } = profile;
  const missing = unread.of('roles');
  if (role === null) return missing === undefined ? closed('I07', instanceProfile, 'the instance profile holds no role') : unknown('I07', instanceProfile, missing);
  const trust = trustAccess(role);
  if (trust.verdict !== 'open') return identity('I08', trust, role);
  const decisions = decisionsOf(asked, role);
  // An agent that may not register by its profile does so by host management where that is on (I13).
  if (snapshot.hostManagement !== null && decisions.some(({ service, verdict }) => service === 'ssm' && verdict === 'closed')) return byHostManagement(asked, snapshot.hostManagement);
  return byPolicies(asked, role, decisions, { rule: 'I09', whose: 'its role' });
}

/** What Systems Manager lends: the role has to be there, has to trust Systems Manager, and may do what its policies say. */
function byHostManagement(asked: Asked, { roleName, role }: HostManagement): AgentIdentity {
  if (role === null) {
    const missing = asked.unread.of('roles');
    return missing === undefined ? closed('I12', roleName, `host management is to give it the role ${roleName}, which is not there`) : unknown('I12', roleName, `host management gives it the role ${roleName}, and ${missing}`);
  }
  const trust = trustAccess(role, 'systems-manager');
  if (trust.verdict !== 'open') return identity('I12', trust, role);
  return byPolicies(asked, role, decisionsOf(asked, role), { rule: 'I12', whose: `host management's role ${role.roleName}` });
}

type ServiceAccess = Access & { readonly service: AgentService };

const decisionsOf = ({ snapshot, instance, endpointOf }: Asked, role: SnapshotRole): readonly ServiceAccess[] =>
  AGENT_SERVICES.map((service) => ({ service, ...roleAccess(AGENT_ACTIONS[service], { region: snapshot.region, instance, role, vpcEndpointId: endpointOf(service) }) }));

function byPolicies({ unread }: Asked, role: SnapshotRole, decisions: readonly ServiceAccess[], { rule, whose }: { readonly rule: Link['rule']; readonly whose: string }): AgentIdentity {
  const told = decisions.find(({ verdict }) => verdict === 'closed') ?? decisions.find(({ verdict }) => verdict === 'unknown');
  const missing = unread.of('roles');
  if (missing !== undefined && !decisions.some(({ explicit }) => explicit === true)) return unknown(rule, role.roleName, missing, role);
  if (told !== undefined) return identity(rule === 'I09' && told.boundary === true ? 'I10' : rule, told, role);
  return identity(rule, { verdict: 'open', by: role.roleName, why: `${whose} lets it register and open channels: ${[...new Set(decisions.map(({ by }) => by))].join('; ')}` }, role);
}
