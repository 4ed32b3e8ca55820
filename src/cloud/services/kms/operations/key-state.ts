/** kms:EnableKey, DisableKey, ScheduleKeyDeletion and CancelKeyDeletion. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { optionalInteger } from '../../../endpoint/typed-input.js';
import { keyIdOf } from '../input.js';
import { arnOfKey, customers, findKeyById, notPendingDeletion } from '../keys.js';
import { KEYS, type KeyRecord } from '../records.js';

const DAY_MS = 86_400_000;

function turned(state: KeyRecord['state']): Operation {
  return (input, context) => context.state.transact((tx) => {
    const key = notPendingDeletion(customers(findKeyById(tx, keyIdOf(input), context), context), context);
    tx.put(KEYS, key.keyId, { ...key, state });
    return {};
  });
}

export const enableKey = turned('Enabled');
export const disableKey = turned('Disabled');

export const scheduleKeyDeletion: Operation = (input, context) => {
  const days = optionalInteger(input, 'PendingWindowInDays', { min: 7, max: 30 }) ?? 30;
  return context.state.transact((tx) => {
    const key = notPendingDeletion(customers(findKeyById(tx, keyIdOf(input), context), context), context);
    const deletion = context.now() + days * DAY_MS;
    tx.put(KEYS, key.keyId, { ...key, state: 'PendingDeletion', deletion });
    return { KeyId: arnOfKey(key.keyId, context), DeletionDate: new Date(deletion), KeyState: 'PendingDeletion', PendingWindowInDays: days };
  });
};

/** The key is disabled after it, as KMS leaves it. */
export const cancelKeyDeletion: Operation = (input, context) => context.state.transact((tx) => {
  const key = findKeyById(tx, keyIdOf(input), context);
  const arn = arnOfKey(key.keyId, context);
  if (key.state !== 'PendingDeletion') throw new AwsError('KMSInvalidStateException', `${arn} is not pending deletion.`);
  tx.put(KEYS, key.keyId, { ...key, state: 'Disabled', deletion: undefined });
  return { KeyId: arn };
});
