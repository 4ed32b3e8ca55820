import { describe, expect, it } from 'vitest';
import { addressOf, formatAddress } from '../../../../src/lib/net/address.js';
import { type Flow, ICMP_ECHO_REPLY, ICMP_ECHO_REQUEST, PROTOCOL } from '../../../../src/lib/net/flow.js';
import { gatewayEndpointAccepts, interfaceEndpointAccepts } from '../../../../src/lib/vpc/endpoint.js';
import { enterByInternetGateway, leaveByInternetGateway } from '../../../../src/lib/vpc/internet-gateway.js';
import { linkLocalService } from '../../../../src/lib/vpc/link-local.js';
import { natGatewayAccepts, natGatewayReaches, natGatewayRefusesInbound, translateByNatGateway } from '../../../../src/lib/vpc/nat-gateway.js';
import { indexModel, type InterfaceNode, type Network, type VpcNode } from '../../../../src/lib/vpc/network.js';
import { addGatewayEndpoint, changed, type Change, detachGateway, LAB, route, setEndpoints, setInterface, setNat, setRoutes } from '../../../conformance/fabric/lab-network.js';

const there = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('not in the model');
  return value;
};
const networkOf = (...changes: readonly Change[]): Network => indexModel(changed(...changes));
const vpcOf = (network: Network, id: string = LAB.vpc1): VpcNode => there(network.vpcs.get(id));
const nicOf = (network: Network, id: string): InterfaceNode => there(network.interfaces.get(id));

function flow(source: string, destination: string, more: Partial<Flow> = {}): Flow {
  return { protocol: PROTOCOL.tcp, source: addressOf(source), destination: addressOf(destination), sourcePort: 40_000, destinationPort: 443, ...more };
}

describe('internet gateway, outwards', () => {
  it('maps the private address to the public one', () => {
    const network = networkOf();
    const out = leaveByInternetGateway(vpcOf(network), LAB.igw, flow(LAB.ip.one, '8.8.8.8'));
    expect(out).toMatchObject({ decision: 'translate', by: LAB.igw, flow: { source: addressOf(LAB.public.one), destination: addressOf('8.8.8.8') } });
  });

  it.each<[string, readonly Change[], string, string, string]>([
    ['I1', [detachGateway], LAB.ip.one, '8.8.8.8', 'not attached'],
    ['I2', [], LAB.ip.three, '8.8.8.8', 'no public address'],
    ['I2', [setInterface(LAB.eni.one, { up: false })], LAB.ip.one, '8.8.8.8', 'no public address'],
    ['I2', [setInterface(LAB.eni.one, { instanceId: undefined })], LAB.ip.one, '8.8.8.8', 'no public address'],
    ['I4', [], LAB.ip.one, '172.16.0.1', 'private address'],
    ['I5', [], '10.0.99.99', '8.8.8.8', 'no address of'],
  ])('%s: drops', (rule, changes, source, destination, why) => {
    const out = leaveByInternetGateway(vpcOf(networkOf(...changes)), LAB.igw, flow(source, destination));
    expect(out).toMatchObject({ decision: 'deny', rule });
    expect(out.why).toContain(why);
  });
});

describe('internet gateway, inwards', () => {
  it('maps the public address to the private one', () => {
    expect(enterByInternetGateway(networkOf(), flow('198.51.100.7', LAB.public.one))).toMatchObject({ decision: 'translate', flow: { destination: addressOf(LAB.ip.one) } });
  });

  it.each<[string, readonly Change[], string, string]>([
    ['I1', [detachGateway], '198.51.100.7', LAB.public.one],
    ['I3', [], '198.51.100.7', '198.18.0.77'],
    ['I3', [setInterface(LAB.eni.one, { up: false })], '198.51.100.7', LAB.public.one],
    ['I3', [setInterface(LAB.eni.one, { instanceId: undefined })], '198.51.100.7', LAB.public.one],
    ['I4', [], '10.9.9.9', LAB.public.one],
  ])('%s: drops', (rule, changes, source, destination) => {
    expect(enterByInternetGateway(networkOf(...changes), flow(source, destination))).toMatchObject({ decision: 'deny', rule });
  });
});

