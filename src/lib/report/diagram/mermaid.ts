/** The network as a Mermaid flowchart, which GitHub and GitLab draw. Every id is ours; every text stands in quotes, with what has a meaning as a number. */
import { visible } from '../markup-text.js';
import { legName } from './legs.js';
import { instancesOf, type Scene, type SceneInstance, type SceneLeg, type SceneThing, type SceneVpc, type WayVerdict } from './scene.js';
import { momentText, waysText } from './words.js';

const SIGNS: Readonly<Record<WayVerdict, string>> = { open: '✔', closed: '✘', unknown: '?' };

/** Colours that can be read on light and on dark; what they say is said by sign and line too. */
const CLASSES = [
  'classDef open fill:#dcfce7,stroke:#15803d,color:#14532d',
  'classDef closed fill:#fee2e2,stroke:#b91c1c,color:#7f1d1d,stroke-width:2px',
  'classDef unknown fill:#fef9c3,stroke:#a16207,color:#713f12,stroke-dasharray:4 3',
  'classDef thing fill:#f1f5f9,stroke:#475569,color:#0f172a',
  'classDef outside fill:#e0e7ff,stroke:#4338ca,color:#1e1b4b',
];

/** Between quotes. Mermaid writes a character by its number as `#35;`; letters, digits and a few harmless signs are themselves. Its lexer takes `direction LR` for a statement also within quotes. */
export function mermaidText(text: string): string {
  return visible(text).replace(/[^\p{L}\p{M}\p{N} .,/_()…✔✘?–-]|(?<=directio)n/gu, (character) => `#${character.codePointAt(0) ?? 63};`);
}

const label = (lines: readonly string[]): string => `"${lines.filter((line) => line !== '').map(mermaidText).join('<br/>')}"`;

/** Ids in the order of the scene: what stands in it has no part in them. */
class Ids {
  readonly #ids = new Map<string, string>();

  of(word: string, key: string): string {
    const id = this.#ids.get(word + key) ?? `${word}${this.#ids.size + 1}`;
    this.#ids.set(word + key, id);
    return id;
  }
}

/** Words of the lexer (`end`, `v`, `x`) are none of them. */
const LETTER = { 'nat-gateway': 'nat', 'internet-gateway': 'igw', 'vpc-endpoint': 'ep', 'other': 'unk' } as const;

function thingLine(thing: SceneThing, ids: Ids): string {
  if (thing.kind === 'instance') {
    const state = thing.state === 'running' ? '' : thing.state;
    return `${ids.of('ins', thing.instanceId)}[${label([`${SIGNS[thing.verdict]} ${thing.number} ${thing.name}`, [thing.privateIp, thing.publicIp].filter((address) => address !== null).join(', '), state])}]:::${thing.verdict}`;
  }
  if (thing.kind === 'nat-gateway') return `${ids.of('nat', thing.id)}{{${label(['NAT gateway', thing.name ?? thing.id, thing.publicIp ?? ''])}}}:::thing`;
  return `${ids.of('ep', thing.id)}(${label([`endpoint ${thing.service}`, thing.name ?? thing.id, thing.privateIp])}):::thing`;
}

function vpcLines(vpc: SceneVpc, ids: Ids): string[] {
  const seen = new Set<string>();
  const subnets = vpc.subnets.flatMap((subnet) => [
    `    subgraph ${ids.of('sub', subnet.subnetId)}[${label([subnet.name ?? subnet.subnetId, subnet.cidr])}]`,
    // An endpoint has an interface in each of several subnets, and is one node.
    ...subnet.things.filter((thing) => thing.kind !== 'vpc-endpoint' || !seen.has(thing.id) && seen.add(thing.id)).map((thing) => `      ${thingLine(thing, ids)}`),
    '    end',
  ]);
  const gateway = vpc.internetGateway === null ? [] : [`    ${ids.of('igw', vpc.internetGateway.id)}[/${label(['internet gateway', vpc.internetGateway.name ?? vpc.internetGateway.id])}/]:::thing`];
  return [`  subgraph ${ids.of('vpc', vpc.vpcId)}[${label([[vpc.name, vpc.vpcId].filter((part) => part !== null).join(' '), vpc.cidrs.join(', ')])}]`, ...subnets, ...gateway, '  end'];
}

