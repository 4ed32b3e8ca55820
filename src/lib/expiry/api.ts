/** The calls that the end of a lab takes, bound to a target; a test passes its own. */
import { roleArn } from '../aws/iam.js';
import { createRole, deleteRole } from '../aws/iam-roles.js';
import { createSchedule, deleteSchedule, isScheduleThere } from '../aws/scheduler.js';
import type { Target } from '../target/target.js';

type Bound<Call> = Call extends (target: Target, ...args: infer Args) => infer Result ? (...args: Args) => Result : never;

export interface ExpiryApi {
  readonly createRole: Bound<typeof createRole>;
  readonly deleteRole: Bound<typeof deleteRole>;
  readonly createSchedule: Bound<typeof createSchedule>;
  readonly deleteSchedule: Bound<typeof deleteSchedule>;
  readonly isScheduleThere: Bound<typeof isScheduleThere>;
  readonly roleArn: Bound<typeof roleArn>;
}

/** The real calls. */
export function expiryApi(target: Target): ExpiryApi {
  return {
    createRole: (...args) => createRole(target, ...args),
    deleteRole: (...args) => deleteRole(target, ...args),
    createSchedule: (...args) => createSchedule(target, ...args),
    deleteSchedule: (...args) => deleteSchedule(target, ...args),
    isScheduleThere: (...args) => isScheduleThere(target, ...args),
    roleArn: (...args) => roleArn(target, ...args),
  };
}
