/** Resident memory of a process and all below it, MB. */
import { readFileSync } from 'node:fs';

export function resident(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((each) => each !== '');
  return Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024 + children.reduce((sum, child) => sum + resident(child), 0);
}
