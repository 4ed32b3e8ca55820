/** find, du, df, mktemp. */
import { randomBytes } from 'node:crypto';
import { SystemError } from '../system/errors.js';
import { type Node, sizeOf } from '../system/inode.js';
import { absolute, findProgram, statPath } from '../system/open.js';
import { shellStatus } from '../system/signals.js';
import { executeProgram } from '../system/program.js';
import { patternSource } from '../shell/pattern.js';
import { userName } from '../system/kernel.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';
import { humanSize } from './files-list.js';

type Test = (path: string, node: Node) => boolean | Promise<boolean>;

interface Query {
  readonly test: Test;
  readonly maximumDepth: number;
  readonly minimumDepth: number;
  readonly deletes: boolean;
}

/** Runs another program of the sandbox in a child and waits for it. */
export async function runCommand(call: Call, words: readonly string[]): Promise<number> {
  const { process } = call;
  const [name = ''] = words;
  const found = findProgram(process, name, call.env('PATH') ?? '/usr/bin');
  if (found === undefined || typeof found === 'string') {
    await call.complain(`${found === undefined ? '' : 'cannot run '}${name}: ${found === undefined ? 'No such file or directory' : 'Permission denied'}`);
    return found === undefined ? 127 : 126;
  }
  await call.flush();
  const child = process.kernel.fork({ parent: process, argv: words, run: (own) => executeProgram(own, found.path, found.node) });
  return shellStatus(await process.wait(child.status));
}

class Expression {
  private at = 0;
  private acts = false;
  maximumDepth = Number.POSITIVE_INFINITY;
  minimumDepth = 0;
  deletes = false;
  private readonly call: Call;
  private readonly words: readonly string[];
  constructor(call: Call, words: readonly string[]) {
    this.call = call;
    this.words = words;
  }

  query(): Query {
    const test = this.words.length === 0 ? () => true : this.or();
    if (this.at < this.words.length) throw new UsageError(`paths must precede expression: \`${this.words[this.at] ?? ''}'`);
    const print: Test = async (path) => {
      await this.call.line(path);
      return true;
    };
    const full: Test = this.acts ? test : async (path, node) => (await test(path, node)) && print(path, node);
    return { test: full, maximumDepth: this.maximumDepth, minimumDepth: this.minimumDepth, deletes: this.deletes };
  }

  private or(): Test {
    let left = this.and();
    while (this.words[this.at] === '-o' || this.words[this.at] === '-or') {
      this.at += 1;
      const [a, b] = [left, this.and()];
      left = async (path, node) => (await a(path, node)) || b(path, node);
    }
    return left;
  }

  private and(): Test {
    let left = this.not();
    while (this.at < this.words.length && this.words[this.at] !== '-o' && this.words[this.at] !== '-or' && this.words[this.at] !== ')') {
      if (this.words[this.at] === '-a' || this.words[this.at] === '-and') this.at += 1;
      const [a, b] = [left, this.not()];
      left = async (path, node) => (await a(path, node)) && b(path, node);
    }
    return left;
  }

