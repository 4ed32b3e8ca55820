/** A stack's resources in groups, as a reader thinks of them: one line for each group as the last of it is there, or gone. */
import { printable } from '../lib/report/printable.js';
import type { Style } from '../lib/report/style.js';
import type { ResourceEvent } from '../lib/stack/events.js';

interface Group {
  /** Resources of these types are one step to a reader; those of the first type name it. */
  readonly types: readonly string[];
  /** What several of the first type are called; their names are listed when absent. */
  readonly unit?: string;
  readonly note: (ids: readonly string[]) => string;
  /** The note in express mode, where the other would promise more than the call that made them. */
  readonly express?: string;
  /** The note when they are gone. */
  readonly gone: string;
}

const GROUPS: readonly Group[] = [
  { types: ['AWS::EC2::VPC'], note: (ids) => (ids.length > 1 ? 'networks that never talk to each other' : 'the network'), gone: '' },
  { types: ['AWS::EC2::Subnet'], unit: 'subnets', note: (ids) => ids.join(', '), gone: '' },
  { types: ['AWS::EC2::InternetGateway', 'AWS::EC2::VPCGatewayAttachment'], note: () => 'internet gateway, attached', gone: 'internet gateway, detached' },
  { types: ['AWS::EC2::NatGateway', 'AWS::EC2::EIP'], note: () => 'NAT gateway with an Elastic IP', gone: 'NAT gateway, its Elastic IP released' },
  { types: ['AWS::EC2::RouteTable', 'AWS::EC2::SubnetRouteTableAssociation', 'AWS::EC2::Route'], unit: 'route tables', note: () => 'with their routes', gone: 'with their routes' },
  { types: ['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress'], unit: 'security groups', note: () => 'what is admitted', gone: 'with their rules' },
  { types: ['AWS::IAM::Role', 'AWS::IAM::InstanceProfile'], note: () => 'lets an agent register', gone: 'role and instance profile' },
  { types: ['AWS::EC2::VPCEndpoint'], unit: 'VPC endpoints', note: (ids) => ids.join(', '), gone: '' },
  { types: ['AWS::EC2::Instance'], note: () => 'running', express: 'launched; whether they run is seen below', gone: 'terminated' },
];

/** Columns of a label. */
const LABEL = 26;

const groupOf = (type: string): number => GROUPS.findIndex((group) => group.types.includes(type));

function labelOf(group: Group, ids: readonly string[]): string {
  if (group.unit !== undefined && ids.length > 1) return `${ids.length} ${group.unit}`;
  const all = ids.join(', ');
  return all.length < LABEL ? all : `${ids[0] ?? ''} … ${ids.at(-1) ?? ''}`;
}

/** The line for a step that is not done yet. */
export const waitingLine = (style: Style, label: string, note: string): string => `  ${style.doubt(style.waiting)} ${label.padEnd(LABEL)}  ${style.dim(note)}`.trimEnd();
/** The line for a step of which it is not known how it would go. */
export const untriedLine = (style: Style, label: string, note: string): string => `  ${style.doubt(style.unknown)} ${label.padEnd(LABEL)}  ${style.dim(note)}`.trimEnd();
/** The line for a step that went well. */
export const doneLine = (style: Style, label: string, note: string): string => `  ${style.good(style.ok)} ${label.padEnd(LABEL)}  ${style.dim(note)}`.trimEnd();

/** What a handler wraps around the service's words: who said so, request ids, and how often it tried. The error at the end has the whole of the first cause. */
const HANDLER = /^Resource handler returned message: "(.*?)(?: \(Service: [^)]*\))?(?: \(SDK [^)]*\))?" \(RequestToken: .*\)$/u;

/** The line for what did not, with the service's reason. */
export function failedLine(style: Style, event: ResourceEvent): string {
  const reason = (event.reason ?? 'no reason is given').replaceAll(/\s*\n\s*/gu, ' ');
  return `  ${style.bad(style.fail)} ${printable(event.logicalId)} (${printable(event.type)})  ${event.status}: ${printable(HANDLER.exec(reason)?.[1] ?? reason)}`;
}

/** Lines for resources that are done, one after the other. `resources` names those that are expected, logical id → type; others get lines of their own. */
export function groupLines(style: Style, resources: ReadonlyMap<string, string>, note: (group: Group, ids: readonly string[]) => string): (event: ResourceEvent) => string[] {
  const done = new Set<string>();
  const said = new Set<number>();
  return (event) => {
    done.add(event.logicalId);
    const index = groupOf(event.type);
    const group = GROUPS[index];
    if (group === undefined || !resources.has(event.logicalId)) return [doneLine(style, printable(event.logicalId), printable(event.type))];
    const members = [...resources].filter(([, type]) => groupOf(type) === index);
    if (said.has(index) || !members.every(([id]) => done.has(id))) return [];
    said.add(index);
    const heads = members.filter(([, type]) => type === group.types[0]).map(([id]) => id);
    return [doneLine(style, labelOf(group, heads), note(group, heads))];
  };
}
