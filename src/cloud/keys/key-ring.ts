/** The region's keys: the lab's own, which may do everything, those of IAM's users, and temporary ones, which live in memory. */
import { randomBytes } from 'node:crypto';
import type { KeyRing, RoleCredentials } from '../region.js';

/** A key as the endpoint looks it up. */
export type KeyRecord =
  | { readonly kind: 'lab'; readonly accessKeyId: string; readonly secretAccessKey: string }
  | {
    readonly kind: 'role';
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    /** Milliseconds since the epoch. */
    readonly expiration: number;
    readonly roleName: string;
    /** `AROA…` of the role as it was at issue; empty when nobody said. */
    readonly roleId: string;
    readonly sessionName: string;
    readonly issuedAt: number;
    readonly instanceId?: string | undefined;
    readonly sessionPolicies?: readonly string[] | undefined;
    readonly sessionTags?: readonly { readonly key: string; readonly value: string }[] | undefined;
  }
  | (KeyOwner & { readonly kind: 'user'; readonly accessKeyId: string; readonly secretAccessKey: string })
  | {
    readonly kind: 'session';
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: number;
    readonly issuedAt: number;
    /** When a code of an MFA device was shown for them. */
    readonly mfaAt?: number | undefined;
    /** Absent: the lab's own user. */
    readonly of?: KeyOwner | undefined;
  };

/** A user of IAM. */
export interface KeyOwner {
  readonly userName: string;
  /** `AIDA…` */
  readonly userId: string;
  readonly arn: string;
}

/** The key ring as the endpoint needs it: it can look keys up. */
export interface LookupKeyRing extends KeyRing {
  /** The key of this id; also expired ones for a while, so that the answer can say so. Undefined for one whose role is gone. */
  find(accessKeyId: string): KeyRecord | undefined;
}

export interface KeyRingOptions {
  readonly accountId: string;
  /** Absent: made anew. */
  readonly lab?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The role's present id. Keys of a role that was deleted, or made anew under its name, are void. */
  readonly roleIdOf?: ((roleName: string) => string | undefined) | undefined;
  /** The user whose active key this is. */
  readonly userOfKey?: ((accessKeyId: string) => (KeyOwner & { readonly secretAccessKey: string }) | undefined) | undefined;
  /** The user's present id; keys of a session of one that was deleted are void. */
  readonly userIdOf?: ((userName: string) => string | undefined) | undefined;
}

/** Instance credentials hold six hours, as those that EC2 hands out do. */
const DEFAULT_DURATION_SECONDS = 6 * 3600;
const REMEMBER_EXPIRED_MS = 3600_000;

export function createKeyRing(options: KeyRingOptions): LookupKeyRing {
  const { accountId, now, roleIdOf } = options;
  const lab = options.lab ?? makeLabKeys();
  const issued = new Map<string, KeyRecord & { kind: 'role' | 'session' }>();
  const temporary = (durationSeconds: number) => {
    for (const [id, key] of issued) if (key.expiration + REMEMBER_EXPIRED_MS < now()) issued.delete(id);
    return { accessKeyId: keyId('ASIA'), secretAccessKey: secret(), sessionToken: randomBytes(192).toString('base64'), issuedAt: now(), expiration: now() + durationSeconds * 1000 };
  };
  return {
    accountId,
    lab,
    issueRoleCredentials(roleName, sessionName, { durationSeconds = DEFAULT_DURATION_SECONDS, ...session } = {}): RoleCredentials {
      const keys = temporary(durationSeconds);
      issued.set(keys.accessKeyId, { kind: 'role', ...keys, roleName, roleId: roleIdOf?.(roleName) ?? '', sessionName, ...session });
      return credentialsOf(keys);
    },
    issueSessionCredentials(user, durationSeconds, mfaAt): RoleCredentials {
      const keys = temporary(durationSeconds);
      issued.set(keys.accessKeyId, { kind: 'session', ...keys, of: user, mfaAt });
      return credentialsOf(keys);
    },
    find(accessKeyId): KeyRecord | undefined {
      if (accessKeyId === lab.accessKeyId) return { kind: 'lab', ...lab };
      const found = issued.get(accessKeyId);
      if (found?.kind === 'role') return roleIdOf !== undefined && roleIdOf(found.roleName) !== found.roleId ? undefined : found;
      if (found !== undefined) return found.of !== undefined && options.userIdOf?.(found.of.userName) !== found.of.userId ? undefined : found;
      const owned = options.userOfKey?.(accessKeyId);
      return owned === undefined ? undefined : { kind: 'user', accessKeyId, ...owned };
    },
  };
}

const credentialsOf = ({ accessKeyId, secretAccessKey, sessionToken, expiration }: RoleCredentials): RoleCredentials => ({ accessKeyId, secretAccessKey, sessionToken, expiration });

/** Keys of AWS's form that are nobody's: `AKIA` and 16 of base 32, and 40 characters of secret. */
export function makeLabKeys(): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: keyId('AKIA'), secretAccessKey: secret() };
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function keyId(prefix: string): string {
  return prefix + Array.from(randomBytes(16), (byte) => BASE32[byte & 31]).join('');
}

/** 240 bits as 40 characters that need no quoting in a shell or a credentials file. */
function secret(): string {
  let text = '';
  while (text.length < 40) text += randomBytes(60).toString('base64').replaceAll(/[+/=]/g, '');
  return text.slice(0, 40);
}
