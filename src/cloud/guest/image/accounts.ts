/** Who has an account on an instance, after Amazon Linux 2023. */
import type { GuestUser } from '../guest.js';

export interface Account {
  readonly name: GuestUser;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

export const ACCOUNTS: readonly Account[] = [
  { name: 'root', uid: 0, gid: 0, comment: 'root', home: '/root', shell: '/bin/bash' },
  { name: 'ec2-user', uid: 1000, gid: 1000, comment: 'EC2 Default User', home: '/home/ec2-user', shell: '/bin/bash' },
  { name: 'ssm-user', uid: 1001, gid: 1001, comment: '', home: '/home/ssm-user', shell: '/bin/bash' },
];

/** AL2023 puts ec2-user into adm, wheel and systemd-journal. */
export const GROUPS: readonly { readonly name: string; readonly gid: number; readonly members: readonly string[] }[] = [
  { name: 'root', gid: 0, members: [] },
  { name: 'adm', gid: 4, members: ['ec2-user'] },
  { name: 'tty', gid: 5, members: [] },
  { name: 'wheel', gid: 10, members: ['ec2-user'] },
  { name: 'systemd-journal', gid: 190, members: ['ec2-user'] },
  { name: 'ec2-user', gid: 1000, members: [] },
  { name: 'ssm-user', gid: 1001, members: [] },
];

export function accountOf(name: GuestUser): Account {
  const account = ACCOUNTS.find((one) => one.name === name);
  if (account === undefined) throw new Error(`there is no account ${name}`);
  return account;
}

/** Where a session starts when nothing is said: the agent's service unit leaves ssm-user in /usr/bin. */
export function directoryOf(account: Account): string {
  return account.name === 'ssm-user' ? '/usr/bin' : account.home;
}

/** What a session's processes find in their environment. */
export function environmentOf(account: Account, session: { readonly login: boolean; readonly term?: string | undefined; readonly extra?: Readonly<Record<string, string>> | undefined }): ReadonlyMap<string, string> {
  const environment = new Map<string, string>([
    ['HOME', account.home],
    ['USER', account.name],
    ['LOGNAME', account.name],
    ['SHELL', account.shell],
    ['LANG', 'C.UTF-8'],
    ['PATH', account.uid === 0 || session.login ? '/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin' : '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin'],
  ]);
  if (session.term !== undefined) environment.set('TERM', session.term);
  for (const [name, value] of Object.entries(session.extra ?? {})) environment.set(name, value);
  return environment;
}
