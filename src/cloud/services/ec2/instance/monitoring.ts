/** MonitorInstances and UnmonitorInstances. The reply tells of the change; the next look finds it made. */
import { listOf1 } from '../../../endpoint/input.js';
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { INSTANCE as TABLE } from '../model.js';
import { findAll, INSTANCE } from '../noun.js';
import { changing } from '../operation.js';

function monitoring(enabled: boolean): Operation {
  return changing((input, tx) => ({
    instancesSet: findAll(tx, INSTANCE, [...new Set(listOf1(input, 'InstanceId'))]).map((instance) => {
      const { instanceId, state } = instance;
      if (state === 'terminated' || state === 'shutting-down') throw new AwsError('IncorrectInstanceState', `The instance '${instanceId}' is not in a state from which its monitoring can be changed.`);
      tx.put(TABLE, instanceId, { ...instance, monitoring: enabled });
      const settled = enabled ? 'enabled' : 'disabled';
      return { instanceId, monitoring: { state: instance.monitoring === enabled ? settled : enabled ? 'pending' : 'disabling' } };
    }),
  }));
}

export const monitorInstances = monitoring(true);
export const unmonitorInstances = monitoring(false);
