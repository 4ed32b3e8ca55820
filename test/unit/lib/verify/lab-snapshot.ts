/** A snapshot of the lab as it is meant to be, over the network document of the fabrics' tests. */
import { managedPolicies } from '../../../../src/cloud/services/iam/managed-policies.js';
import type { Snapshot, SnapshotInstance } from '../../../../src/lib/inventory/snapshot/snapshot.js';
import { LAB_INSTANCES } from '../../../../src/lib/lab/lab.js';
import { LAB, labModel, REGION } from '../../../conformance/fabric/lab-network.js';

const core = managedPolicies.find(({ policyName }) => policyName === 'AmazonSSMManagedInstanceCore');
const IP = [LAB.ip.one, LAB.ip.two, LAB.ip.three, LAB.ip.four];
const SUBNET: Readonly<Record<string, string>> = { PublicSubnet: LAB.publicSubnet, PrivateSubnet1: LAB.privateSubnet1, PrivateSubnet2: LAB.privateSubnet2 };
const PUBLIC: Readonly<Record<number, string>> = { 1: LAB.public.one, 2: LAB.public.two };

export function labSnapshot(): Snapshot {
  const instances = LAB_INSTANCES.map((lab): SnapshotInstance => ({
    number: lab.number, labNumber: lab.number, name: lab.logicalId, instanceId: `i-${lab.number}`, logicalId: lab.logicalId, path: lab.path, egress: lab.path, auth: lab.auth,
    inbound: lab.inboundPort === undefined ? [] : [`tcp/${lab.inboundPort}`], subnetId: SUBNET[lab.subnet] ?? null, vpcId: lab.vpc === 'VPC1' ? LAB.vpc1 : LAB.vpc2, privateIpv4: IP[lab.number - 1] ?? null,
    publicIpv4: PUBLIC[lab.number] ?? null, publicDnsName: null, privateDnsName: null, keyName: lab.keyPair ? 'ssmlab-key' : null, instanceProfile: lab.instanceProfile ? 'lab-profile' : null,
    state: 'running', agent: lab.instanceProfile ? 'online' : null, tags: { Name: lab.logicalId, ssmlab: 'true' }, imageId: 'ami-1', metadata: { enabled: true, tokensRequired: true, hopLimit: 2 },
    agentRecord: lab.instanceProfile ? { pingStatus: 'Online', lastPing: '2026-11-29T12:00:00.000Z', version: '3.3.4624.0' } : null,
  }));
  const policy = { name: 'AmazonSSMManagedInstanceCore', arn: core?.arn ?? '', document: core?.document ?? '' };
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] });
  const network = labModel();
  const all = JSON.stringify({ Statement: [{ Action: '*', Effect: 'Allow', Principal: '*', Resource: '*' }] });
  return {
    kind: 'ssmlab-snapshot', version: 1, takenAt: '2026-11-29T12:00:00.000Z', region: REGION, account: '111122223333', fabric: 'computed', stack: 'ssmlab', stackParameters: { SSHSourceCidr: '0.0.0.0/0' }, network,
    endpointPolicies: Object.fromEntries(network.vpcEndpoints.map(({ vpcEndpointId }) => [vpcEndpointId, all])),
    instances,
    profiles: [{ name: 'lab-profile', role: { roleName: 'lab-role', arn: 'arn:aws:iam::111122223333:role/lab-role', trust, policies: [policy], boundary: null } }],
    hostManagement: null,
    names: {},
    unread: [],
  };
}

/** The snapshot with another network. */
export const withNetwork = (...changes: readonly ((network: Snapshot['network']) => Snapshot['network'])[]): Snapshot => {
  const snapshot = labSnapshot();
  return { ...snapshot, network: changes.reduce((network, change) => change(network), snapshot.network) };
};
