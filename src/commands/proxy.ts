/** `ssmlab proxy`: stdin and stdout become a connection to a port of an instance, by Session Manager. */
import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { stackFlags } from '../cli/flags.js';
import { labContext } from '../cli/lab-context.js';
import { beforeSignals } from '../cli/last-will.js';
import { terminateSession } from '../lib/aws/ssm.js';
import { SsmlabError } from '../lib/errors.js';
import { findInstance } from '../lib/inventory/find.js';
import { takeInventory } from '../lib/inventory/inventory.js';
import { openPort, proxyRequest } from '../lib/probe/port-way.js';
import { sessionStarter } from '../lib/probe/session-way.js';
import { runStdio } from '../lib/session/port/stdio.js';

export default class Proxy extends BaseCommand {
  static override summary = 'Connect stdin and stdout to a port of an instance, for ssh\'s ProxyCommand.';
  static override description = `By Session Manager: no port of the instance has to be open. Nothing but the connection's own bytes is on stdout. It ends when the far end closes, and ends its session then.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> 3',
    'ssh -o ProxyCommand="<%= config.bin %> <%= command.id %> %h %p" ec2-user@i-0123456789abcdef0',
    'scp -o ProxyCommand="<%= config.bin %> <%= command.id %> %h %p" ./file ec2-user@i-0123456789abcdef0:',
  ];
  static override args = {
    instance: Args.string({ required: true, description: 'number, name, id or address' }),
    port: Args.integer({ default: 22, description: 'TCP port of the instance', min: 1, max: 65_535 }),
  };
  static override flags = { ...stackFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Proxy);
    const { target, stack } = await labContext(flags);
    const instance = findInstance(await takeInventory(target, stack), args.instance);
    this.handOver();
    const channel = await openPort(target, sessionStarter(target), instance, proxyRequest(instance.instanceId, args.port), {});
    const terminate = async (): Promise<void> => {
      channel.close();
      if (!channel.over) await terminateSession(target, channel.sessionId).catch(() => undefined);
    };
    const offSignals = beforeSignals(terminate, ['SIGINT', 'SIGTERM', 'SIGHUP']);
    try {
      const words = await runStdio(channel, { stdin: process.stdin, stdout: process.stdout });
      if (words !== '') throw new SsmlabError('session-failed', `the session to port ${args.port} of ${instance.name} ended: ${words}`, { hint: 'something has to listen there: `ssmlab exec` looks from inside' });
    } finally {
      await terminate();
      offSignals();
    }
  }
}
