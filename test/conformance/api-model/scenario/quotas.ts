/** Service Quotas: those of the account, and AWS's defaults. */
import { steps } from './step.js';

const VPCS = { ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE' };

export const quotas = steps('servicequotas', [
  ['GetServiceQuota', VPCS, { expect: { 'Quota.QuotaName': 'VPCs per Region', 'Quota.QuotaArn': 'arn:aws:servicequotas:<region>:<account>:vpc/L-F678F1CE' } }],
  ['GetServiceQuota', { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' }, { expect: { 'Quota.UsageMetric.MetricDimensions.Resource': 'vCPU' } }],
  ['GetServiceQuota', { ...VPCS, QuotaCode: 'L-00000000' }, { error: 'NoSuchResourceException' }],
  ['GetAWSDefaultServiceQuota', VPCS, { expect: { 'Quota.QuotaArn': 'arn:aws:servicequotas:<region>::vpc/L-F678F1CE' } }],
  ['GetAWSDefaultServiceQuota', { ...VPCS, ServiceCode: 'lambda' }, { error: 'NoSuchResourceException' }],
  ['ListServiceQuotas', { ServiceCode: 'ec2', QuotaCode: 'L-0263D0A3', QuotaAppliedAtLevel: 'ACCOUNT' }, { expect: { 'Quotas.0.QuotaName': 'EC2-VPC Elastic IPs' } }],
  ['ListServiceQuotas', { ServiceCode: 'vpc', MaxResults: 1 }, { save: { quotaPage: 'NextToken' } }],
  ['ListServiceQuotas', { ServiceCode: 'vpc', MaxResults: 3, NextToken: '<quotaPage>' }, { expect: { 'Quotas.2.QuotaCode': 'L-F678F1CE', 'NextToken': '' } }],
  ['ListServiceQuotas', { ServiceCode: 'ec2', NextToken: '<quotaPage>' }, { error: 'InvalidPaginationTokenException' }],
  ['ListAWSDefaultServiceQuotas', { ServiceCode: 'vpc', MaxResults: 100 }, { expect: { 'Quotas.3.QuotaCode': 'L-F678F1CE' } }],
]);
