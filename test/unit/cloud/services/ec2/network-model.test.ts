import { describe, expect, it } from 'vitest';
import { advance, EC2_NETWORK_TABLES, networkModel } from '../../../../../src/cloud/services/ec2/ec2.js';
import { Memory } from '../../../../../src/cloud/state/memory.js';
import { makeLab, Region, type Lab } from './harness.js';

const modelOf = (lab: Lab) => networkModel(lab.region.state, lab.region.region);

describe('networkModel', () => {
  it('has the lab: two VPCs with one range, four instances up, NAT and endpoints serving', () => {
    const lab = makeLab();
    const model = modelOf(lab);
    expect(model.vpcs).toEqual([lab.vpc1, lab.vpc2].map((vpcId) => ({ vpcId, cidrs: ['10.0.0.0/16'], enableDnsSupport: true, enableDnsHostnames: true, domainNameServers: ['AmazonProvidedDNS'] })));
    expect(model.networkInterfaces.map((eni) => [eni.privateIp, eni.publicIp, eni.interfaceType, eni.up])).toEqual([
      ['10.0.1.254', '198.18.0.10', 'nat_gateway', true],
      ['10.0.3.254', undefined, 'vpc_endpoint', true], ['10.0.3.253', undefined, 'vpc_endpoint', true], ['10.0.3.252', undefined, 'vpc_endpoint', true],
      ['10.0.1.16', '198.18.0.11', 'interface', true], ['10.0.1.17', '198.18.0.12', 'interface', true], ['10.0.2.16', undefined, 'interface', true], ['10.0.3.16', undefined, 'interface', true],
    ]);
    expect(new Set(model.networkInterfaces.map((eni) => eni.macAddress)).size).toBe(8);
    for (const eni of model.networkInterfaces) expect(eni.macAddress).toMatch(/^06(:[0-9a-f]{2}){5}$/);
    expect(model.routeTables.find((table) => table.routeTableId === lab.privateTable)).toMatchObject({
      main: false, subnetIds: [lab.privateSubnet1], routes: [{ destination: '10.0.0.0/16', targetKind: 'local', targetId: 'local', state: 'active' }, { destination: '0.0.0.0/0', targetKind: 'nat-gateway', targetId: lab.nat, state: 'active' }],
    });
    expect(model.securityGroups.find((group) => group.groupId === lab.groups[3])?.ingress).toMatchObject([{ protocol: 'tcp', fromPort: 443, toPort: 443, groupId: lab.groups[2], cidr: undefined }]);
    expect(model.securityGroups.find((group) => group.groupId === lab.groups[1])).toMatchObject({ ingress: [], egress: [{ protocol: '-1', fromPort: undefined, cidr: '0.0.0.0/0' }] });
    expect(model.natGateways).toMatchObject([{ natGatewayId: lab.nat, publicIp: '198.18.0.10', privateIp: '10.0.1.254', state: 'available' }]);
    expect(model.vpcEndpoints.map((endpoint) => [endpoint.serviceName, endpoint.state, endpoint.privateDnsEnabled])).toEqual(['ssm', 'ssmmessages', 'ec2messages'].map((service) => [`com.amazonaws.ap-northeast-1.${service}`, 'available', true]));
    expect(model.networkAcls.find((acl) => acl.vpcId === lab.vpc1)).toMatchObject({ isDefault: true, subnetIds: [lab.publicSubnet, lab.privateSubnet1], entries: [{ ruleNumber: 100 }, { ruleNumber: 100 }, { ruleNumber: 32767 }, { ruleNumber: 32767 }] });
  });

  it('has interfaces down while their instance is not running (I3)', () => {
    const lab = makeLab();
    const up = () => modelOf(lab).networkInterfaces.find((eni) => eni.instanceId === lab.instances[0])?.up;
    lab.region.call('StopInstances', { InstanceId: [lab.instances[0]] });
    expect(up()).toBe(false);
    lab.region.pass();
    expect(up()).toBe(false);
    lab.region.call('StartInstances', { InstanceId: [lab.instances[0]] });
    lab.region.pass();
    expect(up()).toBe(true);
  });

  it('has the tracking timeout of an interface as it was set, within AWS\'s bounds (S10)', () => {
    const lab = makeLab();
    const eni = () => modelOf(lab).networkInterfaces.find((each) => each.instanceId === lab.instances[0]);
    const NetworkInterfaceId = eni()?.networkInterfaceId;
    const set = (specification: Record<string, string>) => lab.region.call('ModifyNetworkInterfaceAttribute', { NetworkInterfaceId, ConnectionTrackingSpecification: specification });
    expect(eni()?.tcpEstablishedTimeout).toBeUndefined();
    set({ TcpEstablishedTimeout: '350' });
    set({ UdpTimeout: '45' });
    expect(eni()?.tcpEstablishedTimeout).toBe(350);
    expect(lab.region.at('DescribeNetworkInterfaces', { NetworkInterfaceId: [NetworkInterfaceId] }, 'networkInterfaceSet', 0, 'connectionTrackingConfiguration')).toEqual({ tcpEstablishedTimeout: 350, udpTimeout: 45 });
    for (const wrong of ['59', '432001', 'x']) expect(() => set({ TcpEstablishedTimeout: wrong })).toThrow(/TcpEstablishedTimeout/);
  });

  it('leaves rules with IPv6 peers out instead of widening them', () => {
    const lab = makeLab();
    lab.region.call('AuthorizeSecurityGroupIngress', { GroupId: lab.groups[1], IpPermissions: [{ IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] }] });
    expect(modelOf(lab).securityGroups.find((group) => group.groupId === lab.groups[1])?.ingress).toEqual([]);
  });

  it('follows from the tables that it names', () => {
    const region = new Region();
    const touched = new Set<string>();
    region.state.onCommit((changes) => {
      for (const change of changes) touched.add(change.table);
    });
    const { vpc1 } = makeLab(region);
    region.call('ModifyVpcBlockPublicAccessOptions', { InternetGatewayBlockMode: 'off' });
    region.call('CreateVpcBlockPublicAccessExclusion', { VpcId: vpc1, InternetGatewayExclusionMode: 'allow-egress' });
    for (const name of EC2_NETWORK_TABLES) if (!['ec2/network-acl', 'ec2/prefix-list'].includes(name)) expect(touched, name).toContain(name);
    expect(EC2_NETWORK_TABLES).not.toContain('ec2/key-pair');
  });
});

