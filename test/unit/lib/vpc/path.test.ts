import { describe, expect, it } from 'vitest';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import { pathOf } from '../../../../src/lib/vpc/path.js';
import {
  changed, type Change, detachGateway, LAB, removeNat, route, setEndpoints, setInterface, setNat, setRoutes, setTable, setVpc,
} from '../../../conformance/fabric/lab-network.js';

const { eni } = LAB;
const ANYWHERE = '0.0.0.0/0';

const CASES: [string, readonly Change[], string, { path: string; rule: string; by: unknown }][] = [
  ['instance 1 of the lab', [], eni.one, { path: 'internet-gateway', rule: 'R11', by: 'rtb-public 0.0.0.0/0' }],
  ['instance 2 of the lab', [], eni.two, { path: 'internet-gateway', rule: 'R11', by: 'rtb-public 0.0.0.0/0' }],
  ['instance 3 of the lab', [], eni.three, { path: 'nat-gateway', rule: 'N5', by: 'rtb-private 0.0.0.0/0' }],
  ['instance 4 of the lab', [], eni.four, { path: 'vpc-endpoint', rule: 'P5', by: 'vpce-3a, vpce-11a' }],
  ['instance 3 given a way by the internet gateway, but no public address', [setRoutes(LAB.privateTable, route('internet-gateway', LAB.igw))], eni.three, { path: 'none', rule: 'I2', by: LAB.igw }],
  ['the same with a public address', [setRoutes(LAB.privateTable, route('internet-gateway', LAB.igw)), setInterface(eni.three, { publicIp: '198.18.0.13' })], eni.three, { path: 'internet-gateway', rule: 'R11', by: 'rtb-private 0.0.0.0/0' }],
  ['a default route in two halves', [setRoutes(LAB.publicTable, route('internet-gateway', LAB.igw, '0.0.0.0/1'), route('internet-gateway', LAB.igw, '128.0.0.0/1'))], eni.one, { path: 'internet-gateway', rule: 'R11', by: 'rtb-public 0.0.0.0/1' }],
  ['no default route', [setRoutes(LAB.privateTable)], eni.three, { path: 'none', rule: 'R8', by: LAB.privateTable }],
  ['the main table by fallback', [setTable(LAB.privateTable, { subnetIds: [] })], eni.three, { path: 'none', rule: 'R8', by: LAB.main1 }],
  ['a blackhole', [removeNat, setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat, ANYWHERE, 'blackhole'))], eni.three, { path: 'none', rule: 'R6', by: 'rtb-private 0.0.0.0/0' }],
  ['a NAT gateway that is pending', [setNat({ state: 'pending' })], eni.three, { path: 'none', rule: 'N2', by: LAB.nat }],
  ['a NAT gateway in a private subnet', [setRoutes(LAB.publicTable, route('nat-gateway', LAB.nat))], eni.three, { path: 'none', rule: 'N13', by: 'rtb-public 0.0.0.0/0' }],
  ['a NAT gateway without the internet gateway', [detachGateway], eni.three, { path: 'none', rule: 'I1', by: LAB.igw }],
  ['a detached internet gateway', [detachGateway], eni.one, { path: 'none', rule: 'I1', by: LAB.igw }],
  ['something that is not modelled', [setRoutes(LAB.privateTable, route('unsupported', 'tgw-1'))], eni.three, { path: 'none', rule: 'R8', by: 'rtb-private 0.0.0.0/0' }],
  ['endpoints without private DNS', [setEndpoints({ privateDnsEnabled: false })], eni.four, { path: 'none', rule: 'R8', by: LAB.main2 }],
  ['one endpoint of the two missing', [setEndpoints({ state: 'pending' }, '.ssmmessages')], eni.four, { path: 'none', rule: 'R8', by: LAB.main2 }],
  ['the third endpoint missing, which nobody needs', [setEndpoints({ state: 'deleted' }, '.ec2messages')], eni.four, { path: 'vpc-endpoint', rule: 'P5', by: 'vpce-3a, vpce-11a' }],
  ['endpoints in a VPC without DNS host names', [setVpc(LAB.vpc2, { enableDnsHostnames: false })], eni.four, { path: 'none', rule: 'R8', by: LAB.main2 }],
];

describe('pathOf', () => {
  it.each(CASES)('%s', (_name, changes, networkInterfaceId, expected) => {
    const model = changed(...changes);
    const path = pathOf(model, { networkInterfaceId });
    expect(path).toMatchObject(expected);
    expect(path?.why).toMatch(/^[^A-Z].*[^.]$/);
    expect(pathOf(indexModel(model), { networkInterfaceId })).toEqual(path);
  });

  it.each([[LAB.publicSubnet, 'internet-gateway'], [LAB.privateSubnet1, 'nat-gateway'], [LAB.privateSubnet2, 'vpc-endpoint'], [LAB.otherSubnet, 'vpc-endpoint']])('%s has the path %s', (subnetId, path) => {
    expect(pathOf(changed(), { subnetId })?.path).toBe(path);
  });

  it('is undefined for what is not there', () => {
    expect(pathOf(changed(), { subnetId: 'subnet-none' })).toBeUndefined();
    expect(pathOf(changed(), { networkInterfaceId: 'eni-none' })).toBeUndefined();
  });
});
