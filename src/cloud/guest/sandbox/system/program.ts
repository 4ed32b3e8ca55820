/** execve(2): runs one of the sandbox's programs, or a script by its interpreter, in the process that calls. */
import { SystemError } from './errors.js';
import type { FileNode } from './inode.js';
import { findProgram, readWhole } from './open.js';
import type { Process } from './process.js';
import { decode } from '../../byte-text.js';

/** A program's main: arguments are `process.argv`, the result is the exit status. */
export type Program = (process: Process) => Promise<number>;

/** Runs what a path leads to; `process.argv` is set already. ENOEXEC for a text without `#!`: the shell's affair. */
export async function executeProgram(process: Process, path: string, node: FileNode, depth = 0): Promise<number> {
  if (node.program !== undefined) {
    const program = process.kernel.programs.get(node.program);
    if (program === undefined) throw new SystemError('ENOEXEC', path);
    return program(process);
  }
  const first = decode(readWhole(process, path).subarray(0, 256)).split('\n', 1)[0] ?? '';
  const match = /^#!\s*(\S+)\s*(.*)$/u.exec(first);
  const shebang = match === null ? undefined : { interpreter: match[1] ?? '', argument: (match[2] ?? '').trim() };
  if (first.includes('\0') || depth > 4) throw new SystemError('ENOEXEC', path);
  const interpreter = shebang?.interpreter ?? '/bin/sh';
  const found = findProgram(process, interpreter, '');
  if (found === undefined || found === 'refused' || found === 'directory') throw new SystemError('ENOENT', `${path}: ${interpreter}: bad interpreter`);
  const extra = shebang === undefined || shebang.argument === '' ? [] : [shebang.argument];
  process.argv = [interpreter, ...extra, path, ...process.argv.slice(1)];
  return executeProgram(process, found.path, found.node, depth + 1);
}
