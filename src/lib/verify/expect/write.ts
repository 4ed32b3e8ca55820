/** A file of expectations from what the configuration says now: of each instance its ways in, addresses, and the flows to and from the internet and its VPC. Pure. */
import { SsmlabError } from '../../errors.js';
import type { SnapshotInstance } from '../../inventory/snapshot/snapshot.js';
import { printable } from '../../report/printable.js';
import { traceFlow } from '../../reachability/engine.js';
import { natGateway } from '../lab-claims.js';
import { type Configuration, NONE, predictEgress, predictPing, predictWay, REACHABLE, wayValue } from '../predict.js';
import type { Prediction } from '../sides.js';
import { type Between, endsOf } from './ends.js';
import { type FarEnd, type FlowRule, type FlowSpec, type Openness, PATTERN } from './language.js';
import { type FlowPrediction, portBoundaries, predictFlow } from './predict-flow.js';
import { farEndOf, flowOf, selected, selectorOf } from './words.js';

const AT = { line: 1, column: 1 } as const;

/** A name that is one plain word of YAML, or else in quotes. */
const word = (text: string): string => (/^[A-Za-z][\w./-]*$/u.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/iu.test(text) ? text : JSON.stringify(text));

/** By its name where that means this one alone, else by its id. */
function selectorFor(instance: SnapshotInstance, instances: readonly SnapshotInstance[]): string {
  const { name, instanceId } = instance;
  const selector = /^[\w .@()+-]+$/u.test(name) ? selectorOf(name, AT) : undefined;
  const means = selector === undefined ? [] : selected(selector, instances);
  return word(means.length === 1 && means[0] === instance ? name : instanceId);
}

const RULE = new RegExp(PATTERN.flow, 'u');

/** `tcp/1-21`; the whole protocol where it is all ports. */
function spanText(protocol: string, first: number, last: number): string {
  const text = first === 1 && last === 65_535 ? protocol : `${protocol}/${first === last ? first : `${first}-${last}`}`;
  if (!RULE.test(text)) throw new RangeError(`not a flow: ${text}`);
  return text;
}

interface Told {
  readonly flow: string;
  readonly is: Openness;
}

/** What the configuration says to the flow's being closed. */
function closedBetween({ network, snapshot: { unread }, from }: Configuration, between: Between, flow: FlowSpec): FlowPrediction {
  return predictFlow({ network, here: from, unread }, between, flow, 'closed', (question) => traceFlow(network, question, { unread }));
}

/** What can be said of the flows between the ends, in as few words as it takes; what is open for some and closed for others is left out. */
function flowsBetween(configuration: Configuration, between: Between): Told[] {
  const { network } = configuration;
  const judged = (text: string): Openness | undefined => {
    const flow = flowOf(text);
    if (flow === undefined) return undefined;
    const { value } = closedBetween(configuration, between, flow);
    return value === REACHABLE ? 'open' : value === 'not reachable' ? 'closed' : undefined;
  };
  const all = judged('all');
  if (all !== undefined) return [{ flow: 'all', is: all }];
  return (['icmp', 'tcp', 'udp'] as const).flatMap((protocol) => {
    const whole = judged(protocol);
    if (whole !== undefined) return [{ flow: protocol, is: whole }];
    if (protocol === 'icmp') return [];
    const interfaces = 'ends' in between ? [...new Set(between.ends.flatMap((ends) => ends.interfaces))] : [];
    const begins = [1, ...portBoundaries(network, interfaces)[protocol].filter((port) => port > 1 && port <= 65_535)];
    const spans: { first: number; last: number; is: Openness | undefined }[] = [];
    for (const [i, first] of begins.entries()) {
      const last = (begins[i + 1] ?? 65_536) - 1;
      const is = judged(spanText(protocol, first, last));
      const before = spans.at(-1);
      if (before !== undefined && before.is === is) before.last = last;
      else spans.push({ first, last, is });
    }
    return spans.flatMap(({ first, last, is }) => (is === undefined ? [] : [{ flow: spanText(protocol, first, last), is }]));
  });
}

function egressWord(configuration: Configuration, instance: SnapshotInstance, address: string): string {
  if (address === NONE) return 'none';
  if (address === instance.publicIpv4) return 'own';
  return address === natGateway(configuration, instance.instanceId)?.publicIp ? 'nat-gateway' : address;
}

