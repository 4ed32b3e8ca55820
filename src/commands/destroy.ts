/** `ssmlab destroy`: the lab, its key pair and its files; locally the cloud too when it was the last lab. */
import { BaseCommand } from '../cli/base-command.js';
import { stackFlags, yesFlag } from '../cli/flags.js';
import { destroyProgress } from '../cli/destroy-progress.js';
import { type LabContext, labContext } from '../cli/lab-context.js';
import { confirmOrDecline } from '../cli/prompts.js';
import { withStalls } from '../cli/stalls.js';
import { textWidth } from '../cli/terminal.js';
import { SsmlabError } from '../lib/errors.js';
import { printable } from '../lib/report/printable.js';
import { releaseLines } from '../lib/report/release.js';
import { wrapped } from '../lib/report/wrap.js';
import { stackApi } from '../lib/stack/api.js';
import { destroy, type DestroyPlan, planDestroy } from '../lib/stack/destroy.js';
import { pauseUntil } from '../lib/stack/pause.js';
import { removeLabFolder } from '../lib/target/lab-folder.js';
import { type Release, releaseTarget } from '../lib/target/release.js';

/** As wide as what stands before a list of the plan. */
const LABEL = ' '.repeat(13);

interface Destroyed {
  stack: string;
  destroyed: boolean;
  resources: number;
  localCloud: Release['outcome'];
}

export default class Destroy extends BaseCommand {
  static override summary = 'Delete the lab, its key pair and its files, and check that nothing is left.';
  static override description = 'Lists what goes and asks first. Destroying the last lab of the local cloud ends the local cloud.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --yes', '<%= config.bin %> <%= command.id %> --target aws --region eu-central-1'];
  static override flags = { ...stackFlags, ...yesFlag };
  static override enableJsonFlag = true;

  async run(): Promise<Destroyed> {
    const { flags } = await this.parse(Destroy);
    this.labFlags = flags;
    this.moment = 'before-destroy';
    const context = await labContext(flags, 'when-there-is-state').catch((error: unknown) => {
      if (error instanceof SsmlabError && error.code === 'no-lab') return undefined;
      throw error;
    });
    if (context === undefined) {
      this.say('There is no lab, and no local cloud.');
      return { stack: flags.stack, destroyed: false, resources: 0, localCloud: 'none' };
    }
    const { target, stack, lab, home } = context;
    const api = stackApi(target);
    const plan = await planDestroy(api, stack);
    const there = plan.stackId !== undefined || plan.keyName !== undefined;
    if (there) await this.#confirm(context, plan, flags.yes);
    else this.say(`There is no stack "${stack}" in ${target.region}.`);
    this.moment = 'asking-for-deletion';
    const progress = destroyProgress(this.errorStyle, plan.resources);
    const events = destroy(api, { stack, plan, pollSeconds: target.pollSeconds, pause: pauseUntil(this.interruption.signal) });
    for await (const event of withStalls(events, target.trouble)) {
      if (event.kind === 'resource') this.moment = 'deleting';
      for (const line of progress(event)) this.say(line);
    }
    await removeLabFolder(home, lab);
    const release = await releaseTarget(target, home);
    if (there) this.say(`Destroyed: no stack, instance, address, network or key pair of "${stack}" is left.`);
    for (const line of releaseLines(release)) this.say(line);
    return { stack, destroyed: there, resources: plan.resources.length, localCloud: release.outcome };
  }

  async #confirm({ target, stack }: LabContext, plan: DestroyPlan, yes: boolean): Promise<void> {
    const instances = plan.resources.filter((resource) => resource.type === 'AWS::EC2::Instance').toSorted((a, b) => a.logicalId.localeCompare(b.logicalId)).map((resource) => `${resource.logicalId} (${resource.physicalId ?? 'not made'})`);
    this.say(`Destroying ${stack} in ${target.kind === 'aws' ? 'AWS' : 'the local cloud'}, region ${target.region}: ${plan.resources.length} resources`);
    const room = (textWidth(process.stderr) ?? Infinity) - LABEL.length;
    if (instances.length > 0) this.say(`  instances  ${wrapped(printable(instances.join(', ')), room).join(`\n${LABEL}`)}`);
    if (plan.keyName !== undefined) this.say(`  key pair   ${plan.keyName}, and its file here`);
    if (yes) return;
    if (!this.canAsk) throw new SsmlabError('no-terminal', 'nobody is there to confirm what is deleted', { hint: 'pass --yes' });
    await confirmOrDecline('Destroy all of it?', 'nothing was deleted', this.interruption.signal);
  }
}
