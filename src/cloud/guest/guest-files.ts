/** GuestFiles over calls to what has the guest's files. */
import type { GuestFiles, GuestFileStat } from './guest.js';

export type FileOperation = 'stat' | 'list' | 'read' | 'write' | 'create' | 'truncate' | 'makeDirectory' | 'removeDirectory' | 'remove' | 'rename' | 'setMode' | 'setModified' | 'symlink' | 'readLink' | 'realPath';

export function createGuestFiles(call: (operation: FileOperation, args: readonly unknown[]) => Promise<unknown>): GuestFiles {
  const run = async (operation: FileOperation, ...args: readonly unknown[]): Promise<void> => {
    await call(operation, args);
  };
  return {
    stat: async (path, options) => (await call('stat', [path, options?.followSymlinks ?? true])) as GuestFileStat,
    list: async (path) => (await call('list', [path])) as readonly { name: string; stat: GuestFileStat }[],
    read: async (path, offset, length) => Buffer.from((await call('read', [path, offset, length])) as Uint8Array),
    write: (path, offset, data) => run('write', path, offset, new Uint8Array(data)),
    create: (path, mode) => run('create', path, mode),
    truncate: (path, size) => run('truncate', path, size),
    makeDirectory: (path, mode) => run('makeDirectory', path, mode),
    removeDirectory: (path) => run('removeDirectory', path),
    remove: (path) => run('remove', path),
    rename: (from, to) => run('rename', from, to),
    setMode: (path, mode) => run('setMode', path, mode),
    setModified: (path, seconds) => run('setModified', path, seconds),
    symlink: (target, path) => run('symlink', target, path),
    readLink: async (path) => (await call('readLink', [path])) as string,
    realPath: async (path) => (await call('realPath', [path])) as string,
  };
}
