/** The lab's tables: what each has to hold, and what the configuration that was read back holds. Pure. */
import type { KnownInstance } from '../inventory/instance.js';
import type { LabInstance } from '../lab/lab.js';
import { LAB_DEFAULT_ROUTES, LAB_ENDPOINTS, LAB_ROLE_POLICY, LAB_SECURITY_GROUPS, type LabEndpoint, type LabRule, type LabSecurityGroup } from '../lab/tables.js';
import type { SecurityGroup, SecurityGroupRule } from '../vpc/model.js';
import type { InterfaceNode } from '../vpc/network.js';
import { type Configuration, NONE, unknownPrediction, unread } from './predict.js';
import type { Prediction } from './sides.js';
import type { Statement } from './statement.js';

const NOTHING = 'nothing';
const EVERYTHING = 'all';
const ANYWHERE = '0.0.0.0/0';

/** The lab's instances that are there, by number. */
export type LabPlaces = ReadonlyMap<number, KnownInstance>;

interface Table {
  readonly configuration: Configuration;
  readonly places: LabPlaces;
  readonly lab: LabInstance;
  readonly instance: KnownInstance;
}

const nodeOf = ({ configuration }: Table, instance: KnownInstance | undefined): InterfaceNode | undefined => configuration.network.instances.get(instance?.instanceId ?? '')?.[0];

/** The groups that the lab's group is: they are known by who wears them. */
function groupsOf(table: Table, { wornBy }: LabSecurityGroup): SecurityGroup[] {
  const { network } = table.configuration;
  const nodes = wornBy === 'endpoints'
    ? (nodeOf(table, table.instance)?.vpc.endpoints ?? []).flatMap((endpoint) => endpoint.networkInterfaceIds.flatMap((id) => network.interfaces.get(id) ?? []))
    : [nodeOf(table, table.instance)].filter((node) => node !== undefined);
  const ids = new Set(nodes.flatMap((node) => node.interface.groupIds));
  return network.model.securityGroups.filter((group) => ids.has(group.groupId));
}

/** The lab's name of a group, where an instance wears it; else its id. */
function groupName(table: Table, groupId: string): string {
  const found = LAB_SECURITY_GROUPS.find(({ wornBy }) => wornBy !== 'endpoints' && wornBy.some((number) => nodeOf(table, table.places.get(number))?.groupIds.has(groupId) === true));
  return found?.logicalId ?? groupId;
}

const PROTOCOL: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp' };

function ruleText(table: Table, rule: SecurityGroupRule, word: 'from' | 'to'): string {
  const protocol = PROTOCOL[rule.protocol] ?? rule.protocol;
  const ports = rule.fromPort === undefined || protocol === 'icmp' ? '' : rule.toPort === undefined || rule.toPort === rule.fromPort ? `/${rule.fromPort}` : `/${rule.fromPort}-${rule.toPort}`;
  const what = protocol === '-1' ? EVERYTHING : `${protocol}${ports}`;
  const whom = rule.cidr ?? rule.prefixListId ?? groupName(table, rule.groupId ?? '');
  return what === EVERYTHING && whom === ANYWHERE ? EVERYTHING : `${what} ${word} ${whom}`;
}

const rulesText = (inbound: readonly string[], outbound: readonly string[]): string =>
  `in ${inbound.toSorted().join(' and ') || NOTHING}, out ${outbound.toSorted().join(' and ') || NOTHING}`;

/** The template's parameter by which its deployer declares who may open SSH. */
const SOURCE = 'SSHSourceCidr';

/**
 * Whom a rule admits: a group of the lab, or the range that the stack's parameter has. A template of somebody's own may have no such
 * parameter: then nobody declared which range it is, and where one rule of that port names one it is that.
 */
function admitted({ port, from }: LabRule, groups: readonly SecurityGroup[], parameters: Readonly<Record<string, string>>): string {
  if (from !== SOURCE) return from;
  const ranges = groups.flatMap((group) => group.ingress.flatMap((rule) => (rule.cidr !== undefined && rule.fromPort === port && rule.toPort === port ? [rule.cidr] : [])));
  return parameters[SOURCE] ?? (ranges.length === 1 ? ranges[0] : undefined) ?? `the range of ${SOURCE}`;
}

