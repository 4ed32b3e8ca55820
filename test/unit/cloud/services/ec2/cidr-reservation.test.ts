import { describe, expect, it } from 'vitest';
import { Region } from './harness.js';

describe('reservations in a subnet', () => {
  const region = new Region();
  const VpcId = region.id('CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'vpc', 'vpcId');
  const SubnetId = region.id('CreateSubnet', { VpcId, CidrBlock: '10.0.1.0/24' }, 'subnet', 'subnetId');
  const reserve = (Cidr: string) => region.code('CreateSubnetCidrReservation', { SubnetId, Cidr, ReservationType: 'explicit' });
  const next = (more: Record<string, unknown> = {}) => region.id('CreateNetworkInterface', { SubnetId, ...more }, 'networkInterface', 'privateIpAddress');

  it('keep their addresses for those who ask for them', () => {
    expect(next()).toBe('10.0.1.16');
    expect(reserve('10.0.1.16/28')).toBe('no error');
    expect(next()).toBe('10.0.1.32');
    expect(next({ PrivateIpAddress: '10.0.1.17' })).toBe('10.0.1.17');
  });

  it('lie in the subnet and do not overlap', () => {
    expect(reserve('10.0.2.0/28')).toBe('InvalidParameterValue');
    expect(reserve('10.0.1.24/29')).toBe('InvalidParameterValue');
    expect(region.code('CreateSubnetCidrReservation', { SubnetId, Cidr: '10.0.1.64/28', ReservationType: 'other' })).toBe('InvalidParameterValue');
  });

  it('go by their id', () => {
    const SubnetCidrReservationId = region.id('GetSubnetCidrReservations', { SubnetId, Filter: [{ Name: 'reservationType', Value: ['explicit'] }] }, 'subnetIpv4CidrReservationSet', 0, 'subnetCidrReservationId');
    expect(region.at('DeleteSubnetCidrReservation', { SubnetCidrReservationId }, 'deletedSubnetCidrReservation', 'cidr')).toBe('10.0.1.16/28');
    expect(region.code('DeleteSubnetCidrReservation', { SubnetCidrReservationId })).toBe('InvalidSubnetCidrReservationID.NotFound');
    expect(next()).toBe('10.0.1.18');
  });

  it('and attributes of the subnet change one at a time, to what there is', () => {
    const modify = (more: Record<string, unknown>) => region.code('ModifySubnetAttribute', { SubnetId, ...more });
    expect(modify({})).toBe('MissingParameter');
    expect(modify({ MapPublicIpOnLaunch: { Value: 'true' }, EnableDns64: { Value: 'false' } })).toBe('InvalidParameterCombination');
    expect(modify({ EnableDns64: { Value: 'true' } })).toBe('UnsupportedOperation');
    expect(modify({ EnableDns64: { Value: 'false' } })).toBe('no error');
    expect(modify({ PrivateDnsHostnameTypeOnLaunch: 'resource-name' })).toBe('UnsupportedOperation');
    expect(region.code('ModifyVpcTenancy', { VpcId, InstanceTenancy: 'dedicated' })).toBe('InvalidParameterValue');
    expect(region.call('ModifyVpcTenancy', { VpcId, InstanceTenancy: 'default' })).toEqual({ return: true });
  });
});
