/** Runs syntax trees: lists, pipelines of concurrent processes, compound commands. */
import type { CommandNode, PipelineNode, ScriptNode, StatementNode } from 'just-bash';
import { Interrupted, Killed, SystemError } from '../system/errors.js';
import { createPipe } from '../system/pipe.js';
import type { Process } from '../system/process.js';
import type { OpenFile } from '../system/open-file.js';
import { Compound } from './compound.js';
import { ArithmeticError, ExpansionError, FunctionReturn, isFlow, LoopExit, ShellExit } from './control.js';
import { ConditionError } from './conditional.js';
import { literalName, runSimple, runWords } from './execute-simple.js';
import { addJob } from './jobs.js';
import { foreground } from './job-control.js';
import { pipelineJob, statementJob } from './job-text.js';
import { parseScript, ShellSyntaxError } from './parse.js';
import { RedirectionError } from './redirect.js';
import type { Shell } from './shell.js';
import { timeReport } from './time-report.js';
import { ReadonlyVariableError } from './variables.js';

export class Executor {
  private readonly shell: Shell;
  private readonly compound: Compound;
  constructor(shell: Shell) {
    this.shell = shell;
    this.compound = new Compound(shell, this);
  }

  /** A subshell's or script's whole life: EXIT trap included. The status is the process's. */
  async runScript(script: ScriptNode): Promise<number> {
    return this.lifetime(() => this.statements(script.statements));
  }

  async lifetime(body: () => Promise<void>): Promise<number> {
    const { shell } = this;
    try {
      await body();
    } catch (error) {
      if (error instanceof ShellExit) shell.status = error.status;
      else if (error instanceof FunctionReturn) shell.status = error.status;
      else if (error instanceof ExpansionError || error instanceof ReadonlyVariableError) shell.status = error instanceof ExpansionError ? error.status : 1;
      else if (error instanceof Interrupted) this.dieOf(error);
      else if (!(error instanceof LoopExit)) throw error;
    }
    return this.exitTrap();
  }

  /** An interrupt that no one waits for any more ends the process as the signal would have. */
  private dieOf(error: Interrupted): never {
    this.shell.process.finish({ code: undefined, signal: error.signal });
    throw new Killed();
  }

  async exitTrap(): Promise<number> {
    const { shell } = this;
    const action = shell.traps.get('EXIT');
    shell.traps.delete('EXIT');
    if (action === undefined || action === '') return shell.status;
    const { status } = shell;
    try {
      await this.source(action);
    } catch (error) {
      if (error instanceof ShellExit) return error.status;
      if (!isFlow(error)) throw error;
    }
    return status;
  }

  /** Parses and runs a text in this shell: eval, traps, sourced files. */
  async source(text: string): Promise<void> {
    let script: ScriptNode;
    try {
      script = parseScript(text);
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      await this.shell.complain(error.message);
      this.shell.status = 2;
      return;
    }
    if (script.statements.length === 0) this.shell.status = 0;
    await this.statements(script.statements);
  }

  async statements(statements: readonly StatementNode[]): Promise<void> {
    for (const statement of statements) {
      const pause = this.tick();
      if (pause !== undefined) await pause;
      await this.statement(statement);
    }
  }

  /** Between commands: time slice, pending interrupts, due traps. */
  tick(): Promise<void> | undefined {
    const { shell } = this;
    if (shell.interrupted) {
      shell.interrupted = false;
      throw new Interrupted('INT');
    }
    const turn = shell.process.breathe();
    if (turn !== undefined) return this.afterTurn(turn);
    return shell.dueTraps.length > 0 ? this.runTraps() : undefined;
  }

  private async afterTurn(turn: Promise<void>): Promise<void> {
    await turn;
    const again = this.tick();
    if (again !== undefined) await again;
  }

  async runTraps(): Promise<void> {
    const { shell } = this;
    for (let action = shell.dueTraps.shift(); action !== undefined; action = shell.dueTraps.shift()) {
      const { status } = shell;
      await this.source(action);
      shell.status = status;
    }
  }

  private async statement(statement: StatementNode): Promise<void> {
    const { shell } = this;
    if (statement.deferredError !== undefined) throw new ShellSyntaxError(statement.deferredError.message, false);
    if (shell.options.noexec && !shell.interactive) return;
    if (statement.background) {
      try {
        await this.background(statement);
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        shell.status = 1;
        await this.complainOf(error);
      }
      return;
    }
    await this.andOr(statement);
  }

  private async andOr(statement: StatementNode): Promise<void> {
    const { shell } = this;
    for (const [index, pipeline] of statement.pipelines.entries()) {
      const operator = statement.operators[index - 1];
      if (operator === '&&' && shell.status !== 0) continue;
      if (operator === '||' && shell.status === 0) continue;
      const last = index === statement.pipelines.length - 1;
      if (!last) shell.conditions += 1;
      try {
        await this.pipeline(pipeline);
      } finally {
        if (!last) shell.conditions -= 1;
      }
      if (last && shell.status !== 0 && !pipeline.negated) this.checkErrexit();
    }
  }

  private complainOf(error: SystemError): Promise<void> {
    return this.shell.complain(error.path === undefined ? error.message : `${error.path}: ${error.message}`);
  }

  private checkErrexit(): void {
    const { shell } = this;
    if (shell.options.errexit && shell.conditions === 0) throw new ShellExit(shell.status);
  }

