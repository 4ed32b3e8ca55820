import { describe, expect, it } from 'vitest';
import { networkModel } from '../../../../../src/cloud/services/ec2/ec2.js';
import { Region } from './harness.js';

describe('secondary prefixes of a VPC', () => {
  const region = new Region();
  const VpcId = region.id('CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'vpc', 'vpcId');
  const associate = (CidrBlock: string) => region.code('AssociateVpcCidrBlock', { VpcId, CidrBlock });

  it('are refused when they overlap, are of another private range, or of the wrong size', () => {
    expect(associate('10.0.128.0/17')).toBe('InvalidVpc.Conflict');
    expect(associate('192.168.0.0/16')).toBe('InvalidVpc.Range');
    expect(associate('198.19.0.0/20')).toBe('InvalidVpc.Range');
    expect(associate('10.8.0.0/15')).toBe('InvalidVpc.Range');
    expect(region.code('AssociateVpcCidrBlock', { VpcId, AmazonProvidedIpv6CidrBlock: 'true' })).toBe('UnsupportedOperation');
  });

  it('have subnets, local routes in every table, and a place in the network, until they go', () => {
    const AssociationId = region.id('AssociateVpcCidrBlock', { VpcId, CidrBlock: '100.64.0.0/16' }, 'cidrBlockAssociation', 'associationId');
    expect(region.at('DescribeVpcs', {}, 'vpcSet', 0, 'cidrBlockAssociationSet', 1)).toEqual({ associationId: AssociationId, cidrBlock: '100.64.0.0/16', cidrBlockState: { state: 'associated' } });
    region.call('CreateRouteTable', { VpcId });
    const local = (region.at('DescribeRouteTables', {}, 'routeTableSet') as { routeSet: { destinationCidrBlock: string; gatewayId: string }[] }[]).map((table) => table.routeSet.filter((route) => route.gatewayId === 'local').map((route) => route.destinationCidrBlock));
    expect(local).toEqual([['10.0.0.0/16', '100.64.0.0/16'], ['10.0.0.0/16', '100.64.0.0/16']]);
    expect(networkModel(region.state, region.region).vpcs[0]?.cidrs).toEqual(['10.0.0.0/16', '100.64.0.0/16']);
    const SubnetId = region.id('CreateSubnet', { VpcId, CidrBlock: '100.64.1.0/24' }, 'subnet', 'subnetId');
    expect(region.code('DisassociateVpcCidrBlock', { AssociationId })).toBe('InvalidCidrBlock.InUse');
    region.call('DeleteSubnet', { SubnetId });
    region.call('DisassociateVpcCidrBlock', { AssociationId });
    expect(networkModel(region.state, region.region).routeTables.flatMap((table) => table.routes.map((route) => route.destination))).toEqual(['10.0.0.0/16', '10.0.0.0/16']);
    expect(region.code('CreateSubnet', { VpcId, CidrBlock: '100.64.1.0/24' })).toBe('InvalidSubnet.Range');
    expect(region.code('DisassociateVpcCidrBlock', { AssociationId })).toBe('InvalidVpcCidrBlockAssociationID.NotFound');
  });

  it('are five at most, and the first stays', () => {
    for (const CidrBlock of ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', '10.4.0.0/16']) expect(associate(CidrBlock)).toBe('no error');
    expect(associate('10.5.0.0/16')).toBe('CidrBlockLimitExceeded');
    const primary = region.id('DescribeVpcs', {}, 'vpcSet', 0, 'cidrBlockAssociationSet', 0, 'associationId');
    expect(region.code('DisassociateVpcCidrBlock', { AssociationId: primary })).toBe('OperationNotPermitted');
  });
});
