/** Path, auth method and what is admitted: derived from the network document and the instance, never from names. */
import type { SecurityGroup, SecurityGroupRule } from '../vpc/model.js';
import type { Auth } from '../lab/lab.js';

const number = (protocol: string): string => ({ '6': 'tcp', '17': 'udp', '1': 'icmp' })[protocol] ?? protocol;

/** Sources within the group's own VPC are not outside: a rule by group only ever admits instances. */
const fromOutside = (rule: SecurityGroupRule): boolean => rule.groupId === undefined;

function ruleText(rule: SecurityGroupRule): string {
  const protocol = number(rule.protocol);
  if (protocol === '-1') return 'all';
  if (protocol === 'icmp' || rule.fromPort === undefined) return protocol;
  return rule.toPort === undefined || rule.toPort === rule.fromPort ? `${protocol}/${rule.fromPort}` : `${protocol}/${rule.fromPort}-${rule.toPort}`;
}

/** What the groups admit from outside the VPC, each once: `tcp/22`. */
export function inboundOf(groups: readonly SecurityGroup[]): string[] {
  return [...new Set(groups.flatMap((group) => group.ingress.filter(fromOutside).map(ruleText)))].toSorted();
}

/** True when a group admits the TCP port from outside. */
function admitsTcp(groups: readonly SecurityGroup[], port: number): boolean {
  return groups.some((group) =>
    group.ingress.some((rule) => {
      const protocol = number(rule.protocol);
      if (!fromOutside(rule)) return false;
      return protocol === '-1' || (protocol === 'tcp' && (rule.fromPort ?? 0) <= port && port <= (rule.toPort ?? 65_535));
    }),
  );
}

export interface WayIn {
  readonly keyName: string | null;
  readonly publicIpv4: string | null;
  readonly groups: readonly SecurityGroup[];
  readonly instanceProfile: string | null;
  readonly agentKnown: boolean;
}

/**
 * How a shell is opened: SSH where a key pair, a public address and an open port 22 come together, else Session Manager
 * where the instance has a role to register with (or has registered without: Default Host Management Configuration).
 */
export function authOf(way: WayIn): Auth {
  if (way.keyName !== null && way.publicIpv4 !== null && admitsTcp(way.groups, 22)) return 'ssh-key-pair';
  return way.instanceProfile !== null || way.agentKnown ? 'session-manager' : 'none';
}
