/** GuestFiles in the worker: each operation as one of the guest's users. */
import type { GuestFileStat, GuestUser } from '../../guest.js';
import type { FileOperation } from '../../guest-files.js';
import { SystemError } from '../system/errors.js';
import { type Credentials, type Node, permits, READ, sizeOf, WRITE } from '../system/inode.js';
import { credentialsOf, type Kernel } from '../system/kernel.js';
import { resizeFile, writeFile } from '../system/regular-file.js';
import { encode } from '../../byte-text.js';

function statOf(node: Node): GuestFileStat {
  const kind = node.kind === 'directory' || node.kind === 'symlink' ? node.kind : 'file';
  return { kind, size: sizeOf(node), mode: node.mode & 0o777, uid: node.uid, gid: node.gid, modified: Math.floor(node.modified / 1000) };
}

function readBytes(node: Node, offset: number, length: number): Uint8Array {
  if (node.kind === 'directory') throw new SystemError('EISDIR');
  if (node.kind === 'generated') return encode(node.text()).slice(offset, offset + length);
  if (node.kind !== 'file') return new Uint8Array(0);
  return node.bytes.read(Math.min(offset, node.size), Math.min(offset + length, node.size));
}

export function runFileOperation(kernel: Kernel, userName: GuestUser, operation: FileOperation, args: readonly unknown[]): unknown {
  const user = kernel.userByName(userName);
  if (user === undefined) throw new SystemError('EPERM');
  const who: Credentials = credentialsOf(user);
  const { files } = kernel;
  // Relative paths are relative to the user's home, as in SFTP.
  const path = (index: number): string => {
    const given = String(args[index]);
    return given.startsWith('/') ? given : `${user.home}/${given}`;
  };
  const file = (wanted: number) => {
    const node = files.lookup(path(0), who);
    if (!permits(node, who, wanted)) throw new SystemError('EACCES', path(0));
    return node;
  };
  switch (operation) {
    case 'stat':
      return statOf(files.lookup(path(0), who, args[1] !== false));
    case 'list':
      return files.list(path(0), who).map((name) => ({ name, stat: statOf(files.lookup(`${path(0)}/${name}`, who, false)) }));
    case 'read':
      return readBytes(file(READ), Number(args[1]), Number(args[2]));
    case 'write': {
      const node = file(WRITE);
      if (node.kind === 'directory') throw new SystemError('EISDIR', path(0));
      if (node.kind === 'file') writeFile(node, Number(args[1]), args[2] as Uint8Array, files.quota, files.now());
      return undefined;
    }
    case 'create': {
      const node = files.createFile(path(0), Number(args[1]) & 0o7777, who);
      if (!permits(node, who, WRITE) && node.size > 0) throw new SystemError('EACCES', path(0));
      resizeFile(node, 0, files.quota, files.now());
      return undefined;
    }
    case 'truncate':
      files.truncate(path(0), Number(args[1]), who);
      return undefined;
    case 'makeDirectory':
      files.makeDirectory(path(0), Number(args[1]) & 0o7777, who);
      return undefined;
    case 'removeDirectory':
      files.removeDirectory(path(0), who);
      return undefined;
    case 'remove':
      files.remove(path(0), who);
      return undefined;
    case 'rename':
      files.rename(path(0), path(1), who);
      return undefined;
    case 'setMode':
      files.setMode(path(0), Number(args[1]), who);
      return undefined;
    case 'setModified':
      files.setModified(path(0), Number(args[1]) * 1000, who);
      return undefined;
    case 'symlink':
      files.symlink(String(args[0]), path(1), who);
      return undefined;
    case 'readLink': {
      const node = files.lookup(path(0), who, false);
      if (node.kind !== 'symlink') throw new SystemError('EINVAL', path(0));
      return node.target;
    }
    default:
      return files.realPath(path(0), who);
  }
}
