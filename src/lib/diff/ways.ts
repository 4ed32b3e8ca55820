/** The ways that a comparison asks about, in both snapshots with the same words: in, out, from outside, and between neighbours. Pure. */
import type { Snapshot, SnapshotInstance } from '../inventory/snapshot/snapshot.js';
import { formatAddress } from '../net/address.js';
import { isPrivateUse, parseCidr } from '../net/cidr.js';
import type { Way } from '../reachability/asked-way.js';
import type { Place, Question } from '../reachability/trace.js';
import type { SecurityGroupRule } from '../vpc/model.js';
import type { InterfaceNode, Network } from '../vpc/network.js';

/** Who the way is of: found again in the other snapshot by the lab's number, else the logical id, else the instance id. */
export interface Subject {
  readonly key: string;
  readonly number: number;
  readonly name: string;
  readonly instanceId: string;
}

export interface AskedEverywhere {
  readonly subject: Subject;
  /** `Session Manager`, `SSH from 198.51.100.7`, `tcp/443 to 8.8.8.8`, `ping from Instance2`. */
  readonly words: string;
  /** The question in that snapshot; undefined when somebody it is about is not there. */
  readonly in: (side: Side) => Way | undefined;
  /** What is part of the answer where it is open: under which address the instance is seen outside, or whether endpoints capture its services' names (P9). */
  readonly identity?: 'outside' | 'services' | undefined;
}

/** A snapshot with its index. */
export interface Side {
  readonly snapshot: Snapshot;
  readonly network: Network;
}

/** Stands for the internet: nobody's rule is meant for it. */
const SOMEWHERE = '8.8.8.8';

interface Probe {
  readonly protocol: Question['protocol'];
  readonly port?: number | undefined;
}

const PING: Probe = { protocol: 'icmp' };
const SSH: Probe = { protocol: 'tcp', port: 22 };

const keyOf = ({ labNumber, logicalId, instanceId }: SnapshotInstance): string => (labNumber === null ? (logicalId ?? instanceId) : `lab ${labNumber}`);
const instanceOf = ({ snapshot }: Side, key: string): SnapshotInstance | undefined => snapshot.instances.find((each) => keyOf(each) === key);
const nodeOf = (side: Side, key: string): InterfaceNode | undefined => side.network.instances.get(instanceOf(side, key)?.instanceId ?? '')?.[0];

const words = ({ protocol, port }: Probe): string => (port === undefined ? (protocol === 'icmp' ? 'ping' : protocol) : `${protocol}/${port}`);

export function waysOf(sides: readonly Side[]): AskedEverywhere[] {
  const subjects = new Map<string, Subject>();
  for (const { snapshot } of sides) for (const each of snapshot.instances) if (!subjects.has(keyOf(each))) subjects.set(keyOf(each), { key: keyOf(each), number: each.number, name: each.name, instanceId: each.instanceId });
  const all = [...subjects.values()].toSorted((a, b) => a.number - b.number);
  return all.flatMap((subject) => [
    waysIn(sides, subject),
    [PING, { protocol: 'tcp', port: 443 } as const].map((probe): AskedEverywhere => ({
      subject, words: `${words(probe)} to ${SOMEWHERE}`, identity: 'outside',
      in: (side) => flow(place(nodeOf(side, subject.key)), SOMEWHERE, probe),
    })),
    fromOutside(sides, subject),
    all.filter((other) => other !== subject).flatMap((other) => fromNeighbour(sides, subject, other)),
  ].flat());
}

const place = (node: InterfaceNode | undefined): Place | undefined => (node === undefined ? undefined : { kind: 'interface', networkInterfaceId: node.id });

function flow(from: Place | undefined, to: string | undefined, { protocol, port }: Probe): Way | undefined {
  return from === undefined || to === undefined ? undefined : { kind: 'flow', question: { from, to, protocol, port } };
}

