/** `docs/coverage.md`: what the dispatch tables have of each service's API model, and which members are refused by name. */
import type { Service } from '../../../src/cloud/endpoint/operation.js';
import type { Step } from './scenario/step.js';

/** What the answers to the mutants of one member said. */
export interface MemberAnswers {
  /** Answers that named it as not supported. */
  refused: number;
  all: number;
}

/** `service.operation` → member → answers. */
export type Answers = ReadonlyMap<string, ReadonlyMap<string, MemberAnswers>>;

/** An error by which an operation says that it has nothing behind a member. */
export function saysNotSupported(message: string): boolean {
  return /not supported by the local cloud|The local cloud does not support/.test(message);
}

function cell(members: ReadonlyMap<string, MemberAnswers>, used: ReadonlySet<string>): string {
  const of = (wanted: (answers: MemberAnswers) => boolean): string[] => [...members].filter(([name, answers]) => !used.has(name) && wanted(answers)).map(([name]) => `\`${name}\``).toSorted();
  const none = of(({ refused, all }) => refused === all);
  const some = of(({ refused, all }) => refused > 0 && refused < all);
  return [...(none.length > 0 ? [none.join(', ')] : []), ...(some.length > 0 ? [`only some values of ${some.join(', ')}`] : [])].join('; ') || 'none';
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
  const used = (key: string): Set<string> => new Set(scenario.filter(({ service, operation, error }) => `${service}.${operation}` === key && error === undefined).flatMap(({ input }) => Object.keys(input)));
  const head = `# Coverage

What the local cloud has of AWS's APIs. Written from the dispatch tables and botocore's API models by
\`WRITE_COVERAGE=1 npx vitest run --project unit test/conformance/api-model/fuzz.test.ts\`: each member of each operation is given, and the answer says whether it is supported. What is not supported is refused with an error that names it; an operation that is not listed is refused by its name
(\`InvalidAction\`, \`UnknownOperationException\`, \`NotImplemented\`). A member may be refused inside a structure as well.
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
