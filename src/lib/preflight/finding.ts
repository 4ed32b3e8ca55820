/** What a look at the account found, before anything is made there. */
import { SsmlabError } from '../errors.js';
import { awsMessage } from '../aws/errors.js';

/** What is looked at. */
export type CheckName = 'clock' | 'stack' | 'key pair' | 'ssh from' | 'permissions' | 'quotas' | 'zones' | 'endpoints' | 'public access' | 'host management' | 'metadata';

export interface Finding {
  readonly check: CheckName;
  /** `bad`: the deployment would fail. `notice`: it would surprise. `unknown`: it could not be read. */
  readonly verdict: 'good' | 'notice' | 'bad' | 'unknown';
  readonly text: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** A finding of one check; what may not be read, or is not answered, is unknown and says why. Wrong credentials are no finding: nothing can be read then. */
export async function look(check: CheckName, find: () => Promise<Omit<Finding, 'check'>>): Promise<Finding> {
  try {
    return { check, ...(await find()) };
  } catch (error) {
    if (!(error instanceof SsmlabError) || error.code === 'credentials-wrong' || error.code === 'credentials-missing') throw error;
    const denied = error.code === 'access-denied';
    return { check, verdict: 'unknown', text: `could not be read: ${denied ? awsMessage(error) : error.message}`, hint: denied ? undefined : error.hint };
  }
}
