/** GetContextKeysForCustomPolicy, GetContextKeysForPrincipalPolicy: what the simulator has to be told. */
import type { Operation } from '../../../endpoint/operation.js';
import { list, listOf1, str } from '../../../endpoint/input.js';
import { readPolicy } from '../read-policy.js';
import { keysUsed } from '../../../../lib/policy/keys-used.js';
import { policiesOfPrincipal } from './simulate-principal-policy.js';

const reply = (texts: readonly string[]) => ({ ContextKeyNames: keysUsed(texts.map((text) => readPolicy(text, 'identity'))) });

export const getContextKeysForCustomPolicy: Operation = (input) => reply(listOf1(input, 'PolicyInputList'));

export const getContextKeysForPrincipalPolicy: Operation = (input, context) =>
  reply([...policiesOfPrincipal(str(input, 'PolicySourceArn', { min: 20, max: 2048 }), context).policies.map((policy) => policy.text), ...list(input, 'PolicyInputList')]);
