/** The interactive shell: prompt, line, run, again. */
import { Interrupted, isControl } from '../system/errors.js';
import { ExpansionError, FunctionReturn, LoopExit, ShellExit } from './control.js';
import { complete } from './complete.js';
import { endStoppedJobs, hangUpJobs, mayExit, takeTerminal } from './job-control.js';
import { reportJobs } from './jobs.js';
import { expandHistory } from './history-expansion.js';
import { LineEditor } from './line-editor.js';
import { needsMore, parseScript, type ScriptNode, ShellSyntaxError } from './parse.js';
import type { Shell } from './shell.js';
import { ReadonlyVariableError } from './variables.js';

const HISTORY_LIMIT = 1000;

export async function interact(shell: Shell): Promise<void> {
  const { process } = shell;
  shell.standardSignals = () => {
    // Handlers, not `ignore`: what is ignored would be inherited by every command.
    for (const name of ['TERM', 'QUIT', ...(shell.options.monitor ? ['TSTP', 'TTIN', 'TTOU'] : [])]) if (!process.dispositions.has(name)) process.dispositions.set(name, () => {});
    if (process.dispositions.has('INT')) return;
    process.dispositions.set('INT', () => {
      shell.interrupted = true;
      process.interrupt('INT');
    });
  };
  const giveBack = await takeTerminal(shell);
  shell.standardSignals();
  process.dispositions.set('HUP', () => {
    hangUpJobs(shell);
    process.finish({ code: undefined, signal: 'HUP' });
  });
  try {
    await readAndRun(shell);
  } finally {
    if (process.ended === undefined) endStoppedJobs(shell);
    giveBack();
  }
}

async function readAndRun(shell: Shell): Promise<void> {
  const { process } = shell;
  const { tty } = process;
  const editor = tty === undefined ? undefined : new LineEditor(process, tty, () => shell.history, (line, cursor) => complete(shell, line, cursor));
  for (;;) {
    await reportJobs(shell);
    shell.commandNumber += 1;
    let source: string | undefined;
    try {
      source = await readCommand(shell, (prompt) => (editor === undefined ? plainLine(shell, prompt) : editor.readLine(prompt)));
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      shell.interrupted = false;
      shell.status = 130;
      if (editor === undefined) await shell.warn('\n');
      continue;
    }
    if (source === undefined) {
      await shell.warn(shell.login ? 'logout\n' : 'exit\n');
      if (await mayExit(shell)) return;
      continue;
    }
    await runCommand(shell, source);
  }
}

async function plainLine(shell: Shell, prompt: string): Promise<string | undefined> {
  await shell.warn(prompt);
  const bytes: number[] = [];
  for (;;) {
    const data = await shell.process.read(0, 1);
    if (data.length === 0) return bytes.length === 0 ? undefined : Buffer.from(bytes).toString();
    if (data[0] === 10) return Buffer.from(bytes).toString();
    bytes.push(data[0] ?? 0);
  }
}

/** One complete command, over several lines where the grammar asks for more. Undefined: end of file. */
async function readCommand(shell: Shell, line: (prompt: string) => Promise<string | undefined>): Promise<string | undefined> {
  let source = '';
  for (;;) {
    const prompt = source === '' ? shell.prompt(shell.parameter('PS1') ?? '$ ') : shell.prompt(shell.parameter('PS2') ?? '> ');
    const next = await line(prompt);
    if (next === undefined) {
      if (source === '') return undefined;
      await shell.warn(`${shell.title}: syntax error: unexpected end of file\n`);
      shell.status = 2;
      source = '';
      continue;
    }
    const expanded = expandHistory(next, shell.history);
    if ('failed' in expanded) {
      await shell.warn(`${shell.title}: ${expanded.failed}\n`);
      source = '';
      continue;
    }
    // What runs is shown first, as it is no longer what was typed.
    if (expanded.changed) await shell.warn(`${expanded.line}\n`);
    source += source === '' ? expanded.line : `\n${expanded.line}`;
    if (source.trim() === '') {
      source = '';
      continue;
    }
    if (isComplete(source)) break;
  }
  remember(shell, source);
  return source;
}

function isComplete(source: string): boolean {
  try {
    return !needsMore(source, parseScript(source));
  } catch (error) {
    return !(error instanceof ShellSyntaxError && error.incomplete);
  }
}

function remember(shell: Shell, source: string): void {
  if (source.startsWith(' ') || shell.history.at(-1) === source || source.length > 10_000) return;
  shell.history.push(source);
  if (shell.history.length > HISTORY_LIMIT) shell.history.shift();
}

async function runCommand(shell: Shell, source: string): Promise<void> {
  const { process } = shell;
  const { tty } = process;
  const modes = tty === undefined ? undefined : { ...tty.termios };
  try {
    let script: ScriptNode;
    try {
      script = parseScript(source);
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      await shell.warn(`${shell.title}: ${error.message}\n`);
      shell.status = 2;
      return;
    }
    await shell.executor.statements(script.statements);
  } catch (error) {
    if (error instanceof ShellExit) throw error;
    if (error instanceof Interrupted) {
      shell.interrupted = false;
      shell.status = 130;
      // Programs may have left the terminal raw; after an interrupt the shell puts it right.
      if (tty !== undefined && modes !== undefined) tty.setTermios(modes);
      await shell.warn('\n');
      return;
    }
    if (isControl(error)) throw error;
    if (error instanceof ExpansionError || error instanceof ReadonlyVariableError) shell.status = 1;
    else if (!(error instanceof LoopExit) && !(error instanceof FunctionReturn)) throw error;
  } finally {
    shell.conditions = 0;
    shell.loops = 0;
  }
}
