/** Every resource type of the local cloud, by name. */
import { stack } from './cloudformation/stack.js';
import { dhcpOptions } from './ec2/dhcp-options.js';
import { eip } from './ec2/eip.js';
import { eipAssociation } from './ec2/eip-association.js';
import { instance } from './ec2/instance.js';
import { internetGateway } from './ec2/internet-gateway.js';
import { keyPair } from './ec2/key-pair.js';
import { natGateway } from './ec2/nat-gateway.js';
import { networkAcl } from './ec2/network-acl.js';
import { networkAclEntry } from './ec2/network-acl-entry.js';
import { networkInterfaceAttachment } from './ec2/network-interface-attachment.js';
import { networkInterface } from './ec2/network-interface.js';
import { prefixList } from './ec2/prefix-list.js';
import { route } from './ec2/route.js';
import { routeTable } from './ec2/route-table.js';
import { securityGroup } from './ec2/security-group.js';
import { securityGroupEgress, securityGroupIngress } from './ec2/security-group-rule.js';
import { subnet } from './ec2/subnet.js';
import { subnetNetworkAclAssociation } from './ec2/subnet-network-acl-association.js';
import { subnetRouteTableAssociation } from './ec2/subnet-route-table-association.js';
import { volume } from './ec2/volume.js';
import { volumeAttachment } from './ec2/volume-attachment.js';
import { vpc } from './ec2/vpc.js';
import { vpcBlockPublicAccessExclusion } from './ec2/vpc-block-public-access-exclusion.js';
import { vpcBlockPublicAccessOptions } from './ec2/vpc-block-public-access-options.js';
import { vpcCidrBlock } from './ec2/vpc-cidr-block.js';
import { vpcDhcpOptionsAssociation } from './ec2/vpc-dhcp-options-association.js';
import { vpcEndpoint } from './ec2/vpc-endpoint.js';
import { vpcGatewayAttachment } from './ec2/vpc-gateway-attachment.js';
import { group } from './iam/group.js';
import { instanceProfile } from './iam/instance-profile.js';
import { managedPolicy } from './iam/managed-policy.js';
import { oidcProvider } from './iam/oidc-provider.js';
import { policy } from './iam/policy.js';
import { rolePolicy } from './iam/role-policy.js';
import { role } from './iam/role.js';
import { user } from './iam/user.js';
import { logGroup } from './logs/log-group.js';
import type { ResourceType } from './resource-type.js';
import { bucket } from './s3/bucket.js';
import { parameter } from './ssm/parameter.js';

const TYPES: readonly ResourceType[] = [
  eip, eipAssociation, instance, internetGateway, keyPair, natGateway, networkAcl, networkAclEntry, route, routeTable, securityGroup, securityGroupEgress,
  securityGroupIngress, subnet, subnetNetworkAclAssociation, subnetRouteTableAssociation, vpc, vpcEndpoint, vpcGatewayAttachment,
  dhcpOptions, networkInterface, networkInterfaceAttachment, prefixList, volume, volumeAttachment, vpcBlockPublicAccessExclusion, vpcBlockPublicAccessOptions, vpcCidrBlock, vpcDhcpOptionsAssociation, group, instanceProfile, managedPolicy, oidcProvider, policy, role, rolePolicy, user, bucket, logGroup, parameter, stack,
];

export type Registry = ReadonlyMap<string, ResourceType>;

export const RESOURCE_TYPES: Registry = new Map(TYPES.map((type) => [type.type, type]));
