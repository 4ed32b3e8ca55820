/** The EC2 service: its operations by name, and what the region process needs beside them. */
import type { Service } from '../../endpoint/operation.js';
import { describeEgressOnlyInternetGateways, describeNetworkInterfacePermissions, describeVpcPeeringConnections } from './absent/describe-absent.js';
import { describeAddressesAttribute, modifyAddressAttribute, resetAddressAttribute } from './address/address-attributes.js';
import { allocateAddress, describeAddresses, releaseAddress } from './address/addresses.js';
import { associateAddress, disassociateAddress } from './address/association.js';
import { createVpcBlockPublicAccessExclusion, deleteVpcBlockPublicAccessExclusion, describeVpcBlockPublicAccessExclusions, modifyVpcBlockPublicAccessExclusion } from './block-public-access/exclusions.js';
import { describeVpcBlockPublicAccessOptions, modifyVpcBlockPublicAccessOptions } from './block-public-access/options.js';
import { describeDhcpOptions } from './dhcp-options/describe-dhcp-options.js';
import { associateDhcpOptions, createDhcpOptions, deleteDhcpOptions } from './dhcp-options/manage-dhcp-options.js';
import { describeImageAttribute, describeImages } from './image/describe-images.js';
import { describeInstanceStatus } from './instance/describe-instance-status.js';
import { describeInstanceTypes } from './instance/describe-instance-types.js';
import { describeInstances } from './instance/describe-instances.js';
import { describeInstanceAttribute, modifyInstanceAttribute, resetInstanceAttribute } from './instance/instance-attributes.js';
import { modifyInstanceCreditSpecification, describeInstanceCreditSpecifications } from './instance/credit-specifications.js';
import { getConsoleOutput, getPasswordData } from './instance/console-output.js';
import { getInstanceMetadataDefaults, modifyInstanceMetadataDefaults } from './instance/metadata-defaults.js';
import { modifyInstanceMetadataOptions } from './instance/metadata-options.js';
import { monitorInstances, unmonitorInstances } from './instance/monitoring.js';
import { associateIamInstanceProfile, describeIamInstanceProfileAssociations, disassociateIamInstanceProfile, replaceIamInstanceProfileAssociation } from './instance/profile.js';
import { runInstances } from './instance/run-instances.js';
import { rebootInstances, startInstances, stopInstances, terminateInstances } from './instance/state-changes.js';
import { describeInstanceTypeOfferings } from './instance/type-offerings.js';
import { attachInternetGateway, detachInternetGateway } from './internet-gateway/attachment.js';
import { createInternetGateway, deleteInternetGateway, describeInternetGateways } from './internet-gateway/internet-gateways.js';
import { deleteKeyPair, describeKeyPairs } from './key-pair/key-pairs.js';
import { createKeyPair, importKeyPair } from './key-pair/make-key-pairs.js';
import { createNatGateway } from './nat-gateway/create-nat-gateway.js';
import { deleteNatGateway, describeNatGateways } from './nat-gateway/nat-gateways.js';
import { createNetworkAclEntry, deleteNetworkAclEntry, replaceNetworkAclEntry } from './network-acl/entry.js';
import { createNetworkAcl, deleteNetworkAcl, describeNetworkAcls, replaceNetworkAclAssociation } from './network-acl/network-acls.js';
import { attachNetworkInterface, detachNetworkInterface } from './network-interface/attachment.js';
import { createNetworkInterface, deleteNetworkInterface } from './network-interface/create-network-interface.js';
import { describeNetworkInterfaces } from './network-interface/describe-network-interfaces.js';
import { describeNetworkInterfaceAttribute, modifyNetworkInterfaceAttribute, resetNetworkInterfaceAttribute } from './network-interface/interface-attributes.js';
import { assignPrivateIpAddresses, unassignPrivateIpAddresses } from './network-interface/secondary-addresses.js';
import { describeManagedPrefixLists, describePrefixLists } from './prefix-list/describe-prefix-lists.js';
import { getManagedPrefixListAssociations, getManagedPrefixListEntries } from './prefix-list/entries.js';
import { createManagedPrefixList, deleteManagedPrefixList, modifyManagedPrefixList, restoreManagedPrefixListVersion } from './prefix-list/manage-prefix-lists.js';
import { describeAccountAttributes, describeAvailabilityZones, describeRegions } from './region/regions.js';
import { associateRouteTable, disassociateRouteTable, replaceRouteTableAssociation } from './route-table/associations.js';
import { createRouteTable, deleteRouteTable, describeRouteTables } from './route-table/route-tables.js';
import { createRoute, deleteRoute, replaceRoute } from './route-table/routes.js';
import { authorizeSecurityGroupEgress, authorizeSecurityGroupIngress } from './security-group/authorize.js';
import { createSecurityGroup } from './security-group/create-security-group.js';
import { deleteSecurityGroup } from './security-group/delete-security-group.js';
import { describeSecurityGroupRules, describeSecurityGroups } from './security-group/describe-security-groups.js';
import { describeSecurityGroupReferences, describeStaleSecurityGroups, getSecurityGroupsForVpc } from './security-group/groups-of-vpcs.js';
import { modifySecurityGroupRules } from './security-group/modify-security-group-rules.js';
import { revokeSecurityGroupEgress, revokeSecurityGroupIngress } from './security-group/revoke.js';
import { updateSecurityGroupRuleDescriptionsEgress, updateSecurityGroupRuleDescriptionsIngress } from './security-group/rule-descriptions.js';
import { createSubnetCidrReservation, deleteSubnetCidrReservation, getSubnetCidrReservations } from './subnet/cidr-reservations.js';
import { createSubnet } from './subnet/create-subnet.js';
import { deleteSubnet } from './subnet/delete-subnet.js';
import { describeSubnets } from './subnet/describe-subnets.js';
import { modifySubnetAttribute } from './subnet/modify-subnet-attribute.js';
import { createTags, deleteTags, describeTags } from './tag/tags.js';
import { attachVolume, detachVolume } from './volume/attachment.js';
import { describeVolumes } from './volume/describe-volumes.js';
import { createVolume, deleteVolume } from './volume/manage-volumes.js';
import { describeVolumesModifications, modifyVolume } from './volume/modifications.js';
import { describeVolumeAttribute, describeVolumeStatus } from './volume/volume-status.js';
import { createVpcEndpoint } from './vpc-endpoint/create-vpc-endpoint.js';
import { deleteVpcEndpoints } from './vpc-endpoint/delete-vpc-endpoints.js';
import { describeVpcEndpoints } from './vpc-endpoint/describe-vpc-endpoints.js';
import { modifyVpcEndpoint } from './vpc-endpoint/modify-vpc-endpoint.js';
import { describeVpcEndpointServices } from './vpc-endpoint/services.js';
import { createVpc } from './vpc/create-vpc.js';
import { deleteVpc } from './vpc/delete-vpc.js';
import { describeVpcs } from './vpc/describe-vpcs.js';
import { modifyVpcTenancy } from './vpc/modify-vpc-tenancy.js';
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from './vpc/secondary-cidrs.js';
import { describeVpcAttribute, modifyVpcAttribute } from './vpc/vpc-attributes.js';

