/** `ssmlab deploy`: the lab, from nothing to four instances. */
import { Flags } from '@oclif/core';
import { readFile } from 'node:fs/promises';
import { BaseCommand } from '../cli/base-command.js';
import { type Deployed, deployEnd, deployHeader, deployProgress, resourcesOf } from '../cli/deploy-progress.js';
import { fabricFlag, serviceRoleFlag, stackFlags, yesFlag } from '../cli/flags.js';
import { confirmOnAws } from '../cli/confirm-on-aws.js';
import { momentAfter } from '../cli/interruption.js';
import { labContext } from '../cli/lab-context.js';
import { missingKeyLines } from '../cli/missing-key.js';
import { nextSteps, stepsInto } from '../cli/next-steps.js';
import { withStalls } from '../cli/stalls.js';
import { textWidth } from '../cli/terminal.js';
import { listed } from '../lib/inventory/instance.js';
import { takeInventory } from '../lib/inventory/inventory.js';
import { troublesOf } from '../lib/inventory/standing.js';
import { templateBody } from '../lib/lab/lab.js';
import { listLines } from '../lib/report/list.js';
import { stackApi } from '../lib/stack/api.js';
import { deploy, type DeployOptions, madeInstances } from '../lib/stack/deploy.js';
import { pauseUntil } from '../lib/stack/pause.js';
import { makeLabFolder } from '../lib/target/lab-folder.js';

export default class Deploy extends BaseCommand {
  static override summary = 'Deploy the lab: two networks, four instances, four ways to a shell.';
  static override description = `Locally the local cloud is started when it does not run; no AWS account is used. The key pair is made here, and only its public half is handed over. Run again, it says that nothing changed, and which instances are not as they were made; after Ctrl-C it goes on where it was.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --yes --json', '<%= config.bin %> <%= command.id %> --target aws --profile sandbox --region eu-central-1'];
  static override flags = {
    ...stackFlags,
    ...fabricFlag,
    ...yesFlag,
    ...serviceRoleFlag,
    template: Flags.file({ description: 'another CloudFormation template than the lab\'s', helpValue: 'FILE', exists: true, helpGroup: 'LAB' }),
    'brief': Flags.boolean({ description: 'do not say what can be done next', helpGroup: 'CONVERSATION' }),
    'ssh-from': Flags.string({ description: 'who may open SSH to instance 1 [default on AWS: this machine\'s address]', helpValue: 'CIDR', helpGroup: 'LAB' }),
  };
  static override enableJsonFlag = true;

  async run(): Promise<Deployed> {
    const { flags } = await this.parse(Deploy);
    this.labFlags = flags;
    this.moment = flags.target === 'local' ? 'starting-cloud' : 'before-deploy';
    const { 'ssh-from': sshFrom, 'role-arn': roleArn } = flags;
    const context = await labContext(flags, 'always');
    this.moment = 'before-deploy';
    const { target, stack, lab, home } = context;
    const template = flags.template === undefined ? undefined : await readFile(flags.template, 'utf8');
    if (target.kind === 'aws') await confirmOnAws(context, { yes: flags.yes, canAsk: this.canAsk, say: (line) => this.say(line), signal: this.interruption.signal });
    const options: DeployOptions = {
      stack,
      keyFile: lab.keyFile,
      makeFolder: () => makeLabFolder(home, lab),
      template, roleArn,
      sshSourceCidr: sshFrom === undefined ? target.ownCidr : async () => sshFrom,
      pollSeconds: target.pollSeconds,
      pause: pauseUntil(this.interruption.signal),
      agentSeconds: Math.max(30, target.pollSeconds * 100),
    };
    const begun = Date.now();
    const resources = resourcesOf(template ?? templateBody());
    const progress = deployProgress(this.errorStyle, resources);
    const events = withStalls(deploy(stackApi(target), options), target.trouble);
    let next = await events.next();
    // A lab that is there already is not deployed: no header then.
    if (next.done !== true && next.value.kind !== 'agents') this.say(deployHeader(context, resources.size));
    for (; next.done !== true; next = await events.next()) {
      this.moment = momentAfter(next.value, this.moment);
      for (const line of progress(next.value)) this.say(line);
    }
    this.moment = 'deployed';
    const { outcome, stackId } = next.value;
    const [seconds, instances, made] = [(Date.now() - begun) / 1000, ...(await Promise.all([takeInventory(target, stack), madeInstances(stackApi(target), stack)]))];
    const troubles = troublesOf(instances, made);
    this.say(`${deployEnd(outcome, seconds, troubles)}\n`);
    this.print(listLines(instances, { style: this.style, width: this.width }));
    for (const line of missingKeyLines(this.errorStyle, context, instances, flags)) this.say(line);
    if (!flags.brief) this.say(nextSteps(['verify', ...(troubles.length === 0 ? stepsInto(instances) : ['list'] as const), 'destroy'], { lab: flags, width: textWidth(process.stderr) }));
    return { outcome, stack, stackId, region: target.region, target: target.kind, instances: instances.map(listed) };
  }
}