/** A member, or in its place a comment that says why nothing is expected. */
function member(name: string, { value, why }: Prediction, text: (value: string) => string): string {
  return value === null ? notKnown(name, why) : `    ${name}: ${text(value)}`;
}

const notKnown = (name: string, why: string): string => `    # ${name}: not known: ${why.replaceAll(/[^\x20-\x7e]+/gu, ' ')}`;

function placesOf(configuration: Configuration, instance: SnapshotInstance, direction: FlowRule['direction'], places: readonly string[]): string[] {
  const comments: string[] = [];
  const lines = places.flatMap((place) => {
    const far: FarEnd | undefined = farEndOf(place, AT);
    const all = flowOf('all');
    if (far === undefined || all === undefined) return [];
    const between = endsOf({ network: configuration.network, here: configuration.from, unread: configuration.snapshot.unread }, instance, { direction, far, flow: all, is: 'closed', at: AT });
    // What is shut from here is said of the internet already.
    const told = flowsBetween(configuration, between).filter(({ is }) => place !== 'here' || is === 'open');
    const whole = told.length === 0 ? closedBetween(configuration, between, all) : undefined;
    if (whole?.value === null) comments.push(notKnown(`${direction} ${place}`, whole.why));
    return told.length === 0 ? [] : [`      ${word(place)}: { ${told.map(({ flow, is }) => `${flow}: ${is}`).join(', ')} }`];
  });
  return [...(lines.length === 0 ? [] : [`    ${direction}:`, ...lines]), ...comments];
}

function entryLines(configuration: Configuration, instance: SnapshotInstance): string[] {
  const { snapshot, network } = configuration;
  const { instanceId } = instance;
  const own = network.instances.get(instanceId)?.[0]?.vpc.vpc.cidrs ?? [];
  const way = (name: string, kind: 'session-manager' | 'ssh-key-pair') => member(name, predictWay(configuration, instanceId, kind), (value) => (value === wayValue(kind, 'open') ? 'open' : 'closed'));
  return [
    `  - select: ${selectorFor(instance, snapshot.instances)}`,
    way('session-manager', 'session-manager'),
    way('ssh', 'ssh-key-pair'),
    `    public-ipv4: ${instance.publicIpv4 === null ? 'none' : 'own'}`,
    member('ping', predictPing(configuration, instanceId), (value) => value),
    member('egress', predictEgress(configuration, instanceId), (value) => egressWord(configuration, instance, value)),
    ...placesOf(configuration, instance, 'reach', ['internet']),
    ...placesOf(configuration, instance, 'from', ['here', 'internet', ...own]),
  ];
}

/** An instance that is not in the file: what does not run answers nobody. */
export interface LeftOut {
  readonly instance: string;
  /** EC2's name of its state. */
  readonly state: string;
}

export interface WrittenExpectations {
  readonly text: string;
  /** How many are in it. */
  readonly instances: number;
  readonly leftOut: readonly LeftOut[];
}

/** `Instance2 is stopped: left out`, one line whatever the name. */
export const leftOutText = ({ instance, state }: LeftOut): string => `${printable(instance)} is ${state}: left out`;

/** The text of the file, of the instances that run; `no-lab` when none does. Those that do not, and what is not known, are comments and no expectations. */
export function writeExpectations(configuration: Configuration): WrittenExpectations {
  const { stack, region, takenAt, instances } = configuration.snapshot;
  const runs = ({ state }: SnapshotInstance): boolean => state === 'running' || state === 'pending';
  const running = instances.filter(runs);
  if (running.length === 0) throw new SsmlabError('no-lab', `no instance of the stack "${stack}" runs`, { hint: 'run `ssmlab list` to see its instances' });
  const leftOut = instances.filter((instance) => !runs(instance)).map(({ name, state }): LeftOut => ({ instance: name, state }));
  // Whoever reads the file has it from a repository: `npx ssmlab` works there, and says nothing of the machine that it was written on.
  const text = [
    `# What the configuration of the stack ${JSON.stringify(stack)} in ${region} says at ${takenAt}: written by \`npx ssmlab expect init\`,`,
    '# judged by `npx ssmlab verify --expect FILE`. Keep what you mean, and take out what may change.',
    'version: 1',
    'instances:',
    ...running.flatMap((instance) => entryLines(configuration, instance)),
    ...leftOut.map((one) => `  # ${leftOutText(one)}`),
    '',
  ].join('\n');
  return { text, instances: running.length, leftOut };
}
