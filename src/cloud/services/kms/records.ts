/** What the kms service remembers of a region. */
import { table } from '../../state/store.js';

export interface KmsTag {
  readonly TagKey: string;
  readonly TagValue: string;
}

export interface KeyRecord {
  readonly keyId: string;
  readonly description: string;
  /** AWS's own keys (`alias/aws/…`) are made by the services that use them. */
  readonly manager: 'AWS' | 'CUSTOMER';
  readonly state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  /** 256 bits, sealed by the region's cipher under the key's ARN: never in the journal in the clear. */
  readonly material: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly deletion?: number | undefined;
  readonly tags: readonly KmsTag[];
}

export interface AliasRecord {
  /** `alias/…` */
  readonly aliasName: string;
  readonly keyId: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly updated: number;
}

export const KEYS = table<KeyRecord>('kms/key');
export const ALIASES = table<AliasRecord>('kms/alias');
