/**
 * A snapshot taken apart into facts, each of which somebody can change by itself: a rule of a group, a route, an attribute.
 * Two snapshots differ in facts, and one can be put together with some facts of the other. Pure.
 */
import type { Snapshot, SnapshotRole } from '../inventory/snapshot/snapshot.js';

type Item = Readonly<Record<string, unknown>>;

/** How one list of the snapshot is taken apart. */
interface Kind {
  readonly id: string;
  /** Fields that are lists, with what tells one element from another. */
  readonly lists: Readonly<Record<string, (element: unknown) => string>>;
  /** The only fields that count; all when absent. Others are the same thing told again, or what an observation says. */
  readonly only?: readonly string[];
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value) ?? '');
const itself = text;
const by = (...names: readonly string[]) => (element: unknown): string => names.map((name) => text((element as Item)[name])).join(' ');
const RULE = by('protocol', 'fromPort', 'toPort', 'cidr', 'groupId', 'prefixListId');

const KINDS = {
  vpcs: { id: 'vpcId', lists: {} },
  subnets: { id: 'subnetId', lists: {} },
  routeTables: { id: 'routeTableId', lists: { routes: by('destination'), subnetIds: itself } },
  networkAcls: { id: 'networkAclId', lists: { entries: by('egress', 'ruleNumber'), subnetIds: itself } },
  securityGroups: { id: 'groupId', lists: { ingress: RULE, egress: RULE } },
  networkInterfaces: { id: 'networkInterfaceId', lists: { groupIds: itself }, only: ['vpcId', 'subnetId', 'privateIp', 'publicIp', 'sourceDestCheck', 'secondaryAddresses', 'instanceId', 'deviceIndex', 'up', 'groupIds'] },
  internetGateways: { id: 'internetGatewayId', lists: {} },
  natGateways: { id: 'natGatewayId', lists: {}, only: ['vpcId', 'subnetId', 'state', 'publicIp', 'privateIp'] },
  vpcEndpoints: { id: 'vpcEndpointId', lists: {}, only: ['vpcId', 'serviceName', 'state', 'privateDnsEnabled', 'routeTableIds', 'networkInterfaceIds'] },
  prefixLists: { id: 'prefixListId', lists: { cidrs: itself } },
  instances: { id: 'instanceId', lists: {}, only: ['state', 'keyName', 'instanceProfile', 'metadata', 'publicIpv4', 'privateIpv4', 'subnetId', 'vpcId'] },
  profiles: { id: 'name', lists: {} },
  roles: { id: 'roleName', lists: { policies: by('arn', 'name') } },
  endpointPolicies: { id: 'vpcEndpointId', lists: {} },
  account: { id: 'name', lists: {} },
} as const satisfies Record<string, Kind>;

/** A list of the snapshot. `roles` are those of profiles and of host management; `account` has what there is one of. */
export type Collection = keyof typeof KINDS;

const COLLECTIONS = Object.keys(KINDS) as Collection[];
const kindOf = (collection: Collection): Kind => KINDS[collection];

/** A field of a thing, an element of one of its lists, or the thing itself. */
export interface FactKey {
  readonly collection: Collection;
  readonly id: string;
  /** Absent: that the thing is there at all. */
  readonly field?: string | undefined;
  /** Which element, of a field that is a list. */
  readonly element?: string | undefined;
}

interface Thing {
  /** As the snapshot has it. */
  readonly item: Item;
  readonly fields: ReadonlyMap<string, unknown>;
  readonly lists: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
}

export type Facts = ReadonlyMap<Collection, ReadonlyMap<string, Thing>>;

function itemsOf(snapshot: Snapshot, collection: Collection): readonly Item[] {
  switch (collection) {
    case 'instances': return snapshot.instances as unknown as readonly Item[];
    case 'profiles': return snapshot.profiles.map(({ name, role }) => ({ name, roleName: role?.roleName ?? null }));
    case 'roles': return [...new Map([...snapshot.profiles, ...(snapshot.hostManagement === null ? [] : [snapshot.hostManagement])].flatMap(({ role }) => (role === null ? [] : [[role.roleName, role as unknown as Item] as const]))).values()];
    case 'endpointPolicies': return Object.entries(snapshot.endpointPolicies).map(([vpcEndpointId, document]) => ({ vpcEndpointId, document }));
    case 'account': return [
      { name: 'hostManagementRole', value: snapshot.hostManagement?.roleName ?? null },
      { name: 'blockPublicAccess', value: snapshot.network.blockPublicAccess ?? { mode: 'off', exclusions: [] } },
    ];
    default: return snapshot.network[collection] as unknown as readonly Item[];
  }
}

