/**
 * Everything that decides who reaches an instance, as the APIs said it at one moment: neutral, versioned, and enough to
 * repeat an analysis without the account. What could not be read is listed, and what depends on it is unknown, never "ok".
 */
import type { NetworkModel } from '../../vpc/model.js';
import type { KnownInstance } from '../instance.js';

export const SNAPSHOT_KIND = 'ssmlab-snapshot';
export const SNAPSHOT_VERSION = 1;

/** What of a snapshot can be missing: a kind of thing, as one reading brings it. */
export type SnapshotPart =
  | 'instances' | 'networkInterfaces' | 'vpcs' | 'dnsAttributes' | 'dhcpOptions' | 'subnets' | 'routeTables' | 'networkAcls' | 'securityGroups'
  | 'internetGateways' | 'natGateways' | 'vpcEndpoints' | 'prefixLists' | 'blockPublicAccess' | 'agents' | 'instanceProfiles' | 'roles' | 'hostManagement' | 'stackParameters';

/** A part that could not be read. */
export interface Unread {
  readonly part: SnapshotPart;
  /** The IAM action that was refused: `ec2:DescribeNetworkAcls`. */
  readonly action: string;
  /** AWS's error code. */
  readonly code: string;
  readonly message: string;
}

/** What Systems Manager says of the agent (DescribeInstanceInformation). */
export interface AgentRecord {
  /** `Unknown`: of a name that ssmlab does not know. */
  readonly pingStatus: 'Online' | 'ConnectionLost' | 'Inactive' | 'Unknown';
  /** ISO 8601. */
  readonly lastPing: string | null;
  readonly version: string | null;
}

/** An instance as `list` has it, with what a verdict needs besides. */
export interface SnapshotInstance extends KnownInstance {
  readonly tags: Readonly<Record<string, string>>;
  readonly imageId: string | null;
  /** Instance metadata service: on, and whether it wants tokens. */
  readonly metadata: { readonly enabled: boolean; readonly tokensRequired: boolean; readonly hopLimit: number };
  readonly agentRecord: AgentRecord | null;
}

export interface PolicyText {
  readonly name: string;
  /** ARN of a managed policy; null for an inline one. */
  readonly arn: string | null;
  /** JSON, as IAM gives it, decoded. */
  readonly document: string;
}

/** The role behind an instance profile, or that of host management, with all its policies. */
export interface SnapshotRole {
  readonly roleName: string;
  readonly arn: string;
  /** AssumeRolePolicyDocument, JSON. */
  readonly trust: string;
  readonly policies: readonly PolicyText[];
  /** Permissions boundary. */
  readonly boundary: PolicyText | null;
}

export interface SnapshotProfile {
  readonly name: string;
  /** Null: the profile is there and holds no role. Absent profile: not in the list. */
  readonly role: SnapshotRole | null;
}

/** Default Host Management Configuration: Systems Manager lends instances that have no way to register by a profile this role (`diagnosis.md` I12). */
export interface HostManagement {
  /** As the account's setting names it, with its path: `service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole`. */
  readonly roleName: string;
  /** Null: there is no role of that name. */
  readonly role: SnapshotRole | null;
}

export interface Snapshot {
  readonly kind: typeof SNAPSHOT_KIND;
  readonly version: typeof SNAPSHOT_VERSION;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly region: string;
  /** Account id; null when it could not be asked. */
  readonly account: string | null;
  readonly fabric: 'aws' | 'netns' | 'computed';
  /** The stack whose instances are meant. */
  readonly stack: string;
  /** The stack's parameters with the values that it has, by name: what its deployer chose to declare. What is masked (NoEcho) comes as CloudFormation masks it. */
  readonly stackParameters: Readonly<Record<string, string>>;
  /** All VPCs that its instances are in, whole. */
  readonly network: NetworkModel;
  /** `Name` tag of what the network holds (VPC, subnet, route table, group, gateway, endpoint …), by id; what has none is not in it. */
  readonly names: Readonly<Record<string, string>>;
  /** JSON policy of each VPC endpoint, by endpoint id. */
  readonly endpointPolicies: Readonly<Record<string, string>>;
  /** Name servers of each DHCP option set of the region, by its id: what a VPC may be given. Absent: not read. */
  readonly dhcpOptions?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly instances: readonly SnapshotInstance[];
  readonly profiles: readonly SnapshotProfile[];
  /** Null: it is off. */
  readonly hostManagement: HostManagement | null;
  readonly unread: readonly Unread[];
}
