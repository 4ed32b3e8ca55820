/** Commands that run others or tell about names: env, printenv, xargs, timeout, sudo, su, which, sleep, nohup, basename, dirname, readlink, realpath. */
import { normalizePath } from '../system/file-system.js';
import { credentialsOf } from '../system/kernel.js';
import { absolute, findProgram, statOrNothing } from '../system/open.js';
import { shellStatus } from '../system/signals.js';
import { executeProgram } from '../system/program.js';
import { SystemError } from '../system/errors.js';
import { missingHint } from '../shell/missing.js';
import { signalName } from '../builtins/signals.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';
import { runCommand } from './files-find.js';

/** Becomes another program: same process. */
async function become(call: Call, words: readonly string[], environment: ReadonlyMap<string, string>): Promise<number> {
  const { process } = call;
  const [name = ''] = words;
  const found = findProgram(process, name, environment.get('PATH') ?? '/usr/bin');
  if (found === undefined) return call.fail(`‘${name}’: No such file or directory`, 127);
  if (typeof found === 'string') return call.fail(`‘${name}’: Permission denied`, 126);
  await call.flush();
  process.argv = words;
  process.environment = environment;
  return executeProgram(process, found.path, found.node);
}

export const env: Command = async (call) => {
  const environment = new Map(call.process.environment);
  let at = 0;
  for (; at < call.args.length; at += 1) {
    const argument = call.args[at] ?? '';
    if (argument === '-i' || argument === '-' || argument === '--ignore-environment') environment.clear();
    else if (argument === '-u') {
      at += 1;
      environment.delete(call.args[at] ?? '');
    } else if (/^[^=-][^=]*=/u.test(argument)) environment.set(argument.slice(0, argument.indexOf('=')), argument.slice(argument.indexOf('=') + 1));
    else if (argument.startsWith('-')) throw new UsageError(`invalid option -- '${argument.slice(1)}'\nTry 'env --help' for more information.`, 125);
    else break;
  }
  const words = call.args.slice(at);
  if (words.length > 0) return become(call, words, environment);
  for (const [name, value] of environment) await call.line(`${name}=${value}`);
  return 0;
};

export const printenv: Command = async (call) => {
  const { operands } = call.options('0');
  if (operands.length === 0) for (const [name, value] of call.process.environment) await call.line(`${name}=${value}`);
  let status = 0;
  for (const name of operands) {
    const value = call.env(name);
    if (value === undefined) status = 1;
    else await call.line(value);
  }
  return status;
};

export const xargs: Command = async (call) => {
  const options = call.options('n:I:0rd:tP:L:', { null: '0', 'max-args': 'n', replace: 'I', 'no-run-if-empty': 'r', delimiter: 'd', verbose: 't' }, { permute: false });
  const words = options.operands.length === 0 ? ['echo'] : options.operands;
  const data = Buffer.from(await call.whole(call.process.file(0))).toString('utf8');
  const placeholder = options.value('I');
  const separator = options.has('0') ? '\0' : options.value('d')?.replace('\\n', '\n');
  const items = separator === undefined ? (placeholder === undefined && !options.has('L') ? splitQuoted(data) : data.split('\n').map((line) => line.trim()).filter((line) => line !== '')) : data.split(separator).filter((item, index, all) => index < all.length - 1 || item !== '');
  // Standard input of what is run is empty.
  call.process.setFile(0, call.process.kernel.nullDevice());
  const batches: string[][] = [];
  const size = Number(options.value('n') ?? options.value('L') ?? (placeholder === undefined ? 5000 : 1));
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size));
  if (items.length === 0 && !options.has('r') && placeholder === undefined) batches.push([]);
  let status = 0;
  for (const batch of batches) {
    const line = placeholder === undefined ? [...words, ...batch] : words.map((word) => word.replaceAll(placeholder, batch[0] ?? ''));
    if (options.has('t')) await call.err(`${line.join(' ')}\n`);
    const code = await runCommand(call, line);
    if (code === 126 || code === 127) return code;
    if (code === 255) return 124;
    if (code !== 0) status = 123;
  }
  return status;
};

