/** Whether what is going to be made fits into what the account may have. */
import type { PreflightApi } from './api.js';
import type { Usage } from '../aws/account.js';
import { type Finding, look } from './finding.js';

interface Quota {
  readonly service: 'vpc' | 'ec2';
  readonly code: string;
  readonly name: string;
  /** What of it is used; undefined where the lab brings what it is counted in. */
  readonly used?: keyof Usage;
  readonly wanted: (count: (type: string) => number, vcpus: number) => number;
}

/** Service Quotas' own codes. */
export const QUOTAS: readonly Quota[] = [
  { service: 'vpc', code: 'L-F678F1CE', name: 'VPCs', used: 'vpcs', wanted: (count) => count('AWS::EC2::VPC') },
  { service: 'vpc', code: 'L-A4707A72', name: 'internet gateways', used: 'internetGateways', wanted: (count) => count('AWS::EC2::InternetGateway') },
  { service: 'ec2', code: 'L-0263D0A3', name: 'Elastic IPs', used: 'elasticIps', wanted: (count) => count('AWS::EC2::EIP') },
  { service: 'ec2', code: 'L-1216C47A', name: 'vCPUs of standard instances', used: 'standardVcpus', wanted: (_, vcpus) => vcpus },
  { service: 'vpc', code: 'L-29B6F2EB', name: 'interface endpoints of a VPC', wanted: (count) => count('AWS::EC2::VPCEndpoint') },
];

/** `types`: of the resources that are going to be made, none where that is not known; `vcpus`: of the instances among them. */
export function quotaFinding(api: Pick<PreflightApi, 'usage' | 'quota'>, types: readonly string[], vcpus: number): Promise<Finding> {
  const count = (type: string): number => types.filter((one) => one === type).length;
  return look('quotas', async () => {
    if (types.length === 0) return { verdict: 'unknown', text: 'not known: the template does not say plainly which resources it makes' };
    const wanted = QUOTAS.filter((quota) => quota.wanted(count, vcpus) > 0);
    const [usage, ...limits] = await Promise.all([api.usage(), ...wanted.map((quota) => api.quota(quota.service, quota.code))]);
    const lines = wanted.map((quota, i) => {
      const [used, more, limit] = [quota.used === undefined ? 0 : usage[quota.used], quota.wanted(count, vcpus), limits[i]];
      return { quota, used, more, limit, over: limit !== undefined && used + more > limit };
    });
    const over = lines.filter((line) => line.over);
    if (over.length > 0) {
      return {
        verdict: 'bad',
        text: over.map(({ quota, used, more, limit }) => `${quota.name}: ${used} of ${limit} used, ${more} more ${more === 1 ? 'is' : 'are'} needed`).join('; '),
        hint: `free some, or ask for more: ${over.map(({ quota }) => `aws service-quotas request-service-quota-increase --service-code ${quota.service} --quota-code ${quota.code} --desired-value N`).join('; ')}`,
      };
    }
    const unknown = lines.filter((line) => line.limit === undefined);
    if (unknown.length > 0) return { verdict: 'unknown', text: `Service Quotas does not know ${unknown.map(({ quota }) => quota.name).join(', ')} here` };
    return { verdict: 'good', text: lines.map(({ quota, used, more, limit }, i) => (i === 0 ? `${quota.name} ${used} used + ${more} needed of ${limit} allowed` : `${quota.name} ${used} + ${more} of ${limit}`)).join(', ') };
  });
}
