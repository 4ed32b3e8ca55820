/**
 * The same for the reachability engine: every rule that it decides, and the line without which it does not. Where the rule is
 * one of `lib/vpc` alone, that is the line that the fabric's mutant replaces too.
 */
import type { failingCases } from '../../../unit/lib/reachability/cases.js';
import type { failingWaysIn } from '../../../unit/lib/reachability/way-in-cases.js';
import { bundledWithout, MUTANTS, type Patch } from './mutants.js';
import type { agrees, predictions } from './prediction.js';
import type { Round } from './scenario.js';
import { SILENT } from './verdicts.js';

const VPC = 'src/lib/vpc';
const HERE = 'src/lib/reachability';
const LEAVING = `${HERE}/leaving.ts`;
const ENTERING = `${HERE}/entering.ts`;
const GATEWAYS = `${HERE}/gateways.ts`;
const ENGINE = `${HERE}/engine.ts`;
const ENTERING_ACL = "if (node.subnet !== from) passAcl(passage, node.subnet, 'ingress', packet);";
const LEAVING_ACL = "if (nat?.subnet !== subnet) passAcl(passage, subnet, 'egress', packet);";
const ON_ROUTE = "  if (choice.decision === 'drop') {\n    way.block(";
const BPA = `${VPC}/block-public-access.ts`;

/** Rules whose line in `lib/vpc` is the fabric's too. */
const AS_IN_THE_FABRIC = [
  'V3', 'R1', 'R2', 'R3', 'R5', 'R6', 'R7', 'R8', 'R10', 'I1', 'I2', 'I4', 'N2', 'N5', 'S1', 'S2', 'S4', 'S5', 'S6', 'S14', 'A1', 'A4', 'P2', 'P4', 'P5', 'P6', 'P12', 'P14', 'P15', 'L1', 'L3', 'L13', 'L14',
];

export const PREDICTION_MUTANTS: Readonly<Record<string, readonly Patch[]>> = {
  ...Object.fromEntries(AS_IN_THE_FABRIC.map((rule) => [rule, MUTANTS[rule] ?? []])),
  V4: [[`${VPC}/link-local.ts`, 'if (isNotUnicast(destination)) return', 'if (false) return']],
  V5: [[ENTERING, 'const node = vpc.interfaces.get(destination);', 'const node = vpc.interfaces.get(destination) ?? [...network.vpcs.values()].flatMap((each) => each.interfaces.get(destination) ?? [])[0];'], [ENTERING, 'enterAddress({ way, unread }: Passage', 'enterAddress({ way, unread, network }: Passage']],
  R12: [[LEAVING, 'if (prefixContains(subnet.prefix, flow.destination)) {', 'if (false) {']],
  R13: [[GATEWAYS, 'if (edge !== undefined) {', 'if (false) {']],
  I3: [[`${VPC}/internet-gateway.ts`, 'return node.interface.instanceId !== undefined && node.interface.up;', 'return true;'], [ENTERING, "else if (way.leg === 'forward') way.block(component, id", "else if (false) way.block(component, id"]],
  I7: [[LEAVING, ON_ROUTE, `  if (choice.decision === 'drop' && way.leg === 'reply' && subnet.vpc.internetGateway !== undefined) return { at: 'internet-gateway', subnet, gatewayId: subnet.vpc.internetGateway.internetGatewayId, packet };\n${ON_ROUTE}`]],
  I8: [[GATEWAYS, 'if (node !== undefined) return enterByGateway(passage, node, packet);', 'if (node !== undefined && (opener === undefined || way.leg === \'reply\')) return enterByGateway(passage, node, packet);']],
  I10: [[BPA, "if (mode === 'block-bidirectional') return deny(", "if (mode === 'block-bidirectional') return allow("]],
  I11: [[BPA, "return deny('I11'", "return allow('I11'"]],
  N6: [[`${VPC}/nat-gateway.ts`, 'if (node.vpc !== from)', 'if (false)']],
  N7: [[ENTERING, '  if (!knows || mapping === undefined) {', "  if (way.leg === 'forward') return { at: 'end', arrival: { kind: 'interface', node, packet } };\n  if (!knows || mapping === undefined) {"]],
  N8: [[ENTERING, ENTERING_ACL, ENTERING_ACL.replace('from)', 'from && node.natGateway === undefined)')], [GATEWAYS, "if (nat.subnet !== subnet) passAcl(", 'if (false) passAcl(']],
  N13: [[`${VPC}/nat-gateway.ts`, "return choice.decision === 'route' && choice.route.targetKind === 'nat-gateway'\n", 'return false\n'], [GATEWAYS, 'return { at: \'subnet\', subnet: nat.subnet, packet: after };', `return { at: 'internet-gateway', subnet: nat.subnet, gatewayId: nat.vpc.internetGateway?.internetGatewayId ?? '', packet: after };`]],
  S3: [[LEAVING, "    passGroups(passage, node, 'egress', packet);\n", "    if (node.groups.some((group) => group.egress.length > 0)) passGroups(passage, node, 'egress', packet);\n"]],
  S7: [[`${HERE}/security-groups.ts`, "if (way.leg === 'reply') {", 'if (false) {']],
  A2: [[LEAVING, LEAVING_ACL, LEAVING_ACL.replace('subnet)', "subnet && way.leg === 'forward')")], [ENTERING, ENTERING_ACL, ENTERING_ACL.replace('from)', "from && passage.way.leg === 'forward')")]],
  A3: [[ENTERING, ENTERING_ACL, ENTERING_ACL.replace('if (node.subnet !== from) ', '')]],
  A5: [[ENGINE, 'const ports = flow.icmp !== undefined ? undefined : ', 'const ports = flow.icmp === undefined ? undefined : ']],
  A7: [[LEAVING, "if (service === undefined) {", "if (service !== undefined) passAcl(passage, node.subnet, 'egress', packet);\n  if (service === undefined) {"]],
  P1: [[`${HERE}/service-path.ts`, "if (chosen === undefined) return link('closed'", "if (chosen === undefined) return link('open'"]],
  P3: [[ENTERING, "  passGroups(passage, node, 'ingress', packet);", "  if (node.endpoint === undefined) passGroups(passage, node, 'ingress', packet);"]],
  P8: [[ENTERING, 'return node.endpoint === undefined ? atInterface', "if (node.endpoint !== undefined && node.subnet !== from && passage.way.leg === 'forward') return undefined;\n  return node.endpoint === undefined ? atInterface"], [`${HERE}/way.ts`, "'unknown' : 'delivered')", "'unknown' : this.reply.length === 0 ? 'denied' : 'delivered')"]],
  P9: [[`${HERE}/service-name.ts`, 'const answer = resolveInVpc(network, vpc, name);', 'const answer = resolveInVpc(network, { ...vpc, endpoints: vpc.endpoints.filter((each) => each.networkInterfaceIds.some((id) => network.interfaces.get(id)?.subnet === node.subnet)) }, name);']],
  P11: [[`${HERE}/predict-way-in.ts`, 'if (name.endpoint !== undefined) links.push(endpointPolicyLink', 'if (false && name.endpoint !== undefined) links.push(endpointPolicyLink']],
  P13: [[`${VPC}/endpoint.ts`, "if (flow.protocol === PROTOCOL.icmp) return deny('P13', id, 'endpoint interfaces do not answer ping');", "if (flow.protocol === PROTOCOL.icmp) return allow('P5', id, '');"]],
  L2: [[`${VPC}/link-local.ts`, 'if (destination === TIME_ADDRESS &&', 'if (false &&']],
  E1: [[LEAVING, '  if (isUp(node)) return way.pass(component, at', '  if (true) return way.pass(component, at']],
  E3: [[LEAVING, "else if (node.interface.sourceDestCheck) way.block('network-interface'", "else if (node.interface.sourceDestCheck) way.pass('network-interface'"]],
};

