/** Service Quotas: the limits that EC2 holds to in this region. Requests for more are not there: ssmlab:SetServiceQuota sets a value at once, lower ones too. */
import type { Service } from '../../endpoint/operation.js';
import { getAwsDefaultServiceQuota, getServiceQuota, listAwsDefaultServiceQuotas, listServiceQuotas } from './get-quotas.js';

export const serviceQuotas: Service = {
  name: 'servicequotas',
  protocol: 'json',
  version: '2019-06-24',
  targetPrefix: 'ServiceQuotasV20190624',
  operations: {
    GetAWSDefaultServiceQuota: getAwsDefaultServiceQuota,
    GetServiceQuota: getServiceQuota,
    ListAWSDefaultServiceQuotas: listAwsDefaultServiceQuotas,
    ListServiceQuotas: listServiceQuotas,
  },
};
