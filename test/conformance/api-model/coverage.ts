/** `docs/coverage.md`: what the dispatch tables have of each service's API model, and which members are refused by name. */
import type { Service } from '../../../src/cloud/endpoint/operation.js';
import type { Step } from './scenario/step.js';

/** What the answers to the mutants of one member said. */
export interface MemberAnswers {
  /** Answers that named it as not supported. */
  refused: number;
  all: number;
}

/** `service.operation` → dotted member → answers. */
export type Answers = ReadonlyMap<string, ReadonlyMap<string, MemberAnswers>>;

/** An error by which an operation says that it has nothing behind this member, by its name on the wire; of a structure or list perhaps by what is in it. */
export function saysNotSupported(message: string, wire: string): boolean {
  return /not supported by the local cloud|The local cloud does not support/.test(message) && new RegExp(`\\b${wire.replaceAll('.', '\\.')}\\b`, 'i').test(message);
}

/** Of each member the answers that name it most often: beside other members it may be refused for these. */
export function plainest(before: ReadonlyMap<string, MemberAnswers> = new Map(), now: ReadonlyMap<string, MemberAnswers> = new Map()): ReadonlyMap<string, MemberAnswers> {
  const share = (answers: MemberAnswers | undefined): number => (answers === undefined ? -1 : answers.refused / answers.all);
  return new Map([...before, ...[...now].filter(([name, answers]) => share(answers) > share(before.get(name)))]);
}

function cell(members: ReadonlyMap<string, MemberAnswers>, used: ReadonlySet<string>): string {
  const of = (wanted: (answers: MemberAnswers) => boolean): string[] => [...members].filter(([name, answers]) => !used.has(name) && wanted(answers)).map(([name]) => name).toSorted();
  const none = of(({ refused, all }) => refused === all);
  const some = of(({ refused, all }) => refused > 0 && refused < all);
  // What is inside a structure that is refused as a whole need not be told.
  const told = (name: string): boolean => !none.some((other) => name.startsWith(`${other}.`));
  const listed = (names: readonly string[]): string => names.filter(told).map((name) => `\`${name}\``).join(', ');
  return [...(none.length > 0 ? [listed(none)] : []), ...(listed(some) === '' ? [] : [`only some values of ${listed(some)}`])].join('; ') || 'none';
}

/** Dotted names of the members of an input, also those that hold others. */
function membersOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => membersOf(item, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const dotted = path === '' ? name : `${path}.${name}`;
    return [dotted, ...membersOf(inner, dotted)];
  });
}

export interface CoverageOptions {
  readonly services: readonly Service[];
  readonly answers: Answers;
  readonly notPublic: readonly string[];
  /** Members in it are supported, also those that do not go together with what the mutants were made from. */
  readonly scenario: readonly Step[];
}

/** The document. */
export function coverageDocument({ services, answers, notPublic, scenario }: CoverageOptions): string {
  const used = (key: string): Set<string> => new Set(scenario.filter(({ service, operation, error }) => `${service}.${operation}` === key && error === undefined).flatMap(({ input }) => membersOf(input, '')));
  const head = `# Coverage

What the local cloud has of AWS's APIs. Written from the dispatch tables and botocore's API models by
\`WRITE_COVERAGE=1 npx vitest run --project unit test/conformance/api-model/fuzz.test.ts\`: each member of each operation is given, inside structures too, and the answer says whether it is supported. What is not supported is refused with an error that names it; an operation that is not listed is refused by its name
(\`InvalidAction\`, \`UnknownOperationException\`, \`NotImplemented\`). Members inside structures and lists are written with dots, \`LaunchSpecification.KernelId\`; of a structure that is refused as a whole they are not listed.
`;
  const parts = services.map((service) => {
    const names = Object.keys(service.operations).toSorted();
    const title = `## ${service.name}${service.version === undefined ? '' : ` ${service.version}`}`;
    const rows = names.map((name) => {
      const key = `${service.name}.${name}`;
      if (notPublic.includes(key)) return `| ${name} | of agents, in no public model |`;
      const members = answers.get(key);
      return `| ${name} | ${members === undefined ? 'not probed' : cell(members, used(key))} |`;
    });
    return `${title}\n\n| operation | members that are refused |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return [head, ...parts].join('\n');
}
