/** SFTP version 3 over the guest's files (draft-ietf-secsh-filexfer-02), as OpenSSH's sftp-server serves it. */
import ssh2, { type Attributes, type FileEntry, type SFTPWrapper } from 'ssh2';
import type { GuestFiles, GuestFileStat } from '../guest.js';
import { OpenFile } from './open-file.js';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;
/** A directory is listed in portions of this many names. */
const NAMES_PER_READ = 100;

type Handle =
  | OpenFile
  | { readonly kind: 'directory'; readonly entries: FileEntry[] };

const TYPE_BITS = { file: 0o100000, directory: 0o040000, symlink: 0o120000 } as const;

const attributesOf = (stat: GuestFileStat): Attributes => ({
  mode: TYPE_BITS[stat.kind] | stat.mode,
  uid: stat.uid,
  gid: stat.gid,
  size: stat.size,
  atime: stat.modified,
  mtime: stat.modified,
});

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The `ls -l` line that version 3 sends along. */
function longName(name: string, stat: GuestFileStat): string {
  const bits = ['r', 'w', 'x', 'r', 'w', 'x', 'r', 'w', 'x'].map((letter, index) => (stat.mode & (0o400 >> index) ? letter : '-')).join('');
  const date = new Date(stat.modified * 1000);
  const when = `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${date.toISOString().slice(11, 16)}`;
  return `${{ file: '-', directory: 'd', symlink: 'l' }[stat.kind]}${bits}    1 ${String(stat.uid).padEnd(8)} ${String(stat.gid).padEnd(8)} ${String(stat.size).padStart(8)} ${when} ${name}`;
}

function statusOf(error: unknown): number {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT': case 'ENOTDIR': return STATUS_CODE.NO_SUCH_FILE;
    case 'EACCES': case 'EPERM': return STATUS_CODE.PERMISSION_DENIED;
    default: return STATUS_CODE.FAILURE;
  }
}

/**
 * OpenSSH's clients say that they are done, wait for the server to close, and scp fails unless it said status 0 before.
 * ssh2 1.17 has no call for that on this kind of channel.
 */
function succeed(sftp: SFTPWrapper): void {
  const { _protocol, outgoing } = sftp as unknown as { _protocol: { exitStatus(channel: number, status: number): void }; outgoing: { id: number; state: string } };
  if (outgoing.state === 'open') _protocol.exitStatus(outgoing.id, 0);
}

