/** Pathname expansion over the guest's files. */
import type { Credentials } from '../system/inode.js';
import { type FileSystem, joinPath } from '../system/file-system.js';
import { hasMagic, type Patterns } from './pattern.js';

function unquote(pattern: string): string {
  return pattern.replaceAll(/\\([\s\S])/gu, '$1');
}

/** Paths that match, sorted; empty when nothing does. `pattern` quotes with backslashes. */
export function expandPathname(pattern: string, directory: string, files: FileSystem, who: Credentials, patterns: Patterns): readonly string[] {
  const absolute = pattern.startsWith('/');
  const parts = pattern.split('/');
  let found: string[] = [absolute ? '/' : ''];
  const relevant = absolute ? parts.slice(1) : parts;
  for (const [index, part] of relevant.entries()) {
    const last = index === relevant.length - 1;
    if (part === '') {
      if (last) found = found.filter((path) => isDirectory(files, who, joinPath(directory, path || '.'))).map((path) => (path.endsWith('/') ? path : `${path}/`));
      continue;
    }
    found = found.flatMap((base) => step(base, part, last, directory, files, who, patterns));
  }
  return found.toSorted((a, b) => (a < b ? -1 : 1));
}

function step(base: string, part: string, last: boolean, directory: string, files: FileSystem, who: Credentials, patterns: Patterns): string[] {
  const prefix = base === '' || base.endsWith('/') ? base : `${base}/`;
  if (!hasMagic(part)) {
    const path = prefix + unquote(part);
    return exists(files, who, joinPath(directory, path)) ? [path] : [];
  }
  let names: readonly string[];
  try {
    names = files.list(joinPath(directory, base === '' ? '.' : base), who);
  } catch {
    return [];
  }
  const hidden = part.startsWith('.') || part.startsWith('\\.');
  const candidates = hidden ? ['.', '..', ...names] : names.filter((name) => !name.startsWith('.'));
  const matching = candidates.filter((name) => patterns.matches(part, name)).map((name) => prefix + name);
  return last ? matching : matching.filter((path) => isDirectory(files, who, joinPath(directory, path)));
}

function exists(files: FileSystem, who: Credentials, path: string): boolean {
  try {
    return files.locate(path, who, false).node !== undefined;
  } catch {
    return false;
  }
}

function isDirectory(files: FileSystem, who: Credentials, path: string): boolean {
  try {
    return files.lookup(path, who).kind === 'directory';
  } catch {
    return false;
  }
}
