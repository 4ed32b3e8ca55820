/** `ssmlab explain`: the way of a shell or a flow, hop by hop, by the configuration alone. */
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { snapshotFlag, stackFlags } from '../cli/flags.js';
import { labContext } from '../cli/lab-context.js';
import { programName } from '../cli/self.js';
import { askedOf } from '../lib/explain/asked.js';
import { explain, type Explanation } from '../lib/explain/explanation.js';
import { snapshotFor } from '../lib/inventory/snapshot/file.js';
import { explainLines } from '../lib/report/explain.js';
import { addressSeen } from '../lib/target/address-seen.js';
import type { Target } from '../lib/target/target.js';
import { indexModel } from '../lib/vpc/network.js';

const STATUS = { open: 0, closed: 1, unknown: 3 } as const;

export default class Explain extends BaseCommand {
  static override summary = 'Say which way a shell or a flow takes, hop by hop, what blocks it, and the one change that would open it.';
  static override description = `By default it is the way that the instance's own shell takes: of Session Manager the agent's to both services, of SSH from here. With --to it is a flow from the instance, with --from one to it. The configuration is read and traced; no packet is sent. In the local cloud \`local trace\` sends one, and gives the kernel's account of it.

The change is one that was tried in the model: after it the way is open. Where no single change is enough, everything that blocks is listed.

Exit status: 0 open, 1 closed, 3 it cannot be judged, or there is no lab.`;
  static override examples = ['<%= config.bin %> <%= command.id %> 4', '<%= config.bin %> <%= command.id %> 3 --to 8.8.8.8:443', '<%= config.bin %> <%= command.id %> 2 --from internet --to :22'];
  static override usage = '<%= command.id %> INSTANCE [--to WHERE[:PORT]] [--from WHERE] [flags]';
  static override args = { instance: Args.string({ ignoreStdin: true, required: true, description: 'number, name, id or address' }) };
  static override flags = {
    to: Flags.string({ description: 'an IPv4 address, a name or an instance, with or without a port; without one a ping. With --from a port of the instance', helpValue: 'WHERE[:PORT]' }),
    from: Flags.string({ description: 'an IPv4 address, an instance, `here` (this machine as the region sees it), or `internet` (8.8.8.8 stands for it); without --to, tcp/22 is asked', helpValue: 'WHERE' }),
    protocol: Flags.option({ options: ['tcp', 'udp', 'icmp'] as const, description: 'protocol [default: tcp to a port, icmp without]' })(),
    wide: Flags.boolean({ description: 'show the answer\'s way back too' }),
    ...stackFlags,
    ...snapshotFlag,
  };
  static override enableJsonFlag = true;

  async run(): Promise<Explanation> {
    const { args, flags } = await this.parse(Explain);
    let target: Target | undefined;
    const region = async (): Promise<Target> => (target ??= (await labContext(flags)).target);
    const { snapshot, said } = await snapshotFor(region, flags.stack, flags.snapshot);
    if (said !== undefined) this.say(said);
    const network = indexModel(snapshot.network);
    const { instance, ...asking } = { instance: args.instance, to: flags.to, from: flags.from, protocol: flags.protocol };
    const asked = await askedOf(snapshot, network, { instance, ...asking, here: async () => addressSeen(snapshot.fabric, await (snapshot.fabric === 'aws' ? region() : undefined)) });
    const explanation = explain(snapshot, network, asked);
    this.print(explainLines(explanation, { style: this.style, width: this.width, wide: flags.wide, program: programName() }));
    process.exitCode = STATUS[explanation.verdict];
    return explanation;
  }
}
