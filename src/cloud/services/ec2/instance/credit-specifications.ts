/** DescribeInstanceCreditSpecifications and ModifyInstanceCreditSpecification: all types here are burstable, and `unlimited` by default as T3 and T4g are. */
import { list, str, strOpt, structs } from '../../../endpoint/input.js';
import { AwsError, type Output } from '../../../endpoint/operation.js';
import { describe } from '../describe.js';
import { INSTANCE as TABLE, type InstanceRecord } from '../model.js';
import { find, INSTANCE } from '../noun.js';
import { changing, reading } from '../operation.js';

function view(record: InstanceRecord) {
  return { instanceId: record.instanceId, cpuCredits: record.cpuCredits ?? 'unlimited' };
}

/** Without ids only those with `unlimited` are told. */
export const describeInstanceCreditSpecifications = reading((input, scope) => {
  const all = list(input, 'InstanceId').length > 0;
  return describe(input, scope, {
    noun: INSTANCE,
    ids: 'InstanceId',
    set: 'instanceCreditSpecificationSet',
    view,
    filters: { 'instance-id': (instance) => instance.instanceId },
    keep: (instance) => all || (instance.cpuCredits === 'unlimited'),
    taggable: false,
    idsExcludeMaxResults: true,
  });
});

/** Each instance by itself: those that cannot be changed are told with the reason. */
export const modifyInstanceCreditSpecification = changing((input, tx) => {
  const asked = structs(input, 'InstanceCreditSpecification');
  if (asked.length === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter InstanceCreditSpecification');
  const successful: Output[] = [];
  const unsuccessful: Output[] = [];
  // The same request again changes nothing, token or not.
  strOpt(input, 'ClientToken');
  for (const item of asked) {
    const instanceId = str(item, 'InstanceId');
    const credits = strOpt(item, 'CpuCredits');
    if (credits !== 'standard' && credits !== 'unlimited') throw new AwsError('InvalidParameterValue', `Invalid value '${credits ?? ''}' for CpuCredits. Valid values: standard, unlimited.`);
    try {
      const instance = find(tx, INSTANCE, instanceId);
      if (instance.state !== 'running' && instance.state !== 'stopped') throw new AwsError('IncorrectInstanceState', `The instance '${instanceId}' is not in the 'running' or 'stopped' state.`);
      tx.put(TABLE, instanceId, { ...instance, cpuCredits: credits });
      successful.push({ instanceId });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      unsuccessful.push({ instanceId, error: { code: error.code, message: error.message } });
    }
  }
  return { successfulInstanceCreditSpecificationSet: successful, unsuccessfulInstanceCreditSpecificationSet: unsuccessful };
});
