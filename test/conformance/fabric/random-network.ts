/** Networks at random, around the lab's: everything that decides about a packet is drawn, what is drawn is small enough to meet. */
import fc from 'fast-check';
import type { NetworkAclEntry, NetworkModel, Route, SecurityGroupRule } from '../../../src/lib/vpc/model.js';
import { addGatewayEndpoint, addInterface, type Change, entry, LAB, labModel, OPEN_ENTRIES, route, setInterface } from './lab-network.js';

const { eni, acl } = LAB;
const CIDRS = ['0.0.0.0/0', '10.0.0.0/16', '10.0.1.0/24', '10.0.2.0/23', '198.51.100.0/24', '198.18.0.0/15', '8.8.8.8/32'] as const;
const PORTS: readonly (readonly [number, number])[] = [[22, 22], [443, 443], [20, 500], [0, 65_535]];

const groupRule = (groupIds: readonly string[]): fc.Arbitrary<SecurityGroupRule> => fc.record({
  what: fc.oneof(
    fc.constant({ protocol: '-1' }),
    fc.constantFrom(...PORTS).map(([fromPort, toPort]) => ({ protocol: 'tcp', fromPort, toPort })),
    fc.constantFrom(-1, 8, 0).map((type) => ({ protocol: 'icmp', fromPort: type, toPort: -1 })),
  ),
  peer: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...CIDRS).map((cidr) => ({ cidr })) },
    { weight: 1, arbitrary: fc.constantFrom(...groupIds).map((groupId) => ({ groupId })) },
    { weight: 1, arbitrary: fc.constant({ prefixListId: 'pl-s3' }) },
  ),
}).map(({ what, peer }) => ({ ruleId: 'sgr-drawn', ...what, ...peer }));

/** Ports of answers are in every drawn range or in none: which of them a NAT gateway takes is left to chance. */
const aclEntry: fc.Arbitrary<NetworkAclEntry> = fc.record({
  ruleNumber: fc.integer({ min: 1, max: 150 }),
  egress: fc.boolean(),
  action: fc.constantFrom('allow', 'deny'),
  cidr: fc.constantFrom(...CIDRS),
  more: fc.constantFrom<Partial<NetworkAclEntry>>({}, { protocol: '6', portRange: { from: 22, to: 22 } }, { protocol: '6', portRange: { from: 443, to: 443 } }, { protocol: '6', portRange: { from: 1024, to: 65_535 } }, { protocol: '1', icmp: { type: 8, code: -1 } }, { protocol: '1', icmp: { type: -1, code: -1 } }),
}).map(({ ruleNumber, egress, action, cidr, more }) => entry(ruleNumber, egress, action, { cidr, ...more }));

const drawnRoute = (vpcId: string): fc.Arbitrary<Route> => fc.record({
  destination: fc.constantFrom('0.0.0.0/0', '0.0.0.0/0', '198.19.0.0/16', '8.8.8.0/24', '198.18.0.0/16', 'pl-s3'),
  target: vpcId === LAB.vpc1
    ? fc.constantFrom(['internet-gateway', LAB.igw], ['internet-gateway', LAB.igw], ['nat-gateway', LAB.nat], ['nat-gateway', LAB.nat], ['network-interface', eni.one], ['unsupported', 'tgw-1'])
    : fc.constantFrom(['vpc-endpoint', 'vpce-s3'], ['vpc-endpoint', 'vpce-s3'], ['nat-gateway', LAB.nat], ['internet-gateway', LAB.igw]),
  state: fc.constantFrom('active', 'active', 'active', 'active', 'active', 'blackhole'),
}).map(({ destination, target: [kind, id], state }) => route(kind as Route['targetKind'], id ?? '', kind === 'vpc-endpoint' ? 'pl-s3' : destination, state));

