/** Universal targets, `arn:aws:scheduler:::aws-sdk:SERVICE:apiAction`: which call of the region's they are. */
import { AwsError, type Input } from '../../endpoint/operation.js';
import { decodeJson } from '../../endpoint/json.js';
import type { ScheduleTarget } from './records.js';

/** Actions that the local cloud calls. Their members are written the same in a target's Input and on the wire. */
const CALLS: Readonly<Record<string, { readonly service: string; readonly operation: string }>> = {
  'cloudformation:deleteStack': { service: 'cloudformation', operation: 'DeleteStack' },
};

export interface TargetCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
}

/** Throws ValidationException for a target that the local cloud cannot call, and for an Input that is no JSON structure. */
export function callOf({ arn, input }: Pick<ScheduleTarget, 'arn' | 'input'>): TargetCall {
  const action = /^arn:aws:scheduler:::aws-sdk:(\w+:\w+)$/.exec(arn)?.[1];
  const call = action !== undefined && Object.hasOwn(CALLS, action) ? CALLS[action] : undefined;
  if (call === undefined) throw new AwsError('ValidationException', `The local cloud does not support the target ${arn}: it has ${Object.keys(CALLS).map((known) => `arn:aws:scheduler:::aws-sdk:${known}`).join(', ')}`);
  try {
    return { ...call, input: decodeJson(input ?? '') };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('ValidationException', `Invalid Input of the target ${arn}: ${error.message}.`);
  }
}
