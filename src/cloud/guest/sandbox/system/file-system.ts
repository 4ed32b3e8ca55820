/** The in-memory file system of one instance: paths, permissions, and the calls that change the tree. */
import { SystemError } from './errors.js';
import { type Credentials, type DirectoryNode, EXECUTE, type FileNode, type Node, permits, READ, WRITE } from './inode.js';
import { FileBytes } from './file-bytes.js';
import { Quota, resizeFile } from './regular-file.js';

const MAXIMUM_LINKS_FOLLOWED = 40;

/** Inodes of an instance. */
export const MOST_NODES = 32_768;

export interface Located {
  readonly parent: DirectoryNode;
  readonly name: string;
  readonly node: Node | undefined;
}

export function joinPath(directory: string, path: string): string {
  if (path.startsWith('/')) return path;
  return directory.endsWith('/') ? directory + path : `${directory}/${path}`;
}

/** Lexical: `.` and `..` removed, as `cd` without -P does. */
export function normalizePath(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return `/${kept.join('/')}`;
}

export class FileSystem {
  readonly root: DirectoryNode;
  readonly quota: Quota;
  readonly now: () => number;
  private nextInode = 2;

  constructor(quotaBytes: number, now: () => number) {
    this.quota = new Quota(quotaBytes);
    this.now = now;
    this.root = this.newDirectory(0o755, 0, 0, undefined);
  }

  /** Directories, files and links there are. */
  nodes = 0;

  /** Throws ENOSPC when there are too many. */
  private countNode(): void {
    if (this.nodes >= MOST_NODES) throw new SystemError('ENOSPC');
    this.nodes += 1;
  }

  private base(mode: number, uid: number, gid: number) {
    const now = this.now();
    const inode = this.nextInode;
    this.nextInode += 1;
    return { inode, mode, uid, gid, links: 1, modified: now, changed: now, accessed: now };
  }

  newDirectory(mode: number, uid: number, gid: number, parent: DirectoryNode | undefined, pseudo = false): DirectoryNode {
    return { ...this.base(mode, uid, gid), kind: 'directory', entries: new Map(), parent, pseudo };
  }

  newFile(mode: number, uid: number, gid: number, program?: string): FileNode {
    return { ...this.base(mode, uid, gid), kind: 'file', bytes: new FileBytes(), size: 0, program };
  }

  newNode(kind: 'symlink', target: string, uid: number, gid: number): Node;
  newNode(kind: 'device', device: 'null' | 'zero' | 'full' | 'random' | 'tty', uid: number, gid: number): Node;
  newNode(kind: 'generated', text: () => string, uid: number, gid: number): Node;
  newNode(kind: 'symlink' | 'device' | 'generated', what: never, uid: number, gid: number): Node {
    if (kind === 'symlink') return { ...this.base(0o777, uid, gid), kind, target: what };
    if (kind === 'device') return { ...this.base(0o666, uid, gid), kind, device: what };
    return { ...this.base(0o444, uid, gid), kind, text: what };
  }

  /** Finds the directory and last name of an absolute path; the last component may be missing. */
  locate(path: string, who: Credentials, follow: boolean, budget = MAXIMUM_LINKS_FOLLOWED): Located {
    if (path === '') throw new SystemError('ENOENT', path);
    const wantsDirectory = path.endsWith('/');
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    let directory = this.root;
    if (parts.length === 0) return { parent: this.root, name: '.', node: this.root };
    for (let index = 0; ; index += 1) {
      const name = parts[index] ?? '';
      const last = index === parts.length - 1;
      if (name.length > 255) throw new SystemError('ENAMETOOLONG', path);
      if (!permits(directory, who, EXECUTE)) throw new SystemError('EACCES', path);
      const node: Node | undefined = name === '..' ? (directory.parent ?? this.root) : directory.entries.get(name);
      if (node?.kind === 'symlink' && (!last || follow || wantsDirectory)) {
        if (budget === 0) throw new SystemError('ELOOP', path);
        const rest = parts.slice(index + 1).join('/');
        const target = node.target.startsWith('/') ? node.target : joinPath(this.pathOf(directory), node.target);
        return this.locate(rest === '' ? target : `${target}/${rest}`, who, follow, budget - 1);
      }
      if (last) {
        if (wantsDirectory && node !== undefined && node.kind !== 'directory') throw new SystemError('ENOTDIR', path);
        return { parent: directory, name, node };
      }
      if (node === undefined) throw new SystemError('ENOENT', path);
      if (node.kind !== 'directory') throw new SystemError('ENOTDIR', path);
      directory = node;
    }
  }

