/** `ssmlab list`: the instances with path and auth method as the APIs say them. */
import { existsSync } from 'node:fs';
import { BaseCommand } from '../cli/base-command.js';
import { identityFlag, stackFlags } from '../cli/flags.js';
import { labContext } from '../cli/lab-context.js';
import { listed, type ListedInstance } from '../lib/inventory/instance.js';
import { takeInventory } from '../lib/inventory/inventory.js';
import { SSH_USER } from '../lib/lab/lab.js';
import { listLines } from '../lib/report/list.js';
import { printable } from '../lib/report/printable.js';
import { sshLine } from '../lib/report/ssh-line.js';

export default class List extends BaseCommand {
  static override summary = 'Show the instances: path, auth method, what is open, addresses, agent.';
  static override description = `Path and auth method are derived from what the APIs say of routes, endpoints, security groups, key pairs and roles, not from names. INBOUND is what a security group admits from outside: for Session Manager it is nothing, which is the point.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json', '<%= config.bin %> <%= command.id %> --target aws --region eu-central-1'];
  static override flags = { ...stackFlags, ...identityFlag };
  static override enableJsonFlag = true;

  async run(): Promise<{ instances: ListedInstance[] }> {
    const { flags } = await this.parse(List);
    const { target, stack, lab } = await labContext(flags);
    const instances = await takeInventory(target, stack);
    this.print(listLines(instances, { style: this.style, width: this.width, wide: true }));
    const reachable = instances.filter((instance) => instance.auth === 'ssh-key-pair' && instance.publicIpv4 !== null);
    for (const { name, publicIpv4, keyName } of reachable) {
      const keyFile = existsSync(lab.keyFile) || flags.identity !== undefined ? lab.keyFile : `${keyName}.pem`;
      this.print(['', this.style.dim(`${printable(name)} by OpenSSH`), `  ${sshLine({ user: SSH_USER, host: publicIpv4 ?? '', keyFile, knownHosts: lab.knownHosts, proxyCommand: target.proxyCommand })}`]);
    }
    return { instances: instances.map(listed) };
  }
}
