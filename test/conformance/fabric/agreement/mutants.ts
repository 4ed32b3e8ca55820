/**
 * Every rule that flows can show, and the line of the source without which it is not in force: the computed fabric is bundled
 * with that line replaced. A flow whose end is another one then was decided by the rule.
 */
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ComputedSide } from './computed-side.js';
import type { failing } from './own-tests.js';

const root = resolve(import.meta.dirname, '../../../..');
const VPC = 'src/lib/vpc';
const COMPUTED = 'src/cloud/fabric/computed';

/** File, what stands there once, and what stands there instead. */
export type Patch = readonly [file: string, line: string, instead: string];

const IGW_ROUTE = "{ destination: '0.0.0.0/0', targetKind: 'internet-gateway', targetId: GATEWAY.internetGatewayId, state: 'active' }";
export const igwRoute = (vpc: string): string => IGW_ROUTE.replace('GATEWAY', `${vpc}.internetGateway`);
const WALK = `${COMPUTED}/walk.ts`;
const ENTERING = '  if (node.subnet !== from) {\n    const acl';
const LEAVING = 'if (nat?.subnet !== subnet) {\n    const acl = networkAclVerdict(subnet';
const GROUP = `${VPC}/security-group.ts`;
const NO_MATCH = '  const groups = node.groups.map((group) => group.group.groupId)';
const REFERENCE = 'if (groupId !== undefined) return node.vpc.interfaces.get(address)?.groupIds.has(groupId) === true;';
const ENDPOINT = `${VPC}/endpoint.ts`;
const GUEST_ANSWERS = "if (arrival.kind === 'interface') return arrival.node.interface.instanceId === undefined ? undefined : GUEST_TTL;";
const GATEWAY = `${VPC}/internet-gateway.ts`;
const ACCESS = `${VPC}/block-public-access.ts`;
const ROUTE = `${VPC}/route.ts`;
const MATCHES = 'if (!prefixContains(prefix, address)) continue;';
const OWN_ADDRESS = 'node.interface.sourceDestCheck && !node.addresses.has(flow.source)';