function splitQuoted(text: string): string[] {
  const items: string[] = [];
  for (const [piece] of text.matchAll(/(?:[^\s"'\\]|\\[\s\S]|"[^"\n]*"|'[^'\n]*')+/gu)) items.push(piece.replaceAll(/\\([\s\S])|"([^"\n]*)"|'([^'\n]*)'/gu, (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? ''));
  return items;
}

/** 5, 0.5, 1m, 2h, 1d in milliseconds. */
function milliseconds(call: Call, text: string): number {
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/u.exec(text);
  if (text === 'infinity' || text === 'inf') return Number.POSITIVE_INFINITY;
  if (match === null) throw new UsageError(`invalid time interval ‘${text}’\nTry '${call.name} --help' for more information.`);
  return Number(match[1]) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? ''] ?? 1) * 1000;
}

export const sleep: Command = async (call) => {
  if (call.args.length === 0) throw new UsageError("missing operand\nTry 'sleep --help' for more information.");
  const total = call.args.reduce((sum, argument) => sum + milliseconds(call, argument), 0);
  await call.process.sleep(total);
  return 0;
};

export const timeout: Command = async (call) => {
  const options = call.options('s:k:vp', { signal: 's', 'kill-after': 'k', 'preserve-status': 'p', foreground: 'v' }, { permute: false, status: 125 });
  const [limit, ...words] = options.operands;
  if (limit === undefined || words.length === 0) throw new UsageError("missing operand\nTry 'timeout --help' for more information.", 125);
  const signal = signalName(options.value('s') ?? 'TERM');
  if (signal === undefined) throw new UsageError(`‘${options.value('s') ?? ''}’: invalid signal`, 125);
  const { process } = call;
  const found = findProgram(process, words[0] ?? '', call.env('PATH') ?? '/usr/bin');
  if (found === undefined || typeof found === 'string') return call.fail(`failed to run command ‘${words[0] ?? ''}’: ${found === undefined ? 'No such file or directory' : 'Permission denied'}`, found === undefined ? 127 : 126);
  const child = process.kernel.fork({ parent: process, argv: words, run: (own) => executeProgram(own, found.path, found.node) });
  let expired = false;
  const time = milliseconds(call, limit);
  const timers: NodeJS.Timeout[] = [];
  const pass = (name: string): void => {
    for (const one of process.kernel.processes.values()) for (let at = one as typeof one | undefined; at !== undefined; at = at.parent) if (at === child) one.signal(name);
  };
  if (time > 0 && Number.isFinite(time)) {
    timers.push(setTimeout(() => {
      expired = true;
      pass(signal);
    }, time));
    const after = options.value('k');
    if (after !== undefined) timers.push(setTimeout(() => pass('KILL'), time + milliseconds(call, after)));
  }
  for (const name of ['TERM', 'INT', 'HUP']) process.dispositions.set(name, () => pass(name));
  try {
    const ended = await process.wait(child.status);
    if (!expired) return shellStatus(ended);
    return options.has('p') || ended.signal === 'KILL' ? shellStatus(ended) : 124;
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
};

/** Keeps what sudo's env_keep and secure_path keep. */
export const sudo: Command = async (call) => {
  const { process } = call;
  let at = 0;
  let target = 'root';
  let login = false;
  let shell = false;
  for (; at < call.args.length && (call.args[at] ?? '').startsWith('-'); at += 1) {
    const option = call.args[at] ?? '';
    if (option === '--') {
      at += 1;
      break;
    }
    if (option === '-u') {
      at += 1;
      target = call.args[at] ?? '';
    } else if (option === '-i') login = true;
    else if (option === '-s') shell = true;
    else if (option === '-l') {
      await call.line(`User ${call.env('USER') ?? ''} may run the following commands on ${process.kernel.specification.hostName}:\n    (ALL) NOPASSWD: ALL`);
      return 0;
    } else if (!['-n', '-E', '-H', '-S', '-k', '-v'].includes(option)) throw new UsageError(`invalid option -- '${option.slice(1)}'`);
  }
  let words = call.args.slice(at);
  const environment = new Map<string, string>();
  while (/^[A-Za-z_]\w*=/u.test(words[0] ?? '')) {
    const [assignment = ''] = words;
    environment.set(assignment.slice(0, assignment.indexOf('=')), assignment.slice(assignment.indexOf('=') + 1));
    words = words.slice(1);
  }
  const user = process.kernel.userByName(target);
  if (user === undefined) throw new UsageError(`unknown user ${target}\nsudo: error initializing audit plugin sudoers_audit`);
  if (words.length === 0 && !login && !shell) throw new UsageError('a command is needed: sudo [-u user] [-i|-s] command');
  const base = new Map<string, string>([
    ['TERM', call.env('TERM') ?? 'unknown'], ['LANG', call.env('LANG') ?? 'C.UTF-8'], ['HOME', user.home], ['LOGNAME', user.name], ['USER', user.name], ['SHELL', user.shell],
    ['PATH', '/sbin:/bin:/usr/sbin:/usr/bin'], ['SUDO_USER', call.env('USER') ?? ''], ['SUDO_UID', String(process.credentials.uid)], ['SUDO_GID', String(process.credentials.gid)], ['SUDO_COMMAND', words.join(' ')],
    ...environment,
  ]);
  process.credentials = credentialsOf(user);
  if (login) process.directory = user.home;
  const line = words.length === 0 ? [login ? '-bash' : '/bin/bash'] : login || shell ? ['/bin/bash', '-c', words.map((word) => word.replaceAll(/[^\w@%+=:,./-]/gu, '\\$&')).join(' ')] : words;
  const found = findProgram(process, line[0] === '-bash' ? '/bin/bash' : (line[0] ?? ''), base.get('PATH') ?? '');
  if (found === undefined || typeof found === 'string') {
    await call.complain(`${line[0] ?? ''}: command not found`);
    if (found === undefined) await call.err(missingHint(line[0] ?? '', process.kernel));
    return 1;
  }
  process.argv = line;
  process.environment = base;
  return executeProgram(process, found.path, found.node);
};

export const su: Command = async (call) => {
  const { process } = call;
  const login = call.args.some((argument) => argument === '-' || argument === '-l' || argument === '--login');
  const at = call.args.findIndex((argument) => argument === '-c' || argument === '--command');
  const command = at < 0 ? undefined : call.args[at + 1];
  const [name = 'root'] = call.args.filter((argument, index) => !argument.startsWith('-') && (at < 0 || index !== at + 1));
  const user = process.kernel.userByName(name);
  if (user === undefined) return call.fail(`user ${name} does not exist or the user entry does not contain all the required fields`);
  if (process.credentials.uid !== 0) {
    await call.err('Password: \n');
    return call.fail('Authentication failure (no user of the sandbox has a password; use sudo)');
  }
  process.credentials = credentialsOf(user);
  const environment = new Map(login ? [['TERM', call.env('TERM') ?? 'dumb'] as const] : process.environment);
  for (const [variable, value] of [['HOME', user.home], ['USER', user.name], ['LOGNAME', user.name], ['SHELL', user.shell], ['PATH', call.env('PATH') ?? '/usr/local/bin:/usr/bin']] as const) environment.set(variable, value);
  if (login) process.directory = user.home;
  const bash = findProgram(process, '/bin/bash', '');
  if (bash === undefined || typeof bash === 'string') throw new SystemError('ENOENT', '/bin/bash');
  process.argv = [login ? '-bash' : 'bash', ...(command === undefined ? [] : ['-c', command])];
  process.environment = environment;
  return executeProgram(process, bash.path, bash.node);
};

export const which: Command = async (call) => {
  const { operands } = call.options('a');
  let status = 0;
  for (const name of operands) {
    const path = call.env('PATH') ?? '/usr/bin';
    const found = findProgram(call.process, name, path);
    if (found === undefined || typeof found === 'string') {
      await call.err(`/usr/bin/which: no ${name} in (${path})\n`);
      status = 1;
    } else await call.line(found.path);
  }
  return status;
};

export const nohup: Command = async (call) => {
  if (call.args.length === 0) throw new UsageError("missing operand\nTry 'nohup --help' for more information.", 125);
  call.process.dispositions.set('HUP', 'ignore');
  if (call.process.files.get(1)?.kind === 'terminal') await call.err("nohup: ignoring input\n");
  return become(call, call.args, call.process.environment);
};

export const basename: Command = async (call) => {
  const options = call.options('as:z', { multiple: 'a', suffix: 's' });
  const [first, second] = options.operands;
  if (first === undefined) throw new UsageError("missing operand\nTry 'basename --help' for more information.");
  const many = options.has('a') || options.has('s');
  const suffix = options.value('s') ?? (many ? '' : (second ?? ''));
  for (const path of many ? options.operands : [first]) {
    const name = path.replace(/(?<=.)\/+$/u, '').split('/').at(-1) ?? '';
    await call.line(path === '/' || name === '' ? '/' : suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name);
  }
  return 0;
};

export const dirname: Command = async (call) => {
  const { operands } = call.options('z');
  if (operands.length === 0) throw new UsageError("missing operand\nTry 'dirname --help' for more information.");
  for (const path of operands) {
    const bare = path.replace(/(?<=.)\/+$/u, '');
    const slash = bare.lastIndexOf('/');
    await call.line(slash < 0 ? '.' : bare.slice(0, slash).replace(/(?<=.)\/+$/u, '') || '/');
  }
  return 0;
};

export const readlink: Command = async (call) => {
  const options = call.options('fenmq', { canonicalize: 'f' });
  const { process } = call;
  let status = 0;
  for (const path of options.operands) {
    const node = statOrNothing(process, path, false);
    if (options.has('f') || options.has('e') || options.has('m')) {
      try {
        await call.line(process.kernel.files.realPath(absolute(process, path), process.credentials));
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        if (options.has('m')) await call.line(normalizePath(absolute(process, path)));
        else status = 1;
      }
    } else if (node?.kind === 'symlink') await call.line(node.target);
    else status = 1;
  }
  return status;
};

export const realpath: Command = async (call) => {
  const options = call.options('emsqz', {});
  const { process } = call;
  let status = 0;
  for (const path of options.operands) {
    try {
      if (options.has('e') || path === '') process.kernel.files.lookup(absolute(process, path), process.credentials);
      await call.line(process.kernel.files.realPath(absolute(process, path), process.credentials));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      status = await call.fail(`${path}: ${error.message}`);
    }
  }
  return status;
};