const INTERNET = 'net0';
const MANAGER = 'ssm0';
const YOU = 'you0';

/** Edges of one leg from the instance outward; the last is the service, or you. */
function legEdges(instance: SceneInstance, leg: SceneLeg, ids: Ids): string[] {
  const inward = leg.way === 'ssh-key-pair';
  const own = ids.of('ins', instance.instanceId);
  const endpoints = leg.stops.filter((stop) => stop.kind === 'vpc-endpoint');
  const last = leg.stops.at(-1)?.kind;
  const chain = endpoints.length > 0 ? [] : leg.stops.map((stop) => ids.of(LETTER[stop.kind], stop.id));
  const ends = last === 'internet-gateway' ? [INTERNET, inward ? YOU : MANAGER] : [inward ? YOU : MANAGER];
  const chains = endpoints.length > 0 ? endpoints.map((stop) => [own, ids.of('ep', stop.id), MANAGER]) : [[own, ...chain, ...ends]];
  const cutAt = leg.cut === null ? undefined : typeof leg.cut === 'number' && endpoints.length === 0 ? leg.cut : 0;
  return chains.flatMap((nodes) => nodes.slice(0, -1).flatMap((from, at) => {
    const to = nodes[at + 1] ?? MANAGER;
    const text = at === 0 ? `${SIGNS[leg.verdict]} ${legName(leg)}` : '';
    const isCut = cutAt !== undefined && at === cutAt;
    // Behind the cut nothing goes on.
    if (cutAt !== undefined && at > cutAt) return [];
    const arrow = !isCut ? '-->' : leg.verdict === 'unknown' ? '-.->' : '-.-x';
    const says = isCut && at > 0 ? SIGNS[leg.verdict] : text;
    const [a, b] = inward && !isCut ? [to, from] : [from, to];
    return [`${a} ${arrow}${says === '' ? '' : `|${label([says])}|`} ${b}`];
  }));
}

/** The chart's lines, without a fence. */
export function mermaidDiagram(scene: Scene): string[] {
  const ids = new Ids();
  const vpcs = scene.vpcs.flatMap((vpc) => vpcLines(vpc, ids));
  const drawn = instancesOf(scene);
  const edges = [...new Set(drawn.flatMap((instance) => instance.legs.flatMap((leg) => legEdges(instance, leg, ids))))];
  const uses = (id: string): boolean => edges.some((edge) => edge.split(' ').includes(id));
  const others = [...new Set(drawn.flatMap((instance) => instance.legs.flatMap((leg) => leg.stops.filter((stop) => stop.kind === 'other').map((stop) => stop.id))))];
  return [
    'flowchart LR',
    `  accTitle: ${mermaidText(`${scene.stack} in ${scene.region}`)}`,
    `  accDescr: ${mermaidText(`${waysText(scene)}, as the configuration of ${momentText(scene.takenAt)} predicts`)}`,
    ...vpcs,
    ...scene.unplaced.map((instance) => `  ${thingLine(instance, ids)}`),
    ...others.map((id) => `  ${ids.of('unk', id)}[${label(['not modelled', id])}]:::unknown`),
    ...(uses(INTERNET) ? [`  ${INTERNET}((${label(['internet'])})):::outside`] : []),
    ...(uses(MANAGER) ? [`  ${MANAGER}([${label(['Systems Manager'])}]):::outside`] : []),
    ...(uses(YOU) ? [`  ${YOU}([${label(['you'])}]):::outside`] : []),
    ...edges.map((edge) => `  ${edge}`),
    ...CLASSES.map((line) => `  ${line}`),
  ];
}
