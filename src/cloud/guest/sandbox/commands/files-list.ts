/** ls and stat. */
import { strftime } from '../builtins/output.js';
import { SystemError } from '../system/errors.js';
import { type Node, sizeOf } from '../system/inode.js';
import { groupName, userName } from '../system/kernel.js';
import { absolute, statPath } from '../system/open.js';
import type { Call, Command, Options } from './call.js';
import { UsageError } from './call.js';

export function modeText(node: Node): string {
  const type = { directory: 'd', symlink: 'l', device: 'c', file: '-', generated: '-' }[node.kind];
  const bits = [6, 3, 0].map((shift) => {
    const three = (node.mode >> shift) & 7;
    const special = shift === 0 ? (node.mode & 0o1000) !== 0 : (node.mode & (shift === 6 ? 0o4000 : 0o2000)) !== 0;
    const mark = shift === 0 ? 't' : 's';
    const last = special ? ((three & 1) !== 0 ? mark : mark.toUpperCase()) : (three & 1) !== 0 ? 'x' : '-';
    return `${(three & 4) !== 0 ? 'r' : '-'}${(three & 2) !== 0 ? 'w' : '-'}${last}`;
  });
  return type + bits.join('');
}

/** 1234 → 1.3K, as GNU rounds: up. */
export function humanSize(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  let value = bytes;
  let unit = -1;
  while (value >= 1024 && unit < 5) {
    value /= 1024;
    unit += 1;
  }
  const shown = value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  return `${shown}${'KMGTPE'[unit] ?? ''}`;
}

interface Entry {
  readonly name: string;
  readonly node: Node;
}

const SIX_MONTHS_MS = 15_778_476_000;

class Listing {
  private readonly call: Call;
  private readonly options: Options;
  status = 0;
  constructor(call: Call, options: Options) {
    this.call = call;
    this.options = options;
  }

  private ordered(entries: readonly Entry[]): readonly Entry[] {
    const key = (name: string): string => name.replace(/^\.+/u, '').toLowerCase();
    const compare = this.options.has('t') ? (a: Entry, b: Entry) => b.node.modified - a.node.modified : this.options.has('S') ? (a: Entry, b: Entry) => sizeOf(b.node) - sizeOf(a.node) : (a: Entry, b: Entry) => (key(a.name) < key(b.name) ? -1 : key(a.name) > key(b.name) ? 1 : a.name < b.name ? -1 : 1);
    const sorted = this.options.has('U') ? [...entries] : entries.toSorted(compare);
    return this.options.has('r') ? sorted.toReversed() : sorted;
  }

  async show(entries: readonly Entry[]): Promise<void> {
    const sorted = this.ordered(entries);
    if (this.options.has('l') || this.options.has('n')) return this.long(sorted);
    const names = sorted.map((entry) => `${this.options.has('i') ? `${entry.node.inode} ` : ''}${this.decorated(entry)}`);
    if (this.options.has('1') || this.call.process.files.get(1)?.kind !== 'terminal') {
      for (const name of names) await this.call.line(name);
      return undefined;
    }
    await this.call.out(columns(names, this.call.process.tty?.columns ?? 80));
    return undefined;
  }

  private decorated(entry: Entry): string {
    if (this.options.has('p')) return entry.name + (entry.node.kind === 'directory' ? '/' : '');
    if (!this.options.has('F')) return entry.name;
    const mark = entry.node.kind === 'directory' ? '/' : entry.node.kind === 'symlink' ? '@' : (entry.node.mode & 0o111) !== 0 ? '*' : '';
    return entry.name + mark;
  }

  private async long(entries: readonly Entry[]): Promise<void> {
    const now = this.call.process.kernel.now();
    const numeric = this.options.has('n');
    const rows = entries.map((entry) => {
      const { node } = entry;
      const date = new Date(node.modified);
      const old = node.modified < now - SIX_MONTHS_MS || node.modified > now + 1000;
      const target = node.kind === 'symlink' ? ` -> ${node.target}` : '';
      return {
        cells: [modeText(node), String(node.kind === 'directory' ? 2 : node.links), numeric ? String(node.uid) : userName(node.uid), numeric ? String(node.gid) : groupName(node.gid), this.options.has('h') ? humanSize(sizeOf(node)) : String(sizeOf(node))],
        rest: `${strftime(old ? '%b %e  %Y' : '%b %e %H:%M', date)} ${this.decorated(entry)}${target}`,
      };
    });
    const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...rows.map((row) => row.cells[column]?.length ?? 0)));
    for (const row of rows) {
      const cells = row.cells.map((cell, column) => (column === 1 || column === 4 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)));
      await this.call.line(`${cells.join(' ')} ${row.rest}`);
    }
  }

  async directory(path: string): Promise<void> {
    const { process } = this.call;
    const all = this.options.has('a');
    const names = process.kernel.files.list(absolute(process, path), process.credentials).filter((name) => all || this.options.has('A') || !name.startsWith('.'));
    const entries = [...(all ? ['.', '..'] : []), ...names].map((name) => ({ name, node: statPath(process, `${path}/${name}`, false) }));
    if (this.options.has('l')) await this.call.line(`total ${Math.ceil(entries.reduce((sum, entry) => sum + (entry.node.kind === 'file' ? Math.ceil(sizeOf(entry.node) / 4096) * 4 : 0), 0))}`);
    await this.show(entries);
    if (!this.options.has('R')) return;
    for (const entry of this.ordered(entries)) {
      if (entry.node.kind !== 'directory' || entry.name === '.' || entry.name === '..') continue;
      const inner = path === '/' ? `/${entry.name}` : `${path}/${entry.name}`;
      await this.call.line(`\n${inner}:`);
      await this.tried(inner, () => this.directory(inner), 'open directory');
    }
  }

  async tried(path: string, run: () => Promise<void>, what = 'access'): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof SystemError) || error.code === 'EPIPE') throw error;
      await this.call.complain(`cannot ${error.code === 'EACCES' && what === 'access' ? 'open directory' : what} '${path}': ${error.message}`);
      this.status = 2;
    }
  }
}

