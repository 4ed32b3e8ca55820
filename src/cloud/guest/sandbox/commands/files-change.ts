/** mkdir, rmdir, rm, cp, mv, touch, ln, chmod, chown. */
import { SystemError } from '../system/errors.js';
import { joinPath, normalizePath } from '../system/file-system.js';
import { absolute, openPath, statOrNothing, statPath } from '../system/open.js';
import { ACCOUNTS, GROUPS } from '../../image/accounts.js';
import type { Process } from '../system/process.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';
import { changeMode } from './mode.js';

function required(operands: readonly string[], call: Call): readonly string[] {
  if (operands.length === 0) throw new UsageError(`missing operand\nTry '${call.name} --help' for more information.`);
  return operands;
}

function baseName(path: string): string {
  return path.replace(/\/+$/u, '').split('/').at(-1) ?? path;
}

/** Runs for each; a failure is told as `cannot <what> 'path'` and the rest goes on. */
async function each(call: Call, paths: readonly string[], what: string, run: (path: string) => Promise<void> | void): Promise<number> {
  let status = 0;
  for (const path of paths) {
    try {
      const turn = call.process.breathe();
      if (turn !== undefined) await turn;
      await run(path);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      status = await call.fail(`${what} '${path}': ${error.message}`);
    }
  }
  return status;
}

export const mkdir: Command = (call) => {
  const options = call.options('pm:v', { parents: 'p', mode: 'm', verbose: 'v' });
  const { process } = call;
  const { files } = process.kernel;
  return each(call, required(options.operands, call), 'cannot create directory', async (path) => {
    const full = absolute(process, path);
    const make = (wanted: string, mode: number): void => files.makeDirectory(wanted, mode, process.credentials);
    const mode = options.value('m');
    if (options.has('p')) {
      const parts = normalizePath(full).split('/').slice(1);
      for (let depth = 1; depth < parts.length; depth += 1) {
        const parent = `/${parts.slice(0, depth).join('/')}`;
        if (statOrNothing(process, parent) === undefined) make(parent, 0o777 & ~process.umask);
      }
      const there = statOrNothing(process, full);
      if (there?.kind === 'directory') return;
      if (there !== undefined) throw new SystemError('EEXIST', path);
    }
    make(full, 0o777 & ~process.umask);
    if (mode !== undefined) files.setMode(full, changeMode(mode, 0o777, true, process.umask) ?? 0o755, process.credentials);
    if (options.has('v')) await call.line(`mkdir: created directory '${path}'`);
  });
};

export const rmdir: Command = (call) => {
  const options = call.options('pv', { parents: 'p', verbose: 'v' });
  const { process } = call;
  return each(call, required(options.operands, call), 'failed to remove', (path) => {
    process.kernel.files.removeDirectory(absolute(process, path), process.credentials);
  });
};

async function removeTree(call: Call, path: string): Promise<void> {
  const { process } = call;
  const { files } = process.kernel;
  const turn = process.breathe();
  if (turn !== undefined) await turn;
  const node = statPath(process, path, false);
  if (node.kind !== 'directory') {
    files.remove(absolute(process, path), process.credentials);
    return;
  }
  for (const name of files.list(absolute(process, path), process.credentials)) await removeTree(call, `${path}/${name}`);
  files.removeDirectory(absolute(process, path), process.credentials);
}

export const rm: Command = async (call) => {
  const options = call.options('rRfivd', { recursive: 'r', force: 'f', verbose: 'v' });
  const { process } = call;
  if (options.operands.length === 0 && options.has('f')) return 0;
  const recursive = options.has('r') || options.has('R');
  return each(call, required(options.operands, call), 'cannot remove', async (path) => {
    const full = absolute(process, path);
    if (normalizePath(full) === '/' && recursive) {
      throw new UsageError("it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe (not in the sandbox)");
    }
    const node = statOrNothing(process, path, false);
    if (node === undefined) {
      if (options.has('f')) return;
      process.kernel.files.lookup(full, process.credentials, false);
    }
    if (node?.kind === 'directory' && !recursive) throw new SystemError('EISDIR', path);
    await removeTree(call, path.replace(/\/+$/u, '') || path);
    if (options.has('v')) await call.line(`removed '${path}'`);
  });
};

/** Where a copy or move goes: into a directory, or to the name itself. */
function targetOf(process: Process, source: string, destination: string, into: boolean): string {
  return into || statOrNothing(process, destination)?.kind === 'directory' ? joinPath(destination.replace(/\/+$/u, '') || '/', baseName(source)) : destination;
}

