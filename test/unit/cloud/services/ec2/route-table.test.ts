import { describe, expect, it } from 'vitest';
import { makeLab, type Lab } from './harness.js';

const DEFAULT = { DestinationCidrBlock: '0.0.0.0/0' };

function routeOf(lab: Lab, RouteTableId: string, destination: string): { state: string } | undefined {
  const routes = lab.region.at('DescribeRouteTables', { RouteTableId: [RouteTableId] }, 'routeTableSet', 0, 'routeSet') as { destinationCidrBlock: string; state: string }[];
  return routes.find((route) => route.destinationCidrBlock === destination);
}

describe('routes', () => {
  it('become blackholes when the NAT gateway goes, and stay (R7)', () => {
    const lab = makeLab();
    expect(routeOf(lab, lab.privateTable, '0.0.0.0/0')).toMatchObject({ state: 'active', natGatewayId: lab.nat });
    lab.region.call('DeleteNatGateway', { NatGatewayId: lab.nat });
    lab.region.pass();
    expect(routeOf(lab, lab.privateTable, '0.0.0.0/0')).toMatchObject({ state: 'blackhole', natGatewayId: lab.nat });
  });

  it('become blackholes when the internet gateway is detached, and active again with it (R6)', () => {
    const lab = makeLab();
    const { region } = lab;
    region.call('TerminateInstances', { InstanceId: [...lab.instances] });
    region.call('DeleteNatGateway', { NatGatewayId: lab.nat });
    region.pass();
    region.call('DetachInternetGateway', { InternetGatewayId: lab.igw, VpcId: lab.vpc1 });
    expect(routeOf(lab, lab.publicTable, '0.0.0.0/0')?.state).toBe('blackhole');
    region.call('AttachInternetGateway', { InternetGatewayId: lab.igw, VpcId: lab.vpc1 });
    expect(routeOf(lab, lab.publicTable, '0.0.0.0/0')?.state).toBe('active');
  });

  it('to an instance become blackholes when it is terminated', () => {
    const lab = makeLab();
    lab.region.call('CreateRoute', { RouteTableId: lab.privateTable, DestinationCidrBlock: '192.0.2.0/24', InstanceId: lab.instances[0] });
    expect(routeOf(lab, lab.privateTable, '192.0.2.0/24')).toMatchObject({ state: 'active', instanceId: lab.instances[0] });
    lab.region.call('TerminateInstances', { InstanceId: [lab.instances[0]] });
    lab.region.pass();
    expect(routeOf(lab, lab.privateTable, '192.0.2.0/24')).toMatchObject({ state: 'blackhole' });
  });

  it.each([
    ['the same destination to another target', 'CreateRoute', (lab: Lab) => ({ ...DEFAULT, NatGatewayId: lab.nat }), 'RouteAlreadyExists'],
    ['the same route again', 'CreateRoute', (lab: Lab) => ({ ...DEFAULT, GatewayId: lab.igw }), 'no error'],
    ['the local route', 'CreateRoute', (lab: Lab) => ({ DestinationCidrBlock: '10.0.0.0/16', GatewayId: lab.igw }), 'RouteAlreadyExists'],
    ['deleting the local route (R1)', 'DeleteRoute', () => ({ DestinationCidrBlock: '10.0.0.0/16' }), 'InvalidParameterValue'],
    ['part of the VPC to a gateway (R2)', 'CreateRoute', (lab: Lab) => ({ DestinationCidrBlock: '10.0.2.0/24', GatewayId: lab.igw }), 'InvalidParameterValue'],
    ['a whole subnet to a NAT gateway (R2)', 'CreateRoute', (lab: Lab) => ({ DestinationCidrBlock: '10.0.2.0/24', NatGatewayId: lab.nat }), 'no error'],
    ['half a subnet to a NAT gateway (R2)', 'CreateRoute', (lab: Lab) => ({ DestinationCidrBlock: '10.0.2.0/25', NatGatewayId: lab.nat }), 'InvalidParameterValue'],
    ['link-local (R10)', 'CreateRoute', (lab: Lab) => ({ DestinationCidrBlock: '169.254.169.254/32', GatewayId: lab.igw }), 'InvalidParameterValue'],
    ['more than link-local (R10)', 'CreateRoute', (lab: Lab) => ({ DestinationCidrBlock: '169.254.0.0/16', GatewayId: lab.igw }), 'no error'],
    ['an unknown gateway', 'CreateRoute', () => ({ DestinationCidrBlock: '1.0.0.0/8', GatewayId: 'igw-00000000000000000' }), 'InvalidInternetGatewayID.NotFound'],
    ['a prefix that is none', 'CreateRoute', (lab: Lab) => ({ DestinationCidrBlock: '1.0.0.0', GatewayId: lab.igw }), 'InvalidParameterValue'],
    ['no target', 'CreateRoute', () => ({ DestinationCidrBlock: '1.0.0.0/8' }), 'MissingParameter'],
    ['two targets', 'CreateRoute', (lab: Lab) => ({ DestinationCidrBlock: '1.0.0.0/8', GatewayId: lab.igw, NatGatewayId: lab.nat }), 'InvalidParameterCombination'],
    ['deleting what is not there', 'DeleteRoute', () => ({ DestinationCidrBlock: '1.0.0.0/8' }), 'InvalidRoute.NotFound'],
    ['replacing what is not there', 'ReplaceRoute', (lab: Lab) => ({ DestinationCidrBlock: '1.0.0.0/8', GatewayId: lab.igw }), 'InvalidRoute.NotFound'],
    ['replacing the default route', 'ReplaceRoute', (lab: Lab) => ({ ...DEFAULT, NatGatewayId: lab.nat }), 'no error'],
  ] as const)('%s: %s', (_what, operation, input, code) => {
    const lab = makeLab();
    expect(lab.region.code(operation, { RouteTableId: lab.publicTable, ...input(lab) })).toBe(code);
  });
});