function groupStatement(table: Table, group: LabSecurityGroup): Statement {
  const { lab, configuration: { snapshot } } = table;
  const groups = groupsOf(table, group);
  const inbound = group.inbound.map((rule) => `tcp/${rule.port} from ${admitted(rule, groups, snapshot.stackParameters)}`);
  const byParameter = group.inbound.some(({ from }) => from === SOURCE);
  return {
    instance: lab.number, claim: 'security-group', subject: group.logicalId, declared: rulesText(inbound, [EVERYTHING]),
    predict: (): Prediction => {
      const missing = unread(snapshot, 'securityGroups', 'networkInterfaces', 'subnets', 'vpcs', ...(group.wornBy === 'endpoints' ? ['vpcEndpoints' as const] : []), ...(byParameter ? ['stackParameters' as const] : []));
      if (missing !== undefined) return missing;
      const ids = groups.map(({ groupId }) => groupId).join(', ');
      if (groups.length === 0) return { value: 'not there', by: 'ec2:DescribeNetworkInterfaces', why: `${group.wornBy === 'endpoints' ? 'no endpoint' : 'nothing'} wears it`, blame: null };
      const value = rulesText(groups.flatMap(({ ingress }) => ingress.map((rule) => ruleText(table, rule, 'from'))), groups.flatMap(({ egress }) => egress.map((rule) => ruleText(table, rule, 'to'))));
      return { value, by: `ec2:DescribeSecurityGroups ${ids}`, why: `${ids} lets ${value}`, blame: ids };
    },
  };
}

const ROUTE_TEXT: Readonly<Record<string, string>> = { 'internet-gateway': 'internet gateway', 'nat-gateway': 'NAT gateway', 'network-interface': 'network interface', 'vpc-endpoint': 'VPC endpoint' };

function routeStatement(table: Table): Statement {
  const { lab, configuration: { snapshot } } = table;
  const declared = LAB_DEFAULT_ROUTES[lab.subnet] ?? NONE;
  return {
    instance: lab.number, claim: 'default-route', subject: lab.subnet, declared: ROUTE_TEXT[declared] ?? declared,
    predict: (): Prediction => {
      const missing = unread(snapshot, 'routeTables', 'subnets', 'vpcs');
      if (missing !== undefined) return missing;
      const routes = nodeOf(table, table.instance)?.subnet.routeTable?.table;
      if (routes === undefined) return unknownPrediction('ec2:DescribeRouteTables', 'its subnet has no route table');
      const route = routes.routes.find(({ destination }) => destination === ANYWHERE);
      const by = `ec2:DescribeRouteTables ${routes.routeTableId}`;
      if (route === undefined) return { value: NONE, by, why: `${routes.routeTableId} has no default route`, blame: `${routes.routeTableId} (R6)` };
      const text = `${ANYWHERE} → ${route.targetId}${route.state === 'blackhole' ? ', a blackhole' : ''}`;
      return { value: `${ROUTE_TEXT[route.targetKind] ?? route.targetId}${route.state === 'blackhole' ? ' (blackhole)' : ''}`, by, why: `${routes.routeTableId} has ${text}`, blame: `${routes.routeTableId} ${text} (R6)` };
    },
  };
}

const endpointText = (subnet: string, privateDns: boolean): string => `in ${subnet}, private DNS ${privateDns ? 'on' : 'off'}`;