export const MUTANTS: Readonly<Record<string, readonly Patch[]>> = {
  V3: [[`${VPC}/network.ts`, 'primary === undefined ? undefined : primary.base + 2', 'undefined']],
  V4: [[`${COMPUTED}/fabric.ts`, 'sender.node !== undefined && isToMany(this.#world, sender.node, destination)', 'false']],
  V5: [[WALK, 'const node = vpc.interfaces.get(flow.destination);', 'const node = [...step.network.vpcs.values()].flatMap((each) => each.interfaces.get(flow.destination) ?? [])[0];']],
  V11: [[`${COMPUTED}/connections.ts`, 'reset || (arrives && !sameServer(verdict.arrival, connection.arrival))', 'reset']],
  R1: [[ROUTE, MATCHES, "if (!prefixContains(prefix, address) || route.targetKind === 'local') continue;"]],
  R2: [[`${VPC}/compile.ts`, 'b.prefix.length - a.prefix.length', 'a.prefix.length - b.prefix.length']],
  R3: [[`${VPC}/network.ts`, 'routeTable: explicit ?? mainOf.get(subnet.vpcId)', 'routeTable: explicit']],
  R5: [[`${VPC}/network.ts`, '(node.table.main ?', "(node.table.routeTableId.endsWith('-main') ?"]],
  R6: [[ROUTE, MATCHES, "if (!prefixContains(prefix, address) || route.state === 'blackhole') continue;"]],
  R7: [[ROUTE, MATCHES, "if (!prefixContains(prefix, address) || (route.state === 'blackhole' && route.targetKind === 'nat-gateway')) continue;"]],
  R8: [[ROUTE, "  return { decision: 'drop', route: undefined, rule: 'R8'", `  if (node.vpc.internetGateway !== undefined) return { decision: 'route', route: ${igwRoute('node.vpc')}, rule: 'R2', by: id, why: '' };\n  return { decision: 'drop', route: undefined, rule: 'R8'`]],
  R10: [[`${VPC}/link-local.ts`, "return { decision: 'silent', rule: 'R10'", "return undefined; return { decision: 'silent', rule: 'R10'"]],
  R12: [[WALK, 'if (prefixContains(subnet.prefix, flow.destination)) return enterSubnet', 'if (false) return enterSubnet']],
  I1: [[GATEWAY, 'if (vpc.internetGateway?.internetGatewayId !== gatewayId) {', 'if (false) {'], [GATEWAY, 'const gateway = node.vpc.internetGateway;', "const gateway = node.vpc.internetGateway ?? { internetGatewayId: '' };"]],
  I2: [[`${VPC}/network.ts`, 'publicAddress: publicAddressOf(each.publicIp ?? natGateway?.publicIp)', 'publicAddress: publicAddressOf(each.publicIp ?? natGateway?.publicIp) ?? address']],
  I3: [[GATEWAY, 'return node.interface.instanceId !== undefined && node.interface.up;', 'return true;'], [`${VPC}/network.ts`, "return interfaceType === 'nat_gateway' || interfaceType === 'vpc_endpoint' || up;", 'return true;']],
  I4: [[GATEWAY, 'if (isPrivateUse(flow.destination)) {', 'if (false) {'], [GATEWAY, 'if (isPrivateUse(flow.source)) return', 'if (false) return']],
  I6: [[GATEWAY, 'INTERNET_MTU = 1500', 'INTERNET_MTU = 65_535']],
  I7: [[WALK, "if (choice.decision === 'drop') return drop(choice);", `if (choice.decision === 'drop' && step.leg === 'reply' && subnet.vpc.internetGateway !== undefined) return throughInternetGateway(step, subnet, ${igwRoute('subnet.vpc')}, packet);\n  if (choice.decision === 'drop') return drop(choice);`]],
  I8: [[WALK, 'const network = networkWith(step.world, packet.flow.destination, region);', 'const network = region === undefined ? networkWith(step.world, packet.flow.destination, region) : undefined;']],
  I10: [[ACCESS, "if (mode === 'block-bidirectional') return deny(", "if (mode === 'block-bidirectional') return allow("]],
  I11: [[ACCESS, "return deny('I11'", "return allow('I11'"]],
  N2: [[`${VPC}/nat-gateway.ts`, "if (nat.state.toLowerCase() !== 'available')", 'if (false)']],
  N5: [[`${VPC}/nat-gateway.ts`, 'source: node.address, sourcePort: port', 'sourcePort: port']],
  N7: [[WALK, 'if (inside === undefined) return drop(natGatewayRefusesInbound(node));', "if (inside === undefined) return arrive({ kind: 'interface', node, flow, ttl });"], [`${COMPUTED}/ping.ts`, GUEST_ANSWERS, "if (arrival.kind === 'interface') return GUEST_TTL;"], [WALK, "return egress.decision === 'deny' ? drop(egress)", "return egress.decision === 'deny' && node.natGateway === undefined ? drop(egress)"],
  ],
  N8: [[WALK, ENTERING, '  if (node.subnet !== from && node.natGateway === undefined) {\n    const acl']],
  N9: [[WALK, 'if (step.conversation.established &&', 'if (false &&']],
  N11: [[WALK, "if (step.bytes > NAT_MTU) return drop(deny('N11'", "if (false) return drop(deny('N11'"], [WALK, 'if (from === undefined && step.bytes > INTERNET_MTU)', 'if (false)']],
  N12: [[`${VPC}/nat-gateway.ts`, 'NAT_MTU = 8500', 'NAT_MTU = 9001']],
  N13: [[WALK, "if (onward.decision === 'deny') return drop(onward);", `if (onward.decision === 'deny') {\n    const mapped = step.conversation.mapOut(nat, packet.flow);\n    if (!('decision' in mapped) && subnet.vpc.internetGateway !== undefined) return throughInternetGateway(step, nat.subnet, ${igwRoute('subnet.vpc')}, { flow: mapped, ttl: packet.ttl - 1 });\n  }`]],
  S1: [[GROUP, 'for (const group of node.groups) {\n    for (const rule of group[direction]) {\n', 'for (const group of node.groups.slice(0, 1)) {\n    for (const rule of group[direction]) {\n']],
  S2: [[GROUP, NO_MATCH, `  if (direction === 'ingress' && node.groups.every((group) => group.ingress.length === 0)) return allow('S4', '', '');\n${NO_MATCH}`]],
  S3: [[GROUP, NO_MATCH, `  if (direction === 'egress' && node.groups.every((group) => group.egress.length === 0)) return allow('S4', '', '');\n${NO_MATCH}`]],
  S4: [[GROUP, 'if (!matchesProtocol(rule, flow) || !matchesPeer(rule, node, peer)) continue;', 'if (!matchesPeer(rule, node, peer)) continue;']],
  S5: [[GROUP, REFERENCE, 'if (groupId !== undefined) return false;']],
  S6: [[GROUP, REFERENCE, 'if (groupId !== undefined) return (node.vpc.interfaces.get(address) ?? [...node.vpc.interfaces.values()].find((each) => each.publicAddress === address))?.groupIds.has(groupId) === true;']],
  S7: [[`${COMPUTED}/conversation.ts`, "if (known?.decision === 'tracked') return", "if (known?.rule === 'S9') return"]],
  S8: [[GROUP, 'return open === undefined || back === undefined', 'return true']],
  S9: [[`${COMPUTED}/conversation.ts`, "if (this.#tracking[end]?.rule !== 'S9')", 'if (false)']],
  S10: [[GROUP, "return decision === 'tracked' && seconds > timeout;", 'return false;']],
  S12: [[`${COMPUTED}/fabric.ts`, 'const network = indexModel(model);', 'const network = indexModel(before === undefined ? model : { ...model, securityGroups: before.model.securityGroups });']],
  S14: [[GROUP, REFERENCE, REFERENCE.replace('return ', 'return (node.endpoint !== undefined && node.groupIds.has(groupId)) || ')]],
  A1: [[`${VPC}/compile.ts`, 'a.entry.ruleNumber - b.entry.ruleNumber', 'b.entry.ruleNumber - a.entry.ruleNumber']],
  A2: [[WALK, LEAVING, LEAVING.replace('subnet) {', "subnet && step.leg === 'forward') {")], [WALK, ENTERING, ENTERING.replace('from)', "from && step.leg === 'forward')")]],
  A3: [[WALK, ENTERING, '  if (true) {\n    const acl']],
  A4: [[`${VPC}/network-acl.ts`, 'return flow.protocol === PROTOCOL.icmp;', 'return false;']],
  A7: [[WALK, 'if (service !== undefined) {', "if (service !== undefined && networkAclVerdict(node.subnet, 'egress', flow).decision === 'allow') {"]],
  P2: [[ENDPOINT, "return endpoint.state.toLowerCase() === 'available';", 'return true;']],
  P3: [[WALK, 'const ingress = step.', "const ingress = node.endpoint !== undefined ? { decision: 'allow' as const, rule: 'S4' as const, by: '', why: '' } : step."]],
  P4: [[ENDPOINT, 'if (!vpc.vpc.enableDnsSupport || !vpc.vpc.enableDnsHostnames) {', 'if (false) {']],
  P5: [[ENDPOINT, "if (endpoint.endpointType !== 'Interface' || !endpoint.privateDnsEnabled)", 'if (true)']],
  P6: [[ENDPOINT, "if (endpoint.endpointType !== 'Interface' || !endpoint.privateDnsEnabled)", "if (endpoint.endpointType !== 'Interface')"]],
  P7: [[ENDPOINT, 'if (match === null || endpoint === undefined || !isAvailable(endpoint)) return undefined;', 'if (true) return undefined;']],
  P8: [[WALK, '  if (node.endpoint === undefined) {', "  if (node.endpoint !== undefined && node.subnet !== from) return drop(deny('P12', node.id, ''));\n  if (node.endpoint === undefined) {"]],
  P9: [['src/cloud/fabric/resolvers.ts', 'resolveInVpc(network, node.vpc, name, {', 'resolveInVpc(network, { ...node.vpc, endpoints: node.vpc.endpoints.filter((each) => each.networkInterfaceIds.some((id) => network.interfaces.get(id)?.subnet === node.subnet)) }, name, {']],
  P12: [[ENDPOINT, 'if (flow.protocol !== PROTOCOL.tcp || flow.destinationPort !== SERVICE_PORT) {', 'if (flow.protocol !== PROTOCOL.tcp) {']],
  P13: [[ENDPOINT, "if (flow.protocol === PROTOCOL.icmp) return deny('P13', id, 'endpoint interfaces do not answer ping');", "if (flow.protocol === PROTOCOL.icmp) return allow('P5', id, '');"], [`${COMPUTED}/ping.ts`, GUEST_ANSWERS, `if (arrival.kind === 'endpoint') return GUEST_TTL;\n  ${GUEST_ANSWERS}`]],
  P14: [[ENDPOINT, "return allow('P14', endpointId", "return deny('P14', endpointId"]],
  P15: [[ENDPOINT, "return allow('P14', endpointId", "if (vpc.interfaces.get(flow.source)?.publicAddress === undefined) return deny('P14', endpointId, '');\n  return allow('P14', endpointId"]],
  L1: [[`${VPC}/resolver.ts`, "(vpc.vpc.domainNameServers ?? ['AmazonProvidedDNS'])", '(vpc.vpc.domainNameServers ?? [])']],
  L2: [[`${COMPUTED}/fabric.ts`, "server === 'vpc' ? this.#resolvers.inVpc(found.network, found.node, name)", "server === 'vpc' ? this.#resolveAt(found.node, addressOf('8.8.8.8'), name)"]],
  L3: [[`${VPC}/resolver.ts`, 'return enableDnsSupport ? allow', 'return true ? allow']],
  L4: [[`${VPC}/resolver.ts`, 'if (internal !== undefined && enableDnsHostnames', 'if (false && internal !== undefined && enableDnsHostnames']],
  L5: [[`${VPC}/resolver.ts`, 'if (node !== undefined && node.vpc === vpc && enableDnsHostnames)', 'if (false && node !== undefined)']],
  L13: [[`${VPC}/link-local.ts`, 'if (destination === METADATA_ADDRESS &&', 'if (false &&']],
  L14: [[`${VPC}/resolver.ts`, "(vpc.vpc.domainNameServers ?? ['AmazonProvidedDNS'])", "['AmazonProvidedDNS']"]],
  E3: [[WALK, OWN_ADDRESS, 'false'], [WALK, 'return drop(toForeignInterface(step.network, route));', "{ const to = step.network.interfaces.get(route.targetId); return to === undefined ? drop(toForeignInterface(step.network, route)) : arrive({ kind: 'interface', node: to, ...packet }); }"]],
};

