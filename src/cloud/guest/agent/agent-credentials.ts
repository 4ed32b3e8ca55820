/**
 * As whom the agent calls: the role of the instance's profile, and where there is none, or it may not register, the one that Default Host Management
 * lends (`aws-facts.md` §1, credential order).
 */
import type { RoleCredentials } from '../../region.js';
import type { Metadata } from './metadata.js';
import { report, ReportRefused, requestRoleToken, type ServiceAccess } from './services.js';

/** Credentials are replaced this long before they expire. */
const REFRESH_BEFORE_MS = 5 * 60_000;
/** Where nothing is lent the service is asked again after so long, or when something has changed. */
const ASK_AGAIN_MS = 5 * 60_000;

type Unsigned = Omit<ServiceAccess, 'credentials'>;

export class AgentCredentials {
  readonly #metadata: Metadata;
  readonly #now: () => number;
  #held: RoleCredentials | undefined;
  #askedInVain = -Infinity;

  constructor(metadata: Metadata, now: () => number) {
    this.#metadata = metadata;
    this.#now = now;
  }

  /** Of the role that reported last, until shortly before they expire; else after a report. */
  async held(access: Unsigned, signal: AbortSignal): Promise<RoleCredentials> {
    const held = this.#held;
    return held !== undefined && held.expiration - this.#now() > REFRESH_BEFORE_MS ? held : this.reported(access, signal);
  }

  /** Something has changed: what was refused is asked for anew. */
  askAnew(): void {
    this.#askedInVain = -Infinity;
  }

  /** Reports, with the credentials of this moment. Throws when neither role may. */
  async reported(access: Unsigned, signal: AbortSignal): Promise<RoleCredentials> {
    const own = await this.#metadata.credentials(signal);
    try {
      if (own === undefined) throw new ReportRefused('the instance has no role');
      await report({ ...access, credentials: own }, signal);
      return (this.#held = own);
    } catch (error) {
      if (!(error instanceof ReportRefused)) throw error;
      this.#held = await this.#lent(access, signal);
      if (this.#held === undefined) throw error;
      await report({ ...access, credentials: this.#held }, signal);
      return this.#held;
    }
  }

  async #lent(access: Unsigned, signal: AbortSignal): Promise<RoleCredentials | undefined> {
    if (this.#now() - this.#askedInVain < ASK_AGAIN_MS) return undefined;
    const identity = await this.#metadata.identityCredentials(signal);
    const lent = identity === undefined ? undefined : await requestRoleToken({ ...access, credentials: identity }, signal);
    if (lent === undefined) this.#askedInVain = this.#now();
    return lent;
  }
}