describe('advance', () => {
  it('goes on after a restart: what is due is state', () => {
    const { region, ...lab } = makeLab();
    region.call('StopInstances', { InstanceId: [lab.instances[0]] });
    region.call('DeleteNatGateway', { NatGatewayId: lab.nat });
    // Everything through JSON, as the journal would keep it.
    const revived = new Memory();
    for (const table of ['instance', 'network-interface', 'nat-gateway', 'address', 'volume', 'vpc-endpoint', 'subnet', 'vpc', 'route-table']) {
      const name = { name: `ec2/${table}` };
      const rows = region.state.list(name).map((record, index) => ['ap-northeast-1', name.name, idOf(record, index), JSON.parse(JSON.stringify(record)) as object] as const);
      revived.load(rows);
    }
    const again = new Region('ap-northeast-1', revived);
    again.now = region.now + 3_600_000 - 1000;
    expect(advance(again.state, again.now)).toBeGreaterThan(again.now);
    expect(again.at('DescribeInstances', { InstanceId: [lab.instances[0]] }, 'reservationSet', 0, 'instancesSet', 0, 'instanceState', 'name')).toBe('stopped');
    expect(again.at('DescribeNatGateways', {}, 'natGatewaySet', 0, 'state')).toBe('deleted');
  });

  it('writes nothing and says so when nothing is under way', () => {
    const { region } = makeLab();
    let commits = 0;
    region.state.onCommit(() => { commits++; });
    expect(advance(region.state, region.now)).toBeUndefined();
    expect(commits).toBe(0);
  });

  it('is instant at pace 0', () => {
    const region = new Region();
    region.pace = 0;
    const lab = makeLab(region);
    region.call('StopInstances', { InstanceId: [lab.instances[0]] });
    expect(advance(region.state, region.now)).toBeUndefined();
    expect(region.at('DescribeInstances', { InstanceId: [lab.instances[0]] }, 'reservationSet', 0, 'instancesSet', 0, 'instanceState', 'name')).toBe('stopped');
  });
});

/** The id under which EC2 puts a record: its first member. */
function idOf(record: object, index: number): string {
  const first: unknown = Object.values(record)[0];
  return typeof first === 'string' ? first : String(index);
}
