/** Deploy events → lines: a line for each group of resources as it completes, failures at once. */
import type { DeployEvent } from '../lib/stack/deploy.js';
import type { ResourceEvent } from '../lib/stack/events.js';
import type { LabContext } from './lab-context.js';
import { printable } from '../lib/report/printable.js';
import type { Style } from '../lib/report/style.js';

interface Group {
  /** Resources of these types are one step to a reader; those of the first type name it. */
  readonly types: readonly string[];
  /** What several of the first type are called; their names are listed when absent. */
  readonly unit?: string;
  readonly note: (ids: readonly string[]) => string;
}

const GROUPS: readonly Group[] = [
  { types: ['AWS::EC2::VPC'], note: (ids) => (ids.length > 1 ? 'networks that never talk to each other' : 'the network') },
  { types: ['AWS::EC2::Subnet'], unit: 'subnets', note: (ids) => ids.join(', ') },
  { types: ['AWS::EC2::InternetGateway', 'AWS::EC2::VPCGatewayAttachment'], note: () => 'internet gateway, attached' },
  { types: ['AWS::EC2::NatGateway', 'AWS::EC2::EIP'], note: () => 'NAT gateway with an Elastic IP' },
  { types: ['AWS::EC2::RouteTable', 'AWS::EC2::SubnetRouteTableAssociation', 'AWS::EC2::Route'], unit: 'route tables', note: () => 'with their routes' },
  { types: ['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress'], unit: 'security groups', note: () => 'what is admitted' },
  { types: ['AWS::IAM::Role', 'AWS::IAM::InstanceProfile'], note: () => 'lets an agent register' },
  { types: ['AWS::EC2::VPCEndpoint'], unit: 'VPC endpoints', note: (ids) => ids.join(', ') },
  { types: ['AWS::EC2::Instance'], note: () => 'running' },
];

const LABEL = 26;

/** The template's resources, logical id → type, as far as they can be told without an engine: two lines of plain YAML each. */
export function resourcesOf(template: string): Map<string, string> {
  const section = /^Resources:\s*\n([\s\S]*?)(?=^\S|(?![\s\S]))/mu.exec(template)?.[1] ?? '';
  return new Map([...section.matchAll(/^ {2}([A-Za-z0-9]+):[^\n]*\n {4}Type: (\S+)$/gmu)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

const groupOf = (type: string): number => GROUPS.findIndex((group) => group.types.includes(type));

function labelOf(group: Group | undefined, ids: readonly string[]): string {
  if (group?.unit !== undefined && ids.length > 1) return `${ids.length} ${group.unit}`;
  const all = ids.join(', ');
  return all.length < LABEL ? all : `${ids[0] ?? ''} … ${ids.at(-1) ?? ''}`;
}

/** What is going to be made, and where. */
export function deployHeader({ target, stack }: LabContext, resources: number): string {
  const where = target.kind === 'local' ? `local cloud, region ${target.region}, ${target.fabric} fabric; no AWS account is used` : `AWS, region ${target.region}`;
  return `Deploying ${stack}${resources === 0 ? '' : `: ${resources} resource${resources === 1 ? '' : 's'}`} (${where})`;
}

/** Turns events into lines. `resources` names what the template has; what it does not name gets lines of its own. */
export function deployProgress(style: Style, resources: ReadonlyMap<string, string>): (event: DeployEvent) => string[] {
  const done = new Set<string>();
  const said = new Set<number>();
  const line = (label: string, note: string): string => `  ${style.good(style.ok)} ${label.padEnd(LABEL)}  ${style.dim(note)}`.trimEnd();

  const resource = (event: ResourceEvent): string[] => {
    const name = `${printable(event.logicalId)} (${printable(event.type)})`;
    if (event.status.endsWith('_FAILED')) return [`  ${style.bad(style.fail)} ${name}  ${event.status}: ${printable((event.reason ?? 'no reason is given').replaceAll(/\s*\n\s*/gu, ' '))}`];
    if (event.isStack) return event.status === 'ROLLBACK_IN_PROGRESS' ? [`  ${style.doubt(style.unknown)} rolling back`] : [];
    if (event.status !== 'CREATE_COMPLETE') return [];
    done.add(event.logicalId);
    const group = groupOf(event.type);
    if (group < 0 || !resources.has(event.logicalId)) return [line(printable(event.logicalId), printable(event.type))];
    const members = [...resources].filter(([, type]) => groupOf(type) === group);
    if (said.has(group) || !members.every(([id]) => done.has(id))) return [];
    said.add(group);
    const heads = members.filter(([, type]) => type === GROUPS[group]?.types[0]).map(([id]) => id);
    return [line(labelOf(GROUPS[group], heads), GROUPS[group]?.note(heads) ?? '')];
  };

  return (event) => {
    switch (event.kind) {
      case 'resource':
        return resource(event);
      case 'key-pair':
        return [line(event.keyName, event.made ? 'key pair, its private half stays here' : 'key pair of before')];
      case 'joined':
        return [`  ${style.doubt(style.unknown)} another process is at work (${event.status}); watching with it`];
      case 'clearing':
        return [`  ${style.doubt(style.unknown)} an earlier attempt was rolled back (${event.status}); removing it first`];
      case 'agents':
        return event.waiting.length > 0 ? [`  ${style.doubt(style.unknown)} agents: waiting for ${event.waiting.map(printable).join(', ')}`] : [line('agents', event.online.length === 0 ? 'none is meant' : `${event.online.map(printable).join(', ')} online`)];
      default:
        return [];
    }
  };
}
