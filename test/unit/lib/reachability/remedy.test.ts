/** Each single mutation of the lab, and the one change that heals it: made in the model, the engine says that the way is open. */
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../../src/lib/inventory/snapshot/snapshot.js';
import { applyChange } from '../../../../src/lib/reachability/change.js';
import { askWay, type Way } from '../../../../src/lib/reachability/asked-way.js';
import { remedyFor } from '../../../../src/lib/reachability/remedy.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import { detachGateway, entry, LAB, OPEN_ENTRIES, removeNat, route, setEgress, setEndpoints, setEntries, setIngress, setInterface, setNat, setRoutes, setTable, setVpc, tcpFrom, type Change as ModelChange } from '../../../conformance/fabric/lab-network.js';
import { labSnapshot, PROFILE, role, ROLE } from '../lab-snapshot.js';

const session = (number: number): Way => ({ kind: 'session-manager', instanceId: `i-${number}` });
const ssh = (from = '198.51.100.7'): Way => ({ kind: 'ssh-key-pair', instanceId: 'i-1', from });
const flow = (eni: string, to: string, port?: number): Way => ({ kind: 'flow', question: { from: { kind: 'interface', networkInterfaceId: eni }, to, protocol: port === undefined ? 'icmp' : 'tcp', port } });

const ask = (snapshot: Snapshot, way: Way) => askWay(snapshot, indexModel(snapshot.network), way);

/** The command of the remedy, which is shown to open the way. */
function healed(snapshot: Snapshot, way: Way): string {
  const before = ask(snapshot, way);
  expect(before.verdict).not.toBe('open');
  const remedy = remedyFor(snapshot, way, before);
  if (remedy === undefined) return 'none';
  expect(ask(applyChange(remedy.change, snapshot), way).verdict).toBe('open');
  return remedy.command.join(' ');
}

const withoutEndpoint = (service: string): ModelChange => (model) => ({
  ...model,
  vpcEndpoints: model.vpcEndpoints.filter((endpoint) => !endpoint.serviceName.endsWith(`.${service}`)),
  networkInterfaces: model.networkInterfaces.filter((each) => each.networkInterfaceId !== `eni-${service}`),
});
const instances = (number: number, over: Partial<Snapshot['instances'][number]>, snapshot = labSnapshot()): Snapshot => ({ ...snapshot, instances: snapshot.instances.map((each) => (each.number === number ? { ...each, ...over } : each)) });

describe('the healthy lab', () => {
  it.each([session(2), session(3), session(4), ssh()])('is open, and nothing is to be done: %o', (way) => {
    const answer = ask(labSnapshot(), way);
    expect(answer).toMatchObject({ verdict: 'open', blockers: [], unknowns: [] });
    expect(remedyFor(labSnapshot(), way, answer)).toBeUndefined();
  });
});

