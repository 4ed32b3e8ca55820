/** What IAM keeps, once for all regions. */
import { table } from '../../state/store.js';

export interface TagRecord {
  readonly key: string;
  readonly value: string;
}

/** What policies are attached to: a role, a user, a group. */
export interface PolicyHolder {
  readonly arn: string;
  /** ARNs in the order of attachment. */
  readonly attachedPolicies: readonly string[];
  readonly inlinePolicies: readonly { readonly policyName: string; readonly document: string }[];
}

export interface RoleRecord extends PolicyHolder {
  readonly roleName: string;
  /** `AROA…` */
  readonly roleId: string;
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** JSON text, as given. */
  readonly trustPolicy: string;
  readonly description?: string | undefined;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly tags: readonly TagRecord[];
  /** ARN of the policy that bounds it. */
  readonly permissionsBoundary?: string | undefined;
}

export interface UserRecord extends PolicyHolder {
  readonly userName: string;
  /** `AIDA…` */
  readonly userId: string;
  readonly path: string;
  readonly createdAt: number;
  readonly tags: readonly TagRecord[];
  readonly permissionsBoundary?: string | undefined;
}

export interface GroupRecord extends PolicyHolder {
  readonly groupName: string;
  /** `AGPA…` */
  readonly groupId: string;
  readonly path: string;
  readonly createdAt: number;
  /** Names of its users. */
  readonly members: readonly string[];
}

export interface AccessKeyRecord {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly userName: string;
  readonly status: 'Active' | 'Inactive';
  readonly createdAt: number;
}

export interface PolicyVersionRecord {
  /** `v1` */
  readonly versionId: string;
  /** JSON text. */
  readonly document: string;
  readonly createdAt: number;
}

/** A customer managed policy. */
export interface PolicyRecord {
  readonly policyName: string;
  /** `ANPA…` */
  readonly policyId: string;
  readonly arn: string;
  readonly path: string;
  readonly description?: string | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: readonly TagRecord[];
  /** Oldest first, at most five. */
  readonly versions: readonly PolicyVersionRecord[];
  readonly defaultVersionId: string;
  /** Number of the next version: numbers are never used again. */
  readonly nextVersion: number;
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

/** Whose tokens the account believes. */
export interface OidcProviderRecord {
  readonly arn: string;
  /** Without `https://`. */
  readonly url: string;
  /** Audiences. */
  readonly clientIds: readonly string[];
  /** SHA-1 of certificates, 40 hexadecimal digits in lower case. */
  readonly thumbprints: readonly string[];
  readonly createdAt: number;
  readonly tags: readonly TagRecord[];
}

/** A virtual MFA device. */
export interface MfaDeviceRecord {
  /** ARN. */
  readonly serialNumber: string;
  /** Hexadecimal. */
  readonly seed: string;
  /** Whose it is; absent until it is enabled. */
  readonly userName?: string | undefined;
  readonly enabledAt?: number | undefined;
  /** Half minute of the last code that was taken: none of before it is good. */
  readonly lastStep: number;
  readonly tags: readonly TagRecord[];
}

/** Of the one account that there is: its alias. */
export interface AccountAliasRecord {
  readonly alias: string;
}

export const ACCOUNT = 'account';
export const accountAliases = table<AccountAliasRecord>('iam/account-alias');
/** By role name. */
export const roles = table<RoleRecord>('iam/role');
/** By user name. */
export const users = table<UserRecord>('iam/user');
/** By group name. */
export const groups = table<GroupRecord>('iam/group');
/** By access key id. */
export const accessKeys = table<AccessKeyRecord>('iam/access-key');
/** By ARN. */
export const policies = table<PolicyRecord>('iam/policy');
/** By instance profile name. */
export const instanceProfiles = table<InstanceProfileRecord>('iam/instance-profile');
/** By serial number. */
export const mfaDevices = table<MfaDeviceRecord>('iam/mfa-device');
/** By ARN. */
export const oidcProviders = table<OidcProviderRecord>('iam/oidc-provider');
