/** The ways into the lab's instances, link by link, and what closes each of them. */
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../../src/lib/inventory/snapshot/snapshot.js';
import { predictSsh } from '../../../../src/lib/reachability/predict-way-in.js';
import type { WayInPrediction } from '../../../../src/lib/reachability/way-in.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import { type Change, entry, LAB, OPEN_ENTRIES, route, setEgress, setEndpoints, setEntries, setIngress, setInterface, setRoutes, setVpc } from '../../../conformance/fabric/lab-network.js';
import { labSnapshot, policyDocument, policyText, ROLE, setHostManagement, setRole, setSnapshotInstance, type SnapshotChange, unreadable } from './lab-snapshot.js';
import { ALLOW_ALL, brief, CLOSED, OPEN, session, sessionOf, wrong } from './way-in-cases.js';

const ssh = (snapshot: Snapshot, instanceId: string): WayInPrediction => predictSsh(snapshot, indexModel(snapshot.network), instanceId, '198.51.100.7');
const of = sessionOf;

describe('the lab as it is', () => {
  it('has sessions on 2, 3 and 4, and SSH on 1', () => {
    const snapshot = labSnapshot();
    expect(['i-1', 'i-2', 'i-3', 'i-4'].map((id) => [session(snapshot, id).verdict, ssh(snapshot, id).verdict])).toEqual([['closed', 'open'], ['open', 'closed'], ['open', 'closed'], ['open', 'closed']]);
    expect(wrong(session(snapshot, 'i-1'))).toEqual(['identity closed I06']);
    expect(wrong(ssh(snapshot, 'i-2'))).toEqual(['identity closed N53', 'path closed S4']);
    expect(wrong(ssh(snapshot, 'i-3'))).toEqual(['identity closed N53', 'path closed I1']);
  });

  it('says of each link by what it holds', () => {
    expect(of('i-4').links.map((link) => `${brief(link)}: ${link.by}`)).toEqual([
      'instance open E1: i-4', 'identity open I09: lab-role',
      'name ssm open P5: vpce-3a', 'path ssm open P5: vpce-3a', 'endpoint-policy ssm open P11: vpce-3a',
      'name ssmmessages open P5: vpce-11a', 'path ssmmessages open P5: vpce-11a', 'endpoint-policy ssmmessages open P11: vpce-11a',
    ]);
    expect(of('i-3').links.map(brief)).toEqual(['instance open E1', 'identity open I09', 'name ssm open L2', 'path ssm open I1', 'name ssmmessages open L2', 'path ssmmessages open I1']);
    expect(of('i-4').links.find(({ link }) => link === 'path')?.trace?.question).toMatchObject({ to: LAB.ip.ssm, port: 443 });
    expect(ssh(labSnapshot(), 'i-1').links.map((link) => `${brief(link)}: ${link.by}`)).toEqual(['instance open E1: i-1', 'identity open N53: lab-key', 'path open E1: eni-1']);
  });
});

describe('a session that cannot be', () => {
  it.each(CLOSED)('%s', (_, links, predict) => {
    const prediction = predict();
    expect(wrong(prediction)).toEqual(links);
    expect(prediction.verdict).toBe('closed');
  });

  it('is told with every link that is closed', () => {
    const prediction = of('i-4', [setIngress(LAB.sgEndpoint)], setRole({ policies: [] }), setSnapshotInstance(4, { state: 'stopping' }));
    expect(wrong(prediction)).toEqual(['instance closed E1', 'identity closed I09', 'path ssm closed S4', 'path ssmmessages closed S4']);
    expect(prediction.links.find(({ link }) => link === 'identity')?.why).toBe('no policy allows the ssm:UpdateInstanceInformation action');
    expect(prediction.links.find(({ link }) => link === 'path')).toMatchObject({ by: LAB.sgEndpoint, why: `no ingress rule admits tcp/443 from ${LAB.ip.four}` });
  });

  it('names the endpoint whose private DNS is not in force', () => {
    const name = of('i-4', [setEndpoints({ privateDnsEnabled: false })]).links.find(({ link }) => link === 'name');
    expect(name).toMatchObject({ by: 'vpce-3a', rule: 'P6', why: 'ssm.ap-northeast-1.amazonaws.com is public: private DNS is off: the public name keeps its public addresses' });
  });
});

describe('a session by an unusual way', () => {
  it.each(OPEN)('%s', (_, links, predict) => {
    expect([wrong(predict()), predict().verdict]).toEqual([links, 'open']);
  });

  it('asks a public name server for public names', () => {
    expect(of('i-3', [setVpc(LAB.vpc1, { domainNameServers: ['8.8.8.8'] })]).links.find(({ link }) => link === 'name')).toMatchObject({ verdict: 'open', rule: 'L14', by: '8.8.8.8' });
  });

  it('is allowed by its endpoint\'s policy, and by a condition on where it comes from', () => {
    const policy = policyDocument({ ...ALLOW_ALL, Principal: { AWS: ROLE.arn }, Condition: { StringEquals: { 'aws:SourceVpc': LAB.vpc2 } } });
    expect(of('i-4', [], (snapshot) => ({ ...snapshot, endpointPolicies: { 'vpce-3a': policy, 'vpce-11a': policy } })).verdict).toBe('open');
    // A session has no tags yet when its data channel is asked for.
    expect(of('i-4', [], setRole({ policies: [policyText({ ...ALLOW_ALL, Condition: { StringEquals: { 'aws:SourceVpc': LAB.vpc2, 'aws:ResourceTag/Name': 'Instance4' } } })] })).links.map(brief)[1]).toBe('identity unknown I09');
    expect(of('i-4', [], setRole({ policies: [policyText({ ...ALLOW_ALL, Condition: { StringEquals: { 'aws:SourceVpc': LAB.vpc2 } } })] })).verdict).toBe('open');
  });
});

