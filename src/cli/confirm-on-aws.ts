/** Before anything is made on AWS: whose account, which region, and a yes. */
import { SsmlabError } from '../lib/errors.js';
import type { LabContext } from './lab-context.js';
import { confirmOrDecline } from './prompts.js';

/** Throws `declined`, or `no-terminal` when nobody is there and --yes was not given. */
export async function confirmOnAws({ target, stack }: LabContext, options: { readonly yes: boolean; readonly canAsk: boolean; readonly say: (line: string) => void; readonly signal: AbortSignal }): Promise<void> {
  const { callerIdentity } = await import('../lib/aws/sts.js');
  const { account, arn } = await callerIdentity(target);
  options.say(`AWS account ${account}, region ${target.region}, as ${arn}`);
  // `aws-facts.md` §8: 0.11 in us-east-1, 0.145 in Tokyo, by the prices of 2026.
  options.say(`While the stack "${stack}" is there it costs about 0.11 to 0.15 USD an hour.`);
  if (options.yes) return;
  if (!options.canAsk) throw new SsmlabError('no-terminal', 'nobody is there to confirm what costs money on AWS', { hint: 'pass --yes' });
  await confirmOrDecline(`Deploy "${stack}" in account ${account}, ${target.region}?`, 'nothing was deployed', options.signal);
}