  private async background(statement: StatementNode): Promise<void> {
    const { shell } = this;
    const [only] = statement.pipelines;
    const plain = statement.pipelines.length === 1 && only !== undefined && !only.negated && only.timed !== true;
    const processes: Process[] = [];
    const [command] = only?.commands ?? [];
    if (plain && shell.options.monitor && command !== undefined && only.commands.length === 1) {
      const name = literalName(command);
      // `%1 &` is bg.
      if (name?.startsWith('%') === true) return this.words(['bg', name]);
    }
    if (plain && only.commands.length > 1) this.startPipeline(only, processes, this.backgroundFiles());
    else processes.push(this.startList(statement));
    shell.lastBackground = processes.at(-1)?.pid;
    const job = addJob(shell, processes, statementJob(statement));
    shell.status = 0;
    if (shell.interactive && job !== undefined) await shell.warn(`[${job.number}] ${shell.lastBackground ?? 0}\n`);
  }

  /** A list in a process of its own. */
  private startList(statement: StatementNode): Process {
    const { shell } = this;
    const { monitor } = shell.options;
    return shell.process.kernel.fork({
      parent: shell.process,
      argv: shell.process.argv,
      group: monitor ? 'own' : undefined,
      files: this.backgroundFiles(),
      run: (process) => {
        if (!monitor) for (const name of ['INT', 'QUIT']) process.dispositions.set(name, 'ignore');
        const subshell = shell.fork(process);
        const only = statement.pipelines[0];
        subshell.leaf = statement.pipelines.length === 1 && only !== undefined && only.commands.length === 1 && !only.negated;
        return subshell.executor.lifetime(() => subshell.executor.andOr(statement));
      },
    });
  }

  /** Without job control a background command reads nothing. */
  private backgroundFiles(): ReadonlyMap<number, OpenFile> {
    const { shell } = this;
    const files = new Map(shell.process.files);
    if (!shell.options.monitor) files.set(0, shell.process.kernel.nullDevice());
    return files;
  }

  private async pipeline(pipeline: PipelineNode): Promise<void> {
    const { shell } = this;
    const started = shell.process.kernel.now();
    if (pipeline.negated) shell.conditions += 1;
    try {
      const only = pipeline.commands[0];
      if (only !== undefined && pipeline.commands.length === 1) {
        await this.guarded(only);
        shell.pipeStatus = [shell.status];
      } else {
        await this.concurrent(pipeline);
      }
    } finally {
      if (pipeline.negated) shell.conditions -= 1;
    }
    if (pipeline.negated) shell.status = shell.status === 0 ? 1 : 0;
    if (pipeline.timed === true) await shell.warn(timeReport(shell.process.kernel.now() - started, pipeline.timePosix === true));
  }

  /** One command, with the errors that end only it. */
  async guarded(command: CommandNode): Promise<void> {
    const { shell } = this;
    try {
      await this.command(command);
    } catch (error) {
      if (error instanceof RedirectionError || error instanceof ArithmeticError || error instanceof ConditionError || error instanceof RangeError) {
        await shell.complain(error.message);
        shell.status = 1;
      } else if (error instanceof ExpansionError || error instanceof ReadonlyVariableError) {
        await shell.complain(error.message);
        shell.status = 1;
        throw error;
      } else if (error instanceof ShellSyntaxError) {
        await shell.complain(error.message);
        shell.status = 2;
      } else if (error instanceof SystemError) {
        shell.status = 1;
        await this.complainOf(error);
      } else {
        throw error;
      }
    }
  }

  private command(command: CommandNode): Promise<void> {
    const { shell } = this;
    if (command.line !== undefined && command.line > 0) shell.line = command.line;
    if (command.type === 'SimpleCommand') return runSimple(shell, command);
    if (command.type === 'FunctionDef') {
      shell.functions.set(command.name, command);
      shell.status = 0;
      return Promise.resolve();
    }
    return this.compound.run(command);
  }

  /** Runs words that are expanded already, past aliases and functions: `command`, `builtin`. */
  words(words: readonly string[]): Promise<void> {
    return runWords(this.shell, words);
  }

  private async concurrent(pipeline: PipelineNode): Promise<void> {
    const { shell } = this;
    const processes: Process[] = [];
    try {
      this.startPipeline(pipeline, processes, shell.process.files);
    } catch (error) {
      // Half a pipeline would wait for ever.
      for (const process of processes) process.signal('KILL');
      throw error;
    }
    await foreground(shell, processes, () => pipelineJob(pipeline));
  }

  private startPipeline(pipeline: PipelineNode, processes: Process[], inherited: ReadonlyMap<number, OpenFile>): void {
    const { shell } = this;
    const { kernel } = shell.process;
    let input: OpenFile | undefined;
    for (const [index, command] of pipeline.commands.entries()) {
      const files = new Map(inherited);
      if (input !== undefined) files.set(0, input);
      const next = index < pipeline.commands.length - 1 ? createPipe() : undefined;
      if (next !== undefined) {
        files.set(1, next.writer);
        if (pipeline.pipeStderr?.[index] === true) files.set(2, next.writer);
      }
      const leader = processes[0];
      processes.push(kernel.fork({
        parent: shell.process,
        argv: shell.process.argv,
        files,
        group: shell.options.monitor ? (leader?.group ?? 'own') : undefined,
        run: (process) => {
          const subshell = shell.fork(process);
          subshell.leaf = true;
          return subshell.executor.lifetime(async () => {
            await subshell.executor.guarded(command);
            if (subshell.status !== 0) subshell.executor.checkErrexit();
          });
        },
      }));
      input = next?.reader;
    }
  }
}
