/** Before anything is made on AWS: whose account, what would fail or surprise, what it costs, the plan, and a yes. */
import { accountAlias } from '../lib/aws/iam.js';
import { callerIdentity } from '../lib/aws/sts.js';
import { SsmlabError } from '../lib/errors.js';
import { expiryApi } from '../lib/expiry/api.js';
import { timeText } from '../lib/expiry/duration.js';
import { dropExpiry, expiryName, setExpiry } from '../lib/expiry/expiry.js';
import { quantitiesOf } from '../lib/lab/bill.js';
import { statementsOf } from '../lib/permissions/policies.js';
import { preflightApi } from '../lib/preflight/api.js';
import { type Preflight, preflight, requireGood } from '../lib/preflight/preflight.js';
import { estimate } from '../lib/price/estimate.js';
import { pricesOf } from '../lib/price/source.js';
import { preflightLines, priceLines } from '../lib/report/preflight.js';
import { planLines } from '../lib/report/stack-plan.js';
import type { Style } from '../lib/report/style.js';
import { stackApi } from '../lib/stack/api.js';
import type { DeployOptions } from '../lib/stack/deploy.js';
import { pauseUntil } from '../lib/stack/pause.js';
import type { StackPlan } from '../lib/stack/plan.js';
import { endpointOverrides, overrideText } from '../lib/target/overrides.js';
import type { LabContext } from './lab-context.js';
import { confirmOrDecline } from './prompts.js';
import { textWidth } from './terminal.js';

export interface ReviewOptions {
  /** Of the template, logical id → type. */
  readonly resources: ReadonlyMap<string, string>;
  readonly sshSourceCidr: DeployOptions['sshSourceCidr'];
  /** ARN of CloudFormation's service role, when it makes the lab and not the caller. */
  readonly roleArn: string | undefined;
  /** Name of a key pair of the user's own. */
  readonly keyPair: string | undefined;
  /** When the lab is to end by itself. */
  readonly expiresAt: Date | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly canAsk: boolean;
  readonly style: Style;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What was found, where a lab is to be made; nothing of one that is there. Throws `preflight-failed` when it would fail. */
export async function lookFirst({ target, stack }: LabContext, { resources, sshSourceCidr, keyPair, roleArn, style, say }: ReviewOptions): Promise<Preflight> {
  const { region } = target;
  const api = preflightApi(target);
  const types = [...resources.values()];
  // With its path, as the ARN has it: the statement that hands the role over is of that.
  const serviceRole = roleArn?.replace(/^.*?:role\//u, '');
  const found = await preflight(api, { stack, region, types, sshSourceCidr, keyPair, serviceRole, statements: statementsOf({ uses: ['deploy'] }, { region, stack, serviceRole }) });
  const looks = { style, width: textWidth(process.stderr) };
  for (const line of preflightLines(found.findings, looks)) say(line);
  requireGood(found);
  if (types.length === 0) {
    say('  What it costs is not known: the template does not say plainly which resources it makes.');
    return found;
  }
  const { instanceType } = found.placement;
  const { prices, source } = await pricesOf(target, [instanceType]);
  if (prices === undefined) say(`  What it costs is not known: ${source}.`);
  else for (const line of priceLines(estimate(quantitiesOf(types, instanceType), prices), source, { ...looks, billed: target.kind === 'aws' })) say(line);
  return found;
}

/** Shows a plan and asks; answers false where it is only to be looked at. Throws `declined`, or `no-terminal` when nobody is there and --yes was not given. */
export function reviewer({ target, stack }: LabContext, { expiresAt, dryRun, yes, canAsk, style, say, signal }: ReviewOptions): (plan: StackPlan) => Promise<boolean> {
  return async ({ type, changes }) => {
    for (const line of planLines(changes, style, textWidth(process.stderr))) say(line);
    if (type === 'CREATE' && expiresAt !== undefined) say(`  It deletes itself at ${timeText(expiresAt)}: for that the schedule and the role ${expiryName(target.region, stack)} are made besides, outside the stack.`);
    if (dryRun) return false;
    if (yes) return true;
    if (!canAsk) throw new SsmlabError('no-terminal', 'nobody is there to confirm what costs money on AWS', { hint: 'pass --yes' });
    await confirmOrDecline(`${type === 'CREATE' ? 'Deploy' : 'Change'} "${stack}" in ${target.region}?`, type === 'CREATE' ? 'nothing was deployed' : 'nothing was changed', signal);
    return true;
  };
}

/** Whose account it is, and where the calls go when that is not AWS. */
async function whereText({ target }: LabContext): Promise<string> {
  if (target.kind === 'local') return `local cloud, region ${target.region}; no AWS account is used, and nothing is billed`;
  // A name for the eye: who may not read it goes without, and so does an endpoint that has no IAM.
  const [{ account, arn }, alias] = await Promise.all([callerIdentity(target), accountAlias(target).catch(() => undefined)]);
  const overrides = endpointOverrides(target).map((override) => `\n  ${overrideText(override)}`);
  return `AWS account ${account}${alias === undefined ? '' : ` (${alias})`}, region ${target.region}, as ${arn}${overrides.join('')}`;
}

/** How a deployment on AWS, or one that is only looked at, is prepared: options of `deploy`, none for one that just goes. */
export async function prepared(context: LabContext, options: ReviewOptions): Promise<Pick<DeployOptions, 'review' | 'placement'>> {
  const { target, stack } = context;
  if (target.kind !== 'aws' && !options.dryRun) return {};
  options.say(await whereText(context));
  const found = await stackApi(target).findStack(stack);
  const there = found !== undefined && found.StackStatus !== 'DELETE_COMPLETE' && found.StackStatus !== 'REVIEW_IN_PROGRESS';
  return { review: reviewer(context, options), placement: there ? undefined : (await lookFirst(context, options)).placement };
}

/** How the lab's end is set. */
export function expiryOf({ target, stack }: LabContext, at: Date): DeployOptions['expiry'] {
  return {
    at,
    set: async (stackId, end, unless) => {
      const { account } = await callerIdentity(target);
      await setExpiry(expiryApi(target), { region: target.region, account, stack, stackId, at: end }, { pollSeconds: target.pollSeconds, pause: pauseUntil(unless), unless });
    },
    drop: () => dropExpiry(expiryApi(target), { region: target.region, stack }),
  };
}