/** Rules that no random flow shows: Block Public Access is off for these, and has random flows of its own (agreement.test.ts). */
export const NOT_BY_FLOWS: readonly string[] = ['I10', 'I11'];

/** How many of the random flows have to be decided by a rule. */
export const BY_EACH_RULE = 20;

/** Rules that have no scenario of their own in rules.ts, or none that ends otherwise without this line: another one stops the packet as well. */
export const NOT_BY_SCENARIOS: readonly string[] = ['V3', 'V4', 'V11', 'R7', 'R8', 'R10', 'R12', 'N9', 'S6', 'S8', 'S9', 'S12', 'A1', 'A7', 'P15'];

export interface Without {
  readonly ComputedSide: typeof ComputedSide;
  readonly failing: typeof failing;
}

/** The computed fabric without the rule. */
export function without(rule: string): Promise<Without> {
  return bundledWithout(rule, MUTANTS[rule] ?? [], "export { ComputedSide } from './computed-side.js'; export { failing } from './own-tests.js';");
}

/** What a module of this folder exports, bundled from patched sources. Throws when a line that is to be replaced is not there once. */
export async function bundledWithout<T>(rule: string, patches: readonly Patch[], contents: string): Promise<T> {
  const texts = new Map<string, string>();
  for (const [file, line, instead] of patches) {
    const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8');
    if (text.split(line).length !== 2) throw new Error(`${rule}: ${file} has not once: ${line}`);
    texts.set(file, text.replace(line, () => instead));
  }
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' }, write: false, bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'error',
    plugins: [{
      name: 'without-a-rule',
      setup: (bundling) => bundling.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const patched = texts.get(relative(root, path));
        return patched === undefined ? undefined : { contents: patched, loader: 'ts' };
      }),
    }],
  });
  const folder = await mkdtemp(join(tmpdir(), 'ssmlab-mutant-'));
  try {
    const path = join(folder, `without-${rule}.mjs`);
    await writeFile(path, outputFiles[0]?.text ?? '');
    return await import(pathToFileURL(path).href) as T;
  } finally {
    await rm(folder, { recursive: true });
  }
}