function endpointStatement(table: Table, { logicalId, service, subnet }: LabEndpoint): Statement {
  const { lab, configuration: { snapshot, network } } = table;
  return {
    instance: lab.number, claim: 'endpoint', subject: logicalId, declared: endpointText(subnet, true),
    predict: (): Prediction => {
      const missing = unread(snapshot, 'vpcEndpoints', 'networkInterfaces', 'subnets', 'vpcs');
      if (missing !== undefined) return missing;
      const node = nodeOf(table, table.instance);
      const all = (node?.vpc.endpoints ?? []).filter((each) => each.endpointType === 'Interface' && each.serviceName.endsWith(`.${service}`));
      const endpoint = all.find(({ state }) => state === 'available') ?? all[0];
      const by = 'ec2:DescribeVpcEndpoints';
      if (node === undefined || endpoint === undefined) return { value: 'not there', by, why: `no interface endpoint for ${service} is in its VPC`, blame: `${node?.vpc.vpc.vpcId ?? table.instance.instanceId} (P2)` };
      const id = endpoint.vpcEndpointId;
      const interfaces = endpoint.networkInterfaceIds.flatMap((each) => network.interfaces.get(each) ?? []);
      const subnets = [...new Set(interfaces.map((each) => (each.subnet === node.subnet ? subnet : each.subnet.subnet.subnetId)))];
      const text = endpointText(subnets.join(' and ') || 'no subnet', endpoint.privateDnsEnabled);
      const value = endpoint.state === 'available' ? text : `${endpoint.state}, ${text}`;
      return { value, by: `${by} ${id}`, why: `${id} is ${endpoint.state} at ${interfaces.map((each) => each.interface.privateIp).join(' and ') || 'no address'}, private DNS ${endpoint.privateDnsEnabled ? 'on' : 'off'}`, blame: `${id} (${endpoint.privateDnsEnabled ? 'P2' : 'P6'})` };
    },
  };
}

function keyStatement({ lab, instance }: Table): Statement {
  const { keyName, instanceId } = instance;
  return {
    instance: lab.number, claim: 'key-pair', subject: null, declared: lab.keyPair ? (keyName ?? 'a key pair') : NONE,
    predict: () => ({ value: keyName ?? NONE, by: `ec2:DescribeInstances ${instanceId}`, why: keyName === null ? 'it has no key pair' : `it has the key pair ${keyName}`, blame: instanceId }),
  };
}

const ROLE = `a role with ${LAB_ROLE_POLICY}`;

function profileStatement({ lab, instance, configuration: { snapshot } }: Table): Statement {
  const { instanceProfile, instanceId } = instance;
  const by = `ec2:DescribeInstances ${instanceId}`;
  return {
    instance: lab.number, claim: 'instance-profile', subject: null, declared: lab.instanceProfile ? ROLE : NONE,
    predict: (): Prediction => {
      if (instanceProfile === null) return { value: NONE, by, why: 'it has no instance profile', blame: `${instanceId} (I06)` };
      const missing = unread(snapshot, 'instanceProfiles', 'roles');
      if (missing !== undefined) return missing;
      const profile = snapshot.profiles.find(({ name }) => name === instanceProfile);
      const role = profile?.role ?? null;
      const blame = `${instanceProfile} (I07)`;
      if (role === null) return { value: profile === undefined ? 'a profile that is gone' : 'a profile without a role', by: `iam:GetInstanceProfile ${instanceProfile}`, why: `${instanceProfile} ${profile === undefined ? 'is not there' : 'holds no role'}`, blame };
      const policies = role.policies.map(({ arn, name }) => arn?.split('/').at(-1) ?? name);
      const roleBy = `iam:ListAttachedRolePolicies ${role.roleName}`;
      if (policies.includes(LAB_ROLE_POLICY)) return { value: ROLE, by: roleBy, why: `${role.roleName} has it`, blame };
      return { value: policies.length === 0 ? 'a role without a policy' : `a role with ${policies.toSorted().join(' and ')}`, by: roleBy, why: `${role.roleName} has not got ${LAB_ROLE_POLICY}`, blame: `${role.roleName} (I09)` };
    },
  };
}

/** The tables of one instance: its group, its subnet's default route, the endpoints and their group where they are its way, key pair and profile. */
export function tableStatements(configuration: Configuration, places: LabPlaces, lab: LabInstance, instance: KnownInstance): Statement[] {
  const table = { configuration, places, lab, instance };
  const endpoints = LAB_ENDPOINTS.filter((endpoint) => endpoint.instance === lab.number);
  const groups = LAB_SECURITY_GROUPS.filter(({ wornBy }) => (wornBy === 'endpoints' ? endpoints.length > 0 : wornBy.includes(lab.number)));
  return [
    ...groups.map((group) => groupStatement(table, group)),
    routeStatement(table),
    ...endpoints.map((endpoint) => endpointStatement(table, endpoint)),
    keyStatement(table),
    profileStatement(table),
  ];
}
