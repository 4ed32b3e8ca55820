/** `ssmlab destroy`: the lab, its key pair and its files; locally the cloud too when it was the last lab. */
import { BaseCommand } from '../cli/base-command.js';
import { stackFlags, yesFlag } from '../cli/flags.js';
import { confirmDestroy } from '../cli/destroy-confirm.js';
import { destroyProgress } from '../cli/destroy-progress.js';
import { labContext } from '../cli/lab-context.js';
import { withStalls } from '../cli/stalls.js';
import { SsmlabError } from '../lib/errors.js';
import { expiryApi } from '../lib/expiry/api.js';
import { dropExpiry, expiryLeft } from '../lib/expiry/expiry.js';
import { releaseLines } from '../lib/report/release.js';
import { stackApi } from '../lib/stack/api.js';
import { destroy, planDestroy } from '../lib/stack/destroy.js';
import { pauseUntil } from '../lib/stack/pause.js';
import { removeLabFolder } from '../lib/target/lab-folder.js';
import { forgetLab } from '../lib/target/lab-in-use.js';
import { type Release, releaseTarget } from '../lib/target/release.js';

interface Destroyed {
  stack: string;
  destroyed: boolean;
  resources: number;
  /** What goes by itself, or is the account's, in words. */
  stays: string[];
  /** What could not be looked at. */
  unseen: string[];
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
    this.moment = 'before-destroy';
    const context = await labContext(flags, 'when-there-is-state').catch((error: unknown) => {
      if (error instanceof SsmlabError && error.code === 'no-lab') return undefined;
      throw error;
    });
    if (context === undefined) {
      this.say('There is no lab, and no local cloud.');
      return { stack: flags.stack, destroyed: false, resources: 0, stays: [], unseen: [], localCloud: 'none' };
    }
    const { target, stack, lab, home } = context;
    const api = stackApi(target);
    const plan = await planDestroy(api, stack);
    const end = { region: target.region, stack };
    // What may not be looked at is told of at the end.
    const ends = await expiryLeft(expiryApi(target), end).catch(() => []);
    const there = plan.stackId !== undefined || plan.keyNames.length > 0 || ends.length > 0;
    if (there) await confirmDestroy(context, plan, { ends, yes: flags.yes, ...this.conversation() });
    else this.say(`There is no stack "${stack}" in ${target.region}.`);
    this.moment = 'asking-for-deletion';
    const progress = destroyProgress(this.errorStyle, plan.resources);
    const events = destroy(api, { stack, plan, pollSeconds: target.pollSeconds, pause: pauseUntil(this.interruption.signal), dropExpiry: () => dropExpiry(expiryApi(target), end), expiryLeft: () => expiryLeft(expiryApi(target), end) });
    const [stays, unseen]: [string[], string[]] = [[], []];
    for await (const event of withStalls(events, target.trouble)) {
      if (event.kind === 'resource') this.moment = 'deleting';
      if (event.kind === 'stays') stays.push(event.text);
      if (event.kind === 'unseen') unseen.push(event.what);
      for (const line of progress(event)) this.say(line);
    }
    await removeLabFolder(home, lab);
    const wasInUse = await forgetLab(home, { target: target.kind, region: target.region, profile: target.profile, stack });
    const release = await releaseTarget(target, home);
    if (there) this.say(`Destroyed: no stack, instance, address, network${unseen.includes('log groups') ? '' : ', log group'} or key pair of "${stack}" is left.`);
    if (wasInUse) this.say('It was in use; commands mean the stack "ssmlab" of the local cloud again.');
    for (const line of releaseLines(release)) this.say(line);
    return { stack, destroyed: there, resources: plan.resources.length, stays, unseen, localCloud: release.outcome };
  }
}
