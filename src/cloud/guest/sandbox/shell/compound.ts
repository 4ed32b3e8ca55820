/** if, for, while, until, case, groups, subshells, (( )) and [[ ]]. */
import type { CommandNode, StatementNode } from 'just-bash';
import { evaluateCondition } from './conditional.js';
import { ArithmeticError, LoopExit } from './control.js';
import type { Executor } from './execute.js';
import { foreground } from './job-control.js';
import { pipelineJob } from './job-text.js';
import { redirect } from './redirect.js';
import type { Shell } from './shell.js';

type CompoundNode = Exclude<CommandNode, { type: 'SimpleCommand' } | { type: 'FunctionDef' }>;
type Of<T extends CompoundNode['type']> = Extract<CompoundNode, { type: T }>;

export class Compound {
  private readonly shell: Shell;
  private readonly executor: Executor;
  constructor(shell: Shell, executor: Executor) {
    this.shell = shell;
    this.executor = executor;
  }

  async run(node: CompoundNode): Promise<void> {
    if (node.type === 'Subshell') return this.subshell(node);
    if (node.redirections.length === 0) return this.body(node);
    const undo = await redirect(this.shell, this.shell.process, node.redirections);
    try {
      return await this.body(node);
    } finally {
      undo();
    }
  }

  private body(node: Exclude<CompoundNode, { type: 'Subshell' }>): Promise<void> {
    switch (node.type) {
      case 'Group': return this.executor.statements(node.body);
      case 'If': return this.conditional(node);
      case 'For': return this.forEach(node);
      case 'CStyleFor': return this.counting(node);
      case 'While': return this.loop(node.condition, node.body, true);
      case 'Until': return this.loop(node.condition, node.body, false);
      case 'Case': return this.choose(node);
      case 'ArithmeticCommand': return this.arithmetic(node);
      default: return this.test(node);
    }
  }

  private async subshell(node: Of<'Subshell'>): Promise<void> {
    const { shell } = this;
    const child = shell.process.kernel.fork({
      parent: shell.process,
      argv: shell.process.argv,
      group: shell.options.monitor ? 'own' : undefined,
      run: (process) => {
        const subshell = shell.fork(process);
        return subshell.executor.lifetime(async () => {
          await subshell.executor.guarded({ type: 'Group', body: node.body, redirections: node.redirections });
        });
      },
    });
    await foreground(shell, [child], () => pipelineJob({ commands: [node] }));
  }

  private async condition(statements: readonly StatementNode[]): Promise<boolean> {
    this.shell.conditions += 1;
    try {
      await this.executor.statements(statements);
    } finally {
      this.shell.conditions -= 1;
    }
    return this.shell.status === 0;
  }

  private async conditional(node: Of<'If'>): Promise<void> {
    for (const clause of node.clauses) {
      if (await this.condition(clause.condition)) return this.executor.statements(clause.body);
    }
    if (node.elseBody !== null) return this.executor.statements(node.elseBody);
    this.shell.status = 0;
    return undefined;
  }

  /** Runs a loop's body once. False: the loop is over. */
  private async turn(body: readonly StatementNode[]): Promise<boolean> {
    const pause = this.executor.tick();
    if (pause !== undefined) await pause;
    this.shell.loops += 1;
    try {
      await this.executor.statements(body);
      return true;
    } catch (error) {
      if (!(error instanceof LoopExit)) throw error;
      if (error.levels > 1) {
        error.levels -= 1;
        throw error;
      }
      return error.kind === 'continue';
    } finally {
      this.shell.loops -= 1;
    }
  }

  private async forEach(node: Of<'For'>): Promise<void> {
    const values = node.words === null ? this.shell.positional : await this.shell.expander.fields(node.words);
    this.shell.status = 0;
    for (const value of values) {
      this.shell.assign(node.variable, value);
      if (!(await this.turn(node.body))) break;
    }
  }

  private async counting(node: Of<'CStyleFor'>): Promise<void> {
    const { arithmetic } = this.shell;
    if (node.init !== null) await arithmetic.evaluate(node.init);
    this.shell.status = 0;
    while (node.condition === null || (await arithmetic.evaluate(node.condition)) !== 0n) {
      if (!(await this.turn(node.body))) break;
      if (node.update !== null) await arithmetic.evaluate(node.update);
    }
  }

  private async loop(condition: readonly StatementNode[], body: readonly StatementNode[], wanted: boolean): Promise<void> {
    let status = 0;
    while ((await this.condition(condition)) === wanted) {
      const goOn = await this.turn(body);
      status = this.shell.status;
      if (!goOn) break;
    }
    this.shell.status = status;
  }

  private async choose(node: Of<'Case'>): Promise<void> {
    const word = await this.shell.expander.text(node.word);
    this.shell.status = 0;
    let fallThrough = false;
    for (const item of node.items) {
      let matched = fallThrough;
      for (const pattern of item.patterns) matched ||= this.shell.patterns.matches(await this.shell.expander.pattern(pattern), word);
      if (!matched) continue;
      await this.executor.statements(item.body);
      if (item.terminator === ';;') return;
      fallThrough = item.terminator === ';&';
    }
  }

  private async arithmetic(node: Of<'ArithmeticCommand'>): Promise<void> {
    try {
      this.shell.status = (await this.shell.arithmetic.evaluate(node.expression)) === 0n ? 1 : 0;
    } catch (error) {
      throw error instanceof ArithmeticError ? new ArithmeticError(`((: ${error.message}`) : error;
    }
  }

  private async test(node: Of<'ConditionalCommand'>): Promise<void> {
    this.shell.status = (await evaluateCondition(this.shell, node.expression)) ? 0 : 1;
  }
}

