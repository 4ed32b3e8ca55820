/** The `ssh_config` of a lab: what OpenSSH needs to reach its instances, so that `ssh -F FILE NAME` is all one types. */

export interface SshHost {
  /** Names that it goes by on ssh's command line. */
  readonly aliases: readonly string[];
  readonly user: string;
  readonly host: string;
  readonly keyFile: string;
  readonly knownHosts: string;
  /** Name that its host keys have there: the instance id. */
  readonly hostKeyAlias: string;
  /** What becomes of a key that is not known: refused where others are, else shown and asked for; taken where the way to it tells whose it is. */
  readonly unknownHostKey: 'refuse' | 'ask' | 'take';
  readonly proxyCommand?: string | undefined;
}

// A value with spaces stands in quotes, and `%` begins a token of ssh's (ssh_config(5)).
const path = (text: string): string => {
  const literal = text.replaceAll('%', '%%');
  return /[\s#]/u.test(literal) ? `"${literal}"` : literal;
};

/** True when ssh takes it as a host's name as it stands: no pattern, no option, nothing to quote. */
export const isAlias = (name: string): boolean => /^[A-Za-z0-9][\w.-]*$/u.test(name);

const CHECKING = { refuse: 'yes', ask: 'ask', take: 'accept-new' } as const;

/** The file's text. The agent is never forwarded, and of it no other key is shown than the host's. `proxyCommand` is a line for the user's shell with ssh's own `%h` and `%p`. */
export function sshConfig(hosts: readonly SshHost[]): string {
  const lines = hosts.flatMap(({ aliases, user, host, keyFile, knownHosts, hostKeyAlias, unknownHostKey, proxyCommand }) => [
    `Host ${aliases.join(' ')}`,
    `  HostName ${host}`,
    `  User ${user}`,
    `  IdentityFile ${path(keyFile)}`,
    '  IdentitiesOnly yes',
    '  ForwardAgent no',
    `  UserKnownHostsFile ${path(knownHosts)}`,
    `  HostKeyAlias ${hostKeyAlias}`,
    `  StrictHostKeyChecking ${CHECKING[unknownHostKey]}`,
    ...(proxyCommand === undefined ? [] : [`  ProxyCommand ${proxyCommand}`]),
  ]);
  return `${['# Written by `ssmlab list`.', ...lines].join('\n')}\n`;
}