export function factsOf(snapshot: Snapshot): Facts {
  return new Map(COLLECTIONS.map((collection) => {
    const { id, lists, only } = kindOf(collection);
    const things = itemsOf(snapshot, collection).map((item): readonly [string, Thing] => {
      const names = Object.keys(item).filter((name) => name !== id && (only === undefined || only.includes(name)));
      const listNames = Object.keys(lists);
      return [text(item[id]), {
        item,
        fields: new Map(names.filter((name) => !listNames.includes(name) && item[name] !== undefined).map((name) => [name, item[name]])),
        lists: new Map(listNames.map((name) => [name, new Map(((item[name] ?? []) as readonly unknown[]).map((element) => [lists[name]?.(element) ?? '', element]))])),
      }];
    });
    return [collection, new Map(things)];
  }));
}

/** The value of a fact; undefined when it is not there. Of a thing itself its item. */
export function factAt(facts: Facts, { collection, id, field, element }: FactKey): unknown {
  const thing = facts.get(collection)?.get(id);
  if (field === undefined) return thing?.item;
  return element === undefined ? thing?.fields.get(field) : thing?.lists.get(field)?.get(element);
}

/** Every fact in which the two differ; of a thing that only one has it is the thing alone. */
export function changedFacts(before: Facts, after: Facts): FactKey[] {
  return COLLECTIONS.flatMap((collection) => {
    const [olds, news] = [before.get(collection) ?? new Map<string, Thing>(), after.get(collection) ?? new Map<string, Thing>()];
    return [...new Set([...olds.keys(), ...news.keys()])].flatMap((id): FactKey[] => {
      const [old, now] = [olds.get(id), news.get(id)];
      if (old === undefined || now === undefined) return [{ collection, id }];
      const fields = [...new Set([...old.fields.keys(), ...now.fields.keys()])].filter((field) => !same(old.fields.get(field), now.fields.get(field)));
      const elements = [...old.lists.keys()].flatMap((field) => {
        const [from, to] = [old.lists.get(field), now.lists.get(field)];
        return [...new Set([...(from?.keys() ?? []), ...(to?.keys() ?? [])])].filter((element) => !same(from?.get(element), to?.get(element))).map((element) => ({ field, element }));
      });
      return [...fields.map((field) => ({ collection, id, field })), ...elements.map((one) => ({ collection, id, ...one }))];
    });
  });
}

/** Ids of rules are names for what they say; a rule that was made anew is the same. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a, sorted) === JSON.stringify(b, sorted);

function sorted(key: string, value: unknown): unknown {
  if (key === 'ruleId') return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** `snapshot` with these facts as `other` has them. */
export function withFacts(snapshot: Snapshot, other: Snapshot, keys: readonly FactKey[]): Snapshot {
  const [own, others] = [factsOf(snapshot), factsOf(other)];
  const things = new Map(COLLECTIONS.map((collection) => [collection, new Map([...(own.get(collection) ?? [])].map(([id, thing]) => [id, { ...thing.item }]))]));
  for (const key of keys) {
    const { collection, id, field, element } = key;
    const items = things.get(collection);
    const value = factAt(others, key);
    if (items === undefined) continue;
    if (field === undefined) {
      if (value === undefined) items.delete(id);
      else items.set(id, { ...(value as Item) });
      continue;
    }
    const item: Record<string, unknown> | undefined = items.get(id);
    if (item === undefined) continue;
    if (element === undefined) item[field] = value;
    else {
      const keyOf = kindOf(collection).lists[field] ?? itself;
      const rest = ((item[field] ?? []) as readonly unknown[]).filter((each) => keyOf(each) !== element);
      item[field] = value === undefined ? rest : [...rest, value];
    }
  }
  return assembled(snapshot, (collection) => [...(things.get(collection)?.values() ?? [])], new Map([...(others.get('roles') ?? [])].map(([name, { item }]) => [name, item])));
}

function assembled(snapshot: Snapshot, items: (collection: Collection) => readonly Item[], otherRoles: ReadonlyMap<string, Item>): Snapshot {
  const network = Object.fromEntries(Object.keys(snapshot.network).map((name) => [name, name in KINDS ? items(name as Collection) : snapshot.network[name as 'region']])) as unknown as Snapshot['network'];
  const roles = new Map(items('roles').map((role) => [text(role['roleName']), role]));
  const roleOf = (name: string): SnapshotRole | null => (roles.get(name) ?? otherRoles.get(name) ?? null) as SnapshotRole | null;
  const one = (name: string): unknown => items('account').find((each) => each['name'] === name)?.['value'];
  const management = one('hostManagementRole') as string | null;
  return {
    ...snapshot,
    network: { ...network, blockPublicAccess: one('blockPublicAccess') as Snapshot['network']['blockPublicAccess'] },
    instances: items('instances') as unknown as Snapshot['instances'],
    profiles: items('profiles').map(({ name, roleName }) => ({ name: text(name), role: roleName === null ? null : roleOf(text(roleName)) })),
    endpointPolicies: Object.fromEntries(items('endpointPolicies').map(({ vpcEndpointId, document }) => [text(vpcEndpointId), text(document)])),
    hostManagement: management === null ? null : { roleName: management, role: roleOf(management.split('/').at(-1) ?? management) },
  };
}
