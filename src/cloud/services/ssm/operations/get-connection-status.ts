/** ssm:GetConnectionStatus. */
import type { Operation } from '../../../endpoint/operation.js';
import { requiredString } from '../../../endpoint/typed-input.js';

export const getConnectionStatus: Operation = (input, context) => {
  const target = requiredString(input, 'Target', { min: 1, max: 400 });
  const connected = context.runtime.messages.isConnected(context.region, target);
  return { Target: target, Status: connected ? 'connected' : 'notconnected' };
};
