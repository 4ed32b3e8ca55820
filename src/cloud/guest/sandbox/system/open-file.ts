/** Open file descriptions: what a descriptor refers to. Never blocking; waiting is the process's affair. */
import { randomFillSync } from 'node:crypto';
import { SystemError } from './errors.js';
import type { FileNode } from './inode.js';

export const END_OF_FILE: Uint8Array = new Uint8Array(0);

/**
 * One open file description, shared by every descriptor that was duplicated from it.
 * `take`: up to `max` bytes, END_OF_FILE (length 0), or undefined when there is nothing yet; then `readable` says when to ask again.
 * `put`: how many bytes were taken, 0 when there is no room; then `writable` says when.
 */
export abstract class OpenFile {
  abstract readonly kind: 'file' | 'directory' | 'pipe' | 'terminal' | 'device' | 'socket';
  private references = 0;

  take(_max: number): Uint8Array | undefined {
    throw new SystemError('EBADF');
  }
  put(_data: Uint8Array): number {
    throw new SystemError('EBADF');
  }
  readable(): Promise<void> {
    return Promise.resolve();
  }
  writable(): Promise<void> {
    return Promise.resolve();
  }
  /** Gives back what was read too much, where that is possible (files, pipes, terminals, devices). */
  unread(_data: Uint8Array): void {
    throw new SystemError('ESPIPE');
  }
  /** The node behind it, for stat(2). */
  get node(): FileNode | undefined {
    return undefined;
  }

  retain(): this {
    this.references += 1;
    return this;
  }
  release(): void {
    this.references -= 1;
    if (this.references === 0) this.closed();
  }
  protected closed(): void {}
}

export type DeviceName = 'null' | 'zero' | 'full' | 'random';

export class DeviceFile extends OpenFile {
  readonly kind = 'device';
  private readonly device: DeviceName;
  constructor(device: DeviceName) {
    super();
    this.device = device;
  }
  override take(max: number): Uint8Array {
    if (this.device === 'null') return END_OF_FILE;
    const bytes = new Uint8Array(Math.min(max, 65536));
    return this.device === 'random' ? randomFillSync(bytes) : bytes;
  }
  /** No loss: what comes next is as good as what was given back. */
  override unread(_data: Uint8Array): void {}
  override put(data: Uint8Array): number {
    if (this.device === 'full') throw new SystemError('ENOSPC');
    return data.length;
  }
}

/** A fixed text as a file: here-documents, here-strings, /proc files. */
export class TextFile extends OpenFile {
  readonly kind = 'file';
  private rest: Uint8Array;
  constructor(bytes: Uint8Array) {
    super();
    this.rest = bytes;
  }
  override take(max: number): Uint8Array {
    const piece = this.rest.subarray(0, max);
    this.rest = this.rest.subarray(piece.length);
    return piece;
  }
  override unread(data: Uint8Array): void {
    this.rest = Buffer.concat([data, this.rest]);
  }
}

/** Calls back for each write; the worker's way to stdout and stderr of a process without a terminal. */
export class SinkFile extends OpenFile {
  readonly kind = 'pipe';
  private readonly sink: Sink;
  constructor(sink: Sink) {
    super();
    this.sink = sink;
  }
  override put(data: Uint8Array): number {
    if (this.sink.broken()) throw new SystemError('EPIPE');
    return this.sink.put(data);
  }
  override writable(): Promise<void> {
    return this.sink.writable();
  }
  protected override closed(): void {
    this.sink.end();
  }
}

export interface Sink {
  put(data: Uint8Array): number;
  writable(): Promise<void>;
  broken(): boolean;
  end(): void;
}