describe('NAT gateway', () => {
  it.each<[string, 'allow' | 'deny', readonly Change[], Partial<Flow>]>([
    ['N5', 'allow', [], {}],
    ['N5', 'allow', [], { protocol: PROTOCOL.udp }],
    ['N5', 'allow', [], { protocol: PROTOCOL.icmp, icmp: ICMP_ECHO_REQUEST }],
    ['N4', 'deny', [], { protocol: PROTOCOL.icmp, icmp: ICMP_ECHO_REPLY }],
    ['N4', 'deny', [], { protocol: 47 }],
    ['N2', 'deny', [setNat({ state: 'failed' })], {}],
  ])('%s: %s', (rule, decision, changes, more) => {
    const network = networkOf(...changes);
    expect(natGatewayAccepts(nicOf(network, LAB.eni.nat), vpcOf(network), flow(LAB.ip.three, '8.8.8.8', more))).toMatchObject({ decision, rule, by: LAB.nat });
  });

  it('N6: serves its own VPC only', () => {
    const network = networkOf();
    expect(natGatewayAccepts(nicOf(network, LAB.eni.nat), vpcOf(network, LAB.vpc2), flow(LAB.ip.four, '8.8.8.8'))).toMatchObject({ decision: 'deny', rule: 'N6' });
  });

  it('N5: rewrites source and port and nothing else', () => {
    const sent = flow(LAB.ip.three, '8.8.8.8');
    expect(translateByNatGateway(nicOf(networkOf(), LAB.eni.nat), sent, 1024)).toEqual({ ...sent, source: addressOf(LAB.ip.nat), sourcePort: 1024 });
  });

  it.each<[string, 'allow' | 'deny', readonly Change[]]>([
    ['N5', 'allow', []],
    ['N13', 'deny', [setRoutes(LAB.publicTable, route('nat-gateway', LAB.nat))]],
    ['R8', 'deny', [setRoutes(LAB.publicTable)]],
    ['I1', 'deny', [detachGateway]],
    ['I2', 'deny', [setInterface(LAB.eni.nat, { publicIp: undefined }), setNat({ publicIp: undefined })]],
  ])('%s: its own way out: %s', (rule, decision, changes) => {
    expect(natGatewayReaches(nicOf(networkOf(...changes), LAB.eni.nat), addressOf('8.8.8.8'))).toMatchObject({ decision, rule });
  });

  it('N7: takes nothing from outside', () => {
    expect(natGatewayRefusesInbound(nicOf(networkOf(), LAB.eni.nat))).toMatchObject({ decision: 'deny', rule: 'N7', by: LAB.nat });
  });
});

describe('endpoints', () => {
  it.each<[string, 'allow' | 'deny', readonly Change[], Partial<Flow>]>([
    ['P5', 'allow', [], {}],
    ['P12', 'deny', [], { destinationPort: 80 }],
    ['P12', 'deny', [], { protocol: PROTOCOL.udp }],
    ['P13', 'deny', [], { protocol: PROTOCOL.icmp, icmp: ICMP_ECHO_REQUEST }],
    ['P2', 'deny', [setEndpoints({ state: 'deleting' })], {}],
  ])('interface, %s: %s', (rule, decision, changes, more) => {
    expect(interfaceEndpointAccepts(nicOf(networkOf(...changes), LAB.eni.ssm), flow(LAB.ip.four, LAB.ip.ssm, more))).toMatchObject({ decision, rule });
  });

  it.each<[string, 'allow' | 'deny', string, string, Partial<Flow>]>([
    ['P14', 'allow', LAB.vpc2, 'vpce-s3', {}],
    ['P14', 'allow', LAB.vpc2, 'vpce-s3', { protocol: PROTOCOL.icmp, icmp: ICMP_ECHO_REQUEST }],
    ['P14', 'deny', LAB.vpc2, 'vpce-s3', { protocol: PROTOCOL.udp }],
    ['P14', 'deny', LAB.vpc1, 'vpce-s3', {}],
    ['P14', 'deny', LAB.vpc2, 'vpce-3a', {}],
    ['P14', 'deny', LAB.vpc2, 'vpce-none', {}],
  ])('gateway, %s: %s in %s by %s', (rule, decision, vpc, id, more) => {
    const network = networkOf(addGatewayEndpoint);
    expect(gatewayEndpointAccepts(network, vpcOf(network, vpc), id, flow(LAB.ip.four, '198.19.0.200', more))).toMatchObject({ decision, rule, by: id });
  });
});

describe('link-local services', () => {
  it.each<[string, Partial<Flow>, string | undefined]>([
    ['169.254.169.254', { destinationPort: 80 }, 'metadata'],
    ['169.254.169.254', { destinationPort: 443 }, 'silent'],
    ['169.254.169.254', { protocol: PROTOCOL.icmp, icmp: ICMP_ECHO_REQUEST }, 'silent'],
    ['169.254.169.253', { protocol: PROTOCOL.udp, destinationPort: 53 }, 'resolver'],
    ['10.0.0.2', { protocol: PROTOCOL.udp, destinationPort: 53 }, 'resolver'],
    ['10.0.0.2', {}, 'silent'],
    ['169.254.169.123', { protocol: PROTOCOL.udp, destinationPort: 123 }, 'time'],
    ['169.254.1.1', {}, 'silent'],
    ['10.0.1.1', {}, 'silent'],
    ['10.0.3.1', {}, undefined],
    ['224.0.0.1', {}, 'silent'],
    ['255.255.255.255', {}, 'silent'],
    ['8.8.8.8', {}, undefined],
    [LAB.ip.three, {}, undefined],
  ])('%s %j: %s', (destination, more, decision) => {
    expect(linkLocalService(vpcOf(networkOf()), flow(LAB.ip.one, destination, more))?.decision).toBe(decision);
  });

  it('the resolver stands at the primary CIDR + 2 (V3)', () => {
    expect(formatAddress(there(vpcOf(networkOf()).resolverAddress))).toBe('10.0.0.2');
  });
});
