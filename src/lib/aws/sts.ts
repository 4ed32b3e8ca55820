/** STS: who is asking. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Target } from '../target/target.js';
import { clientPerTarget } from './client.js';

const sts = clientPerTarget('sts', (options) => new STSClient(options));

/** Account id and ARN of the credentials. */
export async function callerIdentity(target: Target): Promise<{ readonly account: string; readonly arn: string }> {
  const { Account, Arn } = await sts(target).send(new GetCallerIdentityCommand({}));
  return { account: Account ?? 'unknown', arn: Arn ?? 'unknown' };
}

/** Region that the environment or the profile names, as the SDK finds it; undefined when neither does. */
export async function configuredRegion(profile: string | undefined): Promise<string | undefined> {
  const client = new STSClient(profile === undefined ? {} : { profile });
  return client.config.region().catch(() => undefined);
}
