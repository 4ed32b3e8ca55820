/** ssmlab:SetServiceQuota: how much of something this account may have here, from now on; lower than what there is too, so that limits can be tried. */
import { AwsError, type Operation } from '../../endpoint/operation.js';
import { optionalInteger, requiredString } from '../../endpoint/typed-input.js';
import { APPLIED_QUOTA, QUOTAS, valueInForce } from '../service-quotas/quotas.js';

/** `ServiceCode`, `QuotaCode`, `Value`; without a value the quota is again what the account had. Answers the value in force. */
export const setServiceQuota: Operation = async (input, { state }) => {
  const serviceCode = requiredString(input, 'ServiceCode');
  const quotaCode = requiredString(input, 'QuotaCode');
  const value = optionalInteger(input, 'Value', { min: 0, max: 10_000_000_000 });
  const quota = QUOTAS.find((candidate) => candidate.serviceCode === serviceCode && candidate.quotaCode === quotaCode);
  if (quota === undefined) throw new AwsError('NoSuchResourceException', `there is no quota ${serviceCode} ${quotaCode}: there are ${QUOTAS.map((each) => `${each.serviceCode} ${each.quotaCode}`).join(', ')}`);
  return state.transact((tx) => {
    if (value === undefined) tx.delete(APPLIED_QUOTA, quotaCode);
    else tx.put(APPLIED_QUOTA, quotaCode, { quotaCode, value });
    return { ServiceCode: serviceCode, QuotaCode: quotaCode, QuotaName: quota.quotaName, Value: valueInForce(tx, quota) };
  });
};