  lookup(path: string, who: Credentials, follow = true): Node {
    const { node } = this.locate(path, who, follow);
    if (node === undefined) throw new SystemError('ENOENT', path);
    return node;
  }

  directory(path: string, who: Credentials): DirectoryNode {
    const node = this.lookup(path, who);
    if (node.kind !== 'directory') throw new SystemError('ENOTDIR', path);
    return node;
  }

  /** Absolute path of a directory. */
  pathOf(directory: DirectoryNode): string {
    const names: string[] = [];
    for (let at = directory; at.parent !== undefined; at = at.parent) {
      for (const [name, node] of at.parent.entries) {
        if (node === at) names.unshift(name);
      }
    }
    return `/${names.join('/')}`;
  }

  /** Every link followed, no `.` or `..`; the last component may be missing. */
  realPath(path: string, who: Credentials): string {
    const at = this.locate(path, who, true);
    if (at.node?.kind === 'directory') return this.pathOf(at.node);
    const directory = this.pathOf(at.parent);
    return directory === '/' ? `/${at.name}` : `${directory}/${at.name}`;
  }

  list(path: string, who: Credentials): readonly string[] {
    const directory = this.directory(path, who);
    if (!permits(directory, who, READ)) throw new SystemError('EACCES', path);
    return [...directory.entries.keys()];
  }

  /** Checks that an entry may be added to, or taken from, a directory. */
  private mayChange(at: Located, who: Credentials, path: string): void {
    if (at.parent.pseudo) throw new SystemError('EPERM', path);
    if (!permits(at.parent, who, WRITE | EXECUTE)) throw new SystemError('EACCES', path);
    const sticky = (at.parent.mode & 0o1000) !== 0;
    if (sticky && at.node !== undefined && who.uid !== 0 && who.uid !== at.node.uid && who.uid !== at.parent.uid) throw new SystemError('EPERM', path);
  }

  private touch(directory: DirectoryNode): void {
    directory.modified = this.now();
    directory.changed = directory.modified;
  }

  /** Makes a file where there is none; returns the one that is there otherwise (`exclusive`: EEXIST). */
  createFile(path: string, mode: number, who: Credentials, exclusive = false): FileNode {
    const at = this.locate(path, who, true);
    if (at.node !== undefined) {
      if (exclusive) throw new SystemError('EEXIST', path);
      if (at.node.kind !== 'file') throw new SystemError('EISDIR', path);
      return at.node;
    }
    if (path.endsWith('/')) throw new SystemError('EISDIR', path);
    this.mayChange(at, who, path);
    this.countNode();
    const file = this.newFile(mode, who.uid, who.gid);
    at.parent.entries.set(at.name, file);
    this.touch(at.parent);
    return file;
  }

  makeDirectory(path: string, mode: number, who: Credentials): void {
    const at = this.locate(path.replace(/\/+$/u, '') || '/', who, false);
    if (at.node !== undefined) throw new SystemError('EEXIST', path);
    this.mayChange(at, who, path);
    this.countNode();
    at.parent.entries.set(at.name, this.newDirectory(mode, who.uid, who.gid, at.parent));
    this.touch(at.parent);
  }

  symlink(target: string, path: string, who: Credentials): void {
    const at = this.locate(path, who, false);
    if (at.node !== undefined) throw new SystemError('EEXIST', path);
    this.mayChange(at, who, path);
    this.countNode();
    if (target.length > 4095) throw new SystemError('ENAMETOOLONG', path);
    at.parent.entries.set(at.name, this.newNode('symlink', target, who.uid, who.gid));
    this.touch(at.parent);
  }

