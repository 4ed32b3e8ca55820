/** A snapshot of the lab's network for tests of expectations: five instances with names and tags. */
import type { SnapshotInstance } from '../../../../../src/lib/inventory/snapshot/snapshot.js';
import { LAB } from '../../../../conformance/fabric/lab-network.js';

const { ip } = LAB;

const NAMES = ['Mike', 'Zulu', 'Alpha', 'Kilo', 'Other'] as const;
const PRIVATE = [ip.one, ip.two, ip.three, ip.four, ip.five];
const PUBLIC: readonly (string | null)[] = [LAB.public.one, LAB.public.two, null, null, null];

/** Instances 1 to 5 of {@link LAB}. */
export const instances: readonly SnapshotInstance[] = NAMES.map((name, i) => ({
  number: i + 1, name, instanceId: `i-${i + 1}`, path: 'none', auth: i === 0 ? 'ssh-key-pair' : 'session-manager', inbound: [], subnetId: null, vpcId: i < 3 ? LAB.vpc1 : LAB.vpc2,
  privateIpv4: PRIVATE[i] ?? null, publicIpv4: PUBLIC[i] ?? null, publicDnsName: null, keyName: i === 0 ? 'key' : null, instanceProfile: i === 0 ? null : 'role', state: 'running', agent: i === 0 ? null : 'online',
  logicalId: i < 4 ? `Instance${i + 1}` : null, privateDnsName: null, egress: 'none', labNumber: i < 4 ? i + 1 : null,
  tags: { Name: name, tier: i < 2 ? 'front' : 'back' }, imageId: null, metadata: { enabled: true, tokensRequired: true, hopLimit: 2 }, agentRecord: null,
}));