  private not(): Test {
    const word = this.words[this.at];
    if (word === '!' || word === '-not') {
      this.at += 1;
      const inner = this.not();
      return async (path, node) => !(await inner(path, node));
    }
    if (word === '(') {
      this.at += 1;
      const inner = this.or();
      if (this.words[this.at] !== ')') throw new UsageError("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
      this.at += 1;
      return inner;
    }
    return this.primary();
  }

  private operand(name: string): string {
    const value = this.words[this.at];
    if (value === undefined) throw new UsageError(`missing argument to \`${name}'`);
    this.at += 1;
    return value;
  }

  private primary(): Test {
    const name = this.words[this.at] ?? '';
    this.at += 1;
    const matching = (flags: string): RegExp => new RegExp(`^(?:${patternSource(this.operand(name))})$`, flags);
    switch (name) {
      case '-name':
      case '-iname': {
        const pattern = matching(name === '-iname' ? 'iu' : 'u');
        return (path) => pattern.test(path === '/' ? '/' : (path.split('/').at(-1) ?? path));
      }
      case '-path':
      case '-wholename': {
        const pattern = matching('u');
        return (path) => pattern.test(path);
      }
      case '-type': {
        const kinds = this.operand(name).split(',');
        const letterOf = (node: Node): string => ({ directory: 'd', symlink: 'l', device: 'c', file: 'f', generated: 'f' })[node.kind];
        return (_path, node) => kinds.includes(letterOf(node));
      }
      case '-maxdepth':
        this.maximumDepth = Number(this.operand(name));
        return () => true;
      case '-mindepth':
        this.minimumDepth = Number(this.operand(name));
        return () => true;
      case '-empty':
        return (_path, node) => (node.kind === 'directory' ? node.entries.size === 0 : sizeOf(node) === 0);
      case '-user': {
        const user = this.operand(name);
        return (_path, node) => userName(node.uid) === user || String(node.uid) === user;
      }
      case '-size':
        return this.size(this.operand(name));
      case '-newer': {
        const { modified } = statPath(this.call.process, this.operand(name));
        return (_path, node) => node.modified > modified;
      }
      case '-mmin':
      case '-mtime': {
        const unit = name === '-mmin' ? 60_000 : 86_400_000;
        const compare = comparison(this.operand(name));
        return (_path, node) => compare(Math.floor((this.call.process.kernel.now() - node.modified) / unit));
      }
      case '-print':
      case '-print0':
        this.acts = true;
        return async (path) => {
          await this.call.out(path + (name === '-print' ? '\n' : '\0'));
          return true;
        };
      case '-delete':
        this.acts = true;
        this.deletes = true;
        return (path, node) => {
          const { process } = this.call;
          if (node.kind === 'directory') process.kernel.files.removeDirectory(absolute(process, path), process.credentials);
          else process.kernel.files.remove(absolute(process, path), process.credentials);
          return true;
        };
      case '-exec':
        return this.exec();
      default:
        throw new UsageError(`unknown predicate \`${name}' (the sandbox's find has -name -iname -path -type -maxdepth -mindepth -empty -user -size -newer -mmin -mtime -print -print0 -delete -exec)`);
    }
  }

  private size(text: string): Test {
    const match = /^([+-]?\d+)([ckMGb]?)$/u.exec(text);
    if (match === null) throw new UsageError(`Invalid argument \`${text}' to -size`);
    const unit = { c: 1, k: 1024, M: 1_048_576, G: 1_073_741_824 }[match[2] ?? ''] ?? 512;
    const compare = comparison(match[1] ?? '0');
    return (_path, node) => compare(Math.ceil(sizeOf(node) / unit));
  }

  private exec(): Test {
    this.acts = true;
    const words: string[] = [];
    for (let word = this.operand('-exec'); word !== ';' && word !== '+'; word = this.operand('-exec')) words.push(word);
    return async (path) => (await runCommand(this.call, words.map((word) => word.replaceAll('{}', path)))) === 0;
  }
}

function comparison(text: string): (value: number) => boolean {
  const wanted = Math.abs(Number(text));
  if (text.startsWith('+')) return (value) => value > wanted;
  return text.startsWith('-') ? (value) => value < wanted : (value) => value === wanted;
}

export const find: Command = async (call) => {
  const split = call.args.findIndex((argument) => /^(?:-.|[!()]$)/u.test(argument));
  const paths = split < 0 ? call.args : call.args.slice(0, split);
  const query = new Expression(call, split < 0 ? [] : call.args.slice(split)).query();
  let status = 0;
  const visit = async (path: string, depth: number): Promise<void> => {
    const { process } = call;
    const turn = process.breathe();
    if (turn !== undefined) await turn;
    try {
      const node = statPath(process, path, false);
      if (depth >= query.minimumDepth && !query.deletes) await query.test(path, node);
      if (node.kind === 'directory' && depth < query.maximumDepth) {
        for (const name of process.kernel.files.list(absolute(process, path), process.credentials)) await visit(path.endsWith('/') ? path + name : `${path}/${name}`, depth + 1);
      }
      if (depth >= query.minimumDepth && query.deletes) await query.test(path, node);
    } catch (error) {
      if (!(error instanceof SystemError) || error.code === 'EPIPE') throw error;
      status = await call.fail(`‘${path}’: ${error.message}`);
    }
  };
  for (const path of paths.length === 0 ? ['.'] : paths) await visit(path, 0);
  return status;
};

export const du: Command = async (call) => {
  const options = call.options('shacbkmd:', { summarize: 's', 'human-readable': 'h', all: 'a', bytes: 'b', 'max-depth': 'd' });
  const deepest = options.has('s') ? 0 : Number(options.value('d') ?? Number.POSITIVE_INFINITY);
  const show = (bytes: number): string => (options.has('h') ? humanSize(bytes) : options.has('b') ? String(bytes) : String(Math.ceil(bytes / 1024)));
  const measure = async (path: string, depth: number): Promise<number> => {
    const { process } = call;
    const node = statPath(process, path, false);
    let total = options.has('b') ? sizeOf(node) : Math.ceil(sizeOf(node) / 4096) * 4096;
    if (node.kind === 'directory') {
      for (const name of process.kernel.files.list(absolute(process, path), process.credentials)) {
        try {
          total += await measure(path.endsWith('/') ? path + name : `${path}/${name}`, depth + 1);
        } catch (error) {
          if (!(error instanceof SystemError) || error.code === 'EPIPE') throw error;
          await call.complain(`cannot read directory '${path}/${name}': ${error.message}`);
        }
      }
    }
    if (depth <= deepest && (node.kind === 'directory' || options.has('a') || depth === 0)) await call.line(`${show(total)}\t${path}`);
    return total;
  };
  for (const path of options.operands.length === 0 ? ['.'] : options.operands) await measure(path, 0);
  return 0;
};

export const df: Command = async (call) => {
  const options = call.options('hkTPi', { 'human-readable': 'h' });
  const { limit, used } = call.process.kernel.files.quota;
  const show = (bytes: number): string => (options.has('h') ? humanSize(bytes) : String(Math.ceil(bytes / 1024)));
  await call.line(`Filesystem     ${options.has('h') ? ' Size  Used Avail' : '1K-blocks    Used Available'} Use% Mounted on`);
  const widths = options.has('h') ? [5, 5, 5] : [9, 7, 9];
  const cells = [limit, used, limit - used].map((bytes, index) => show(bytes).padStart(widths[index] ?? 5));
  await call.line(`sandbox        ${cells.join(' ')} ${`${Math.ceil((used * 100) / limit)}%`.padStart(4)} /`);
  return 0;
};

export const mktemp: Command = async (call) => {
  const options = call.options('dup:qt', { directory: 'd', tmpdir: 'p' });
  const { process } = call;
  const template = options.operands[0] ?? `${options.value('p') ?? call.env('TMPDIR') ?? '/tmp'}/tmp.XXXXXXXXXX`;
  const marks = /X{3,}(?!.*X{3,})/u.exec(template)?.[0];
  if (marks === undefined) throw new UsageError(`too few X's in template ‘${template}’`);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const random = Array.from(randomBytes(marks.length), (byte) => letters[byte % letters.length] ?? 'x').join('');
  const path = template.replace(/X{3,}(?!.*X{3,})/u, random);
  if (options.has('d')) process.kernel.files.makeDirectory(absolute(process, path), 0o700, process.credentials);
  else if (!options.has('u')) process.kernel.files.createFile(absolute(process, path), 0o600, process.credentials, true);
  await call.line(path);
  return 0;
};
