/** A small snapshot that has every member there is, also those that may be absent. */
import type { Snapshot } from '../../../../../src/lib/inventory/snapshot/snapshot.js';

export const SAMPLE: Snapshot = {
  kind: 'ssmlab-snapshot',
  version: 1,
  takenAt: '2026-11-29T01:02:03.000Z',
  region: 'eu-west-1',
  account: '123456789012',
  fabric: 'aws',
  stack: 'ssmlab',
  stackParameters: { KeyName: 'k' },
  network: {
    region: 'eu-west-1',
    vpcs: [{ vpcId: 'vpc-1', cidrs: ['10.0.0.0/16', '10.1.0.0/16'], enableDnsSupport: true, enableDnsHostnames: false, domainNameServers: ['AmazonProvidedDNS'] }],
    subnets: [{ subnetId: 'subnet-1', vpcId: 'vpc-1', cidr: '10.0.1.0/24', availabilityZone: 'eu-west-1a' }, { subnetId: 'subnet-6', vpcId: 'vpc-1', cidr: '', availabilityZone: 'eu-west-1a' }],
    routeTables: [{ routeTableId: 'rtb-1', vpcId: 'vpc-1', main: true, subnetIds: ['subnet-1'], gatewayIds: ['igw-1'], routes: [{ destination: '0.0.0.0/0', targetKind: 'internet-gateway', targetId: 'igw-1', state: 'active' }, { destination: '10.0.0.0/16', targetKind: 'local', targetId: 'local', state: 'active' }] }],
    networkAcls: [{
      networkAclId: 'acl-1', vpcId: 'vpc-1', isDefault: true, subnetIds: ['subnet-1'],
      entries: [{ ruleNumber: 90, egress: false, protocol: '1', action: 'allow', cidr: '0.0.0.0/0', icmp: { type: 8, code: -1 } }, { ruleNumber: 100, egress: false, protocol: '6', action: 'deny', cidr: '0.0.0.0/0', portRange: { from: 1, to: 2 } }],
    }],
    securityGroups: [{
      groupId: 'sg-1', groupName: 'default', vpcId: 'vpc-1',
      ingress: [{ ruleId: 'sgr-1', protocol: '-1', groupId: 'sg-1' }, { ruleId: 'sgr-2', protocol: 'tcp', fromPort: 22, toPort: 22, cidr: '198.51.100.7/32' }],
      egress: [{ ruleId: 'sgr-3', protocol: 'tcp', fromPort: 443, toPort: 443, prefixListId: 'pl-1' }],
    }],
    networkInterfaces: [
      { networkInterfaceId: 'eni-1', vpcId: 'vpc-1', subnetId: 'subnet-1', privateIp: '10.0.1.16', publicIp: '203.0.113.1', groupIds: ['sg-1'], sourceDestCheck: true, interfaceType: 'interface', macAddress: '06:00:00:00:00:01', secondaryAddresses: [{ privateIp: '10.0.1.17', publicIp: '203.0.113.2' }, { privateIp: '10.0.1.18' }], instanceId: 'i-1', deviceIndex: 0, up: true, tcpEstablishedTimeout: 350 },
      { networkInterfaceId: 'eni-2', vpcId: 'vpc-1', subnetId: 'subnet-1', privateIp: '10.0.1.99', groupIds: [], sourceDestCheck: false, interfaceType: 'nat_gateway', macAddress: '', up: true },
    ],
    internetGateways: [{ internetGatewayId: 'igw-1', vpcId: 'vpc-1' }],
    natGateways: [{ natGatewayId: 'nat-1', vpcId: 'vpc-1', subnetId: 'subnet-1', networkInterfaceId: 'eni-2', privateIp: '10.0.1.99', publicIp: '203.0.113.3', state: 'available' }],
    vpcEndpoints: [{ vpcEndpointId: 'vpce-1', vpcId: 'vpc-1', endpointType: 'Gateway', serviceName: 'com.amazonaws.eu-west-1.s3', state: 'available', privateDnsEnabled: false, networkInterfaceIds: [], routeTableIds: ['rtb-1'] }],
    prefixLists: [{ prefixListId: 'pl-1', prefixListName: 'com.amazonaws.eu-west-1.s3', cidrs: ['198.51.100.0/24'] }],
    blockPublicAccess: { mode: 'block-bidirectional', exclusions: [{ exclusionId: 'vpcbpa-exclude-1', resourceId: 'subnet-1', mode: 'allow-egress' }] },
  },
  names: { 'vpc-1': 'VPC "1"' },
  endpointPolicies: { 'vpce-1': '{"Statement":[]}' },
  instances: [{
    number: 1, name: 'Instance1', instanceId: 'i-1', path: 'internet-gateway', auth: 'ssh-key-pair', inbound: ['tcp/22'], subnetId: 'subnet-1', vpcId: 'vpc-1', privateIpv4: '10.0.1.16', publicIpv4: '203.0.113.1',
    publicDnsName: null, keyName: 'k', instanceProfile: 'p', state: 'running', agent: 'online', logicalId: 'Instance1', privateDnsName: 'ip-10-0-1-16.eu-west-1.compute.internal', egress: 'internet-gateway', labNumber: 1,
    tags: { 'Name': 'Instance1', 'aws:cloudformation:stack-name': 'ssmlab' }, imageId: 'ami-1', metadata: { enabled: true, tokensRequired: true, hopLimit: 2 }, agentRecord: { pingStatus: 'Online', lastPing: '2026-11-29T01:02:00.000Z', version: '3.3.5226.0' },
  }],
  profiles: [{ name: 'none', role: null }, { name: 'p', role: { roleName: 'r', arn: 'arn:aws:iam::123456789012:role/r', trust: '{}', policies: [{ name: 'inline', arn: null, document: '{}' }], boundary: { name: 'b', arn: 'arn:aws:iam::123456789012:policy/b', document: '{}' } } }],
  hostManagement: { roleName: 'service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole', role: null },
  unread: [{ part: 'networkAcls', action: 'ec2:DescribeNetworkAcls', code: 'UnauthorizedOperation', message: 'no' }],
};
