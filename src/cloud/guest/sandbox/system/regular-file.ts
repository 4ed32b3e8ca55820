/** Regular files: open descriptions over a node's bytes, with offset and the instance's quota. */
import { SystemError } from './errors.js';
import type { FileNode } from './inode.js';
import { OpenFile } from './open-file.js';

/** Counts what all files of an instance hold together. */
export class Quota {
  readonly limit: number;
  used = 0;
  constructor(limit: number) {
    this.limit = limit;
  }
  /** Throws ENOSPC when `more` bytes do not fit. */
  charge(more: number): void {
    if (more > 0 && this.used + more > this.limit) throw new SystemError('ENOSPC');
    this.used += more;
  }
}

const EMPTY = new Uint8Array(0);

export function resizeFile(node: FileNode, size: number, quota: Quota, now: number): void {
  if (size > node.data.length) {
    const exact = Math.max(size, 64);
    const wanted = size > quota.limit / 4 ? exact : Math.max(exact, node.data.length * 2);
    const room = quota.limit - quota.used + node.data.length;
    const allocation = Math.max(exact, Math.min(wanted, room));
    quota.charge(allocation - node.data.length);
    const grown = new Uint8Array(allocation);
    grown.set(node.data.subarray(0, node.size));
    node.data = grown;
  } else if (size === 0) {
    quota.charge(-node.data.length);
    node.data = EMPTY;
  } else if (size < node.size) {
    node.data.fill(0, size, node.size);
  }
  node.size = size;
  node.modified = now;
  node.changed = now;
}

export function writeFile(node: FileNode, offset: number, data: Uint8Array, quota: Quota, now: number): void {
  const end = offset + data.length;
  if (end > node.size) resizeFile(node, end, quota, now);
  node.data.set(data, offset);
  node.modified = now;
}

export interface OpenMode {
  readonly read: boolean;
  readonly write: boolean;
  readonly append: boolean;
}

export class RegularFile extends OpenFile {
  readonly kind = 'file';
  private offset = 0;
  private readonly file: FileNode;
  private readonly mode: OpenMode;
  private readonly quota: Quota;
  private readonly now: () => number;

  constructor(file: FileNode, mode: OpenMode, quota: Quota, now: () => number) {
    super();
    this.file = file;
    this.mode = mode;
    this.quota = quota;
    this.now = now;
  }

  override get node(): FileNode {
    return this.file;
  }

  override take(max: number): Uint8Array {
    if (!this.mode.read) throw new SystemError('EBADF');
    const end = Math.min(this.file.size, this.offset + Math.min(max, 65536));
    const piece = this.file.data.slice(Math.min(this.offset, end), end);
    this.offset += piece.length;
    return piece;
  }

  override put(data: Uint8Array): number {
    if (!this.mode.write) throw new SystemError('EBADF');
    if (this.mode.append) this.offset = this.file.size;
    writeFile(this.file, this.offset, data, this.quota, this.now());
    this.offset += data.length;
    return data.length;
  }

  override unread(data: Uint8Array): void {
    this.offset -= data.length;
  }

  seek(offset: number): void {
    this.offset = offset;
  }
}
