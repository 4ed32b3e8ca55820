/** servicequotas:GetServiceQuota, ListServiceQuotas, and the same of AWS's defaults. */
import { page } from '../../endpoint/page.js';
import { AwsError, type Input, type Operation, type OperationContext, type Output } from '../../endpoint/operation.js';
import { optionalString, requiredString } from '../../endpoint/typed-input.js';
import { type Quota, QUOTAS, SERVICE_NAMES, valueInForce } from './quotas.js';

const CODE = { min: 1, pattern: /^[a-zA-Z][a-zA-Z0-9-]*$/ };

function quotasOf(input: Input): readonly Quota[] {
  const serviceCode = requiredString(input, 'ServiceCode', { ...CODE, max: 63 });
  const found = QUOTAS.filter((quota) => quota.serviceCode === serviceCode);
  if (found.length === 0) throw new AwsError('NoSuchResourceException', `The request failed because the specified service does not exist: the local cloud has quotas of ${Object.keys(SERVICE_NAMES).join(' and ')}, not of ${serviceCode}.`);
  return found;
}

function quotaOf(input: Input): Quota {
  const quotas = quotasOf(input);
  const quotaCode = requiredString(input, 'QuotaCode', { ...CODE, max: 128 });
  const found = quotas.find((quota) => quota.quotaCode === quotaCode);
  if (found === undefined) throw new AwsError('NoSuchResourceException', `The request failed because the specified quota does not exist: ${quotaCode}.`);
  return found;
}

/** A default belongs to no account, which its ARN shows. */
function view(quota: Quota, value: number, { region }: OperationContext, accountId: string): Output {
  const { serviceCode, quotaCode, quotaName, usage } = quota;
  return {
    ServiceCode: serviceCode,
    ServiceName: SERVICE_NAMES[serviceCode],
    QuotaArn: `arn:aws:servicequotas:${region}:${accountId}:${serviceCode}/${quotaCode}`,
    QuotaCode: quotaCode,
    QuotaName: quotaName,
    Value: value,
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: false,
    UsageMetric: usage === undefined ? undefined : { MetricNamespace: 'AWS/Usage', MetricName: 'ResourceCount', MetricDimensions: usage, MetricStatisticRecommendation: 'Maximum' },
    QuotaAppliedAtLevel: 'ACCOUNT',
  };
}

const applied = (quota: Quota, context: OperationContext): Output => view(quota, valueInForce(context.state, quota), context, context.accountId);
const standard = (quota: Quota, context: OperationContext): Output => view(quota, quota.standard, context, '');

function listed(quotas: readonly Quota[], input: Input, viewOf: (quota: Quota) => Output): Output {
  const { items, nextToken } = page(quotas, input, { typed: true, default: 100, minimum: 1, maximum: 100, key: (quota) => quota.quotaCode, invalidToken: 'InvalidPaginationTokenException' });
  // The model's form of a token is base64 with + and /.
  return { Quotas: items.map(viewOf), NextToken: nextToken?.replaceAll('-', '+').replaceAll('_', '/') };
}

export const getServiceQuota: Operation = (input, context) => ({ Quota: applied(quotaOf(input), context) });
export const getAwsDefaultServiceQuota: Operation = (input, context) => ({ Quota: standard(quotaOf(input), context) });

export const listServiceQuotas: Operation = (input, context) => {
  const quotas = quotasOf(input);
  const quotaCode = optionalString(input, 'QuotaCode', { ...CODE, max: 128 });
  // No resource has a quota of its own here.
  const level = optionalString(input, 'QuotaAppliedAtLevel', { oneOf: ['ACCOUNT', 'RESOURCE', 'ALL'] });
  return listed(quotas.filter((quota) => level !== 'RESOURCE' && (quotaCode ?? quota.quotaCode) === quota.quotaCode), input, (quota) => applied(quota, context));
};

export const listAwsDefaultServiceQuotas: Operation = (input, context) => listed(quotasOf(input), input, (quota) => standard(quota, context));
