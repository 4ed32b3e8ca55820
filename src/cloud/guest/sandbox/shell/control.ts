/** Ways in which control leaves a command: break, continue, return, exit, and errors that end one command. */

export class LoopExit extends Error {
  readonly kind: 'break' | 'continue';
  levels: number;
  constructor(kind: 'break' | 'continue', levels: number) {
    super(kind);
    this.kind = kind;
    this.levels = levels;
  }
}

export class FunctionReturn extends Error {
  readonly status: number;
  constructor(status: number) {
    super('return');
    this.status = status;
  }
}

export class ShellExit extends Error {
  readonly status: number;
  constructor(status: number) {
    super('exit');
    this.status = status;
  }
}

/** An expansion failed (`${x:?}`, bad substitution, set -u): a script ends with it, an interactive shell drops the line. */
export class ExpansionError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** Arithmetic went wrong: division by 0, syntax. */
export class ArithmeticError extends Error {}

export function isFlow(error: unknown): boolean {
  return error instanceof LoopExit || error instanceof FunctionReturn || error instanceof ShellExit;
}
