/** SimulateCustomPolicy: of policies that the request brings. */
import type { Operation } from '../../../endpoint/operation.js';
import { has, listOf1 } from '../../../endpoint/input.js';
import { inputPolicies, simulate } from '../simulate.js';

export const simulateCustomPolicy: Operation = (input) => {
  listOf1(input, 'PolicyInputList');
  return simulate(input, inputPolicies(input, 'PolicyInputList'), has(input, 'PermissionsBoundaryPolicyInputList') ? inputPolicies(input, 'PermissionsBoundaryPolicyInputList') : undefined);
};
