/**
 * The quotas that the region enforces. `standard` is AWS's default for every account (Amazon VPC quotas, Amazon EC2 service
 * quotas); `applied` is what this account has, as one that asked for more: labs stand side by side, and 200 instances too.
 */
import { type Reader, table } from '../../state/store.js';

export interface Quota {
  readonly serviceCode: 'ec2' | 'vpc';
  readonly quotaCode: string;
  readonly quotaName: string;
  readonly standard: number;
  readonly applied: number;
  /** Where AWS counts what is used (CloudWatch), for quotas that have it. */
  readonly usage?: Readonly<Record<'Class' | 'Resource' | 'Service' | 'Type', string>> | undefined;
}

/** A value that ssmlab:SetServiceQuota set in place of the account's. */
export interface AppliedQuotaRecord {
  readonly quotaCode: string;
  readonly value: number;
}

export const APPLIED_QUOTA = table<AppliedQuotaRecord>('servicequotas/applied');

export const SERVICE_NAMES: Readonly<Record<Quota['serviceCode'], string>> = {
  ec2: 'Amazon Elastic Compute Cloud (Amazon EC2)',
  vpc: 'Amazon Virtual Private Cloud (Amazon VPC)',
};

export const VPCS: Quota = { serviceCode: 'vpc', quotaCode: 'L-F678F1CE', quotaName: 'VPCs per Region', standard: 5, applied: 100 };
export const INTERNET_GATEWAYS: Quota = { serviceCode: 'vpc', quotaCode: 'L-A4707A72', quotaName: 'Internet gateways per Region', standard: 5, applied: 100 };
export const NAT_GATEWAYS: Quota = { serviceCode: 'vpc', quotaCode: 'L-FE5A380F', quotaName: 'NAT gateways per Availability Zone', standard: 5, applied: 50 };
export const INTERFACE_ENDPOINTS: Quota = { serviceCode: 'vpc', quotaCode: 'L-29B6F2EB', quotaName: 'Interface VPC endpoints per VPC', standard: 50, applied: 50 };
export const ELASTIC_IPS: Quota = { serviceCode: 'ec2', quotaCode: 'L-0263D0A3', quotaName: 'EC2-VPC Elastic IPs', standard: 5, applied: 100 };
export const STANDARD_VCPUS: Quota = {
  serviceCode: 'ec2', quotaCode: 'L-1216C47A', quotaName: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', standard: 5, applied: 640,
  usage: { Class: 'Standard/OnDemand', Resource: 'vCPU', Service: 'EC2', Type: 'Resource' },
};

export const QUOTAS: readonly Quota[] = [ELASTIC_IPS, STANDARD_VCPUS, INTERFACE_ENDPOINTS, INTERNET_GATEWAYS, NAT_GATEWAYS, VPCS];

/** The value in force in the region that is read. */
export function valueInForce(state: Reader, quota: Quota): number {
  return state.get(APPLIED_QUOTA, quota.quotaCode)?.value ?? quota.applied;
}
