/** `ssmlab proxy`: stdin and stdout become a connection to a port of an instance, by Session Manager. */
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { stackFlags } from '../cli/flags.js';
import { labContext } from '../cli/lab-context.js';
import { beforeSignals, opening } from '../cli/last-will.js';
import { lossNotice } from '../cli/loss-notice.js';
import { sayBeside } from '../cli/terminal.js';
import { expectTransfers } from '../cli/transfers.js';
import { sendSshPublicKey } from '../lib/aws/ec2-instance-connect.js';
import { endSession } from '../lib/aws/ssm.js';
import { SsmlabError } from '../lib/errors.js';
import { findInstance } from '../lib/inventory/find.js';
import { takeInventory } from '../lib/inventory/inventory.js';
import { openPort, proxyRequest } from '../lib/probe/port-way.js';
import { sessionStarter } from '../lib/probe/session-way.js';
import { SSH_USER } from '../lib/lab/lab.js';
import { shellQuote } from '../lib/report/shell-quote.js';
import { runStdio } from '../lib/session/port/stdio.js';
import { loadPublicKey } from '../lib/ssh/public-key.js';

/** The agent says that nothing took the connection; any other end came from outside. */
const hintAt = (words: string, instance: string): string =>
  words.startsWith('Unable to connect') ? `something has to listen there: \`ssmlab connect ${shellQuote(instance)}\` opens a shell to start it` : '`ssmlab list` shows whether the instance is there and its agent connected';

export default class Proxy extends BaseCommand {
  static override summary = 'Connect stdin and stdout to a port of an instance, for ssh\'s ProxyCommand.';
  static override description = `By Session Manager: no port of the instance has to be open. Nothing but the connection's own bytes is on stdout. It ends when the far end closes, and ends its session then.

With --push-key EC2 Instance Connect takes a public key of yours for a minute, long enough to log in: an instance without a key pair is reached by SSH, scp and rsync.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %> 3',
    'ssh -o ProxyCommand="<%= config.bin %> <%= command.id %> %h %p --user %r --push-key ~/.ssh/id_ed25519.pub" ec2-user@i-0123456789abcdef0',
    'scp -o ProxyCommand="<%= config.bin %> <%= command.id %> %h --push-key ~/.ssh/id_ed25519" ./file ec2-user@i-0123456789abcdef0:',
  ];
  static override usage = '<%= command.id %> INSTANCE [PORT] [flags]';
  static override args = {
    instance: Args.string({ ignoreStdin: true, required: true, description: 'number, name, id or address' }),
    port: Args.integer({ ignoreStdin: true, default: 22, description: 'TCP port of the instance', min: 1, max: 65_535 }),
  };
  static override flags = {
    ...stackFlags,
    'push-key': Flags.string({ description: 'public key file (or its private half\'s) that the instance shall take for a minute', helpValue: 'FILE', helpGroup: 'SSH' }),
    user: Flags.string({ description: 'account that the key is for; %r in a ProxyCommand', helpValue: 'NAME', default: SSH_USER, helpGroup: 'SSH' }),
  };

  /** Whatever ssh's terminal shows. */
  protected override sayError(text: string): void {
    sayBeside(text);
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Proxy);
    const publicKey = flags['push-key'] === undefined ? undefined : await loadPublicKey(flags['push-key']);
    const { target, stack } = await labContext(flags);
    const instance = findInstance(await takeInventory(target, stack), args.instance);
    if (publicKey !== undefined) await sendSshPublicKey(target, { instanceId: instance.instanceId, user: flags.user, publicKey });
    this.handOver();
    expectTransfers();
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    const notice = lossNotice(sayBeside, 'what is sent waits');
    const channel = await opening((signal) => openPort(target, sessionStarter(target), instance, proxyRequest(instance.instanceId, args.port), { ...notice, signal }), this.interruption.signal, signals);
    const terminate = async (): Promise<void> => {
      channel.close();
      if (!channel.over) await endSession(target, channel.sessionId);
    };
    const offSignals = beforeSignals(terminate, signals);
    try {
      const words = await runStdio(channel, { stdin: process.stdin, stdout: process.stdout });
      if (words !== '') throw new SsmlabError('session-failed', `the session to port ${args.port} of ${instance.name} ended: ${words.replace(/\.+$/u, '')}`, { hint: hintAt(words, args.instance) });
    } finally {
      notice.stop();
      await terminate();
      offSignals();
    }
  }
}
