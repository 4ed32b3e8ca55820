/** Source → syntax tree: just-bash's grammar, with bash's own errors and the question whether more lines are needed. */
import { parse as parseBash, type ScriptNode } from 'just-bash';

export type { ScriptNode };

export class ShellSyntaxError extends Error {
  /** More input could make it right. */
  readonly incomplete: boolean;
  constructor(message: string, incomplete: boolean) {
    super(message);
    this.name = 'ShellSyntaxError';
    this.incomplete = incomplete;
  }
}

const UNTERMINATED = /looking for matching/u;

export function parseScript(source: string): ScriptNode {
  let script: ScriptNode;
  try {
    script = parseBash(source.endsWith('\n') ? source : `${source}\n`);
  } catch (error) {
    throw translate(error);
  }
  checkOperands(script, source);
  return script;
}

function translate(error: unknown): ShellSyntaxError {
  const { message, token } = error as { readonly message: string; readonly token?: { readonly type: string; readonly value: string } };
  const text = message.replace(/^(?:Parse error at \d+:\d+|line \d+): /u, '');
  if (UNTERMINATED.test(text)) return new ShellSyntaxError(text.replace(/'(.)'$/u, "`$1'"), true);
  if (token?.type === 'EOF' || /got EOF/u.test(text)) return new ShellSyntaxError('syntax error: unexpected end of file', true);
  if (text.startsWith('syntax error')) return new ShellSyntaxError(token !== undefined && token.value !== '' ? nearToken(token.value) : text, false);
  if (token !== undefined) return new ShellSyntaxError(nearToken(token.type === 'NEWLINE' ? 'newline' : token.value), false);
  return new ShellSyntaxError(`syntax error: ${text}`, false);
}

function nearToken(value: string): string {
  return `syntax error near unexpected token \`${value === '\n' ? 'newline' : value}'`;
}

/** The grammar lets an operator end without its right side; bash does not. */
function checkOperands(script: ScriptNode, source: string): void {
  for (const [index, statement] of script.statements.entries()) {
    if (statement.deferredError !== undefined) throw new ShellSyntaxError(statement.deferredError.message, false);
    for (const [position, pipeline] of statement.pipelines.entries()) {
      for (const [place, command] of pipeline.commands.entries()) {
        if (command.type !== 'SimpleCommand' || command.name !== null || command.assignments.length > 0 || command.redirections.length > 0) continue;
        const operator = place > 0 || pipeline.commands.length > 1 ? '|' : (statement.operators[position - 1] ?? statement.operators[0]);
        if (operator === undefined) continue;
        const atEnd = index === script.statements.length - 1 && position === statement.pipelines.length - 1 && place === pipeline.commands.length - 1;
        if (atEnd && /(?:\||&&)\s*$/u.test(source)) throw new ShellSyntaxError('syntax error: unexpected end of file', true);
        throw new ShellSyntaxError(nearToken(operator), false);
      }
    }
  }
}

/** Whether a here-document in the source still waits for its end, or the last line ends in a backslash. */
export function needsMore(source: string, script: ScriptNode): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\\n?$/u.test(source)) return true;
  return source.includes('<<') && JSON.stringify(script).includes('"terminated":false');
}
