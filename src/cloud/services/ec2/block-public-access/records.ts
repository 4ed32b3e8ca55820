/** Records of Block Public Access and their tables. */
import { table } from '../../../state/store.js';
import type { Tagged } from '../model.js';

/** Block Public Access of the account in the region. */
export interface BlockPublicAccessRecord {
  readonly mode: 'off' | 'block-bidirectional' | 'block-ingress';
  readonly state: 'default-state' | 'update-in-progress' | 'update-complete';
  readonly updated?: number | undefined;
  readonly dueAt?: number | undefined;
}

export interface BlockPublicAccessExclusionRecord extends Tagged {
  readonly exclusionId: string;
  /** `vpc-…` or `subnet-…`. */
  readonly resourceId: string;
  readonly mode: 'allow-bidirectional' | 'allow-egress';
  readonly state: `${'create' | 'update' | 'delete'}-${'in-progress' | 'complete'}`;
  readonly created: number;
  readonly updated: number;
  readonly deleted?: number | undefined;
  readonly dueAt?: number | undefined;
}

export const BLOCK_PUBLIC_ACCESS = table<BlockPublicAccessRecord>('ec2/vpc-block-public-access');
export const BLOCK_PUBLIC_ACCESS_EXCLUSION = table<BlockPublicAccessExclusionRecord>('ec2/vpc-block-public-access-exclusion');
