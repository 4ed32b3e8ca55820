/** `ssmlab local capture`: tcpdump where the lab's packets are. */
import { Args, Flags } from '@oclif/core';
import { closeSync, openSync } from 'node:fs';
import { BaseCommand } from '../../cli/base-command.js';
import { localLabFlags } from '../../cli/flags.js';
import { labContext } from '../../cli/lab-context.js';
import { checkCapture, runCapture } from '../../cli/run-capture.js';
import { describeFabric } from '../../lib/aws/ssmlab.js';
import { SsmlabError } from '../../lib/errors.js';
import { findInstance } from '../../lib/inventory/find.js';
import { takeInventory } from '../../lib/inventory/inventory.js';
import { captureCommands, type CapturePoint } from '../../lib/target/local/capture.js';
import type { Target } from '../../lib/target/target.js';
import { unwritable } from '../../lib/unwritable.js';

/** tcpdump's own failure. */
const FAILED = 3;

export default class LocalCapture extends BaseCommand {
  static override summary = 'Show the packets that pass an instance, the NAT gateway or the internet, by the host\'s tcpdump.';
  static override description = `It needs the netns fabric of a local cloud that root started: tcpdump wants more than one uid. Ctrl-C ends it. Words behind the place are a filter, as for tcpdump.

The internet is what passes between the gateways: addresses there are public ones. At the NAT gateway a packet is seen twice, as it comes and as it goes on.

Exit status: 0 when it was ended, or had its count; 3 when nothing could be captured.`;
  static override examples = ['<%= config.bin %> <%= command.id %> 3 icmp', '<%= config.bin %> <%= command.id %> internet tcp port 443', '<%= config.bin %> <%= command.id %> nat -w nat.pcap'];
  static override usage = '<%= command.id %> WHERE [FILTER...] [flags]';
  static override strict = false;
  static override args = { where: Args.string({ ignoreStdin: true, required: true, description: 'an instance (number, name, id or address), `nat` (or nat-…), or `internet`' }) };
  static override flags = {
    ...localLabFlags,
    write: Flags.string({ char: 'w', description: 'write a pcap file instead; - for stdout', helpValue: 'FILE' }),
    count: Flags.integer({ char: 'c', description: 'end after so many packets', min: 1, helpValue: 'N' }),
    interface: Flags.string({ description: 'network interface [default: ens5, an instance\'s first]', helpValue: 'NAME' }),
  };

  async run(): Promise<void> {
    const { args, flags, argv } = await this.parse(LocalCapture);
    if (flags.write === '-' && process.stdout.isTTY) throw new SsmlabError('usage', 'a pcap file on a terminal is unreadable', { hint: 'lead it into a pipe or a file: `-w FILE`' });
    const { target, stack } = await labContext({ ...flags, target: 'local' });
    const commands = captureCommands(await describeFabric(target), {
      point: await this.#point(target, stack, args.where), filter: argv.slice(1).map(String), device: flags.interface, raw: flags.write !== undefined, count: flags.count,
    });
    checkCapture(commands);
    const file = flags.write === undefined || flags.write === '-' ? undefined : opened(flags.write);
    this.handOver();
    const status = await runCapture(commands, file ?? 'inherit');
    if (file !== undefined) closeSync(file);
    if (status !== 0) process.exitCode = FAILED;
  }

  async #point(target: Target, stack: string, where: string): Promise<CapturePoint> {
    if (where === 'internet') return { kind: 'internet' };
    if (where === 'nat' || where.startsWith('nat-')) return { kind: 'nat-gateway', natGatewayId: where === 'nat' ? undefined : where };
    return { kind: 'instance', instanceId: findInstance(await takeInventory(target, stack), where).instanceId };
  }
}

/** The file is the caller's: tcpdump, which is another user in there, only gets to write to it. */
function opened(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw unwritable('output-failed', 'the capture', path, error);
  }
}
