/** GetConsoleOutput and GetPasswordData. */
import { boolOpt, str } from '../../../endpoint/input.js';
import { CONSOLE_OUTPUT } from '../model.js';
import { find, INSTANCE } from '../noun.js';
import { reading } from '../operation.js';

/** EC2 keeps the last 64 KiB. */
const KEPT = 64 * 1024;

/** The same with and without `Latest`: what is posted here is the latest. */
export const getConsoleOutput = reading((input, scope) => {
  const { instanceId } = find(scope.state, INSTANCE, str(input, 'InstanceId'));
  boolOpt(input, 'Latest');
  const posted = scope.state.get(CONSOLE_OUTPUT, instanceId);
  return {
    instanceId,
    timestamp: new Date(posted?.timestamp ?? scope.now),
    output: posted === undefined ? undefined : Buffer.from(posted.text).subarray(-KEPT).toString('base64'),
  };
});

/** Windows instances have a password; there are none. */
export const getPasswordData = reading((input, scope) => {
  const { instanceId } = find(scope.state, INSTANCE, str(input, 'InstanceId'));
  return { instanceId, timestamp: new Date(scope.now), passwordData: '' };
});
