/** An instance as the tool shows it: what the APIs say of it, with its path and auth method derived from that. */
import type { Auth, Path } from '../lab/lab.js';

/** Ping status of the SSM agent; null when Systems Manager does not know the instance. */
export type AgentStatus = 'online' | 'connection-lost' | 'inactive' | 'unknown' | null;

/** One row of `list --json`; what is not there is null. */
export interface ListedInstance {
  /** The lab's number for an instance of the lab, else its place in the list. */
  readonly number: number;
  /** `Name` tag, else the logical id, else the instance id. */
  readonly name: string;
  readonly instanceId: string;
  /** Where the routes of its subnet lead. */
  readonly path: Path;
  readonly auth: Auth;
  /** What the security groups admit from outside: `tcp/22`, `tcp/8000-8080`, `all`. Empty: nothing. */
  readonly inbound: readonly string[];
  readonly subnetId: string | null;
  readonly vpcId: string | null;
  readonly privateIpv4: string | null;
  readonly publicIpv4: string | null;
  readonly publicDnsName: string | null;
  readonly keyName: string | null;
  /** Name of the instance profile. */
  readonly instanceProfile: string | null;
  /** AWS's state name: `pending`, `running` … */
  readonly state: string;
  readonly agent: AgentStatus;
}

/** {@link ListedInstance} with what the tool needs besides and does not print. */
export interface KnownInstance extends ListedInstance {
  /** Logical id in its CloudFormation stack, when it has one. */
  readonly logicalId: string | null;
  readonly privateDnsName: string | null;
  /** The path that its own packets find: as {@link path}, but none where the interface has no public address for its internet gateway (I2). */
  readonly egress: Path;
  /** Which of the lab's four it is; null for any other. */
  readonly labNumber: number | null;
}

/** The row without what is not printed, its fields in the documented order. */
export function listed(instance: KnownInstance): ListedInstance {
  const { logicalId: _logicalId, privateDnsName: _privateDnsName, labNumber: _labNumber, egress: _egress, ...row } = instance;
  return row;
}
