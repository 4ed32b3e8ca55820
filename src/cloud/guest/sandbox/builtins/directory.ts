/** cd, pwd, umask. */
import { EXECUTE, permits } from '../system/inode.js';
import { SystemError } from '../system/errors.js';
import { joinPath, normalizePath } from '../system/file-system.js';
import { statPath } from '../system/open.js';
import { type Builtin, flagsOf, invalidOption, say } from './builtin.js';

export const cd: Builtin = async (shell, args, name) => {
  const parsed = flagsOf(args[0] === '-' ? [] : args, 'LPe@');
  if ('invalid' in parsed) return invalidOption(shell, name, parsed.invalid, 'cd [-L|[-P [-e]] [-@]] [dir]');
  const [target, more] = args[0] === '-' ? args : parsed.rest;
  if (more !== undefined) {
    await shell.complain('cd: too many arguments');
    return 1;
  }
  const wanted = target === '-' ? shell.variables.get('OLDPWD') : (target ?? shell.variables.get('HOME'));
  if (wanted === undefined) {
    await shell.complain(`cd: ${target === '-' ? 'OLDPWD' : 'HOME'} not set`);
    return 1;
  }
  const { process } = shell;
  if (wanted === '') return 0;
  const path = normalizePath(joinPath(process.directory, wanted));
  try {
    const node = statPath(process, path);
    if (node.kind !== 'directory') throw new SystemError('ENOTDIR');
    if (!permits(node, process.credentials, EXECUTE)) throw new SystemError('EACCES');
    shell.assign('OLDPWD', process.directory);
    process.directory = parsed.flags.has('P') ? process.kernel.files.pathOf(node) : path;
    shell.assign('PWD', process.directory);
    if (target === '-') await say(shell, `${process.directory}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await shell.complain(`cd: ${target ?? wanted}: ${error.message}`);
    return 1;
  }
};

export const pwd: Builtin = async (shell, args) => {
  const { process } = shell;
  const physical = args.includes('-P') ? process.kernel.files.pathOf(process.kernel.files.directory(process.directory, { uid: 0, gid: 0, groups: [] })) : process.directory;
  await say(shell, `${physical}\n`);
  return 0;
};

export const umask: Builtin = async (shell, args) => {
  const { process } = shell;
  const [given] = args.filter((argument) => argument !== '-p');
  if (given === '-S') {
    const triple = (shift: number): string => ['r', 'w', 'x'].filter((_, index) => ((~process.umask >> shift) & (4 >> index)) !== 0).join('');
    await say(shell, `u=${triple(6)},g=${triple(3)},o=${triple(0)}\n`);
  } else if (given === undefined) {
    await say(shell, `${process.umask.toString(8).padStart(4, '0')}\n`);
  } else if (/^[0-7]{1,4}$/u.test(given)) {
    process.umask = Number.parseInt(given, 8) & 0o777;
  } else {
    await shell.complain(`umask: ${given}: octal number out of range`);
    return 1;
  }
  return 0;
};
