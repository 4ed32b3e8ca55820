/** A flow's way → text: one line a step, and what it comes to. */
import type { TraceReport, TraceStep } from '../aws/ssmlab.js';
import { printable } from './printable.js';
import type { Style } from './style.js';

/** What a step is called. */
const NAMES: Readonly<Record<string, string>> = {
  'network-interface': 'interface', 'security-group': 'security group', 'network-acl': 'network ACL', 'route': 'route table', 'vpc': 'VPC',
  'nat-gateway': 'NAT gateway', 'internet-gateway': 'internet gateway', 'vpc-endpoint': 'VPC endpoint', 'link-local': 'link-local', 'internet': 'internet',
};

const nameOf = ({ kind }: TraceStep): string => NAMES[kind] ?? kind;

/** Whether an answer came, be it a refusal: then the network let both ways pass. */
export const flowPasses = ({ answer }: Pick<TraceReport, 'answer'>): boolean => answer !== 'none' && answer !== 'error';

/** `called`: what people call the instance, as `list` shows it. */
export function traceLines(report: TraceReport, style: Style, called: { readonly number: number; readonly name: string }): string[] {
  const width = Math.max(...report.steps.map((step) => nameOf(step).length));
  const marks = Math.max(style.ok.length, style.fail.length);
  const line = (step: TraceStep): string => {
    const mark = step.verdict === 'pass' ? style.good(style.ok.padEnd(marks)) : style.bad(style.fail.padEnd(marks));
    const ids = [step.id, step.rule].filter((id) => id !== null).map(printable).join(' ');
    return `  ${mark} ${nameOf(step).padEnd(width)}  ${printable(step.detail)}${ids === '' ? '' : `  ${style.dim(ids)}`}`;
  };
  const back = report.steps.filter(({ leg }) => leg === 'return');
  return [
    style.strong(headOf(report, called)),
    ...report.steps.filter(({ leg }) => leg === 'forward').map(line),
    ...(back.length === 0 ? [] : [style.dim('and back'), ...back.map(line)]),
    verdictOf(report, style),
  ];
}

function headOf({ by, instanceId, protocol, destination, address, port }: TraceReport, { number, name }: Parameters<typeof traceLines>[2]): string {
  const what = protocol === 'icmp' ? 'ping' : protocol;
  const where = `${printable(destination)}${port === null ? '' : `:${port}`}${address === destination ? '' : ` (${address})`}`;
  return `${number} ${printable(name)} (${instanceId}): ${what} to ${where}, ${by === 'kernel' ? 'by a real packet and the kernel\'s own account' : 'computed: no packet was sent'}`;
}

const ANSWERS: Readonly<Record<TraceReport['answer'], string>> = {
  'connected': 'A server answered: the connection opens.',
  'refused': 'The packet arrived and was refused: nothing listens on that port.',
  'answered': 'An answer came back.',
  'echo-reply': 'The echo came back.',
  'none': 'Nothing came back.',
  'error': 'The instance could not send it',
};

function verdictOf({ answer, said, steps }: TraceReport, style: Style): string {
  const dropped = steps.find(({ verdict }) => verdict === 'drop');
  if (flowPasses({ answer })) return style.good(ANSWERS[answer]);
  if (dropped === undefined) return style.bad(said === null ? ANSWERS[answer] : `${ANSWERS[answer].replace(/\.$/u, '')}: ${printable(said)}`);
  const way = dropped.leg === 'forward' ? 'The packet' : 'The answer';
  return style.bad(`${way} ended at ${dropped.id === null ? `the ${nameOf(dropped)}` : printable(dropped.id)}: ${printable(dropped.detail)}.`);
}