interface CopyOptions {
  readonly recursive: boolean;
  readonly preserve: boolean;
  readonly links: boolean;
}

async function copy(call: Call, source: string, target: string, options: CopyOptions): Promise<void> {
  const { process } = call;
  const { files } = process.kernel;
  const turn = process.breathe();
  if (turn !== undefined) await turn;
  const node = statPath(process, source, !options.links);
  if (node.kind === 'directory') {
    if (!options.recursive) throw new UsageError(`-r not specified; omitting directory '${source}'`);
    const [from, to] = [files.pathOf(node), normalizePath(absolute(process, target))];
    if (to === from || to.startsWith(`${from}/`)) throw new UsageError(`cannot copy a directory, '${source}', into itself, '${target}'`);
    if (statOrNothing(process, target) === undefined) files.makeDirectory(absolute(process, target), (node.mode & 0o777 & ~process.umask) | 0o700, process.credentials);
    for (const name of files.list(absolute(process, source), process.credentials)) await copy(call, `${source}/${name}`, `${target}/${name}`, options);
  } else if (node.kind === 'symlink') {
    if (statOrNothing(process, target, false) !== undefined) files.remove(absolute(process, target), process.credentials);
    files.symlink(node.target, absolute(process, target), process.credentials);
    return;
  } else {
    if (statOrNothing(process, target) === node) throw new UsageError(`'${source}' and '${target}' are the same file`);
    const fresh = statOrNothing(process, target) === undefined;
    const input = openPath(process, source, { read: true });
    const output = openPath(process, target, { write: true, create: true, truncate: true }).retain();
    for await (const chunk of call.chunks(input)) output.put(chunk);
    output.release();
    if (fresh) files.setMode(absolute(process, target), options.preserve ? node.mode : node.mode & ~process.umask, process.credentials);
  }
  if (options.preserve) {
    files.setModified(absolute(process, target), node.modified, process.credentials);
    if (process.credentials.uid === 0) files.setOwner(absolute(process, target), node.uid, node.gid, process.credentials);
  }
}

async function transfer(call: Call, operands: readonly string[], directory: string | undefined, run: (source: string, target: string) => Promise<void>): Promise<number> {
  const sources = directory === undefined ? operands.slice(0, -1) : operands;
  const destination = directory ?? operands.at(-1);
  if (destination === undefined || operands.length === 0) throw new UsageError(`missing file operand\nTry '${call.name} --help' for more information.`);
  if (sources.length === 0) throw new UsageError(`missing destination file operand after '${destination}'\nTry '${call.name} --help' for more information.`);
  if (sources.length > 1 && statOrNothing(call.process, destination)?.kind !== 'directory') throw new UsageError(`target '${destination}' is not a directory`);
  let status = 0;
  for (const source of sources) {
    try {
      await run(source, targetOf(call.process, source, destination, sources.length > 1 || directory !== undefined));
    } catch (error) {
      if (error instanceof UsageError) status = await call.fail(error.message);
      else if (error instanceof SystemError) status = await call.fail(`${error.code === 'ENOENT' && statOrNothing(call.process, source, false) === undefined ? `cannot stat '${source}'` : `cannot ${call.name === 'mv' ? 'move' : 'create regular file'} '${error.path ?? destination}'`}: ${error.message}`);
      else throw error;
    }
  }
  return status;
}

export const cp: Command = (call) => {
  const options = call.options('rRapfivLPdt:T', { recursive: 'r', archive: 'a', force: 'f', verbose: 'v', 'target-directory': 't' });
  const archive = options.has('a');
  const settings = { recursive: archive || options.has('r') || options.has('R'), preserve: archive || options.has('p'), links: archive || options.has('P') || options.has('d') };
  return transfer(call, options.operands, options.value('t'), async (source, target) => {
    await copy(call, source, target, settings);
    if (options.has('v')) await call.line(`'${source}' -> '${target}'`);
  });
};

export const mv: Command = (call) => {
  const options = call.options('fivnt:T', { force: 'f', verbose: 'v', 'no-clobber': 'n', 'target-directory': 't' });
  const { process } = call;
  return transfer(call, options.operands, options.value('t'), async (source, target) => {
    if (options.has('n') && statOrNothing(process, target) !== undefined) return;
    process.kernel.files.rename(absolute(process, source), absolute(process, target), process.credentials);
    if (options.has('v')) await call.line(`renamed '${source}' -> '${target}'`);
  });
};