export { advance } from './advance.js';
export { instanceOf, instancesOf, type InstanceDescription } from './instance-descriptions.js';
export { instanceInitiated } from './instance/state-changes.js';
export { EC2_NETWORK_TABLES, networkModel } from './network-model.js';

export const ec2: Service = {
  name: 'ec2',
  protocol: 'ec2',
  version: '2016-11-15',
  xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  operations: {
    AllocateAddress: allocateAddress,
    AssignPrivateIpAddresses: assignPrivateIpAddresses,
    AssociateAddress: associateAddress,
    AssociateDhcpOptions: associateDhcpOptions,
    AssociateIamInstanceProfile: associateIamInstanceProfile,
    AssociateRouteTable: associateRouteTable,
    AssociateVpcCidrBlock: associateVpcCidrBlock,
    AttachInternetGateway: attachInternetGateway,
    AttachNetworkInterface: attachNetworkInterface,
    AttachVolume: attachVolume,
    AuthorizeSecurityGroupEgress: authorizeSecurityGroupEgress,
    AuthorizeSecurityGroupIngress: authorizeSecurityGroupIngress,
    CreateDhcpOptions: createDhcpOptions,
    CreateInternetGateway: createInternetGateway,
    CreateKeyPair: createKeyPair,
    CreateManagedPrefixList: createManagedPrefixList,
    CreateNatGateway: createNatGateway,
    CreateNetworkAcl: createNetworkAcl,
    CreateNetworkAclEntry: createNetworkAclEntry,
    CreateNetworkInterface: createNetworkInterface,
    CreateRoute: createRoute,
    CreateRouteTable: createRouteTable,
    CreateSecurityGroup: createSecurityGroup,
    CreateSubnet: createSubnet,
    CreateSubnetCidrReservation: createSubnetCidrReservation,
    CreateTags: createTags,
    CreateVolume: createVolume,
    CreateVpc: createVpc,
    CreateVpcBlockPublicAccessExclusion: createVpcBlockPublicAccessExclusion,
    CreateVpcEndpoint: createVpcEndpoint,
    DeleteDhcpOptions: deleteDhcpOptions,
    DeleteInternetGateway: deleteInternetGateway,
    DeleteKeyPair: deleteKeyPair,
    DeleteManagedPrefixList: deleteManagedPrefixList,
    DeleteNatGateway: deleteNatGateway,
    DeleteNetworkAcl: deleteNetworkAcl,
    DeleteNetworkAclEntry: deleteNetworkAclEntry,
    DeleteNetworkInterface: deleteNetworkInterface,
    DeleteRoute: deleteRoute,
    DeleteRouteTable: deleteRouteTable,
    DeleteSecurityGroup: deleteSecurityGroup,
    DeleteSubnet: deleteSubnet,
    DeleteSubnetCidrReservation: deleteSubnetCidrReservation,
    DeleteTags: deleteTags,
    DeleteVolume: deleteVolume,
    DeleteVpc: deleteVpc,
    DeleteVpcBlockPublicAccessExclusion: deleteVpcBlockPublicAccessExclusion,
    DeleteVpcEndpoints: deleteVpcEndpoints,
    DescribeAccountAttributes: describeAccountAttributes,
    DescribeAddresses: describeAddresses,
    DescribeAddressesAttribute: describeAddressesAttribute,
    DescribeAvailabilityZones: describeAvailabilityZones,
    DescribeDhcpOptions: describeDhcpOptions,
    DescribeEgressOnlyInternetGateways: describeEgressOnlyInternetGateways,
    DescribeIamInstanceProfileAssociations: describeIamInstanceProfileAssociations,
    DescribeImageAttribute: describeImageAttribute,
    DescribeImages: describeImages,
    DescribeInstanceAttribute: describeInstanceAttribute,
    DescribeInstanceCreditSpecifications: describeInstanceCreditSpecifications,
    DescribeInstances: describeInstances,
    DescribeInstanceStatus: describeInstanceStatus,
    DescribeInstanceTypeOfferings: describeInstanceTypeOfferings,
    DescribeInstanceTypes: describeInstanceTypes,
    DescribeInternetGateways: describeInternetGateways,
    DescribeKeyPairs: describeKeyPairs,
    DescribeManagedPrefixLists: describeManagedPrefixLists,
    DescribeNatGateways: describeNatGateways,
    DescribeNetworkAcls: describeNetworkAcls,
    DescribeNetworkInterfaceAttribute: describeNetworkInterfaceAttribute,
    DescribeNetworkInterfacePermissions: describeNetworkInterfacePermissions,
    DescribeNetworkInterfaces: describeNetworkInterfaces,
    DescribePrefixLists: describePrefixLists,
    DescribeRegions: describeRegions,
    DescribeRouteTables: describeRouteTables,
    DescribeSecurityGroupReferences: describeSecurityGroupReferences,
    DescribeSecurityGroupRules: describeSecurityGroupRules,
    DescribeSecurityGroups: describeSecurityGroups,
    DescribeStaleSecurityGroups: describeStaleSecurityGroups,
    DescribeSubnets: describeSubnets,
    DescribeTags: describeTags,
    DescribeVolumeAttribute: describeVolumeAttribute,
    DescribeVolumes: describeVolumes,
    DescribeVolumesModifications: describeVolumesModifications,
    DescribeVolumeStatus: describeVolumeStatus,
    DescribeVpcAttribute: describeVpcAttribute,
    DescribeVpcBlockPublicAccessExclusions: describeVpcBlockPublicAccessExclusions,
    DescribeVpcBlockPublicAccessOptions: describeVpcBlockPublicAccessOptions,
    DescribeVpcEndpoints: describeVpcEndpoints,
    DescribeVpcEndpointServices: describeVpcEndpointServices,
    DescribeVpcPeeringConnections: describeVpcPeeringConnections,
    DescribeVpcs: describeVpcs,
    DetachInternetGateway: detachInternetGateway,
    DetachNetworkInterface: detachNetworkInterface,
    DetachVolume: detachVolume,
    DisassociateAddress: disassociateAddress,
    DisassociateIamInstanceProfile: disassociateIamInstanceProfile,
    DisassociateRouteTable: disassociateRouteTable,
    DisassociateVpcCidrBlock: disassociateVpcCidrBlock,
    GetConsoleOutput: getConsoleOutput,
    GetInstanceMetadataDefaults: getInstanceMetadataDefaults,
    GetManagedPrefixListAssociations: getManagedPrefixListAssociations,
    GetManagedPrefixListEntries: getManagedPrefixListEntries,
    GetPasswordData: getPasswordData,
    GetSecurityGroupsForVpc: getSecurityGroupsForVpc,
    GetSubnetCidrReservations: getSubnetCidrReservations,
    ImportKeyPair: importKeyPair,
    ModifyAddressAttribute: modifyAddressAttribute,
    ModifyInstanceAttribute: modifyInstanceAttribute,
    ModifyInstanceCreditSpecification: modifyInstanceCreditSpecification,
    ModifyInstanceMetadataDefaults: modifyInstanceMetadataDefaults,
    ModifyInstanceMetadataOptions: modifyInstanceMetadataOptions,
    ModifyManagedPrefixList: modifyManagedPrefixList,
    ModifyNetworkInterfaceAttribute: modifyNetworkInterfaceAttribute,
    ModifySecurityGroupRules: modifySecurityGroupRules,
    ModifySubnetAttribute: modifySubnetAttribute,
    ModifyVolume: modifyVolume,
    ModifyVpcAttribute: modifyVpcAttribute,
    ModifyVpcBlockPublicAccessExclusion: modifyVpcBlockPublicAccessExclusion,
    ModifyVpcBlockPublicAccessOptions: modifyVpcBlockPublicAccessOptions,
    ModifyVpcEndpoint: modifyVpcEndpoint,
    MonitorInstances: monitorInstances,
    ModifyVpcTenancy: modifyVpcTenancy,
    RebootInstances: rebootInstances,
    ReleaseAddress: releaseAddress,
    ReplaceIamInstanceProfileAssociation: replaceIamInstanceProfileAssociation,
    ReplaceNetworkAclAssociation: replaceNetworkAclAssociation,
    ReplaceNetworkAclEntry: replaceNetworkAclEntry,
    ReplaceRoute: replaceRoute,
    ReplaceRouteTableAssociation: replaceRouteTableAssociation,
    ResetAddressAttribute: resetAddressAttribute,
    ResetNetworkInterfaceAttribute: resetNetworkInterfaceAttribute,
    RestoreManagedPrefixListVersion: restoreManagedPrefixListVersion,
    ResetInstanceAttribute: resetInstanceAttribute,
    RevokeSecurityGroupEgress: revokeSecurityGroupEgress,
    RevokeSecurityGroupIngress: revokeSecurityGroupIngress,
    RunInstances: runInstances,
    StartInstances: startInstances,
    StopInstances: stopInstances,
    TerminateInstances: terminateInstances,
    UnassignPrivateIpAddresses: unassignPrivateIpAddresses,
    UnmonitorInstances: unmonitorInstances,
    UpdateSecurityGroupRuleDescriptionsEgress: updateSecurityGroupRuleDescriptionsEgress,
    UpdateSecurityGroupRuleDescriptionsIngress: updateSecurityGroupRuleDescriptionsIngress,
  },
};
