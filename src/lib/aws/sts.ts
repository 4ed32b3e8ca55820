/** STS: who is asking. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Target } from '../target/target.js';
import { clientPerTarget } from './client.js';

const sts = clientPerTarget('sts', (options) => new STSClient(options));

export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  /** By how much the service's clock is ahead of this machine's; undefined when it did not say. To a second. */
  readonly clockOffsetMs: number | undefined;
}

/** Who the credentials are. */
export async function callerIdentity(target: Target): Promise<CallerIdentity> {
  const command = new GetCallerIdentityCommand({});
  let said: string | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      said = (result.response as { readonly headers?: Readonly<Record<string, string>> }).headers?.['date'];
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  const { Account, Arn } = await sts(target).send(command);
  const at = Date.parse(said ?? '');
  return { account: Account ?? 'unknown', arn: Arn ?? 'unknown', clockOffsetMs: Number.isNaN(at) ? undefined : at - Date.now() };
}

/** Region that the environment or the profile names, as the SDK finds it; undefined when neither does. */
export async function configuredRegion(profile: string | undefined): Promise<string | undefined> {
  const client = new STSClient(profile === undefined ? {} : { profile });
  return client.config.region().catch(() => undefined);
}
