/** How a process of the machine's root becomes one of its users. */
import type { GuestNamespaces } from '../../fabric/netns/guest-namespaces.js';
import { type Account, GROUPS } from '../image/accounts.js';

export type UidMode = GuestNamespaces['uidMode'];

/**
 * Words that stand before a command. With one uid a user is a user namespace of its own, in which that uid has the
 * user's number: names and numbers are right, but the users are not kept from each other (`fabric.md` §3).
 */
export function becoming(account: Account, uidMode: UidMode): readonly string[] {
  if (account.uid === 0) return ['setpriv', '--no-new-privs', '--'];
  if (uidMode === 'single') return ['unshare', '--user', `--map-user=${account.uid}`, `--map-group=${account.gid}`, '--', 'setpriv', '--no-new-privs', '--'];
  const groups = GROUPS.filter(({ members }) => members.includes(account.name)).map(({ gid }) => gid);
  return ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, groups.length === 0 ? '--clear-groups' : `--groups=${groups.join(',')}`, '--no-new-privs', '--'];
}
