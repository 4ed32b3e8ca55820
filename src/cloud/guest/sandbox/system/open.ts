/** open(2) and stat(2) for a process: the file system's nodes, devices, /dev/fd and the terminal. */
import { SystemError } from './errors.js';
import { joinPath } from './file-system.js';
import { EXECUTE, type FileNode, type Node, permits, READ, sizeOf, WRITE } from './inode.js';
import { DeviceFile, OpenFile, TextFile } from './open-file.js';
import type { Process } from './process.js';
import { RegularFile, resizeFile } from './regular-file.js';
import { encode } from '../../byte-text.js';
import { TtyFile } from './tty.js';

export interface OpenFlags {
  readonly read?: boolean | undefined;
  readonly write?: boolean | undefined;
  readonly append?: boolean | undefined;
  readonly create?: boolean | undefined;
  readonly truncate?: boolean | undefined;
  readonly exclusive?: boolean | undefined;
}

/** A directory opened for reading: read(2) on it is EISDIR. */
class DirectoryFile extends OpenFile {
  readonly kind = 'directory';
  override take(): never {
    throw new SystemError('EISDIR');
  }
}

export function absolute(process: Process, path: string): string {
  if (path === '') throw new SystemError('ENOENT', path);
  return joinPath(process.directory, path);
}

/** /dev/fd/N, /dev/stdin and the like. */
function descriptorOf(process: Process, path: string): number | undefined {
  const match = /^\/dev\/(?:fd\/(\d+)|std(in|out|err))$/u.exec(path === '' ? '' : absolute(process, path));
  if (match === null) return undefined;
  return match[1] === undefined ? ['in', 'out', 'err'].indexOf(match[2] ?? '') : Number(match[1]);
}

export function openPath(process: Process, path: string, flags: OpenFlags): OpenFile {
  const { files } = process.kernel;
  const full = absolute(process, path);
  const descriptor = descriptorOf(process, path);
  if (descriptor !== undefined) return process.file(descriptor);
  let node = files.locate(full, process.credentials, true).node;
  if (node === undefined) {
    if (flags.create !== true) throw new SystemError('ENOENT', path);
    node = files.createFile(full, 0o666 & ~process.umask, process.credentials);
    return new RegularFile(node, { read: flags.read === true, write: flags.write === true, append: flags.append === true }, files.quota, files.now);
  }
  if (flags.exclusive === true) throw new SystemError('EEXIST', path);
  const wanted = (flags.read === true ? READ : 0) | (flags.write === true ? WRITE : 0);
  if (node.kind === 'directory' && flags.write === true) throw new SystemError('EISDIR', path);
  if (!permits(node, process.credentials, wanted)) throw new SystemError('EACCES', path);
  return openNode(process, node, path, flags);
}

function openNode(process: Process, node: Node, path: string, flags: OpenFlags): OpenFile {
  const { files } = process.kernel;
  switch (node.kind) {
    case 'directory':
      return new DirectoryFile();
    case 'generated':
      return new TextFile(encode(node.text()));
    case 'device':
      if (node.device !== 'tty') return new DeviceFile(node.device);
      if (process.tty === undefined) throw new SystemError('ENODEV', path);
      return new TtyFile(process.tty);
    case 'file':
      if (flags.truncate === true) resizeFile(node, 0, files.quota, files.now());
      return new RegularFile(node, { read: flags.read === true, write: flags.write === true, append: flags.append === true }, files.quota, files.now);
    default:
      throw new SystemError('ELOOP', path);
  }
}

export function statPath(process: Process, path: string, follow = true): Node {
  const descriptor = follow ? descriptorOf(process, path) : undefined;
  if (descriptor !== undefined) return process.file(descriptor).node ?? process.kernel.files.lookup('/dev/null', process.credentials);
  return process.kernel.files.lookup(absolute(process, path), process.credentials, follow);
}

/** As stat(2), undefined for any failure. */
export function statOrNothing(process: Process, path: string, follow = true): Node | undefined {
  try {
    return statPath(process, path, follow);
  } catch {
    return undefined;
  }
}

/** access(2) with effective ids. */
export function mayAccess(process: Process, path: string, wanted: number): boolean {
  const node = statOrNothing(process, path);
  return node !== undefined && permits(node, process.credentials, wanted);
}

/** The whole content of a file, for scripts and small inputs. */
export function readWhole(process: Process, path: string): Uint8Array {
  const node = statPath(process, path);
  if (node.kind === 'directory') throw new SystemError('EISDIR', path);
  const file = openPath(process, path, { read: true });
  process.kernel.memory.buffered(sizeOf(node));
  const parts: Uint8Array[] = [];
  for (;;) {
    const piece = file.take(65536);
    if (piece === undefined || piece.length === 0) break;
    parts.push(piece);
    if (node.kind === 'device') break;
  }
  return Buffer.concat(parts);
}

/** As readWhole, also for what has to be waited for: pipes, terminals. */
export async function readToEnd(process: Process, path: string): Promise<Uint8Array> {
  const file = openPath(process, path, { read: true });
  if (file.kind === 'directory') throw new SystemError('EISDIR', path);
  let descriptor = 10;
  while (process.files.has(descriptor)) descriptor += 1;
  process.setFile(descriptor, file);
  try {
    const parts: Uint8Array[] = [];
    let size = 0;
    for (let data = await process.read(descriptor); data.length > 0; data = await process.read(descriptor)) {
      parts.push(data);
      size += data.length;
      process.kernel.memory.buffered(size);
    }
    return Buffer.concat(parts);
  } finally {
    if (process.ended === undefined) process.closeFile(descriptor);
  }
}

/** Where execvp(3) finds a command; `refused` when it is there and may not be run. */
export function findProgram(process: Process, name: string, path: string): { readonly path: string; readonly node: FileNode } | 'refused' | 'directory' | undefined {
  const candidates = name.includes('/') ? [name] : path.split(':').map((directory) => `${directory === '' ? '.' : directory}/${name}`);
  let refused: 'refused' | 'directory' | undefined;
  for (const candidate of candidates) {
    const node = statOrNothing(process, candidate);
    if (node?.kind === 'file' && permits(node, process.credentials, EXECUTE)) return { path: candidate, node };
    if (node?.kind === 'file') refused = 'refused';
    else if (node?.kind === 'directory' && name.includes('/')) refused = 'directory';
  }
  return refused;
}
