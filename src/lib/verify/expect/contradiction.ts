/** Where flows between the same ends say open and closed of the same packets: no network could be so. Pure. */
import { ALL_PORTS, formatPortRange, type PortRange } from '../../net/port.js';
import type { FlowRule } from './language.js';

/** Two rules that cannot both hold; `later` stands behind `earlier` in the file. */
export interface Contradiction {
  readonly later: FlowRule;
  readonly earlier: FlowRule;
  /** What both mean, as a flow: `tcp/22`. */
  readonly both: string;
}

const isBehind = (a: FlowRule, b: FlowRule): boolean => a.at.line > b.at.line || (a.at.line === b.at.line && a.at.column > b.at.column);

const flowText = (protocol: string, ports: PortRange): string => (protocol === 'icmp' || (ports.from <= 1 && ports.to === ALL_PORTS.to) ? protocol : `${protocol}/${formatPortRange(ports)}`);

/**
 * Of rules in one direction between the same ends. `open` has to hold for every port that is meant and `closed` for none, so that one port in common is enough.
 * Each rule is named with one that it contradicts, not with all: a file has up to 50 000 values.
 */
export function contradictionsOf(rules: readonly FlowRule[]): Contradiction[] {
  if (new Set(rules.map(({ is }) => is)).size < 2) return [];
  const found = new Map<string, Contradiction>();
  for (const protocol of ['icmp', 'tcp', 'udp'] as const) {
    const meant = rules.filter(({ flow }) => flow.protocols.includes(protocol)).toSorted((a, b) => a.flow.ports.from - b.flow.ports.from);
    // Of those that begin before, the one of each verdict that reaches furthest.
    const furthest: Partial<Record<FlowRule['is'], FlowRule>> = {};
    for (const rule of meant) {
      const { from, to } = rule.flow.ports;
      const other = furthest[rule.is === 'open' ? 'closed' : 'open'];
      if (other !== undefined && other.flow.ports.to >= from) {
        const [later, earlier] = isBehind(rule, other) ? [rule, other] : [other, rule];
        const key = JSON.stringify([later.at, earlier.at]);
        if (!found.has(key)) found.set(key, { later, earlier, both: flowText(protocol, { from, to: Math.min(to, other.flow.ports.to) }) });
      }
      const same = furthest[rule.is];
      if (same === undefined || same.flow.ports.to < to) furthest[rule.is] = rule;
    }
  }
  return [...found.values()];
}
