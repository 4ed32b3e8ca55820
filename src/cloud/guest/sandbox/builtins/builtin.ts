/** What a builtin is: a function of the shell it runs in. */
import type { Shell } from '../shell/shell.js';

/** `args` without the name. The result is the status. */
export type Builtin = (shell: Shell, args: readonly string[], name: string) => number | Promise<number>;

export function say(shell: Shell, text: string): Promise<void> {
  return shell.process.write(1, text);
}

/** Splits leading one-letter flags from operands; `--` ends them. Undefined: a letter that is not allowed, given back. */
export function flagsOf(args: readonly string[], allowed: string): { readonly flags: ReadonlySet<string>; readonly rest: readonly string[] } | { readonly invalid: string } {
  const flags = new Set<string>();
  let at = 0;
  for (; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    if (argument === '--') {
      at += 1;
      break;
    }
    if (!/^-./u.test(argument)) break;
    for (const letter of argument.slice(1)) {
      if (!allowed.includes(letter)) return { invalid: `-${letter}` };
      flags.add(letter);
    }
  }
  return { flags, rest: args.slice(at) };
}

export async function invalidOption(shell: Shell, name: string, option: string, usage: string): Promise<number> {
  await shell.complain(`${name}: ${option}: invalid option`);
  await shell.warn(`${name}: usage: ${usage}\n`);
  return 2;
}
