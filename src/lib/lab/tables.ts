/** The lab's tables as they must be found (`lab.md`): security groups, default routes, endpoints, who has the role. */
import type { Path } from './lab.js';

/** One inbound rule of TCP. */
export interface LabRule {
  readonly port: number;
  /** Logical id of the group that it admits, or whoever the template's SSHSourceCidr names. */
  readonly from: 'SSHSourceCidr' | (string & {});
}

export interface LabSecurityGroup {
  readonly logicalId: string;
  readonly inbound: readonly LabRule[];
  /** Who wears it: instances by number, or the endpoints. It is found by that, since names prove nothing. */
  readonly wornBy: readonly number[] | 'endpoints';
}

/** Outbound all of them let everything go everywhere, as groups do by default. */
export const LAB_SECURITY_GROUPS: readonly LabSecurityGroup[] = [
  { logicalId: 'InstanceSecurityGroup1', inbound: [{ port: 22, from: 'SSHSourceCidr' }], wornBy: [1] },
  { logicalId: 'InstanceSecurityGroup2', inbound: [], wornBy: [2, 3] },
  { logicalId: 'InstanceSecurityGroup3', inbound: [], wornBy: [4] },
  { logicalId: 'EndpointSecurityGroup', inbound: [{ port: 443, from: 'InstanceSecurityGroup3' }], wornBy: 'endpoints' },
];

/** Where the default route of each subnet leads; the isolated one has none. */
export const LAB_DEFAULT_ROUTES: Readonly<Record<string, Exclude<Path, 'vpc-endpoint'>>> = {
  PublicSubnet: 'internet-gateway',
  PrivateSubnet1: 'nat-gateway',
  PrivateSubnet2: 'none',
};

export interface LabEndpoint {
  readonly logicalId: string;
  /** Last part of its service name. */
  readonly service: string;
  /** Number of the instance whose way it is. */
  readonly instance: number;
  /** Logical id of the subnet that it has an interface in. */
  readonly subnet: string;
}

/** Interface endpoints, each with private DNS. */
export const LAB_ENDPOINTS: readonly LabEndpoint[] = [
  { logicalId: 'SSMEndpoint', service: 'ssm', instance: 4, subnet: 'PrivateSubnet2' },
  { logicalId: 'SSMMessagesEndpoint', service: 'ssmmessages', instance: 4, subnet: 'PrivateSubnet2' },
  { logicalId: 'EC2MessagesEndpoint', service: 'ec2messages', instance: 4, subnet: 'PrivateSubnet2' },
];

/** AWS's managed policy that the instances' role has. */
export const LAB_ROLE_POLICY = 'AmazonSSMManagedInstanceCore';
