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

export function resizeFile(node: FileNode, size: number, quota: Quota, now: number): void {
  if (size < node.size) node.bytes.cut(size, (more) => quota.charge(more));
  node.size = size;
  node.modified = now;
  node.changed = now;
}

export function writeFile(node: FileNode, offset: number, data: Uint8Array, quota: Quota, now: number): void {
  node.bytes.write(offset, data, (more) => quota.charge(more));
  if (offset + data.length > node.size) {
    node.size = offset + data.length;
    node.changed = now;
  }
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
    const piece = this.file.bytes.read(Math.min(this.offset, end), end);
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
