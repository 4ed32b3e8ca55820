/** Errors of the guest's system calls: Node's codes, the C library's texts. */

const TEXT = {
  E2BIG: 'Argument list too long',
  EACCES: 'Permission denied',
  EADDRINUSE: 'Address already in use',
  EBADF: 'Bad file descriptor',
  ECHILD: 'No child processes',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EEXIST: 'File exists',
  EINTR: 'Interrupted system call',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
  ENETUNREACH: 'Network is unreachable',
  ENODEV: 'No such device',
  EAGAIN: 'Resource temporarily unavailable',
  ENOMEM: 'Cannot allocate memory',
  ENOENT: 'No such file or directory',
  ENOEXEC: 'Exec format error',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  ENOTEMPTY: 'Directory not empty',
  ENOTTY: 'Inappropriate ioctl for device',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  EROFS: 'Read-only file system',
  ESPIPE: 'Illegal seek',
  ESRCH: 'No such process',
  ETIMEDOUT: 'Connection timed out',
  EXDEV: 'Invalid cross-device link',
} as const;

export type ErrorCode = keyof typeof TEXT;

/** What strerror(3) says. */
export function describeError(code: string): string {
  return (TEXT as Readonly<Record<string, string>>)[code] ?? code;
}

/** A system call of the guest failed. `message` is the C library's text, without path. */
export class SystemError extends Error {
  readonly code: ErrorCode;
  readonly path: string | undefined;
  constructor(code: ErrorCode, path?: string) {
    super(describeError(code));
    this.name = 'SystemError';
    this.code = code;
    this.path = path;
  }
}

/** Thrown into the code of a process that has ended; nothing may catch it but the process itself. */
export class Killed extends Error {
  constructor() {
    super('the process has ended');
    this.name = 'Killed';
  }
}

/** Thrown into a wait that a handled signal cut short. */
export class Interrupted extends Error {
  readonly signal: string;
  constructor(signal: string) {
    super(`interrupted by SIG${signal}`);
    this.name = 'Interrupted';
    this.signal = signal;
  }
}

/** Whether an error must travel on to the process or shell that it is meant for. */
export function isControl(error: unknown): boolean {
  return error instanceof Killed || error instanceof Interrupted;
}
