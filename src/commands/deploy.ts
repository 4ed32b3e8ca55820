/** `ssmlab deploy`: the lab, from nothing to four instances. */
import { readFile } from 'node:fs/promises';
import { BaseCommand } from '../cli/base-command.js';
import { type Deployed, deployEnd, endPlan, expiresLine, stopwatch, watchDeploy } from '../cli/deploy-progress.js';
import { chosenKeyPair, deployOptions, keyPairOf, sshSource } from '../cli/deploy-options.js';
import { untilOpen } from '../cli/deploy-ready.js';
import { prepared } from '../cli/deploy-review.js';
import { deployFlags, fabricFlag, identityFlag, serviceRoleFlag, stackFlags, yesFlag } from '../cli/flags.js';
import { momentAfter, momentAsking } from '../cli/interruption.js';
import { labContext } from '../cli/lab-context.js';
import { missingKeyLines } from '../cli/missing-key.js';
import { resourcesIn } from '../cli/template-resources.js';
import { healStep, nextSteps, stepsInto } from '../cli/next-steps.js';
import { textWidth } from '../cli/terminal.js';
import { parseLifetime } from '../lib/expiry/duration.js';
import { listed } from '../lib/inventory/instance.js';
import { takeInventory } from '../lib/inventory/inventory.js';
import { troublesOf } from '../lib/inventory/standing.js';
import { listLines } from '../lib/report/list.js';
import { stackApi } from '../lib/stack/api.js';
import type { Asked } from '../lib/stack/ask-no-more.js';
import { deploy, madeInstances } from '../lib/stack/deploy.js';

export default class Deploy extends BaseCommand {
  static override summary = 'Deploy the lab: two networks, four instances, four ways to a shell.';
  static override description = `Locally the local cloud is started when it does not run; no AWS account is used. The key pair is made here, and only its public half is handed over; or one that is there is taken. It is deployed when each way in has been opened once. Run again, it says that nothing changed, and which instances are not as they were made; after Ctrl-C it goes on where it was.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --yes --json', '<%= config.bin %> <%= command.id %> --target aws --profile sandbox --region eu-central-1'];
  static override flags = {
    ...stackFlags,
    ...fabricFlag,
    ...yesFlag,
    ...serviceRoleFlag,
    ...identityFlag,
    ...deployFlags,
  };
  static override enableJsonFlag = true;

  async run(): Promise<Deployed> {
    const { flags } = await this.parse(Deploy);
    this.moment = flags.target === 'local' ? 'starting-cloud' : 'before-deploy';
    keyPairOf(flags);
    const expiresAt = flags.ttl === undefined ? undefined : new Date(Date.now() + parseLifetime(flags.ttl));
    const context = await labContext(flags, 'always');
    this.moment = 'before-deploy';
    const { target, stack } = context;
    const template = flags.template === undefined ? undefined : await readFile(flags.template, 'utf8');
    const resources = await resourcesIn(template);
    const sshSourceCidr = sshSource(target, template, flags['ssh-from']);
    const keyPair = chosenKeyPair(context, flags);
    const before = await prepared(context, { resources, sshSourceCidr, keyPair: keyPair?.keyName, expiresAt, roleArn: flags['role-arn'], dryRun: flags['dry-run'], yes: flags.yes, ...this.conversation() });
    const watch = stopwatch(before.review);
    const asks = (what: Asked): void => {
      this.moment = momentAsking(what);
      // What is taken back after Ctrl-C is a change set.
      this.patienceMs = 10_000;
    };
    const options = deployOptions(context, flags, { ...before, review: watch.review, template, keyPair, sshSourceCidr, expiresAt }, { signal: this.interruption.signal, asks });
    const deployment = untilOpen(context, deploy(stackApi(target), options), { ...this.conversation(), sshFrom: flags['ssh-from'], options });
    let drifted = false;
    const { outcome, stackId, expires } = await watchDeploy(context, deployment, { resources, style: this.errorStyle, say: (line) => this.say(line), at: (event) => { this.moment = momentAfter(event, this.moment); drifted ||= event.kind === 'drift' && !event.heals; } });
    this.moment = 'deployed';
    if (outcome === 'planned') return endPlan(context, stackId, (line) => this.say(line));
    const [instances, made] = await Promise.all([takeInventory(target, stack, { mayBeNone: true }), madeInstances(stackApi(target), stack)]);
    const troubles = troublesOf(instances, made);
    this.say(`${deployEnd(outcome, watch.seconds(), troubles)}${expires === undefined ? '' : `\n${expiresLine(expires)}`}\n`);
    // Before the list: stdout may go through a pipe, and come in between.
    const missing = missingKeyLines(this.errorStyle, context, instances, flags);
    if (missing.length > 0) this.say(missing.join('\n'));
    if (instances.length > 0) this.print(listLines(instances, { style: this.style, width: this.width }));
    if (!flags.brief) this.say(nextSteps([...healStep(drifted, flags), ...(instances.length === 0 ? [] : ['verify'] as const), ...(troubles.length === 0 ? stepsInto(instances) : ['list'] as const), 'destroy'], { lab: flags, width: textWidth(process.stderr) }));
    return { outcome, stack, stackId, region: target.region, target: target.kind, expires: expires?.toISOString() ?? null, instances: instances.map(listed) };
  }
}