/** Rules that decide fewer than 20 of the random flows, or none. */
export const NOT_BY_PREDICTED_FLOWS: readonly string[] = [
  'V3', 'V4', 'V5', 'R6', 'R7', 'R12', 'R13', 'I3', 'I10', 'I11', 'N2', 'N6', 'N7', 'N8', 'N13', 'S1', 'S6', 'A2', 'A3', 'A4', 'A5', 'A7', 'P1', 'P4', 'P6', 'P11', 'P13', 'L2', 'L3', 'L14', 'E1',
];

const LATER = 'what becomes of a connection after it came about: the engine is asked about new ones';
const SIZES = 'sizes, ages and numbers of packets are not asked';

/** Rules of a fabric that the engine is not asked about, and why. */
export const NOT_PREDICTED: Readonly<Record<string, string>> = {
  V11: LATER, S8: LATER, S9: LATER, S10: LATER, N9: LATER, S12: 'a snapshot is one moment',
  I6: SIZES, N11: SIZES, N12: SIZES,
  P7: 'only the names of the agent\'s services are asked', L4: 'only the names of the agent\'s services are asked', L5: 'only the names of the agent\'s services are asked',
};

export interface PredictionWithout {
  readonly predictions: typeof predictions;
  readonly agrees: typeof agrees;
  readonly failingCases: typeof failingCases;
  readonly failingWaysIn: typeof failingWaysIn;
}

/** How many of the flows the engine then predicts otherwise than they were seen; not counted further than `enough`. */
export function mispredicted({ predictions: predict, agrees: agree }: Pick<PredictionWithout, 'predictions' | 'agrees'>, seen: readonly (readonly Round[])[], enough: number): number {
  let count = 0;
  for (const { model, flows, verdicts } of seen.flat()) {
    if (count >= enough) break;
    count += [...predict(model, flows)].filter(([id, predicted]) => !agree(predicted, verdicts.get(id) ?? SILENT)).length;
  }
  return count;
}

/** The engine without the rule. */
export function predictionWithout(rule: string): Promise<PredictionWithout> {
  return bundledWithout(rule, PREDICTION_MUTANTS[rule] ?? [], "export { agrees, predictions } from './prediction.js'; export { failingCases } from '../../../unit/lib/reachability/cases.js'; export { failingWaysIn } from '../../../unit/lib/reachability/way-in-cases.js';");
}