/** Serves one SFTP channel; relative paths start at `home`. */
export function serveSftp(files: GuestFiles, home: string, sftp: SFTPWrapper): void {
  const handles = new Map<number, Handle>();
  let nextHandle = 0;
  const absolute = (path: string) => (path.startsWith('/') ? path : `${home}/${path}`).replace(/(?<=.)\/+$/, '');

  const open = (handle: Handle): Buffer => {
    const id = nextHandle++;
    handles.set(id, handle);
    const name = Buffer.alloc(4);
    name.writeUInt32BE(id);
    return name;
  };
  const idOf = (name: Buffer): number => (name.length === 4 ? name.readUInt32BE() : Number.NaN);
  const handleOf = <K extends Handle['kind']>(name: Buffer, kind: K): Extract<Handle, { kind: K }> => {
    const handle = handles.get(idOf(name));
    if (handle?.kind !== kind) throw new Error(`not an open ${kind}`);
    return handle as Extract<Handle, { kind: K }>;
  };
  /** Answers what `work` does: its own reply, or the status of its error. */
  const answer = (request: number, work: () => Promise<void>): void => {
    work().catch((error: unknown) => sftp.status(request, statusOf(error), (error as Error).message));
  };
  const done = (request: number, work: () => Promise<void>): void =>
    answer(request, async () => {
      await work();
      sftp.status(request, STATUS_CODE.OK);
    });
  const setAttributes = async (path: string, attributes: Partial<Attributes>): Promise<void> => {
    if (attributes.size !== undefined) await files.truncate(path, attributes.size);
    if (attributes.mode !== undefined) await files.setMode(path, attributes.mode & 0o777);
    if (attributes.mtime !== undefined) await files.setModified(path, attributes.mtime);
  };

  sftp.on('end', () => {
    succeed(sftp);
    sftp.end();
  });
  sftp.on('REALPATH', (request, path) =>
    answer(request, async () => {
      const whole = await files.realPath(absolute(path)).catch(() => absolute(path));
      sftp.name(request, [{ filename: whole, longname: whole, attrs: {} as Attributes }]);
    }));
  const stat = (followSymlinks: boolean) => (request: number, path: string) =>
    answer(request, async () => sftp.attrs(request, attributesOf(await files.stat(absolute(path), { followSymlinks }))));
  sftp.on('STAT', stat(true));
  sftp.on('LSTAT', stat(false));
  sftp.on('FSTAT', (request, name) => answer(request, async () => sftp.attrs(request, attributesOf(await files.stat(handleOf(name, 'file').path)))));
  sftp.on('SETSTAT', (request, path, attributes) => done(request, () => setAttributes(absolute(path), attributes)));
  sftp.on('FSETSTAT', (request, name, attributes) => done(request, async () => setAttributes(handleOf(name, 'file').path, attributes)));
  sftp.on('OPEN', (request, path, flags, attributes) =>
    answer(request, async () => {
      const file = absolute(path);
      const existing = await files.stat(file).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return undefined;
      });
      if (existing?.kind === 'directory') throw Object.assign(new Error(`${path} is a directory`), { code: 'EISDIR' });
      if (existing === undefined && !(flags & OPEN_MODE.CREAT)) throw Object.assign(new Error(`${path}: no such file`), { code: 'ENOENT' });
      if (existing !== undefined && flags & OPEN_MODE.EXCL) throw Object.assign(new Error(`${path} exists`), { code: 'EEXIST' });
      if (existing === undefined || flags & OPEN_MODE.TRUNC) await files.create(file, (attributes.mode ?? 0o644) & 0o777);
      // Opening is where a file's permissions are asked for; the guest's reads ask them again.
      else if (flags & OPEN_MODE.READ) await files.read(file, 0, 0);
      sftp.handle(request, open(new OpenFile(files, file, (flags & OPEN_MODE.APPEND) !== 0)));
    }));
  sftp.on('READ', (request, name, offset, length) =>
    answer(request, async () => {
      const bytes = await files.read(handleOf(name, 'file').path, offset, length);
      if (bytes.length === 0) sftp.status(request, STATUS_CODE.EOF);
      else sftp.data(request, bytes);
    }));
  sftp.on('WRITE', (request, name, offset, data) => done(request, async () => handleOf(name, 'file').write(offset, data)));
  sftp.on('CLOSE', (request, name) =>
    done(request, async () => {
      const handle = handles.get(idOf(name));
      if (!handles.delete(idOf(name))) throw new Error('not open');
      if (handle?.kind === 'file') await handle.close();
    }));
  sftp.on('OPENDIR', (request, path) =>
    answer(request, async () => {
      const entries = (await files.list(absolute(path))).map((entry) => ({ filename: entry.name, longname: longName(entry.name, entry.stat), attrs: attributesOf(entry.stat) }));
      sftp.handle(request, open({ kind: 'directory', entries }));
    }));
  sftp.on('READDIR', (request, name) =>
    answer(request, async () => {
      const portion = handleOf(name, 'directory').entries.splice(0, NAMES_PER_READ);
      if (portion.length === 0) sftp.status(request, STATUS_CODE.EOF);
      else sftp.name(request, portion);
    }));
  sftp.on('REMOVE', (request, path) => done(request, () => files.remove(absolute(path))));
  sftp.on('MKDIR', (request, path, attributes) => done(request, () => files.makeDirectory(absolute(path), (attributes.mode ?? 0o755) & 0o777)));
  sftp.on('RMDIR', (request, path) => done(request, () => files.removeDirectory(absolute(path))));
  sftp.on('RENAME', (request, from, to) => done(request, () => files.rename(absolute(from), absolute(to))));
  sftp.on('READLINK', (request, path) =>
    answer(request, async () => {
      const target = await files.readLink(absolute(path));
      sftp.name(request, [{ filename: target, longname: target, attrs: {} as Attributes }]);
    }));
  // OpenSSH sends the two in the reverse order of the draft, and everybody follows it; ssh2 hands them over as sent.
  sftp.on('SYMLINK', (request, target, path) => done(request, () => files.symlink(target, absolute(path))));
}
