/** What IAM Identity Center keeps, once for all regions: programs that may ask, logins that wait, tokens that were given. Of a secret only its hash is kept. */
import { createHash, randomBytes } from 'node:crypto';
import { table } from '../../state/store.js';

/** A program that asks for tokens (RegisterClient). */
export interface ClientRecord {
  readonly clientId: string;
  readonly secretHash: string;
  readonly clientName: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly expiresAt: number;
}

/** Who has logged in, and which permission sets of the account are assigned to it. */
export interface Login {
  readonly userName: string;
  readonly permissionSets: readonly string[];
  /** How long an access token holds. */
  readonly tokenSeconds: number;
}

/** A login by device code (RFC 8628). */
export interface DeviceRecord {
  /** Hash of the device code. */
  readonly deviceHash: string;
  /** `ABCD-EFGH` */
  readonly userCode: string;
  readonly clientId: string;
  readonly expiresAt: number;
  /** Absent until somebody has approved it. */
  readonly login?: Login | undefined;
}

/** An access token, or a refresh token. */
export interface TokenRecord extends Login {
  readonly hash: string;
  readonly kind: 'access' | 'refresh';
  readonly clientId: string;
  /** Of one login: its tokens go together. */
  readonly loginId: string;
  readonly expiresAt: number;
}

/** By client id. */
export const clients = table<ClientRecord>('sso/client');
/** By the hash of the device code. */
export const devices = table<DeviceRecord>('sso/device');
/** By the hash of the token. */
export const tokens = table<TokenRecord>('sso/token');

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** A secret of its own prefix. */
export const newSecret = (prefix: string): string => `${prefix}${randomBytes(48).toString('base64url')}`;

/** A token that was given and still holds. */
export const isLive = ({ expiresAt }: { readonly expiresAt: number }, now: number): boolean => expiresAt > now;
