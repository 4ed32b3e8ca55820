/** `ssmlab local trace`: which rule lets a packet pass, or drops it. */
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { localLabFlags } from '../../cli/flags.js';
import { labContext } from '../../cli/lab-context.js';
import { traceFlow, type TraceReport } from '../../lib/aws/ssmlab.js';
import { SsmlabError } from '../../lib/errors.js';
import { findInstance } from '../../lib/inventory/find.js';
import { takeInventory } from '../../lib/inventory/inventory.js';
import { flowPasses, traceLines } from '../../lib/report/trace.js';

export default class LocalTrace extends BaseCommand {
  static override summary = 'Send a packet from an instance and say which rules let it pass, or which one dropped it.';
  static override description = `On the netns fabric one real packet is sent from inside the instance, a ping without a port, a TCP SYN with one, and the kernel's own tracing is read: security group rules, network ACL entries, routes, gateways and endpoints by their ids, on the way there and on the way back. On the computed fabric the rules are asked instead, and that is said. \`explain\` traces a flow by the configuration alone, on AWS too, and names the change that would let it pass.

Exit status: 0 when an answer came, also one that refuses; 1 when nothing came back.`;
  static override examples = ['<%= config.bin %> <%= command.id %> 3 8.8.8.8', '<%= config.bin %> <%= command.id %> 4 ssm.ap-northeast-1.amazonaws.com:443', '<%= config.bin %> <%= command.id %> 2 10.0.1.16:22 --json'];
  static override usage = '<%= command.id %> INSTANCE DESTINATION[:PORT] [flags]';
  static override args = {
    instance: Args.string({ ignoreStdin: true, required: true, description: 'number, name, id or address' }),
    destination: Args.string({ ignoreStdin: true, required: true, description: 'IPv4 address, or a name for the instance\'s resolver, with or without a port' }),
  };
  static override flags = { ...localLabFlags, udp: Flags.boolean({ description: 'send a datagram to the port instead of a SYN' }) };
  static override enableJsonFlag = true;

  async run(): Promise<TraceReport> {
    const { args, flags } = await this.parse(LocalTrace);
    const { destination, port } = read(args.destination);
    if (flags.udp && port === undefined) throw new SsmlabError('usage', '--udp needs a port', { hint: `write it behind the address: ${destination}:53` });
    const { target, stack } = await labContext({ ...flags, target: 'local' });
    const instance = findInstance(await takeInventory(target, stack), args.instance);
    const report = await traceFlow(target, { instanceId: instance.instanceId, destination, port, protocol: port === undefined ? undefined : flags.udp ? 'udp' : 'tcp' });
    this.print(traceLines(report, this.style, instance));
    if (!flowPasses(report)) process.exitCode = 1;
    return report;
  }
}

function read(text: string): { readonly destination: string; readonly port: number | undefined } {
  const [, destination, digits] = /^([A-Za-z0-9._-]{1,253})(?::(\d{1,5}))?$/u.exec(text) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (destination === undefined || port === 0 || (port ?? 0) > 65_535) throw new SsmlabError('usage', `not an IPv4 address or name, with or without a port: "${text}"`, { hint: 'for example 8.8.8.8, or 10.0.1.16:22' });
  return { destination, port };
}
