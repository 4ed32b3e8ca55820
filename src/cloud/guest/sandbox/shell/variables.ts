/** Variables of a shell: scalars and indexed or associative arrays, attributes, function scopes. */

export interface Variable {
  /** undefined: declared, not set. */
  value: string | Map<string, string> | undefined;
  exported: boolean;
  readonly: boolean;
  integer: boolean;
  associative: boolean;
}

function blank(): Variable {
  return { value: undefined, exported: false, readonly: false, integer: false, associative: false };
}

export class ReadonlyVariableError extends Error {}

/** What a name without subscript means for an array: element 0. */
function scalarOf(variable: Variable | undefined): string | undefined {
  return variable?.value instanceof Map ? variable.value.get('0') : variable?.value;
}

export class Variables {
  private readonly globals: Map<string, Variable>;
  private readonly scopes: Map<string, Variable>[];

  constructor(globals = new Map<string, Variable>(), scopes: Map<string, Variable>[] = []) {
    this.globals = globals;
    this.scopes = scopes;
  }

  find(name: string): Variable | undefined {
    for (let depth = this.scopes.length - 1; depth >= 0; depth -= 1) {
      const local = this.scopes[depth]?.get(name);
      if (local !== undefined) return local;
    }
    return this.globals.get(name);
  }

  get(name: string): string | undefined {
    return scalarOf(this.find(name));
  }

  /** The variable to write to, made if missing. */
  ensure(name: string): Variable {
    let found = this.find(name);
    if (found === undefined) {
      found = blank();
      this.globals.set(name, found);
    }
    return found;
  }

  private writable(name: string): Variable {
    const variable = this.ensure(name);
    if (variable.readonly) throw new ReadonlyVariableError(`${name}: readonly variable`);
    return variable;
  }

  set(name: string, value: string): void {
    const variable = this.writable(name);
    if (variable.value instanceof Map) variable.value.set('0', value);
    else variable.value = value;
  }

  setElement(name: string, key: string, value: string): void {
    const variable = this.writable(name);
    if (!(variable.value instanceof Map)) {
      const scalar = variable.value;
      variable.value = new Map();
      if (scalar !== undefined) variable.value.set('0', scalar);
    }
    variable.value.set(key, value);
  }

  setArray(name: string, elements: Map<string, string>): void {
    this.writable(name).value = elements;
  }

  unset(name: string): void {
    if (this.find(name)?.readonly === true) throw new ReadonlyVariableError(`${name}: cannot unset: readonly variable`);
    for (let depth = this.scopes.length - 1; depth >= 0; depth -= 1) {
      const scope = this.scopes[depth];
      if (scope?.has(name) === true) {
        scope.set(name, blank());
        return;
      }
    }
    this.globals.delete(name);
  }

  unsetElement(name: string, key: string): void {
    const { value } = this.writable(name);
    if (value instanceof Map) value.delete(key);
  }

  /** Elements in order: numeric subscripts ascending. A scalar is its own element 0. */
  elements(name: string): readonly (readonly [string, string])[] {
    const variable = this.find(name);
    if (variable?.value === undefined) return [];
    if (typeof variable.value === 'string') return [['0', variable.value]];
    const entries = [...variable.value];
    return variable.associative ? entries : entries.toSorted(([a], [b]) => Number(a) - Number(b));
  }

  pushScope(): void {
    this.scopes.push(new Map());
  }

  popScope(): void {
    this.scopes.pop();
  }

  get inFunction(): boolean {
    return this.scopes.length > 0;
  }

  /** `local name`: false outside of a function. */
  declareLocal(name: string): boolean {
    const scope = this.scopes.at(-1);
    if (scope === undefined) return false;
    if (!scope.has(name)) scope.set(name, { ...blank(), exported: this.find(name)?.exported ?? false });
    return true;
  }

  /** Assignments before a command: visible while it runs. Returns how to undo them. */
  overlay(assignments: readonly (readonly [string, string])[]): () => void {
    const before = assignments.map(([name]) => [name, this.globals.get(name)] as const);
    for (const [name, value] of assignments) this.globals.set(name, { ...blank(), value, exported: true });
    return () => {
      for (const [name, variable] of before.toReversed()) {
        if (variable === undefined) this.globals.delete(name);
        else this.globals.set(name, variable);
      }
    };
  }

  names(): readonly string[] {
    return [...new Set([...this.globals.keys(), ...this.scopes.flatMap((scope) => [...scope.keys()])])].toSorted();
  }

  /** The environment of a command. */
  exported(): Map<string, string> {
    const environment = new Map<string, string>();
    for (const name of this.names()) {
      const variable = this.find(name);
      const value = scalarOf(variable);
      if (variable?.exported === true && value !== undefined) environment.set(name, value);
    }
    return environment;
  }

  clone(): Variables {
    const copy = (from: Map<string, Variable>): Map<string, Variable> => new Map([...from].map(([name, variable]) => [name, { ...variable, value: variable.value instanceof Map ? new Map(variable.value) : variable.value }]));
    return new Variables(copy(this.globals), this.scopes.map(copy));
  }
}
