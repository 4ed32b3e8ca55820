/** Rules of one direction that a group may have; one that refers to a prefix list counts as many as the list may have entries. */
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { weightOf } from '../prefix-list/prefix-lists.js';
import { rulesOf } from './view.js';

const LIMIT = 60;

/** Judges the group as it is now in the transaction. Throws RulesPerSecurityGroupLimitExceeded. */
export function checkRuleLimit(state: Reader, groupId: string): void {
  for (const isEgress of [false, true]) {
    const weight = rulesOf(state, groupId, isEgress).reduce((sum, rule) => sum + weightOf(state, rule.prefixListId), 0);
    if (weight > LIMIT) throw new AwsError('RulesPerSecurityGroupLimitExceeded', 'The maximum number of rules per security group has been reached.');
  }
}
