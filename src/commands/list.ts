/** `ssmlab list`: the instances with path and auth method as the APIs say them. */
import { BaseCommand } from '../cli/base-command.js';
import { identityFlag, stackFlags } from '../cli/flags.js';
import { labContext } from '../cli/lab-context.js';
import { sshLines } from '../cli/ssh-file.js';
import { listed, type ListedInstance } from '../lib/inventory/instance.js';
import { takeInventory } from '../lib/inventory/inventory.js';
import { listLines } from '../lib/report/list.js';
import { wrapLine } from '../lib/report/wrap.js';

export default class List extends BaseCommand {
  static override summary = 'Show the instances: path, auth method, what is open, addresses, agent.';
  static override description = `Path and auth method are derived from what the APIs say of routes, endpoints, security groups, key pairs and roles, not from names. INBOUND is what a security group admits from outside: for Session Manager it is nothing, which is the point.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json', '<%= config.bin %> <%= command.id %> --target aws --region eu-central-1'];
  static override flags = { ...stackFlags, ...identityFlag };
  static override enableJsonFlag = true;

  async run(): Promise<{ instances: ListedInstance[] }> {
    const { flags } = await this.parse(List);
    const context = await labContext(flags);
    const instances = await takeInventory(context.target, context.stack);
    this.print(listLines(instances, { style: this.style, width: this.width, wide: true }));
    if (!this.jsonEnabled()) {
      const ssh = await sshLines(context, flags, instances);
      // A command goes over the edge rather than be cut: it is there to be copied.
      if (ssh.length > 0) this.print(['', ...ssh.flatMap((line) => (line.startsWith('  ssh ') ? [line] : wrapLine(line, this.width)))]);
    }
    return { instances: instances.map(listed) };
  }
}
