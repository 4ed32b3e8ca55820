/** Security groups and their rules laid over a snapshot: AWS::EC2::SecurityGroup, SecurityGroupIngress and SecurityGroupEgress. Pure. */
import type { SecurityGroupRule } from '../../vpc/model.js';
import { between, edited, inNetwork, known, type Outlook, withDoubt } from './outlook.js';
import { canonical, differs, hasLater, knownText, LATER, laterText, type ResourceChange, structuresOf, textOf, type Values } from './resource-change.js';
import type { Snapshot } from '../snapshot/snapshot.js';

type Direction = 'ingress' | 'egress';

/** What EC2 gives a group whose template lists no egress (S2). */
const ALLOW_ALL: Values = { IpProtocol: '-1', CidrIp: '0.0.0.0/0' };

/** A rule in the template's words as the model has it; what is not known is left at its widest. Undefined: it names no IPv4 peer. */
function ruleOf(values: Values, direction: Direction, groupId: string, logicalId: string): SecurityGroupRule | undefined {
  const end = direction === 'ingress' ? 'Source' : 'Destination';
  const protocol = knownText(values, 'IpProtocol') ?? '-1';
  const number = (name: string): number | undefined => {
    const text = knownText(values, name);
    return text === undefined ? undefined : Number(text);
  };
  const base = { ruleId: `${groupId} of ${logicalId}`, protocol: PROTOCOL[protocol] ?? protocol, ...(protocol === '-1' ? {} : { fromPort: number('FromPort'), toPort: number('ToPort') }) };
  const peers = [['cidr', 'CidrIp'], ['groupId', `${end}SecurityGroupId`], ['prefixListId', `${end}PrefixListId`]] as const;
  for (const [member, name] of peers) {
    const value = textOf(values, name);
    if (value === LATER) return { ...base, cidr: '0.0.0.0/0' };
    if (value !== undefined) return { ...base, [member]: value };
  }
  return undefined;
}

const PROTOCOL: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp' };

const sameRule = (a: SecurityGroupRule, b: SecurityGroupRule): boolean => canonical({ ...a, ruleId: '', protocol: PROTOCOL[a.protocol] ?? a.protocol }) === canonical({ ...b, ruleId: '', protocol: PROTOCOL[b.protocol] ?? b.protocol });

function withRules(snapshot: Snapshot, groupId: string, direction: Direction, change: (rules: readonly SecurityGroupRule[]) => readonly SecurityGroupRule[]): Snapshot {
  return inNetwork(snapshot, ({ securityGroups }) => ({ securityGroups: edited(securityGroups, (group) => group.groupId === groupId, (group) => ({ ...group, [direction]: change(group[direction]) })) }));
}

function addRule(outlook: Outlook, groupId: string, direction: Direction, values: Values, change: ResourceChange): Outlook {
  const rule = ruleOf(values, direction, groupId, change.logicalId);
  if (rule === undefined) return outlook;
  const add = (snapshot: Snapshot): Snapshot => withRules(snapshot, groupId, direction, (rules) => (rules.some((each) => sameRule(each, rule)) ? rules : [...rules, rule]));
  if (!hasLater(values)) return known(outlook, add);
  // It admits somebody: nobody at the least, everybody at the most.
  const unknown = Object.keys(values).filter((name) => hasLater(values[name])).join(', ');
  return withDoubt(between(outlook, (snapshot) => snapshot, add), `rule of ${change.logicalId}`, laterText(change, `${unknown} of its ${direction} rule`));
}

function removeRule(outlook: Outlook, groupId: string, direction: Direction, values: Values, change: ResourceChange): Outlook {
  const rule = ruleOf(values, direction, groupId, change.logicalId);
  return rule === undefined ? outlook : known(outlook, (snapshot) => withRules(snapshot, groupId, direction, (rules) => rules.filter((each) => !sameRule(each, rule))));
}

export function laySecurityGroup(outlook: Outlook, change: ResourceChange): Outlook {
  const { action, physicalId, replacement, before, after, logicalId } = change;
  // Who is to wear a new one says so in a change of its own.
  if (physicalId === undefined) return outlook;
  if (action === 'Remove') return known(outlook, (snapshot) => inNetwork(snapshot, ({ securityGroups }) => ({ securityGroups: securityGroups.filter((group) => group.groupId !== physicalId) })));
  if (replacement === 'True') return withDoubt(outlook, physicalId, `${logicalId} (${physicalId}) is replaced, and who names it gets another`);
  const directions = [['ingress', 'SecurityGroupIngress'], ['egress', 'SecurityGroupEgress']] as const;
  return directions.reduce((laid, [direction, name]) => (differs(change, name) ? moveRules(laid, physicalId, direction, [before, after], change, name) : laid), outlook);
}

/** What the template no longer lists goes, what it newly lists comes; rules that others made stay. */
function moveRules(outlook: Outlook, groupId: string, direction: Direction, [before, after]: readonly [Values | undefined, Values | undefined], change: ResourceChange, name: string): Outlook {
  const [old, now] = [structuresOf(before, name), structuresOf(after, name)] as const;
  if (old === LATER || now === LATER) return withDoubt(outlook, groupId, laterText(change, name));
  const whole = (rules: readonly Values[]): readonly Values[] => (direction === 'egress' && rules.length === 0 ? [ALLOW_ALL] : rules);
  const without = (rules: readonly Values[], others: readonly Values[]): Values[] => rules.filter((rule) => !others.some((other) => canonical(bare(other)) === canonical(bare(rule))));
  const removed = without(whole(old), whole(now)).reduce((laid, rule) => removeRule(laid, groupId, direction, rule, change), outlook);
  return without(whole(now), whole(old)).reduce((laid, rule) => addRule(laid, groupId, direction, rule, change), removed);
}

const bare = ({ Description: _description, ...rule }: Values): Values => rule;

/** A rule by itself. */
export function layRule(direction: Direction) {
  return (outlook: Outlook, change: ResourceChange): Outlook => {
    const { action, before, after } = change;
    const group = (values: Values | undefined): string | undefined => knownText(values, 'GroupId');
    const old = action === 'Add' ? undefined : group(before);
    const removed = old === undefined || before === undefined ? outlook : removeRule(outlook, old, direction, before, change);
    if (action === 'Remove' || after === undefined) return removed;
    const now = group(after);
    return now === undefined ? withDoubt(removed, old ?? null, laterText(change, 'GroupId')) : addRule(removed, now, direction, after, change);
  };
}
