/**
 * The end of a lab that nobody has to remember: a one-shot schedule of EventBridge Scheduler deletes its stack, by a role outside the stack that
 * may delete this stack and nothing else. Both have one name, so that destroy finds them again.
 */
import { createHash } from 'node:crypto';
import { awsCode, awsMessage } from '../aws/errors.js';
import { SsmlabError } from '../errors.js';
import { LAB_TAG } from '../lab/lab.js';
import { deletionOf, schedulerTrust } from '../permissions/expiry.js';
import type { Pause } from '../stack/pause.js';
import type { ExpiryApi } from './api.js';

/** Tag of the stack that says when it ends, ISO 8601. */
export const EXPIRES_TAG = 'ssmlab:expires';

/** When a stack ends, by its tags; undefined when it does not end by itself. */
export function endOf({ Tags }: { readonly Tags?: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined }): Date | undefined {
  const end = Date.parse(Tags?.find(({ Key }) => Key === EXPIRES_TAG)?.Value ?? '');
  return Number.isNaN(end) ? undefined : new Date(end);
}

/** Between the beginning of a deployment and that of its stack, at the most: the look at the account, and a code of MFA. */
const SAME_MS = 5 * 60_000;

/** Whether the end asked for `now` is the one that a stack was made with, asked for again in the same words: as long after now as that is after its beginning. */
export const isSameEnd = (asked: Date, end: Date, created: Date, now = Date.now()): boolean => Math.abs(asked.getTime() - now - (end.getTime() - created.getTime())) <= SAME_MS;

/** How schedules and roles of labs begin. */
export const EXPIRY_PREFIX = 'ssmlab-ttl-';

/** Characters of a role's and of a schedule's name. */
const NAME_MOST = 64;

/** Roles are the account's, not the region's: the name has both. */
export function expiryName(region: string, stack: string): string {
  const whole = `${EXPIRY_PREFIX}${region}-${stack}`;
  if (whole.length <= NAME_MOST) return whole;
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `${whole.slice(0, NAME_MOST - digest.length - 1)}-${digest}`;
}

export interface Expiry {
  readonly region: string;
  readonly account: string;
  readonly stack: string;
  /** The stack's ARN: one of the same name that is made later is not meant. */
  readonly stackId: string;
  readonly at: Date;
}

/** Scheduler looks whether it may take the role on, and a role needs seconds to be known everywhere. */
const ROLE_SECONDS = 60;

/**
 * Makes both; what an earlier lab of the name left is replaced. Errors as the calls have them, and once `unless` is aborted its reason; nothing of it is left then.
 */
export async function setExpiry(api: ExpiryApi, expiry: Expiry, { pollSeconds, pause, unless }: { readonly pollSeconds: number; readonly pause: Pause; readonly unless?: AbortSignal | undefined }): Promise<void> {
  const { region, stack, stackId, at } = expiry;
  const name = expiryName(region, stack);
  await dropExpiry(api, { region, stack });
  try {
    unless?.throwIfAborted();
    const roleArn = await api.createRole({
      name, description: `Deletes the stack ${stack} in ${region} at its end`, trust: schedulerTrust(expiry), policy: deletionOf(expiry), tags: { [LAB_TAG.key]: LAB_TAG.value },
    });
    const schedule = { name, at, target: 'arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack', roleArn, input: { StackName: stackId }, description: `Deletes the lab ${stack}` };
    for (let waited = 0; ; waited += pollSeconds) {
      unless?.throwIfAborted();
      try {
        await api.createSchedule(schedule);
        return;
      } catch (error) {
        if (awsCode(error) !== 'ValidationException' || !/assume the role/iu.test(awsMessage(error)) || waited >= ROLE_SECONDS) throw error;
      }
      await pause(pollSeconds);
    }
  } catch (error) {
    await dropExpiry(api, { region, stack }).catch(() => undefined);
    unless?.throwIfAborted();
    throw new SsmlabError('expiry-failed', `the end of the lab could not be set: ${awsMessage(error)}`, { cause: error, hint: '`ssmlab policy deploy` prints what --ttl takes; `ssmlab status` says whether the lab is there' });
  }
}

/** Takes both away. What is not there is no error. */
export async function dropExpiry(api: ExpiryApi, { region, stack }: Pick<Expiry, 'region' | 'stack'>): Promise<void> {
  const name = expiryName(region, stack);
  await api.deleteSchedule(name);
  await api.deleteRole(name);
}

/** What of both is there, in words. */
export async function expiryLeft(api: Pick<ExpiryApi, 'isScheduleThere' | 'roleArn'>, { region, stack }: Pick<Expiry, 'region' | 'stack'>): Promise<string[]> {
  const name = expiryName(region, stack);
  const [schedule, role] = await Promise.all([api.isScheduleThere(name), api.roleArn(name)]);
  return [...(schedule ? [`schedule ${name}`] : []), ...(role === undefined ? [] : [`role ${name}`])];
}
