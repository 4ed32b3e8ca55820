/** An explanation as text: the way hop by hop, the verdict in a sentence, what blocks, and what opens it. */
import type { Blocker } from '../reachability/asked-way.js';
import type { Explanation } from '../explain/explanation.js';
import type { ComponentKind, Header, Hop, Trace } from '../reachability/trace.js';
import type { Link, LinkName } from '../reachability/way-in.js';
import { printable } from './printable.js';
import { shellQuote } from './shell-quote.js';
import type { Style } from './style.js';
import { cellWidth } from './table.js';
import { wrappedToFit } from './wrap.js';

export interface ExplainOptions {
  readonly style: Style;
  /** Columns of the terminal; unlimited in a pipe. */
  readonly width?: number | undefined;
  /** The answer's way too, also where nothing is the matter with it. */
  readonly wide?: boolean | undefined;
  /** How the user can call this program; `ssmlab` when absent. */
  readonly program?: string | undefined;
}

const COMPONENT: Readonly<Record<ComponentKind, string>> = {
  'instance': 'instance', 'network-interface': 'interface', 'security-group': 'security group', 'network-acl': 'network ACL', 'route-table': 'route table', 'subnet': 'subnet',
  'internet-gateway': 'internet gateway', 'nat-gateway': 'NAT gateway', 'vpc-endpoint': 'VPC endpoint', 'resolver': 'resolver', 'block-public-access': 'public access',
  'internet': 'internet', 'unsupported': 'not modelled',
};

const LINK: Readonly<Record<LinkName, string>> = { 'instance': 'instance', 'identity': 'identity', 'name': 'name', 'path': 'path', 'endpoint-policy': 'endpoint policy' };

const WAY: Readonly<Record<Explanation['way'], string>> = { 'session-manager': 'Session Manager', 'ssh-key-pair': 'SSH', 'flow': '' };

/** Cells of the component before what is said. */
const LABEL = Math.max(...Object.values(COMPONENT).map((name) => name.length));
/** What is said has a column of its own where that has so many cells; else it stands below. */
const LEAST = 24;
const BELOW = 6;

type Decision = 'good' | 'bad' | 'doubt';

/** A heading, or a line. */
type Step = string | Line;

interface Line {
  readonly decision: Decision;
  readonly what: string;
  readonly why: string;
  readonly by: string;
}

export function explainLines(explanation: Explanation, options: ExplainOptions): string[] {
  const { style } = options;
  const { links, trace } = explanation;
  const body = (trace !== null ? stepsOfTrace(trace, options) : stepsOfLinks(links, options)).flatMap((step) => (typeof step === 'string' ? fit(style.dim(step), options) : lineOf(step, explanation.names, options)));
  return [
    ...fit(style.strong(headOf(explanation)), options),
    ...fit(style.dim(`as the configuration says, read ${explanation.takenAt.replace('T', ' ').replace(/(?:\.\d+)?Z$/u, ' UTC')}; no packet is sent`), options),
    ...body,
    ...verdictLines(explanation, options),
    ...remedyLines(explanation, options),
  ];
}

function headOf({ instance, way, from, to, trace }: Explanation): string {
  if (way !== 'flow') return `${printable(instance.name)} (${printable(instance.instanceId)}): ${WAY[way]}, ${printable(from)} to ${printable(to)}`;
  const what = trace === null ? '' : trace.question.protocol === 'icmp' ? 'ping ' : `${trace.question.protocol} `;
  return `${printable(instance.name)} (${printable(instance.instanceId)}): ${what}from ${printable(from)} to ${printable(to)}`;
}

