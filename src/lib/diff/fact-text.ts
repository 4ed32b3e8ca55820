/** A change of one fact in words. Pure; what is printed is escaped by who prints. */
import type { Snapshot } from '../inventory/snapshot/snapshot.js';
import type { BlockPublicAccess, NetworkAclEntry, Route, SecurityGroupRule } from '../vpc/model.js';
import { factAt, type FactKey, type Facts } from './facts.js';

/** A snapshot with its facts. */
export interface Told {
  readonly snapshot: Snapshot;
  readonly facts: Facts;
}

/** `sg-… (EndpointSecurityGroup) lost the rule ingress tcp/443 from sg-…`. */
export function textOfFact(key: FactKey, before: Told, after: Told): string {
  const named = (id: string): string => {
    const name = nameOf(id, after.snapshot) ?? nameOf(id, before.snapshot);
    return name === undefined || name === id ? id : `${id} (${name})`;
  };
  const [old, now] = [factAt(before.facts, key), factAt(after.facts, key)];
  const { collection, id, field } = key;
  if (field === undefined) return thingText(key, old === undefined, named);
  if (collection === 'securityGroups') return oneOf(named(id), old, now, (rule) => `the rule ${field} ${ruleText(rule as SecurityGroupRule, field, named)}`);
  if (collection === 'networkAcls' && field === 'entries') return oneOf(named(id), old, now, (entry) => `the entry ${entryText(entry as NetworkAclEntry)}`);
  if (field === 'subnetIds') return `${named(String(old ?? now))} ${old === undefined ? 'has now' : 'has no more'} ${named(id)}`;
  if (collection === 'routeTables' && field === 'routes') return oneOf(named(id), old, now, (route) => `the route ${routeText(route as Route, named)}`);
  if (field === 'groupIds') return `${named(id)} ${old === undefined ? 'wears now' : 'wears no more'} ${named(String(old ?? now))}`;
  if (field === 'policies') return oneOf(`role ${id}`, old, now, (policy) => `the policy ${(policy as { readonly name: string }).name}`);
  return fieldText(key, old, now, named);
}

/** Lost, got, or has another. */
function oneOf(owner: string, old: unknown, now: unknown, text: (value: unknown) => string): string {
  if (now === undefined) return `${owner} lost ${text(old)}`;
  return old === undefined ? `${owner} got ${text(now)}` : `${owner} has ${text(now)} instead of ${text(old)}`;
}

const THING: Readonly<Partial<Record<FactKey['collection'], string>>> = { profiles: 'instance profile ', roles: 'role ', endpointPolicies: 'the policy of ' };

function thingText({ collection, id }: FactKey, isNew: boolean, named: (id: string) => string): string {
  return `${THING[collection] ?? ''}${named(id)} is ${isNew ? 'new' : 'gone'}`;
}

function fieldText({ collection, id, field }: FactKey, old: unknown, now: unknown, named: (id: string) => string): string {
  if (collection === 'roles') return `the ${field === 'trust' ? 'trust policy' : field === 'boundary' ? 'permissions boundary' : (field ?? '')} of role ${id} changed`;
  if (collection === 'endpointPolicies') return `the policy of ${named(id)} changed`;
  if (collection === 'account' && id === 'hostManagementRole') return `the role of Default Host Management changed from ${valueText(old)} to ${valueText(now)}`;
  if (collection === 'account') return `VPC Block Public Access changed from ${accessText(old)} to ${accessText(now)}`;
  if (collection === 'profiles') return `instance profile ${id} ${now === null ? `lost the role ${valueText(old)}` : `has the role ${valueText(now)}`}`;
  return `${named(id)} has ${WORDS[field ?? ''] ?? (field ?? '')} ${valueText(now)} instead of ${valueText(old)}`;
}

const WORDS: Readonly<Record<string, string>> = {
  publicIp: 'the public address', publicIpv4: 'the public address', privateIp: 'the private address', privateDnsEnabled: 'private DNS', instanceProfile: 'the instance profile', keyName: 'the key pair',
  state: 'the state', vpcId: 'the VPC', subnetId: 'the subnet', sourceDestCheck: 'the source/destination check', metadata: 'metadata options',
  cidrs: 'the address blocks', domainNameServers: 'the name servers',
};

function accessText(value: unknown): string {
  const { mode, exclusions } = value as BlockPublicAccess;
  return exclusions.length === 0 ? mode : `${mode} but for ${exclusions.map((each) => `${each.resourceId} (${each.mode})`).join(', ')}`;
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (value === true) return 'on';
  if (value === false) return 'off';
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function nameOf(id: string, { names, network, instances }: Snapshot): string | undefined {
  const instance = instances.find((each) => each.instanceId === id)?.name;
  const group = network.securityGroups.find((each) => each.groupId === id)?.groupName;
  return names[id] ?? instance ?? (group === '' ? undefined : group);
}

const PROTOCOL: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '-1': 'everything' };

function ruleText({ protocol, fromPort, toPort, cidr, groupId, prefixListId }: SecurityGroupRule, direction: string, named: (id: string) => string): string {
  const name = PROTOCOL[protocol] ?? protocol;
  const ports = name === 'everything' || name === 'icmp' || fromPort === undefined ? '' : `/${fromPort === toPort || toPort === undefined ? fromPort : `${fromPort}-${toPort}`}`;
  const peer = cidr ?? (groupId === undefined ? (prefixListId ?? 'nobody') : named(groupId));
  return `${name}${ports} ${direction === 'ingress' ? 'from' : 'to'} ${peer}`;
}

function entryText({ ruleNumber, egress, protocol, action, cidr, portRange }: NetworkAclEntry): string {
  const name = PROTOCOL[protocol] ?? `protocol ${protocol}`;
  const ports = portRange === undefined ? '' : `/${portRange.from === portRange.to ? portRange.from : `${portRange.from}-${portRange.to}`}`;
  return `${ruleNumber} ${action} ${name}${ports} ${egress ? 'to' : 'from'} ${cidr}`;
}

const routeText = ({ destination, targetId, state }: Route, named: (id: string) => string): string => `${destination} to ${named(targetId)}${state === 'blackhole' ? ', a blackhole' : ''}`;
