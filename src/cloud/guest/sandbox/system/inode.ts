/** The nodes of the in-memory file system and what they hold. */
import type { FileBytes } from './file-bytes.js';
import type { DeviceName } from './open-file.js';

export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

interface NodeBase {
  readonly inode: number;
  mode: number;
  uid: number;
  gid: number;
  links: number;
  /** Milliseconds since the epoch. */
  modified: number;
  changed: number;
  accessed: number;
}

/** `size` is what is in it; `bytes` may hold room beyond, and holes. */
export interface FileNode extends NodeBase {
  readonly kind: 'file';
  readonly bytes: FileBytes;
  size: number;
  /** Set for the commands that the sandbox brings: the program's name. */
  readonly program?: string | undefined;
}

export interface DirectoryNode extends NodeBase {
  readonly kind: 'directory';
  readonly entries: Map<string, Node>;
  parent: DirectoryNode | undefined;
  readonly pseudo: boolean;
}

export interface SymlinkNode extends NodeBase {
  readonly kind: 'symlink';
  readonly target: string;
}

export interface DeviceNode extends NodeBase {
  readonly kind: 'device';
  readonly device: DeviceName | 'tty';
}

/** A file of /proc: its text is made when it is opened. */
export interface GeneratedNode extends NodeBase {
  readonly kind: 'generated';
  readonly text: () => string;
}

export type Node = FileNode | DirectoryNode | SymlinkNode | DeviceNode | GeneratedNode;

export const ROOT: Credentials = { uid: 0, gid: 0, groups: [0] };

export const READ = 4;
export const WRITE = 2;
export const EXECUTE = 1;

/** access(2) by mode bits; root may all, except execute what nobody may execute. */
export function permits(node: Node, who: Credentials, wanted: number): boolean {
  if (who.uid === 0) return (wanted & EXECUTE) === 0 || node.kind === 'directory' || (node.mode & 0o111) !== 0;
  const shift = node.uid === who.uid ? 6 : node.gid === who.gid || who.groups.includes(node.gid) ? 3 : 0;
  return ((node.mode >> shift) & wanted) === wanted;
}

export function sizeOf(node: Node): number {
  switch (node.kind) {
    case 'file':
      return node.size;
    case 'directory':
      return node.pseudo ? 0 : Math.max(6, node.entries.size * 16);
    case 'symlink':
      return Buffer.byteLength(node.target);
    default:
      return 0;
  }
}