describe('what is not known', () => {
  it.each<readonly [what: string, links: readonly string[], prediction: WayInPrediction]>([
    ['network ACLs', ['path ssm unknown A1', 'path ssmmessages unknown A1'], of('i-3', [(model) => ({ ...model, networkAcls: [] })], unreadable('networkAcls', 'ec2:DescribeNetworkAcls'))],
    ['DNS attributes', ['name ssm unknown L1', 'name ssmmessages unknown L1'], of('i-4', [], unreadable('dnsAttributes', 'ec2:DescribeVpcAttribute'))],
    ['profiles', ['identity unknown I07'], of('i-3', [], (snapshot) => ({ ...snapshot, profiles: [] }), unreadable('instanceProfiles', 'iam:GetInstanceProfile'))],
    ['policies', ['identity unknown I09'], of('i-3', [], setRole({ policies: [] }), unreadable('roles', 'iam:ListRolePolicies'))],
    ['host management', ['identity unknown I12'], of('i-1', [], unreadable('hostManagement', 'ssm:GetServiceSetting'))],
    ['the role of host management', ['identity unknown I12'], of('i-1', [], setHostManagement(null), unreadable('roles', 'iam:GetRole'))],
    ['its policies', ['identity unknown I12'], of('i-1', [], setHostManagement({ policies: [] }), unreadable('roles', 'iam:ListRolePolicies'))],
    ['a condition', ['identity unknown I09'], of('i-3', [], setRole({ policies: [policyText({ ...ALLOW_ALL, Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x' } } })] }))],
    ['a condition of the trust policy', ['identity unknown I08'], of('i-3', [], setRole({ trust: policyDocument({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole', Condition: { StringEquals: { 'aws:SourceAccount': '1' } } }) }))],
    ['a policy that nothing here judges', ['identity unknown I08'], of('i-3', [], setRole({ trust: policyDocument({ Effect: 'Allow', NotPrincipal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }) }))],
    ['whether a name server forwards', ['name ssm unknown N03', 'name ssmmessages unknown N03'], of('i-4', [setVpc(LAB.vpc2, { domainNameServers: [LAB.ip.five] }), setIngress(LAB.sgDefault2, { ruleId: 'sgr-dns', protocol: 'udp', fromPort: 53, toPort: 53, cidr: '10.0.0.0/16' })])],
    ['which public address the name gives', ['path ssm unknown R6', 'path ssmmessages unknown R6'], of('i-3', [setRoutes(LAB.privateTable, route('nat-gateway', LAB.nat), route('nat-gateway', 'nat-gone', '52.0.0.0/8', 'blackhole'))])],
    ['the same by an egress rule', ['path ssm unknown S4', 'path ssmmessages unknown S4'], of('i-2', [setEgress(LAB.sg2, { ruleId: 'sgr-1', protocol: '-1', cidr: '198.19.7.0/24' })])],
    ['which of two interfaces of the endpoint', ['path ssm unknown A1', 'path ssmmessages unknown A1'], of('i-4', [
      setEntries(LAB.acl.other2, entry(90, false, 'deny'), ...OPEN_ENTRIES),
      (model) => ({
        ...model,
        networkInterfaces: [...model.networkInterfaces, ...['ssm', 'ssmmessages'].map((name, index) => ({ networkInterfaceId: `eni-${name}-2`, vpcId: LAB.vpc2, subnetId: LAB.otherSubnet, privateIp: `10.0.4.5${index}`, groupIds: [LAB.sgEndpoint], sourceDestCheck: true, interfaceType: 'vpc_endpoint' as const, macAddress: '', up: true }))],
        vpcEndpoints: model.vpcEndpoints.map((each) => ({ ...each, networkInterfaceIds: [...each.networkInterfaceIds, `${each.networkInterfaceIds[0]}-2`] })),
      }),
    ])],
    ['a transit gateway', ['path ssm unknown R2', 'path ssmmessages unknown R2'], of('i-3', [setRoutes(LAB.privateTable, route('unsupported', 'tgw-1'))])],
    ['an interface that was not read', ['path unknown N01'], of('i-3', [(model) => ({ ...model, networkInterfaces: [] })], unreadable('networkInterfaces', 'ec2:DescribeNetworkInterfaces'))],
  ])('%s', (_, links, prediction) => {
    expect(wrong(prediction)).toEqual(links);
    expect(prediction.verdict).toBe('unknown');
  });

  it('does not hide an explicit deny', () => {
    expect(of('i-3', [], setRole({ policies: [policyText({ Effect: 'Deny', Action: 'ssm:*', Resource: '*' })] }), unreadable('roles', 'iam:ListRolePolicies')).verdict).toBe('closed');
  });
});

describe('SSH', () => {
  it.each<readonly [what: string, links: readonly string[], network: readonly Change[], changes: readonly SnapshotChange[]]>([
    ['without its rule', ['path closed S4'], [setIngress(LAB.sg1)], []],
    ['without a key pair', ['identity closed N53'], [], [setSnapshotInstance(1, { keyName: null })]],
    ['without a public address', ['path closed I1'], [setInterface(LAB.eni.one, { publicIp: undefined })], []],
    ['without a way back', ['path closed R8'], [setRoutes(LAB.publicTable)], []],
  ])('%s', (_, links, network, changes) => {
    expect(wrong(ssh(labSnapshot(network, ...changes), 'i-1'))).toEqual(links);
  });
});
