/** What IAM keeps, once for all regions. */
import { table } from '../../state/store.js';

export interface TagRecord {
  readonly key: string;
  readonly value: string;
}

export interface RoleRecord {
  readonly roleName: string;
  /** `AROA…` */
  readonly roleId: string;
  readonly arn: string;
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** JSON text, as given. */
  readonly trustPolicy: string;
  readonly description?: string | undefined;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly tags: readonly TagRecord[];
  /** ARNs in the order of attachment. */
  readonly attachedPolicies: readonly string[];
  readonly inlinePolicies: readonly { readonly policyName: string; readonly document: string }[];
}

export interface InstanceProfileRecord {
  readonly instanceProfileName: string;
  /** `AIPA…` */
  readonly instanceProfileId: string;
  readonly arn: string;
  readonly path: string;
  readonly createdAt: number;
  /** None or one. */
  readonly roleName?: string | undefined;
  readonly tags: readonly TagRecord[];
}

/** By role name. */
export const roles = table<RoleRecord>('iam/role');
/** By instance profile name. */
export const instanceProfiles = table<InstanceProfileRecord>('iam/instance-profile');
