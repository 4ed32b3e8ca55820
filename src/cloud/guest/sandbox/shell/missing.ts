/** What to say besides `command not found`. */
import { builtins } from '../builtins/registry.js';
import type { Kernel } from '../system/kernel.js';

const INSTEAD: Readonly<Record<string, string>> = {
  awk: 'grep, sed, cut, sort and tr are there', gawk: 'grep, sed, cut, sort and tr are there', vi: 'there is no editor: write files with cat > FILE and ^D, change them with sed -i', dnf: 'nothing can be installed', yum: 'nothing can be installed',
  python3: 'there are no interpreters but sh', perl: 'there are no interpreters but sh', systemctl: 'there are no services to manage', aws: 'run the AWS CLI on your own machine against the local cloud', ssh: 'use nc -z HOST PORT to try a port',
  traceroute: 'ping -t TTL shows who answers at a hop', tcpdump: 'packets cannot be captured', telnet: 'nc HOST PORT does it', wget: 'curl does it', netstat: 'ip addr and ip route are there', ss: 'ip addr and ip route are there', ifconfig: 'ip addr does it', top: 'ps -ef does it', man: 'COMMAND --help helps',
};

export function missingHint(name: string, { programs }: Pick<Kernel, 'programs'>): string {
  const count = new Set([...programs.keys(), ...builtins.keys()]).size;
  const same: Readonly<Record<string, string>> = { nano: 'vi', vim: 'vi', 'amazon-linux-extras': 'dnf', rpm: 'dnf', emacs: 'vi', ed: 'vi', python: 'python3', node: 'python3', route: 'ip', htop: 'top' };
  const instead = INSTEAD[name] ?? INSTEAD[same[name] ?? ''];
  return instead === undefined ? `(the sandbox has ${count} commands: \`help\` lists them)\n` : `(not in the sandbox: ${instead}; it has ${count} commands: \`help\` lists them)\n`;
}