describe('a single mutation of the lab is healed by a single command', () => {
  const AUTHORIZE = 'aws ec2 authorize-security-group-';
  it.each<readonly [string, readonly ModelChange[], Way, string]>([
    ['the endpoints\' rule', [setIngress(LAB.sgEndpoint)], session(4), `${AUTHORIZE}ingress --group-id sg-endpoint --protocol tcp --port 443 --source-group sg-3`],
    ['the SSH rule', [setIngress(LAB.sg1)], ssh(), `${AUTHORIZE}ingress --group-id sg-1 --protocol tcp --port 22 --cidr 198.51.100.7/32`],
    ['an SSH rule for somebody else', [setIngress(LAB.sg1, tcpFrom(22, '203.0.113.9/32'))], ssh(), `${AUTHORIZE}ingress --group-id sg-1 --protocol tcp --port 22 --cidr 198.51.100.7/32`],
    ['egress of 2 and 3', [setEgress(LAB.sg2)], session(3), `${AUTHORIZE}egress --group-id sg-2 --protocol tcp --port 443 --cidr 0.0.0.0/0`],
    ['egress of 4', [setEgress(LAB.sg3)], session(4), `${AUTHORIZE}egress --group-id sg-3 --ip-permissions IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{GroupId=sg-endpoint}]`],
    ['the route to the NAT gateway', [setRoutes(LAB.privateTable)], session(3), 'aws ec2 create-route --route-table-id rtb-private --destination-cidr-block 0.0.0.0/0 --nat-gateway-id nat-1'],
    ['the route to the internet, of 2', [setRoutes(LAB.publicTable)], session(2), 'aws ec2 create-route --route-table-id rtb-public --destination-cidr-block 0.0.0.0/0 --gateway-id igw-1'],
    ['the route to the internet, of 3', [setRoutes(LAB.publicTable)], session(3), 'aws ec2 create-route --route-table-id rtb-public --destination-cidr-block 0.0.0.0/0 --gateway-id igw-1'],
    ['the route to the internet, of 1', [setRoutes(LAB.publicTable)], ssh(), 'aws ec2 create-route --route-table-id rtb-public --destination-cidr-block 198.51.100.7/32 --gateway-id igw-1'],
    ['a route that is a blackhole', [setRoutes(LAB.privateTable, route('nat-gateway', 'nat-0', '0.0.0.0/0', 'blackhole'))], session(3), 'aws ec2 replace-route --route-table-id rtb-private --destination-cidr-block 0.0.0.0/0 --nat-gateway-id nat-1'],
    ['the association of 3\'s table', [setTable(LAB.privateTable, { subnetIds: [] })], session(3), 'aws ec2 associate-route-table --route-table-id rtb-private --subnet-id subnet-private1'],
    ['the association of the public table', [setTable(LAB.publicTable, { subnetIds: [] })], session(2), 'aws ec2 associate-route-table --route-table-id rtb-public --subnet-id subnet-public'],
    ['the internet gateway', [detachGateway], session(2), 'aws ec2 attach-internet-gateway --internet-gateway-id igw-1 --vpc-id vpc-1'],
    ['DNS host names', [setVpc(LAB.vpc2, { enableDnsHostnames: false })], session(4), 'aws ec2 modify-vpc-attribute --vpc-id vpc-2 --enable-dns-hostnames'],
    ['DNS of VPC 2', [setVpc(LAB.vpc2, { enableDnsSupport: false })], session(4), 'aws ec2 modify-vpc-attribute --vpc-id vpc-2 --enable-dns-support'],
    ['DNS of VPC 1', [setVpc(LAB.vpc1, { enableDnsSupport: false })], session(3), 'aws ec2 modify-vpc-attribute --vpc-id vpc-1 --enable-dns-support'],
    ['private DNS of one endpoint', [setEndpoints({ privateDnsEnabled: false }, '.ssmmessages')], session(4), 'aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-ssmmessages --private-dns-enabled'],
    ['the endpoint for ssm', [withoutEndpoint('ssm')], session(4), 'aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id vpc-2 --service-name com.amazonaws.ap-northeast-1.ssm --subnet-ids subnet-private2 --security-group-ids sg-endpoint --private-dns-enabled'],
    ['the endpoint for ssmmessages', [withoutEndpoint('ssmmessages')], session(4), 'aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id vpc-2 --service-name com.amazonaws.ap-northeast-1.ssmmessages --subnet-ids subnet-private2 --security-group-ids sg-endpoint --private-dns-enabled'],
    ['an entry that refuses 443 out', [setEntries(LAB.acl.private1, entry(90, true, 'deny', { protocol: '6', portRange: { from: 443, to: 443 } }), ...OPEN_ENTRIES)], session(3), 'aws ec2 create-network-acl-entry --network-acl-id acl-private1 --egress --rule-number 10 --protocol 6 --port-range From=443,To=443 --cidr-block 0.0.0.0/0 --rule-action allow'],
    ['an entry that loses answers to some ports of the NAT gateway', [setEntries(LAB.acl.public, entry(90, false, 'deny', { protocol: '6', portRange: { from: 3389, to: 3389 } }), ...OPEN_ENTRIES)], session(3), 'aws ec2 create-network-acl-entry --network-acl-id acl-public --ingress --rule-number 10 --protocol 6 --port-range From=1024,To=65535 --cidr-block 0.0.0.0/0 --rule-action allow'],
    ['the entry that lets answers in', [setEntries(LAB.acl.private1, entry(100, true, 'allow'))], session(3), 'aws ec2 create-network-acl-entry --network-acl-id acl-private1 --ingress --rule-number 100 --protocol 6 --port-range From=1024,To=65535 --cidr-block 0.0.0.0/0 --rule-action allow'],
    ['the entry that lets SSH in', [setEntries(LAB.acl.public, entry(100, true, 'allow'))], ssh(), 'aws ec2 create-network-acl-entry --network-acl-id acl-public --ingress --rule-number 100 --protocol 6 --port-range From=22,To=22 --cidr-block 198.51.100.7/32 --rule-action allow'],
    ['the entry that lets everything into the NAT gateway\'s subnet', [setEntries(LAB.acl.public, entry(100, true, 'allow'))], session(3), 'aws ec2 create-network-acl-entry --network-acl-id acl-public --ingress --rule-number 100 --protocol 6 --port-range From=443,To=65535 --cidr-block 0.0.0.0/0 --rule-action allow'],
    ['Block Public Access', [(model) => ({ ...model, blockPublicAccess: { mode: 'block-bidirectional', exclusions: [] } })], session(2), 'aws ec2 create-vpc-block-public-access-exclusion --subnet-id subnet-public --internet-gateway-exclusion-mode allow-egress'],
  ])('%s', (_, changes, way, command) => {
    expect(healed(labSnapshot(...changes), way)).toBe(command);
  });

  it('name servers that answer nobody: another of the option sets that there are, and none where there is none', () => {
    const elsewhere = labSnapshot(setVpc(LAB.vpc2, { domainNameServers: ['8.8.8.8'] }));
    const sets = { 'dopt-0own': ['8.8.8.8', 'AmazonProvidedDNS'], 'dopt-1amazon': ['AmazonProvidedDNS'], 'dopt-2other': ['1.1.1.1'] };
    expect(healed({ ...elsewhere, dhcpOptions: sets }, session(4))).toBe('aws ec2 associate-dhcp-options --dhcp-options-id dopt-1amazon --vpc-id vpc-2');
    for (const dhcpOptions of [undefined, { 'dopt-2other': ['1.1.1.1'] }]) expect(healed({ ...elsewhere, dhcpOptions }, session(4))).toBe('none');
  });

  const profiles = (over: Snapshot['profiles']): Snapshot => ({ ...labSnapshot(), profiles: over });
  const asleep = instances(2, { state: 'stopped' }, labSnapshot(setInterface(LAB.eni.two, { up: false })));
  it.each<readonly [string, Snapshot, Way, string]>([
    ['the instance', asleep, session(2), 'aws ec2 start-instances --instance-ids i-2'],
    ['its profile', instances(3, { instanceProfile: null }), session(3), `aws ec2 associate-iam-instance-profile --instance-id i-3 --iam-instance-profile Name=${PROFILE}`],
    ['its metadata service', instances(4, { metadata: { enabled: false, tokensRequired: true, hopLimit: 2 } }), session(4), 'aws ec2 modify-instance-metadata-options --instance-id i-4 --http-endpoint enabled'],
    ['the role\'s policy', profiles([{ name: PROFILE, role: role({ policies: [] }) }]), session(4), `aws iam attach-role-policy --role-name ${ROLE} --policy-arn arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore`],
    ['the profile\'s role, where another profile has one', profiles([{ name: PROFILE, role: null }, { name: 'other', role: role() }]), session(4), `aws iam add-role-to-instance-profile --instance-profile-name ${PROFILE} --role-name ${ROLE}`],
    ['an endpoint\'s policy', { ...labSnapshot(), endpointPolicies: { 'vpce-ssm': JSON.stringify({ Statement: [{ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }] }) } }, session(4), 'aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-ssm --reset-policy'],
  ])('%s', (_, snapshot, way, command) => {
    expect(healed(snapshot, way)).toBe(command);
  });

  it('the trust of the role: the statement that is missing is added to those that are there', () => {
    const trust = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] });
    const command = healed(profiles([{ name: PROFILE, role: role({ trust }) }]), session(4));
    expect(command).toMatch(/^aws iam update-assume-role-policy --role-name lab-role --policy-document \{/u);
    expect(command).toContain('lambda.amazonaws.com');
    expect(command).toContain('"Service":"ec2.amazonaws.com"');
  });
});

