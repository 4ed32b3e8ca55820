/**
 * Network namespaces that belong to user namespaces of their own: who is root there rules his own network and nothing else.
 * No process stays in them; they are kept by files, and go with the holder.
 */
import { readFileSync } from 'node:fs';
import { NETWORK_NAMESPACES, USER_NAMESPACES } from './protocol.js';

/** Uids of a guest in the mode in which it has many. */
const GUEST_UIDS = 65_535;

/** `multi` when more than one uid is mapped into the holder's user namespace. */
export function uidMode(): 'single' | 'multi' {
  const mapped = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n').map((line) => Number(line.trim().split(/\s+/u)[2]));
  return mapped.reduce((sum, each) => sum + each, 0) > GUEST_UIDS ? 'multi' : 'single';
}

/**
 * A script that makes them. A process in each says its pid when it is there, and waits while its uids are mapped and its
 * namespaces are bound to files; then all go on and end.
 */
export function ownedScript(names: readonly string[], mode: 'single' | 'multi'): string {
  const map = mode === 'multi' ? `0 1 ${GUEST_UIDS}` : '0 0 1';
  const files = (name: string): string => `${NETWORK_NAMESPACES}/${name} ${USER_NAMESPACES}/${name}`;
  return `work=${USER_NAMESPACES}/.making
rm -rf $work
mkdir $work
mkfifo $work/said $work/go
exec 7<> $work/said 8<> $work/go
${names.map((name) => `: > ${files(name).replace(' ', '; : > ')}
unshare -U -n sh -c 'echo ${name} $$ >&7; read -r go <&8' &`).join('\n')}
left=${names.length}
while [ $left -gt 0 ]; do
  read -r name pid <&7
  ${mode === 'single' ? 'echo deny > /proc/$pid/setgroups\n  ' : ''}echo '${map}' > /proc/$pid/uid_map
  echo '${map}' > /proc/$pid/gid_map
  echo "/proc/$pid/ns/net ${NETWORK_NAMESPACES}/$name none bind 0 0" >> $work/table
  echo "/proc/$pid/ns/user ${USER_NAMESPACES}/$name none bind 0 0" >> $work/table
  left=$((left - 1))
done
mount -a -T $work/table
${names.map(() => 'echo >&8').join('\n')}
wait
rm -rf $work
`;
}