const someOf = <T>(arbitrary: fc.Arbitrary<T>, most: number): fc.Arbitrary<T[]> => fc.array(arbitrary, { maxLength: most });
/** Mostly as the lab has it. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary });

const OPEN_TO_ALL: SecurityGroupRule = { ruleId: 'sgr-open', protocol: '-1', cidr: '0.0.0.0/0' };

const GROUPS: Readonly<Record<string, readonly string[]>> = { [LAB.vpc1]: [LAB.sg1, LAB.sg2], [LAB.vpc2]: [LAB.sg3, LAB.sgDefault2, LAB.sgEndpoint] };

/** Every address is one interface's: two routes to the same destination, as the API refuses them, are one. */
const unique = (routes: readonly Route[]): Route[] => [...new Map(routes.map((each) => [each.destination, each])).values()];
const uniqueEntries = (entries: readonly NetworkAclEntry[]): NetworkAclEntry[] => [...new Map(entries.map((each) => [`${each.egress} ${each.ruleNumber}`, each])).values()];

export const randomNetwork: fc.Arbitrary<NetworkModel> = fc.record({
  rules: fc.record(Object.fromEntries(Object.values(GROUPS).flatMap((ids) => ids.map((id) => [id, fc.record({ ingress: rarely(someOf(groupRule(ids), 3)), egress: rarely(someOf(groupRule(ids), 2)) })])))),
  entries: fc.record(Object.fromEntries(Object.values(acl).map((id) => [id, rarely(someOf(aclEntry, 3))]))),
  routes: fc.record({ [LAB.publicTable]: rarely(someOf(drawnRoute(LAB.vpc1), 3)), [LAB.privateTable]: rarely(someOf(drawnRoute(LAB.vpc1), 3)), [LAB.main2]: rarely(someOf(drawnRoute(LAB.vpc2), 2)) }),
  publicThree: fc.boolean(),
  second: fc.constantFrom('none', 'address', 'interface'),
  groupsOfThree: fc.subarray([...GROUPS[LAB.vpc1] ?? []], { minLength: 1 }),
  groupsOfFive: fc.subarray([...GROUPS[LAB.vpc2] ?? []], { minLength: 1 }),
  attached: fc.constantFrom(true, true, true, true, false),
  natState: fc.constantFrom('available', 'available', 'available', 'pending'),
  twoIsUp: fc.constantFrom(true, true, true, false),
}).map((drawn) => {
  const second: Record<typeof drawn.second, Change> = {
    none: (model) => model,
    address: setInterface(eni.one, { secondaryAddresses: [{ privateIp: '10.0.1.99', publicIp: '198.18.0.99' }] }),
    interface: addInterface('eni-1b', LAB.vpc1, LAB.publicSubnet, '10.0.1.99', [LAB.sg2], { instanceId: 'i-1', deviceIndex: 1, publicIp: '198.18.0.99' }),
  };
  const changes: Change[] = [
    addGatewayEndpoint,
    second[drawn.second],
    setInterface(eni.three, { groupIds: drawn.groupsOfThree, publicIp: drawn.publicThree ? '198.18.0.13' : undefined }),
    setInterface(eni.five, { groupIds: drawn.groupsOfFive }),
    setInterface(eni.two, { up: drawn.twoIsUp }),
  ];
  const routes = new Map(Object.entries(drawn.routes));
  const model = changes.reduce((each, change) => change(each), labModel());
  return {
    ...model,
    securityGroups: model.securityGroups.map((group) => ({ ...group, ingress: drawn.rules[group.groupId]?.ingress ?? [OPEN_TO_ALL], egress: drawn.rules[group.groupId]?.egress ?? group.egress })),
    networkAcls: model.networkAcls.map((each) => ({ ...each, entries: drawn.entries[each.networkAclId] === undefined ? OPEN_ENTRIES : [...uniqueEntries(drawn.entries[each.networkAclId] ?? []), entry(200, true, 'allow'), entry(200, false, 'allow')] })),
    routeTables: model.routeTables.map((each) => ({ ...each, routes: [...each.routes.filter(({ targetKind }) => targetKind === 'local'), ...unique(routes.get(each.routeTableId) ?? each.routes.filter(({ targetKind }) => targetKind !== 'local'))] })),
    internetGateways: drawn.attached ? model.internetGateways : [{ internetGatewayId: LAB.igw }],
    natGateways: model.natGateways.map((each) => ({ ...each, state: drawn.natState })),
  };
});