/** The links of a way in; what each service has stands under its name. */
function stepsOfLinks(links: readonly Link[], options: ExplainOptions): Step[] {
  const services = [...new Set(links.flatMap(({ service }) => service ?? []))];
  const steps = (of: readonly Link[]): Step[] => of.flatMap((link) => (link.trace === undefined ? [lineOfLink(link)] : stepsOfTrace(link.trace, options)));
  const [first, ...others] = services.map((service) => ({ service, lines: steps(links.filter((link) => link.service === service)) }));
  const told = new Set(first?.lines.map(keyOf));
  return [
    ...steps(links.filter(({ service }) => service === null)),
    ...(first === undefined ? [] : [first.service, ...first.lines]),
    ...others.flatMap(({ service, lines }) => {
      const rest = options.wide === true ? lines : lines.filter((line) => !told.has(keyOf(line)));
      return [rest.length === lines.length ? service : `${service}, the same way${rest.length === 0 ? '' : ' but for'}`, ...rest];
    }),
  ];
}

/** Two services go the same way where the same things decide the same: only the address is another. */
const keyOf = (step: Step): string => (typeof step === 'string' ? step : `${step.what} ${step.decision} ${step.by}`);

const DECISION = { open: 'good', closed: 'bad', unknown: 'doubt', pass: 'good', block: 'bad' } as const;

const lineOfLink = ({ link, verdict, why, by }: Link): Line => ({ decision: DECISION[verdict], what: LINK[link], why, by });

/** Of NAT it is told what becomes of the header. */
const lineOfHop = ({ component, decision, why, by, header, after }: Hop): Line => ({ decision: DECISION[decision], what: COMPONENT[component], why: after === undefined ? why : translation(header, after), by });

function translation(before: Header, after: Header): string {
  const ends = (['source', 'destination'] as const).flatMap((name) => {
    const [old, now] = [before[`${name}Port`], after[`${name}Port`]];
    if (before[name] === after[name] && old === now) return [];
    return old === now || old === undefined || now === undefined ? [`${name} ${before[name]} becomes ${after[name]}`] : [`${name} ${before[name]}:${old} becomes ${after[name]}:${now}`];
  });
  return ends.join(', ');
}

function stepsOfTrace(trace: Trace, { wide = false }: ExplainOptions): Step[] {
  const { forward, reply } = trace;
  const matters = wide || reply.some(({ decision }) => decision !== 'pass') || trace.disposition === 'reply-lost';
  return [...forward.map(lineOfHop), ...(matters && reply.length > 0 ? ['and the answer back', ...reply.map(lineOfHop)] : [])];
}

/** Mark, component, what was decided and why, and dim the id and rule that decided: beside it where there is room, else below. */
function lineOf({ decision, what, why, by }: Line, names: Explanation['names'], { style, width = Infinity }: ExplainOptions): string[] {
  const marks = Math.max(style.ok.length, style.fail.length);
  const mark = { good: style.ok, bad: style.fail, doubt: style.unknown }[decision].padEnd(marks);
  const before = 2 + marks + 1 + LABEL + 2;
  const name = Object.entries(names).find(([id]) => by.startsWith(id))?.[1];
  const [text, id] = [printable(name === undefined ? why : `${name}: ${why}`), printable(by)];
  const label = `  ${style[decision](mark)} ${what.padEnd(LABEL)}`;
  if (before + cellWidth(text) + 2 + cellWidth(id) <= width) return [`${label}  ${text}  ${style.dim(id)}`];
  const narrow = width - before < LEAST;
  const room = width - (narrow ? BELOW : before);
  const indent = ' '.repeat(narrow ? BELOW : before);
  const said = wrappedToFit(text, room);
  return [
    ...(narrow ? [label.trimEnd(), ...said.map((line) => `${indent}${line}`)] : [`${label}  ${said[0] ?? ''}`, ...said.slice(1).map((line) => `${indent}${line}`)]),
    ...wrappedToFit(id, room).map((line) => `${indent}${style.dim(line)}`),
  ];
}

/** The first id of the text with what it is called. */
function named(text: string, names: Explanation['names']): string {
  const [id, name] = Object.entries(names).find(([each]) => text.startsWith(each)) ?? [];
  return id === undefined ? text : `${id} (${name})${text.slice(id.length)}`;
}