export const touch: Command = (call) => {
  const options = call.options('acmd:r:t:', { date: 'd', reference: 'r', 'no-create': 'c' });
  const { process } = call;
  const { files, now } = process.kernel;
  const reference = options.value('r');
  const date = options.value('d');
  const time = reference === undefined ? (date === undefined ? now() : date.startsWith('@') ? Number(date.slice(1)) * 1000 : Date.parse(/[zZ]|[+-]\d\d:?\d\d$/u.test(date) ? date : `${date}Z`)) : statPath(process, reference).modified;
  if (Number.isNaN(time)) throw new UsageError(`invalid date format '${date ?? ''}'`);
  return each(call, required(options.operands, call), 'cannot touch', (path) => {
    const full = absolute(process, path);
    if (statOrNothing(process, path) === undefined) {
      if (options.has('c')) return;
      files.createFile(full, 0o666 & ~process.umask, process.credentials);
    }
    files.setModified(full, time, process.credentials);
  });
};

export const ln: Command = async (call) => {
  const options = call.options('sfnvT', { symbolic: 's', force: 'f', 'no-dereference': 'n', verbose: 'v' });
  const { process } = call;
  const { files } = process.kernel;
  const [first] = required(options.operands, call);
  const destination = options.operands.length === 1 ? '.' : (options.operands.at(-1) ?? '.');
  const sources = options.operands.length === 1 ? [first ?? ''] : options.operands.slice(0, -1);
  let status = 0;
  for (const source of sources) {
    const target = options.has('n') || options.has('T') ? destination : targetOf(process, source, destination, false);
    try {
      if (options.has('f') && statOrNothing(process, target, false) !== undefined) files.remove(absolute(process, target), process.credentials);
      if (options.has('s')) files.symlink(source, absolute(process, target), process.credentials);
      else files.link(absolute(process, source), absolute(process, target), process.credentials);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      status = await call.fail(`failed to create ${options.has('s') ? 'symbolic' : 'hard'} link '${target}': ${error.message}`);
    }
  }
  return status;
};

async function walk(call: Call, path: string, recursive: boolean, run: (path: string) => void): Promise<void> {
  run(path);
  const { process } = call;
  if (!recursive || statPath(process, path, false).kind !== 'directory') return;
  for (const name of process.kernel.files.list(absolute(process, path), process.credentials)) {
    const turn = process.breathe();
    if (turn !== undefined) await turn;
    await walk(call, `${path}/${name}`, recursive, run);
  }
}

export const chmod: Command = (call) => {
  // A mode may begin with a minus sign, so it is no option.
  const args = [...call.args];
  const recursive = args[0] === '-R' || args[0] === '--recursive';
  if (recursive) args.shift();
  const [mode, ...paths] = args;
  if (mode === undefined || paths.length === 0) throw new UsageError(`missing operand${mode === undefined ? '' : ` after '${mode}'`}\nTry 'chmod --help' for more information.`);
  const { process } = call;
  return each(call, paths, 'changing permissions of', (path) => walk(call, path, recursive, (one) => {
    const node = statPath(process, one);
    const next = changeMode(mode, node.mode, node.kind === 'directory', process.umask);
    if (next === undefined) throw new UsageError(`invalid mode: '${mode}'\nTry 'chmod --help' for more information.`);
    process.kernel.files.setMode(absolute(process, one), next, process.credentials);
  }));
};

export const chown: Command = (call) => {
  const options = call.options('Rhv', { recursive: 'R' });
  const [owner, ...paths] = options.operands;
  if (owner === undefined || paths.length === 0) throw new UsageError(`missing operand\nTry '${call.name} --help' for more information.`);
  const [userPart, groupPart] = call.name === 'chgrp' ? ['', owner] : owner.split(/[:.]/u);
  const user = userPart === '' || userPart === undefined ? undefined : (ACCOUNTS.find((one) => one.name === userPart)?.uid ?? (/^\d+$/u.test(userPart) ? Number(userPart) : Number.NaN));
  const group = groupPart === undefined ? undefined : groupPart === '' ? user : (GROUPS.find((one) => one.name === groupPart)?.gid ?? (/^\d+$/u.test(groupPart) ? Number(groupPart) : Number.NaN));
  if (Number.isNaN(user)) throw new UsageError(`invalid user: '${owner}'`);
  if (Number.isNaN(group)) throw new UsageError(`invalid group: '${owner}'`);
  const { process } = call;
  return each(call, paths, `changing ${call.name === 'chgrp' ? 'group' : 'ownership'} of`, (path) => walk(call, path, options.has('R'), (one) => {
    const node = statPath(process, one);
    process.kernel.files.setOwner(absolute(process, one), user ?? node.uid, group ?? node.gid, process.credentials);
  }));
};