  link(existing: string, path: string, who: Credentials): void {
    const node = this.lookup(existing, who, false);
    if (node.kind === 'directory') throw new SystemError('EPERM', path);
    const at = this.locate(path, who, false);
    if (at.node !== undefined) throw new SystemError('EEXIST', path);
    this.mayChange(at, who, path);
    at.parent.entries.set(at.name, node);
    node.links += 1;
    this.touch(at.parent);
  }

  private drop(node: Node): void {
    node.links -= 1;
    if (node.links <= 0) this.nodes -= 1;
    // Open descriptions keep working on the node; its bytes stop counting once no name is left.
    if (node.kind === 'file' && node.links <= 0) this.quota.charge(-node.bytes.allocated);
  }

  remove(path: string, who: Credentials): void {
    const at = this.locate(path, who, false);
    if (at.node === undefined) throw new SystemError('ENOENT', path);
    if (at.node.kind === 'directory') throw new SystemError('EISDIR', path);
    this.mayChange(at, who, path);
    at.parent.entries.delete(at.name);
    this.drop(at.node);
    this.touch(at.parent);
  }

  removeDirectory(path: string, who: Credentials): void {
    const at = this.locate(path.replace(/\/+$/u, '') || '/', who, false);
    if (at.node === undefined) throw new SystemError('ENOENT', path);
    if (at.node.kind !== 'directory') throw new SystemError('ENOTDIR', path);
    if (at.name === '.' || at.name === '..') throw new SystemError('EINVAL', path);
    this.mayChange(at, who, path);
    if (at.node.entries.size > 0) throw new SystemError('ENOTEMPTY', path);
    this.nodes -= 1;
    at.parent.entries.delete(at.name);
    this.touch(at.parent);
  }

  rename(from: string, to: string, who: Credentials): void {
    const source = this.locate(from, who, false);
    const target = this.locate(to, who, false);
    const moved = source.node;
    if (moved === undefined) throw new SystemError('ENOENT', from);
    if (moved === target.node) return;
    this.mayChange(source, who, from);
    this.mayChange(target, who, to);
    if (moved.kind === 'directory') {
      for (let at: DirectoryNode | undefined = target.parent; at !== undefined; at = at.parent) {
        if (at === moved) throw new SystemError('EINVAL', to);
      }
      if (target.node !== undefined && target.node.kind !== 'directory') throw new SystemError('ENOTDIR', to);
    }
    if (target.node?.kind === 'directory') {
      if (moved.kind !== 'directory') throw new SystemError('EISDIR', to);
      if (target.node.entries.size > 0) throw new SystemError('ENOTEMPTY', to);
    } else if (target.node !== undefined) {
      this.drop(target.node);
    }
    source.parent.entries.delete(source.name);
    target.parent.entries.set(target.name, moved);
    if (moved.kind === 'directory') moved.parent = target.parent;
    this.touch(source.parent);
    this.touch(target.parent);
  }

  truncate(path: string, size: number, who: Credentials): void {
    const node = this.lookup(path, who);
    if (node.kind === 'directory') throw new SystemError('EISDIR', path);
    if (node.kind !== 'file') throw new SystemError('EINVAL', path);
    if (!permits(node, who, WRITE)) throw new SystemError('EACCES', path);
    resizeFile(node, size, this.quota, this.now());
  }

  setMode(path: string, mode: number, who: Credentials): void {
    const node = this.owned(path, who);
    node.mode = mode & 0o7777;
    node.changed = this.now();
  }

  setOwner(path: string, uid: number, gid: number, who: Credentials): void {
    const node = this.lookup(path, who);
    const mayGroup = node.uid === who.uid && uid === node.uid && (gid === node.gid || who.groups.includes(gid));
    if (who.uid !== 0 && !mayGroup) throw new SystemError('EPERM', path);
    node.uid = uid;
    node.gid = gid;
    node.changed = this.now();
  }

  setModified(path: string, milliseconds: number, who: Credentials): void {
    this.owned(path, who).modified = milliseconds;
  }

  private owned(path: string, who: Credentials): Node {
    const node = this.lookup(path, who);
    if (who.uid !== 0 && who.uid !== node.uid) throw new SystemError('EPERM', path);
    return node;
  }
}