describe('associations', () => {
  it('are explicit only: a subnet on the main table is not found by its id (R3)', () => {
    const lab = makeLab();
    const find = (subnet: string) => lab.region.at('DescribeRouteTables', { Filter: [{ Name: 'association.subnet-id', Value: [subnet] }] }, 'routeTableSet') as unknown[];
    expect(find(lab.privateSubnet2)).toEqual([]);
    expect(find(lab.publicSubnet)).toHaveLength(1);
    const main = { Filter: [{ Name: 'association.main', Value: ['true'] }, { Name: 'vpc-id', Value: [lab.vpc2] }] };
    expect(lab.region.at('DescribeRouteTables', main, 'routeTableSet')).toHaveLength(1);
  });

  it('hold one table a subnet (R4), are replaced, and guard their table', () => {
    const { region, ...lab } = makeLab();
    expect(region.code('AssociateRouteTable', { RouteTableId: lab.privateTable, SubnetId: lab.publicSubnet })).toBe('Resource.AlreadyAssociated');
    expect(region.code('DeleteRouteTable', { RouteTableId: lab.publicTable })).toBe('DependencyViolation');
    const AssociationId = region.id('DescribeRouteTables', { RouteTableId: [lab.publicTable] }, 'routeTableSet', 0, 'associationSet', 0, 'routeTableAssociationId');
    const fresh = region.id('ReplaceRouteTableAssociation', { AssociationId, RouteTableId: lab.privateTable }, 'newAssociationId');
    expect(region.code('DisassociateRouteTable', { AssociationId })).toBe('InvalidAssociationID.NotFound');
    region.call('DisassociateRouteTable', { AssociationId: fresh });
    expect(region.code('DeleteRouteTable', { RouteTableId: lab.publicTable })).toBe('no error');
  });

  it('make another table the main one (R5)', () => {
    const { region, ...lab } = makeLab();
    const main = { Filter: [{ Name: 'association.main', Value: ['true'] }, { Name: 'vpc-id', Value: [lab.vpc1] }] };
    const AssociationId = region.id('DescribeRouteTables', main, 'routeTableSet', 0, 'associationSet', 0, 'routeTableAssociationId');
    region.call('ReplaceRouteTableAssociation', { AssociationId, RouteTableId: lab.privateTable });
    expect(region.at('DescribeRouteTables', main, 'routeTableSet', 0, 'routeTableId')).toBe(lab.privateTable);
    expect(region.code('DisassociateRouteTable', { AssociationId: region.id('DescribeRouteTables', main, 'routeTableSet', 0, 'associationSet', 1, 'routeTableAssociationId') })).toBe('InvalidParameterValue');
  });
});
