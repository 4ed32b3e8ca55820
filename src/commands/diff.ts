/** `ssmlab diff`: which ways a change of the configuration opens or cuts, before or after it is made. */
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { stackFlags } from '../cli/flags.js';
import { labContext } from '../cli/lab-context.js';
import { describeChangeSet } from '../lib/aws/change-sets.js';
import { diffOf, type SnapshotDiff } from '../lib/diff/diff.js';
import { SsmlabError } from '../lib/errors.js';
import { certain } from '../lib/inventory/overlay/outlook.js';
import { layOver } from '../lib/inventory/overlay/overlay.js';
import { snapshotFor } from '../lib/inventory/snapshot/file.js';
import { readSnapshot } from '../lib/inventory/snapshot/read.js';
import type { Snapshot } from '../lib/inventory/snapshot/snapshot.js';
import { diffLines } from '../lib/report/diff.js';
import { pendingChanges } from '../lib/stack/change-set.js';

const STATUS = { same: 0, changed: 1, unknown: 3 } as const;
const NOW = 'now';

export default class Diff extends BaseCommand {
  static override summary = 'Compare two snapshots, or what is with what a change set would make of it: which ways open or close, by which change, and which claims of the lab change.';
  static override description = `A and B are files that a command with --snapshot wrote, or \`now\`. With --change-set it is what is now and what would be after it: CloudFormation's property values laid over it, before anything is done. A value that only the change will bring is named, and what depends on it is unknown.

Asked of every instance in both: Session Manager, SSH, ping and tcp/443 outwards and under which address, what its security groups name from outside, and what its neighbours in the VPC reach. For each way that changes the fewest differences are named that, taken back, would undo that.

Of the lab its tables are compared too: what verify would say of groups, routes, endpoints, key pairs, roles and public addresses.

Exit status: 0 no way and no claim changes, 1 a way is lost, newly open, leads out under another address, or to its services by endpoints instead of in public, or a claim of the lab says something else, 3 it cannot be judged.`;
  static override examples = ['<%= config.bin %> <%= command.id %> before.json after.json', '<%= config.bin %> <%= command.id %> before.json now', '<%= config.bin %> <%= command.id %> --change-set rework --stack web'];
  static override usage = ['<%= command.id %> A B [flags]', '<%= command.id %> --change-set NAME [flags]'];
  static override args = {
    a: Args.string({ ignoreStdin: true, description: 'snapshot file, or `now`' }),
    b: Args.string({ ignoreStdin: true, description: 'snapshot file, or `now`' }),
  };
  static override flags = { 'change-set': Flags.string({ description: 'name or ARN of a change set that is not executed yet', helpValue: 'NAME' }), ...stackFlags };
  static override enableJsonFlag = true;

  async run(): Promise<SnapshotDiff> {
    const { args: { a, b }, flags } = await this.parse(Diff);
    const changeSet = flags['change-set'];
    if (changeSet === undefined ? a === undefined || b === undefined : a !== undefined) {
      throw new SsmlabError('usage', changeSet === undefined ? 'two snapshots are needed' : '--change-set is compared with what is now, and takes no snapshot', { hint: 'for example `ssmlab diff before.json now`, or `ssmlab diff --change-set NAME`' });
    }
    if (a === NOW && b === NOW) throw new SsmlabError('usage', 'now and now are the same', { hint: 'name a snapshot file: `ssmlab explain 4 --snapshot before.json` writes one' });
    const context = async () => labContext(flags);
    const taken = async (source: string): Promise<Snapshot> => (source === NOW ? readSnapshot((await context()).target, flags.stack) : (await snapshotFor(undefined, flags.stack, source)).snapshot);
    const diff = changeSet === undefined ? diffOf(await taken(a ?? NOW), certain(await taken(b ?? NOW)), [a ?? NOW, b ?? NOW]) : await this.#pending((await context()).target, flags.stack, changeSet);
    this.print(diffLines(diff, { style: this.style, width: this.width }));
    process.exitCode = STATUS[diff.verdict];
    return diff;
  }

  async #pending(target: Parameters<typeof readSnapshot>[0], stack: string, name: string): Promise<SnapshotDiff> {
    const [{ changes }, snapshot] = await Promise.all([pendingChanges(async (id) => describeChangeSet(target, stack, id), stack, name), readSnapshot(target, stack)]);
    return diffOf(snapshot, layOver(snapshot, changes), [NOW, `change set ${name}`]);
  }
}