const blockerText = ({ by, why, services }: Blocker, all: number, names: Explanation['names']): string => `${printable(named(by, names))}: ${printable(why)}${services.length === 1 && all > 1 ? ` (for ${printable(services[0] ?? '')})` : ''}`;

function verdictLines(explanation: Explanation, options: ExplainOptions): string[] {
  const { style } = options;
  const { verdict, blockers, unknowns, links, names } = explanation;
  const services = new Set(links.flatMap(({ service }) => service ?? [])).size;
  const [blocker] = blockers;
  const doubts = unknowns.flatMap((text) => fit(`  ${style.doubt(style.unknown)} ${printable(text)}`, options));
  if (verdict === 'open') return fit(style.good(`Open: ${openText(explanation)}.`), options);
  if (verdict === 'unknown') return [...fit(style.doubt('Unknown: it cannot be judged.'), options), ...doubts];
  const more = unknowns.length === 0 ? [] : [style.doubt('Not judged besides'), ...doubts];
  if (blockers.length === 1 && blocker !== undefined) return [...fit(style.bad(`Closed by ${blockerText(blocker, services, names)}.`), options), ...more];
  const list = blockers.flatMap((each) => [...fit(`  ${style.bad(style.fail)} ${blockerText(each, services, names)}`, options), ...(each.code === null ? [] : [`    ${style.dim(each.code)}`])]);
  return [style.bad(blockers.length === 0 ? 'Closed.' : `Closed: ${blockers.length} things are in the way.`), ...list, ...more];
}

function openText({ way, trace }: Explanation): string {
  if (way === 'session-manager') return 'its agent reaches both services';
  if (way === 'ssh-key-pair') return 'SSH gets through';
  return trace?.question.protocol === 'icmp' ? 'the echo arrives and comes back' : 'it arrives, and the answer comes back';
}

function remedyLines({ verdict, remedy, blockers, fabric, standIn }: Explanation, options: ExplainOptions): string[] {
  const { style, program = 'ssmlab' } = options;
  if (verdict === 'open' || (verdict === 'unknown' && remedy === null)) return [];
  if (remedy === null) return fit(style.dim(blockers.length > 1 ? 'No single change opens it.' : 'ssmlab knows no single change that opens it.'), options);
  return [
    '',
    ...fit(`${style.strong(verdict === 'closed' ? 'What opens it' : 'What opens it for certain')}: ${printable(remedy.sentence)}.`, options),
    ...commandLines(remedy.command, options.width),
    ...(standIn !== null && remedy.command.some((word) => word.includes(standIn)) ? fit(`  ${standIn} stands for the internet: the command opens it to that address only. Put the address that you come from in its place.`, options) : []),
    ...(fabric === 'aws' ? [] : fit(style.dim(`  (in a shell after: eval "$(${program} local env)")`), options)),
  ];
}

/** The command, on several lines where it is too long for one: a shell reads them as one. */
export function commandLines(command: readonly string[], width = Infinity): string[] {
  const words = command.map((word) => shellQuote(printable(word)));
  // An option stays with its values.
  const parts: string[] = [];
  for (const [index, word] of words.entries()) {
    if (index === 0 || word.startsWith('--')) parts.push(word);
    else parts.push(`${parts.pop() ?? ''} ${word}`);
  }
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = last === undefined ? `  ${part}` : `${last} ${part}`;
    if (last === undefined) lines.push(joined);
    else if (cellWidth(joined) + 2 <= width) lines[lines.length - 1] = joined;
    else lines.push(`      ${part}`);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
}

/** Lines of whole words; what goes on stands under the text, past its mark. */
function fit(text: string, { width }: ExplainOptions): string[] {
  if (width === undefined || cellWidth(text) <= width) return [text];
  const indent = text.startsWith('  ') ? 4 : 2;
  const [first = '', ...rest] = wrappedToFit(text, width - indent);
  return [first, ...rest.map((line) => ' '.repeat(indent) + line)];
}
