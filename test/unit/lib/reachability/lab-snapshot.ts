/** A snapshot of the lab as its template makes it, and what tests change in it. */
import type { PolicyText, Snapshot, SnapshotInstance, SnapshotRole } from '../../../../src/lib/inventory/snapshot/snapshot.js';
import { type Change, changed, LAB, REGION } from '../../../conformance/fabric/lab-network.js';

const statement = (more: object): string => JSON.stringify({ Version: '2012-10-17', Statement: more });
export const policyText = (more: object, name = 'own'): PolicyText => ({ name, arn: null, document: statement(more) });
export const policyDocument = statement;

/** The actions of AWS's managed policy that an agent calls. */
const CORE: PolicyText = {
  name: 'AmazonSSMManagedInstanceCore', arn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
  document: statement([
    { Effect: 'Allow', Action: ['ssm:UpdateInstanceInformation', 'ssm:GetDocument'], Resource: '*' },
    { Effect: 'Allow', Action: ['ssmmessages:CreateControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenControlChannel', 'ssmmessages:OpenDataChannel'], Resource: '*' },
  ]),
};

export const ROLE: SnapshotRole = {
  roleName: 'lab-role', arn: 'arn:aws:iam::000000000000:role/lab-role', trust: statement([{ Effect: 'Allow', Principal: { Service: ['ec2.amazonaws.com'] }, Action: ['sts:AssumeRole'] }]), policies: [CORE], boundary: null,
};

function instance(number: number, more: Partial<SnapshotInstance>): SnapshotInstance {
  return {
    number, name: `Instance${number}`, instanceId: `i-${number}`, path: 'none', auth: 'none', inbound: [], subnetId: null, vpcId: number === 4 ? LAB.vpc2 : LAB.vpc1, privateIpv4: null, publicIpv4: null, publicDnsName: null,
    keyName: null, instanceProfile: 'lab-profile', state: 'running', agent: 'online', logicalId: `Instance${number}`, privateDnsName: null, egress: 'none', labNumber: number,
    tags: { Name: `Instance${number}` }, imageId: 'ami-1', metadata: { enabled: true, tokensRequired: true, hopLimit: 2 }, agentRecord: null, ...more,
  };
}

export type SnapshotChange = (snapshot: Snapshot) => Snapshot;

/** With changes of the network and of what is around it. */
export function labSnapshot(network: readonly Change[] = [], ...changes: readonly SnapshotChange[]): Snapshot {
  const snapshot: Snapshot = {
    kind: 'ssmlab-snapshot', version: 1, takenAt: '2026-11-30T00:00:00Z', region: REGION, account: '000000000000', fabric: 'computed', stack: 'lab', stackParameters: {}, network: changed(...network), names: {}, endpointPolicies: {},
    instances: [instance(1, { keyName: 'lab-key', instanceProfile: null }), instance(2, {}), instance(3, {}), instance(4, {})],
    profiles: [{ name: 'lab-profile', role: ROLE }], hostManagement: null, unread: [],
  };
  return changes.reduce((made, change) => change(made), snapshot);
}

export const setSnapshotInstance = (number: number, patch: Partial<SnapshotInstance>): SnapshotChange =>
  (snapshot) => ({ ...snapshot, instances: snapshot.instances.map((each) => (each.number === number ? { ...each, ...patch } : each)) });
export const setRole = (patch: Partial<SnapshotRole> | null): SnapshotChange => (snapshot) => ({ ...snapshot, profiles: [{ name: 'lab-profile', role: patch === null ? null : { ...ROLE, ...patch } }] });
/** The role that Systems Manager lends; null: the setting names one that is not there. */
export const setHostManagement = (patch: Partial<SnapshotRole> | null): SnapshotChange => {
  const lent: SnapshotRole = { ...ROLE, roleName: 'host-management', trust: statement([{ Effect: 'Allow', Principal: { Service: 'ssm.amazonaws.com' }, Action: 'sts:AssumeRole' }]) };
  return (snapshot) => ({ ...snapshot, hostManagement: { roleName: 'service-role/host-management', role: patch === null ? null : { ...lent, ...patch } } });
};
export const unreadable = (part: Snapshot['unread'][number]['part'], action: string): SnapshotChange =>
  (snapshot) => ({ ...snapshot, unread: [...snapshot.unread, { part, action, code: 'UnauthorizedOperation', message: 'no' }] });
