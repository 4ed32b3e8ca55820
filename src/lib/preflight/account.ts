/** What the account has set that would change how the lab behaves. */
import type { PreflightApi } from './api.js';
import { type Finding, look } from './finding.js';

/** Which of the lab's instances live under Block Public Access: `aws-facts.md` §11. */
export const publicAccessFinding = (api: Pick<PreflightApi, 'blockPublicAccess'>): Promise<Finding> =>
  look('public access', async () => {
    const { InternetGatewayBlockMode: mode = 'off', ManagedBy } = await api.blockPublicAccess();
    if (mode === 'off') return { verdict: 'good', text: 'Block Public Access is off' };
    const who = ManagedBy === 'declarative-policy' ? ', set by the organization' : '';
    const hint = 'make an exclusion for VPC 1 when it is there (`aws ec2 create-vpc-block-public-access-exclusion`), or use another region';
    if (mode === 'block-bidirectional') return { verdict: 'bad', text: `Block Public Access is ${mode}${who}: only instance 4 could be reached`, hint };
    if (mode === 'block-ingress') return { verdict: 'bad', text: `Block Public Access is ${mode}${who}: instances 1 and 2 could not be reached`, hint };
    return { verdict: 'unknown', text: `Block Public Access is "${String(mode)}"${who}, which this version does not know` };
  });

/** Default host management gives instance 1, which has no role on purpose, an agent that comes online. */
export const hostManagementFinding = (api: Pick<PreflightApi, 'hostManagementRole'>): Promise<Finding> =>
  look('host management', async () => {
    const role = await api.hostManagementRole();
    if (role === null) return { verdict: 'good', text: 'Default Host Management is off: instance 1 stays out of Session Manager' };
    return { verdict: 'notice', text: `Default Host Management is on (${role}): instance 1 registers too, and verify will say so`, hint: 'turn it off for this region to see the lab as it is meant' };
  });

/** The template asks for IMDSv2 by itself, so that its enforcement is met; the service switched off is not. */
export const metadataFinding = (api: Pick<PreflightApi, 'metadataDefaults'>): Promise<Finding> =>
  look('metadata', async () => {
    const { HttpEndpoint, HttpTokens, HttpTokensEnforced } = await api.metadataDefaults();
    if (HttpEndpoint === 'disabled') {
      return { verdict: 'bad', text: 'the account switches the instance metadata service off by default: no agent gets credentials', hint: '`aws ec2 modify-instance-metadata-defaults --http-endpoint enabled`' };
    }
    return { verdict: 'good', text: `the account's defaults fit (tokens ${HttpTokensEnforced === 'enabled' ? 'enforced' : (HttpTokens ?? 'no preference')}; the lab requires them by itself)` };
  });
