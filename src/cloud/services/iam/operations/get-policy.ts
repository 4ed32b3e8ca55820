/** GetPolicy. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requirePolicy, shownPolicy } from '../policies.js';

export const getPolicy: Operation = (input, { globalState }) => ({ Policy: shownPolicy(requirePolicy(globalState, str(input, 'PolicyArn')), globalState, 'full') });
