/**
 * Network namespaces that belong to user namespaces of their own: who is root there rules his own network and nothing else.
 * No process stays in them; they are kept by files, and go with the holder.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { run } from './run.js';
import { NETWORK_NAMESPACES, USER_NAMESPACES } from './protocol.js';

/** Uids of a guest in the mode in which it has many. */
const GUEST_UIDS = 65_535;

/** `multi` when more than one uid is mapped into the holder's user namespace. */
export function uidMode(): 'single' | 'multi' {
  const mapped = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n').map((line) => Number(line.trim().split(/\s+/u)[2]));
  return mapped.reduce((sum, each) => sum + each, 0) > GUEST_UIDS ? 'multi' : 'single';
}

/** How many are made side by side: more gain nothing on two cores. */
const SIDE_BY_SIDE = 4;

export async function makeOwned(names: readonly string[]): Promise<void> {
  const mode = uidMode();
  const waiting = [...names];
  const made: { readonly name: string; readonly child: ChildProcess }[] = [];
  try {
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) made.push({ name, child: await unshared(mode) });
    }));
    for (const { name } of made) for (const folder of [NETWORK_NAMESPACES, USER_NAMESPACES]) writeFileSync(`${folder}/${name}`, '');
    const binds = made.flatMap(({ name, child }) => [`/proc/${child.pid}/ns/net ${NETWORK_NAMESPACES}/${name} none bind 0 0`, `/proc/${child.pid}/ns/user ${USER_NAMESPACES}/${name} none bind 0 0`]);
    const table = `${USER_NAMESPACES}/.fstab`;
    writeFileSync(table, `${binds.join('\n')}\n`);
    const { status, stderr } = await run({ namespace: '', argv: ['mount', '-a', '-T', table], input: '' });
    if (status !== 0) throw new Error(`mount ended with ${status}: ${stderr.trim()}`);
  } finally {
    for (const { child } of made) child.stdin?.end();
  }
}

/** A process in new user and network namespaces, its uids mapped. */
async function unshared(mode: 'single' | 'multi'): Promise<ChildProcess> {
  const child = spawn('unshare', ['-U', '-n', 'cat'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.on('error', () => undefined);
  child.stdin.write('x');
  // It answers once it is where it has to be.
  const [answered] = await Promise.race([once(child.stdout, 'data').then(() => [true]), once(child, 'close').then(() => [false])]) as [boolean];
  if (!answered) throw new Error(`unshare -U -n ended: ${said.trim()}`);
  const map = mode === 'multi' ? `0 1 ${GUEST_UIDS}\n` : '0 0 1\n';
  if (mode === 'single') writeFileSync(`/proc/${child.pid}/setgroups`, 'deny');
  writeFileSync(`/proc/${child.pid}/uid_map`, map);
  writeFileSync(`/proc/${child.pid}/gid_map`, map);
  return child;
}
