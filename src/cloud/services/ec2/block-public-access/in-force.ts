/** What Block Public Access does to the network now, as the network document has it (I10, I11). */
import type { BlockPublicAccess } from '../../../../lib/vpc/model.js';
import type { Reader } from '../../../state/store.js';
import { BLOCK_PUBLIC_ACCESS, BLOCK_PUBLIC_ACCESS_EXCLUSION, type BlockPublicAccessExclusionRecord, type BlockPublicAccessRecord } from './records.js';

/** There is one of the account's in a region. */
export const ACCOUNT = 'account';

const OFF: BlockPublicAccessRecord = { mode: 'off', state: 'default-state' };

export const blockPublicAccessRecord = (state: Reader): BlockPublicAccessRecord => state.get(BLOCK_PUBLIC_ACCESS, ACCOUNT) ?? OFF;

/** An exclusion holds from when it is made until it is gone. */
export const isInForce = ({ state }: BlockPublicAccessExclusionRecord): boolean => state !== 'create-in-progress' && state !== 'delete-complete';

export function blockPublicAccess(state: Reader): BlockPublicAccess {
  return {
    mode: blockPublicAccessRecord(state).mode,
    exclusions: state.list(BLOCK_PUBLIC_ACCESS_EXCLUSION).filter(isInForce).map(({ exclusionId, resourceId, mode }) => ({ exclusionId, resourceId, mode })),
  };
}