function columns(names: readonly string[], width: number): string {
  for (let rows = 1; rows <= names.length; rows += 1) {
    const count = Math.ceil(names.length / rows);
    const widths = Array.from({ length: count }, (_, column) => Math.max(...names.slice(column * rows, column * rows + rows).map((name) => name.length)));
    if (rows < names.length && widths.reduce((sum, each) => sum + each + 2, -2) > width) continue;
    return Array.from({ length: rows }, (_, row) => `${Array.from({ length: count }, (__, column) => (names[column * rows + row] ?? '').padEnd(column === count - 1 ? 0 : (widths[column] ?? 0) + 2)).join('').trimEnd()}\n`).join('');
  }
  return '';
}

export const ls: Command = async (call) => {
  const options = call.options('aAlhR1rtSUdFpinw:C', { all: 'a', 'almost-all': 'A', 'human-readable': 'h', recursive: 'R', reverse: 'r', directory: 'd', inode: 'i', color: 'C', classify: 'F' }, { status: 2 });
  const listing = new Listing(call, options);
  const paths = options.operands.length === 0 ? ['.'] : options.operands;
  const files: Entry[] = [];
  const directories: string[] = [];
  for (const path of paths) {
    await listing.tried(path, () => {
      const node = statPath(call.process, path, !options.has('l') || path.endsWith('/'));
      if (node.kind === 'directory' && !options.has('d')) directories.push(path);
      else files.push({ name: path, node });
      return Promise.resolve();
    });
  }
  if (files.length > 0) await listing.show(files);
  for (const [index, path] of directories.entries()) {
    if (index > 0 || files.length > 0) await call.line('');
    if (paths.length > 1 || options.has('R')) await call.line(`${path}:`);
    await listing.tried(path, () => listing.directory(path));
  }
  return listing.status;
};

export const stat: Command = async (call) => {
  const options = call.options('Lc:t', { dereference: 'L', format: 'c' });
  if (options.operands.length === 0) throw new UsageError("missing operand\nTry 'stat --help' for more information.");
  let status = 0;
  for (const path of options.operands) {
    try {
      const node = statPath(call.process, path, options.has('L'));
      const format = options.value('c');
      await call.line(format === undefined ? describe(path, node) : formatted(format, path, node));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      status = await call.fail(`cannot statx '${path}': ${error.message}`);
    }
  }
  return status;
};

function kindText(node: Node): string {
  if (node.kind === 'symlink') return 'symbolic link';
  if (node.kind === 'device') return 'character special file';
  if (node.kind === 'directory') return 'directory';
  return sizeOf(node) === 0 ? 'regular empty file' : 'regular file';
}

function formatted(format: string, path: string, node: Node): string {
  const seconds = (time: number): string => String(Math.floor(time / 1000));
  const values: Readonly<Record<string, string>> = {
    a: (node.mode & 0o7777).toString(8), A: modeText(node), F: kindText(node), g: String(node.gid), G: groupName(node.gid), h: String(node.links), i: String(node.inode), n: path,
    N: node.kind === 'symlink' ? `'${path}' -> '${node.target}'` : `'${path}'`, s: String(sizeOf(node)), u: String(node.uid), U: userName(node.uid),
    X: seconds(node.accessed), Y: seconds(node.modified), Z: seconds(node.changed), y: timeText(node.modified), x: timeText(node.accessed), z: timeText(node.changed), '%': '%',
  };
  return format.replaceAll(/%([a-zA-Z%])/gu, (whole, letter: string) => values[letter] ?? whole);
}

function timeText(time: number): string {
  return strftime('%Y-%m-%d %H:%M:%S.%N %z', new Date(time));
}

function describe(path: string, node: Node): string {
  const size = sizeOf(node);
  return [
    `  File: ${path}${node.kind === 'symlink' ? ` -> ${node.target}` : ''}`,
    `  Size: ${String(size).padEnd(10)}\tBlocks: ${String(Math.ceil(size / 4096) * 8).padEnd(10)} IO Block: 4096   ${kindText(node)}`,
    `Device: 1h/1d\tInode: ${String(node.inode).padEnd(11)} Links: ${node.links}`,
    `Access: (${(node.mode & 0o7777).toString(8).padStart(4, '0')}/${modeText(node)})  Uid: (${String(node.uid).padStart(5)}/${userName(node.uid).padStart(8)})   Gid: (${String(node.gid).padStart(5)}/${groupName(node.gid).padStart(8)})`,
    `Access: ${timeText(node.accessed)}`,
    `Modify: ${timeText(node.modified)}`,
    `Change: ${timeText(node.changed)}`,
    ' Birth: -',
  ].join('\n');
}