function waysIn(sides: readonly Side[], subject: Subject): AskedEverywhere[] {
  const session: AskedEverywhere = {
    subject, words: 'Session Manager', identity: 'services',
    in: (side) => ofInstance(side, subject, (instanceId) => ({ kind: 'session-manager', instanceId })),
  };
  if (sides.every((side) => instanceOf(side, subject.key)?.keyName == null)) return [session];
  const admitted = outsideRules(sides, subject).filter(({ rule }) => probesOf(rule).some(({ protocol, port }) => protocol === SSH.protocol && port === SSH.port));
  return [session, ...[...new Set(admitted.map(({ from }) => from))].map((from): AskedEverywhere => ({
    subject, words: `SSH from ${from}`,
    in: (side) => ofInstance(side, subject, (instanceId) => ({ kind: 'ssh-key-pair', instanceId, from })),
  }))];
}

function ofInstance(side: Side, { key }: Subject, way: (instanceId: string) => Way): Way | undefined {
  const instance = instanceOf(side, key);
  return instance === undefined ? undefined : way(instance.instanceId);
}

function rulesOf(sides: readonly Side[], { key }: Subject): SecurityGroupRule[] {
  return sides.flatMap((side) => nodeOf(side, key)?.groups.flatMap((node) => node.group.ingress) ?? []);
}

/** What may be sent by the rule: its first port, and of everything SSH and a ping. */
function probesOf({ protocol, fromPort, toPort }: SecurityGroupRule): Probe[] {
  const name = ({ '6': 'tcp', '17': 'udp', '1': 'icmp' } as Readonly<Record<string, string>>)[protocol] ?? protocol;
  if (name === '-1') return [PING, SSH];
  if (name === 'icmp') return [PING];
  if (name !== 'tcp' && name !== 'udp') return [];
  const holdsSsh = name === 'tcp' && (fromPort ?? 0) <= 22 && (toPort ?? fromPort ?? 65_535) >= 22;
  return [...(holdsSsh ? [SSH] : []), ...(fromPort === undefined || fromPort === 22 ? [] : [{ protocol: name, port: Math.max(1, fromPort) } as const])];
}

/** Rules for addresses outside, each with one of them. */
function outsideRules(sides: readonly Side[], subject: Subject): { readonly rule: SecurityGroupRule; readonly from: string }[] {
  return rulesOf(sides, subject).flatMap((rule) => {
    const prefix = rule.cidr === undefined ? undefined : parseCidr(rule.cidr);
    if (prefix === undefined || isPrivateUse(prefix.base)) return [];
    return [{ rule, from: prefix.length === 0 ? SOMEWHERE : formatAddress(prefix.length === 32 ? prefix.base : prefix.base + 1) }];
  });
}

function fromOutside(sides: readonly Side[], subject: Subject): AskedEverywhere[] {
  const asked = new Map<string, AskedEverywhere>();
  const ask = (probe: Probe, from: string): void => {
    const text = `${words(probe)} from ${from}`;
    asked.set(text, {
      subject, words: text,
      in: (side) => {
        const node = nodeOf(side, subject.key);
        return node === undefined ? undefined : flow({ kind: 'internet', address: from }, formatAddress(node.publicAddress ?? node.address), probe);
      },
    });
  };
  ask(SSH, SOMEWHERE);
  for (const { rule, from } of outsideRules(sides, subject)) {
    for (const probe of probesOf(rule)) {
      ask(probe, from);
      ask(probe, SOMEWHERE);
    }
  }
  return [...asked.values()];
}

/** From another instance, by what either snapshot's rules name, and a ping. */
function fromNeighbour(sides: readonly Side[], subject: Subject, other: Subject): AskedEverywhere[] {
  const near = sides.some((side) => {
    const [own, its] = [nodeOf(side, subject.key), nodeOf(side, other.key)];
    return own !== undefined && its !== undefined && own.vpc === its.vpc;
  });
  if (!near) return [];
  const probes = new Map([PING, SSH, ...rulesOf(sides, subject).flatMap(probesOf)].map((probe) => [words(probe), probe]));
  return [...probes.values()].map((probe): AskedEverywhere => ({
    subject, words: `${words(probe)} from ${other.name}`,
    in: (side) => {
      const [own, its] = [nodeOf(side, subject.key), nodeOf(side, other.key)];
      return own === undefined || its === undefined ? undefined : flow(place(its), formatAddress(own.vpc === its.vpc ? own.address : (own.publicAddress ?? own.address)), probe);
    },
  }));
}
