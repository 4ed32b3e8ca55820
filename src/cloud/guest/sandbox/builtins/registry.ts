/** Every builtin by name. */
import type { Builtin } from './builtin.js';
import { cd, pwd, umask } from './directory.js';
import { evalBuiltin, exit, loopControl, no, returnBuiltin, source, yes } from './flow.js';
import { disown, fg, jobs, wait } from './jobs.js';
import { alias, history, lookupBuiltins, shopt, times, ulimit, unalias } from './lookup.js';
import { echo, printf } from './output.js';
import { mapfile, read } from './read.js';
import { kill, trap } from './signals.js';
import { test } from './test.js';
import { declare, exportBuiltin, getopts, letBuiltin, local, readonly, set, shift, unset } from './variables.js';

const named: Readonly<Record<string, Builtin>> = {
  ':': yes, '.': source, '[': test, alias, bg: fg, break: loopControl, cd, continue: loopControl, declare, disown, echo, eval: evalBuiltin,
  // Runs in execute-simple.ts, since it changes the process; here so that it is known.
  exec: yes,
  exit, export: exportBuiltin, false: no, fg, getopts, hash: yes, history, jobs, kill, let: letBuiltin, local, logout: exit, mapfile, printf, pwd, read,
  readarray: mapfile, readonly, return: returnBuiltin, set, shift, shopt, source, test, times, trap, true: yes, typeset: declare, ulimit, umask, unalias, unset, wait,
};

const all = new Map<string, Builtin>(Object.entries(named));
for (const [name, builtin] of Object.entries(lookupBuiltins((wanted) => all.has(wanted), () => [...all.keys()]))) all.set(name, builtin);

export const builtins: ReadonlyMap<string, Builtin> = all;