describe('an instance that is stopped and had a public address (V11)', () => {
  const off = { up: false, publicIp: undefined };
  const stopped = (number: 1 | 2, state = 'stopped'): Snapshot => instances(number, { state, publicIpv4: null }, labSnapshot(setInterface(number === 1 ? LAB.eni.one : LAB.eni.two, off)));
  const start = (number: number): string => `aws ec2 start-instances --instance-ids i-${number}`;

  it.each<readonly [string, Snapshot, Way, string]>([
    ['Session Manager', stopped(2), session(2), start(2)],
    ['SSH', stopped(1), ssh(), start(1)],
    ['a flow out', stopped(2), flow(LAB.eni.two, '8.8.8.8', 443), start(2)],
    ['one that is stopping', stopped(2, 'stopping'), session(2), start(2)],
  ])('%s: a start is the one change', (_, snapshot, way, command) => {
    expect(healed(snapshot, way)).toBe(command);
  });

  it('says of the address what is known of it, and nothing where none is needed', () => {
    const sentence = (snapshot: Snapshot, way: Way): string | undefined => remedyFor(snapshot, way, ask(snapshot, way))?.sentence;
    expect(sentence(stopped(2), session(2))).toBe('i-2 has to run; its public address comes with the start where it is assigned automatically, as in the lab');
    const third = instances(3, { state: 'stopped' }, labSnapshot(setInterface(LAB.eni.three, { up: false })));
    expect(sentence(third, session(3))).toBe('i-3 has to run');
  });

  it('a flow from outside is asked for the address that comes', () => {
    const way: Way = { kind: 'flow', question: { from: { kind: 'internet', address: '203.0.113.9' }, to: LAB.ip.one, protocol: 'tcp', port: 22 } };
    const snapshot = stopped(1);
    const remedy = remedyFor(snapshot, way, ask(snapshot, way), 'i-1');
    expect(remedy?.command.join(' ')).toBe(start(1));
    expect(remedyFor(snapshot, way, ask(snapshot, way), 'i-2')).toBeUndefined();
    // Its groups admit 22 only.
    const shut: Way = { kind: 'flow', question: { ...way.question, port: 80 } };
    expect(remedyFor(snapshot, shut, ask(snapshot, shut), 'i-1')).toBeUndefined();
  });

  it.each<readonly [string, Snapshot]>([
    ['a group stands in the way besides', instances(2, { state: 'stopped' }, labSnapshot(setInterface(LAB.eni.two, off), setEgress(LAB.sg2)))],
    ['it does not come back', stopped(2, 'terminated')],
    ['it runs', instances(2, {}, labSnapshot(setInterface(LAB.eni.two, { publicIp: undefined })))],
    ['it has a second interface, with which no address comes (V12)', instances(2, { state: 'stopped' }, labSnapshot(setInterface(LAB.eni.two, off), setInterface(LAB.eni.three, { instanceId: 'i-2', deviceIndex: 1, up: false })))],
  ])('no start is offered where %s', (_, snapshot) => {
    expect(healed(snapshot, session(2))).toBe('none');
  });
});

