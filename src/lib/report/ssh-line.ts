/** The `ssh` line that reaches an instance: what a reader can paste. */
import { shellQuote } from './shell-quote.js';

export interface SshLine {
  readonly user: string;
  readonly host: string;
  readonly keyFile: string;
  readonly knownHosts: string;
  readonly proxyCommand?: string | undefined;
}

// OpenSSH reads an option's value by rules of its own: spaces need quotes within it, and quotes cannot be escaped everywhere.
const optionPath = (path: string): string => (/\s/u.test(path) ? `"${path}"` : path);

/** For OpenSSH's client. Host keys are those that deploy recorded, a new one is taken once and kept. */
export function sshLine({ user, host, keyFile, knownHosts, proxyCommand }: SshLine): string {
  const options = [
    ['IdentitiesOnly', 'yes'],
    ['UserKnownHostsFile', optionPath(knownHosts)],
    ['StrictHostKeyChecking', 'accept-new'],
    ...(proxyCommand === undefined ? [] : [['ProxyCommand', proxyCommand]]),
  ];
  return ['ssh', '-i', shellQuote(keyFile), ...options.flatMap(([name, value]) => ['-o', shellQuote(`${name}=${value}`)]), shellQuote(`${user}@${host}`)].join(' ');
}
