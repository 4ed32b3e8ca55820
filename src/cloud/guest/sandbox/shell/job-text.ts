/** A command as bash prints it back in `jobs`: one form whatever the source looked like. */
import { type CommandNode, type PipelineNode, serialize, type StatementNode, type WordNode } from 'just-bash';
import type { JobText } from './jobs.js';

type Simple = Extract<CommandNode, { type: 'SimpleCommand' }>;
type Redirection = Simple['redirections'][number];
type If = Extract<CommandNode, { type: 'If' }>;
type Case = Extract<CommandNode, { type: 'Case' }>;

function bare(command: CommandNode): string {
  return serialize({ type: 'Script', statements: [{ type: 'Statement', pipelines: [{ type: 'Pipeline', commands: [{ ...command, redirections: [] }], negated: false }], operators: [], background: false }] });
}

function word(node: WordNode): string {
  return bare({ type: 'SimpleCommand', assignments: [], name: node, args: [], redirections: [] });
}

function redirectionText(node: Redirection): string {
  const { target } = node;
  const from = node.fdVariable === undefined ? (node.fd ?? '') : `{${node.fdVariable}}`;
  if (target.type === 'HereDoc') return `${from}${node.operator}${target.delimiter}\n${word(target.content)}${target.delimiter}\n`;
  const gap = node.operator === '>&' || node.operator === '<&' ? '' : ' ';
  return `${from}${node.operator}${gap}${word(target)}`;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gmu, '    ');
}

/** A list inside a compound command over several lines. */
function block(statements: readonly StatementNode[], end = ';'): string {
  return indented(statements.map((statement, index) => `${statementText(statement)}${statement.background ? ' &' : index < statements.length - 1 ? ';' : end}`).join('\n'));
}

/** A list on one line, as conditions and groups have it. */
function line(statements: readonly StatementNode[]): string {
  return statements.map((statement, index) => `${statementText(statement)}${statement.background ? ' &' : index < statements.length - 1 ? ';' : ''}`).join(' ');
}

function caseText(node: Case): string {
  const items = node.items.map((item) => `${item.patterns.map((pattern) => word(pattern)).join(' | ')})\n${block(item.body, '')}\n${item.terminator}`);
  return `case ${word(node.word)} in \n${indented(items.join('\n'))}\nesac`;
}

/** An elif is an if inside of else. */
function ifText([clause, ...more]: If['clauses'], elseBody: If['elseBody']): string {
  if (clause === undefined) return '';
  const otherwise = more.length > 0 ? indented(`${ifText(more, elseBody)};`) : elseBody === null ? undefined : block(elseBody);
  return `if ${line(clause.condition)}; then\n${block(clause.body)}\n${otherwise === undefined ? '' : `else\n${otherwise}\n`}fi`;
}

function compoundText(command: Exclude<CommandNode, Simple>): string {
  switch (command.type) {
    case 'Subshell': return `( ${line(command.body)} )`;
    case 'Group': return `{ ${line(command.body)}${command.body.at(-1)?.background === true ? '' : ';'} }`;
    case 'If': return ifText(command.clauses, command.elseBody);
    case 'While':
    case 'Until': return `${command.type.toLowerCase()} ${line(command.condition)}; do\n${block(command.body)}\ndone`;
    case 'For': return `for ${command.variable} in ${command.words === null ? '"$@"' : command.words.map((one) => word(one)).join(' ')};\ndo\n${block(command.body)}\ndone`;
    case 'Case': return caseText(command);
    // A list of its own kinds of lines; nobody reads a job's text for its layout.
    default: return bare(command);
  }
}

export function commandText(command: CommandNode): string {
  const text = command.type === 'SimpleCommand' ? bare(command) : compoundText(command);
  return [...(text === '' ? [] : [text]), ...command.redirections.map((node) => redirectionText(node))].join(' ');
}

function pipelineText(pipeline: PipelineNode): string {
  const commands = pipeline.commands.map((command, index) => `${commandText(command)}${pipeline.pipeStderr?.[index] === true ? ' 2>&1' : ''}`);
  return `${pipeline.timed === true ? 'time ' : ''}${pipeline.negated ? '! ' : ''}${commands.join(' | ')}`;
}

function statementText(statement: StatementNode): string {
  return statement.pipelines.map((pipeline, index) => (index === 0 ? '' : ` ${statement.operators[index - 1] ?? ';'} `) + pipelineText(pipeline)).join('');
}

/** Of a pipeline in the foreground. */
export function pipelineJob(pipeline: Pick<PipelineNode, 'commands' | 'pipeStderr'>): JobText {
  const parts = pipeline.commands.map((command, index) => `${commandText(command)}${pipeline.pipeStderr?.[index] === true ? ' 2>&1' : ''}`);
  return { text: parts.join(' | '), parts };
}

/** Of a list in the background; `! a &` is told as `a`. */
export function statementJob(statement: StatementNode): JobText {
  const [only, ...more] = statement.pipelines;
  if (only !== undefined && more.length === 0) return pipelineJob(only);
  const text = statementText(statement);
  return { text, parts: [text] };
}
