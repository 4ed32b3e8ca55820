/** ssmlab:SetWanConditions: how the simulated internet carries packets. */
import type { Wan } from '../../fabric/fabric.js';
import { WanError } from '../../fabric/fabric.js';
import { AwsError, type Operation } from '../../endpoint/operation.js';
import { optionalInteger } from '../../endpoint/typed-input.js';

/** Members that are not given stay as they are; 0 takes a condition away. Holds for all regions, until the local cloud ends. */
export const setWanConditions: Operation = async (input, { runtime }) => {
  const lossPermyriad = optionalInteger(input, 'LossPermyriad', { min: 0, max: 10_000 });
  const bitsPerSecond = optionalInteger(input, 'BitsPerSecond', { min: 0, max: 100_000_000_000 });
  const delayMs = optionalInteger(input, 'DelayMilliseconds', { min: 0, max: 10_000 });
  if (bitsPerSecond !== undefined && bitsPerSecond > 0 && bitsPerSecond < 8000) throw new AwsError('ValidationException', 'BitsPerSecond has to be 0, or 8000 and more');
  const { wan } = runtime.fabric;
  if (wan === undefined) throw new AwsError('NoPacketsException', 'the computed fabric sends no packets');
  try {
    await wan.set({
      ...(lossPermyriad === undefined ? {} : { lossPercent: lossPermyriad / 100 }),
      ...(bitsPerSecond === undefined ? {} : { bitsPerSecond }),
      ...(delayMs === undefined ? {} : { delayMs }),
    });
  } catch (error) {
    if (error instanceof WanError) throw new AwsError('WanConditionUnavailableException', error.message);
    throw error;
  }
  return { WanConditions: conditionsOf(wan) };
};

/** Loss in hundredths of a percent: JSON has no exact fractions. */
export function conditionsOf({ conditions: { lossPercent, bitsPerSecond, delayMs } }: Wan) {
  return { LossPermyriad: Math.round(lossPercent * 100), BitsPerSecond: bitsPerSecond, DelayMilliseconds: delayMs };
}