describe('no command is offered', () => {
  it.each<readonly [string, Snapshot, Way]>([
    ['one group lets nothing in, and another nothing out', labSnapshot(setIngress(LAB.sgEndpoint), setEgress(LAB.sg3)), session(4)],
    ['the NAT gateway is gone, and there is no other', labSnapshot(removeNat, setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat, '0.0.0.0/0', 'blackhole'))), session(3)],
    ['the NAT gateway has failed', labSnapshot(setNat({ state: 'failed' })), session(3)],
    ['it has no public address', labSnapshot(setInterface(LAB.eni.two, { publicIp: undefined })), session(2)],
    ['no profile has a role', { ...labSnapshot(), profiles: [{ name: PROFILE, role: null }] }, session(4)],
    ['it has no key pair', instances(1, { keyName: null }), ssh()],
    ['nothing leads out of VPC 2', labSnapshot(), flow(LAB.eni.four, '8.8.8.8')],
  ])('where %s', (_, snapshot, way) => {
    expect(healed(snapshot, way)).toBe('none');
  });
});

describe('a flow', () => {
  it('between two groups is opened for the one group, not for everybody', () => {
    expect(healed(labSnapshot(), flow(LAB.eni.one, LAB.ip.two, 5432))).toBe('aws ec2 authorize-security-group-ingress --group-id sg-2 --protocol tcp --port 5432 --source-group sg-1');
  });

  it('of ICMP names the echo request', () => {
    expect(healed(labSnapshot(), flow(LAB.eni.one, LAB.ip.two))).toBe('aws ec2 authorize-security-group-ingress --group-id sg-2 --ip-permissions IpProtocol=icmp,FromPort=8,ToPort=0,UserIdGroupPairs=[{GroupId=sg-1}]');
  });

  it('to an address outside gets a route for that address alone', () => {
    expect(healed(labSnapshot(setRoutes(LAB.privateTable)), flow(LAB.eni.three, '8.8.8.8'))).toBe('aws ec2 create-route --route-table-id rtb-private --destination-cidr-block 8.8.8.8/32 --nat-gateway-id nat-1');
  });
});
