/** Sessions of the lab that cannot be, and which links are not open; and some that can. */
import type { Snapshot } from '../../../../src/lib/inventory/snapshot/snapshot.js';
import { predictSession } from '../../../../src/lib/reachability/predict-way-in.js';
import type { Link, WayInPrediction } from '../../../../src/lib/reachability/way-in.js';
import { indexModel } from '../../../../src/lib/vpc/network.js';
import { type Change, entry, LAB, setEgress, setEndpoints, setEntries, setIngress, setInterface, setNat, setRoutes, setVpc, tcpFrom } from '../../../conformance/fabric/lab-network.js';
import { labSnapshot, policyDocument, policyText, ROLE, setHostManagement, setRole, setSnapshotInstance, type SnapshotChange } from './lab-snapshot.js';

export const session = (snapshot: Snapshot, instanceId: string): WayInPrediction => predictSession(snapshot, indexModel(snapshot.network), instanceId);
export const brief = ({ link, service, verdict, rule }: Link): string => [link, ...(service === null ? [] : [service]), verdict, rule].join(' ');
/** The links that are not open. */
export const wrong = (prediction: WayInPrediction): string[] => prediction.links.filter(({ verdict }) => verdict !== 'open').map(brief);
export const sessionOf = (instanceId: string, network: readonly Change[] = [], ...changes: readonly SnapshotChange[]): WayInPrediction => session(labSnapshot(network, ...changes), instanceId);
export const ALLOW_ALL = { Effect: 'Allow', Action: '*', Resource: '*' };

/** The endpoints are in VPC 1, and capture the names for everybody there (P9). */
export const capture: Change = (model) => ({
  ...model,
  vpcEndpoints: model.vpcEndpoints.map((each) => ({ ...each, vpcId: LAB.vpc1 })),
  networkInterfaces: model.networkInterfaces.map((each) => (each.interfaceType === 'vpc_endpoint' ? { ...each, vpcId: LAB.vpc1, subnetId: LAB.privateSubnet1, privateIp: each.privateIp.replace('10.0.3', '10.0.2') } : each)),
});

type WayInCase = readonly [what: string, links: readonly string[], prediction: () => WayInPrediction];
const of = (...args: Parameters<typeof sessionOf>) => (): WayInPrediction => sessionOf(...args);

export const CLOSED: readonly WayInCase[] = [
  ['the instance is stopped', ['instance closed E1', 'path ssm closed E1', 'path ssmmessages closed E1'], of('i-3', [setInterface(LAB.eni.three, { up: false })], setSnapshotInstance(3, { state: 'stopped' }))],
  ['the metadata service is off', ['identity closed I15'], of('i-3', [], setSnapshotInstance(3, { metadata: { enabled: false, tokensRequired: true, hopLimit: 2 } }))],
  ['the profile is gone', ['identity closed I07'], of('i-3', [], (snapshot) => ({ ...snapshot, profiles: [] }))],
  ['the profile is empty', ['identity closed I07'], of('i-3', [], setRole(null))],
  ['the role trusts another service', ['identity closed I08'], of('i-3', [], setRole({ trust: policyDocument({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }) }))],
  ['the role has no policy', ['identity closed I09'], of('i-3', [], setRole({ policies: [] }))],
  ['the role may not open channels', ['identity closed I09'], of('i-3', [], setRole({ policies: [policyText({ Effect: 'Allow', Action: 'ssm:*', Resource: '*' })] }))],
  ['a policy denies one action', ['identity closed I09'], of('i-3', [], setRole({ policies: [...ROLE.policies, policyText({ Effect: 'Deny', Action: 'ssmmessages:OpenDataChannel', Resource: '*' })] }))],
  ['it has no profile, and host management is off', ['identity closed I06'], of('i-3', [], setSnapshotInstance(3, { instanceProfile: null }))],
  ['the role of host management is not there', ['identity closed I12'], of('i-3', [], setSnapshotInstance(3, { instanceProfile: null }), setHostManagement(null))],
  ['the role of host management trusts EC2 alone', ['identity closed I12'], of('i-3', [], setSnapshotInstance(3, { instanceProfile: null }), setHostManagement({ trust: ROLE.trust }))],
  ['the role of host management may do nothing', ['identity closed I12'], of('i-3', [], setRole({ policies: [] }), setHostManagement({ policies: [] }))],
  ['the boundary leaves it out', ['identity closed I10'], of('i-3', [], setRole({ boundary: policyText({ Effect: 'Allow', Action: 's3:*', Resource: '*' }) }))],
  ['it may come by another endpoint only', ['identity closed I09'], of('i-3', [], setRole({ policies: [policyText({ ...ALLOW_ALL, Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-3a' } } })] }))],
  ['its VPC has no DNS', ['name ssm closed L3', 'path ssm unknown L3', 'name ssmmessages closed L3', 'path ssmmessages unknown L3'], of('i-4', [setVpc(LAB.vpc2, { enableDnsSupport: false })])],
  ['its name server is not reached', ['name ssm closed L14', 'path ssm unknown L14', 'name ssmmessages closed L14', 'path ssmmessages unknown L14'], of('i-4', [setVpc(LAB.vpc2, { domainNameServers: ['8.8.8.8'] })])],
  ['there is no name server', ['name ssm closed L14', 'path ssm unknown L14', 'name ssmmessages closed L14', 'path ssmmessages unknown L14'], of('i-4', [setVpc(LAB.vpc2, { domainNameServers: [] })])],
  ['private DNS is off', ['path ssm closed R8', 'path ssmmessages closed R8'], of('i-4', [setEndpoints({ privateDnsEnabled: false })])],
  ['only one endpoint has private DNS', ['path ssmmessages closed R8'], of('i-4', [setEndpoints({ privateDnsEnabled: false }, '.ssmmessages')])],
  ['the VPC gives no host names', ['path ssm closed R8', 'path ssmmessages closed R8'], of('i-4', [setVpc(LAB.vpc2, { enableDnsHostnames: false })])],
  ['the endpoints are pending', ['path ssm closed R8', 'path ssmmessages closed R8'], of('i-4', [setEndpoints({ state: 'pending' })])],
  ['there are no endpoints', ['path ssm closed R8', 'path ssmmessages closed R8'], of('i-4', [(model) => ({ ...model, vpcEndpoints: [] })])],
  ['the endpoint has no interface', ['path ssm closed P1'], of('i-4', [setEndpoints({ networkInterfaceIds: [] }, '.ssm')])],
  ['the endpoints\' group does not admit 443', ['path ssm closed S4', 'path ssmmessages closed S4'], of('i-4', [setIngress(LAB.sgEndpoint)])],
  ['the NAT route is gone', ['path ssm closed R8', 'path ssmmessages closed R8'], of('i-3', [setRoutes(LAB.privateTable)])],
  ['the NAT gateway has failed', ['path ssm closed N2', 'path ssmmessages closed N2'], of('i-3', [setNat({ state: 'failed' })])],
  ['nothing may leave', ['path ssm closed S3', 'path ssmmessages closed S3'], of('i-2', [setEgress(LAB.sg2)])],
  ['answers do not come back', ['path ssm closed A1', 'path ssmmessages closed A1'], of('i-2', [setEntries(LAB.acl.public, entry(100, true, 'allow'), entry(100, false, 'allow', { protocol: '6', portRange: { from: 22, to: 22 } }))])],
  ['the endpoint\'s policy names another role', ['endpoint-policy ssm closed P11'], of('i-4', [], (snapshot) => ({ ...snapshot, endpointPolicies: { 'vpce-3a': policyDocument({ ...ALLOW_ALL, Principal: { AWS: 'arn:aws:iam::000000000000:role/other' } }) } }))],
  ['the endpoint\'s policy denies a channel', ['endpoint-policy ssmmessages closed P11'], of('i-4', [], (snapshot) => ({ ...snapshot, endpointPolicies: { 'vpce-11a': policyDocument([{ ...ALLOW_ALL, Principal: '*' }, { Effect: 'Deny', Principal: '*', Action: 'ssmmessages:CreateControlChannel', Resource: '*' }]) } }))],
  ['it is not there', ['instance closed I01'], of('i-9')],
  ['endpoints capture the name for the whole VPC (P9)', ['path ssm closed S4', 'path ssmmessages closed S4'], of('i-2', [capture])],
];

export const OPEN: readonly WayInCase[] = [
  ['by the internet gateway', [], of('i-2')],
  ['by the NAT gateway', [], of('i-3')],
  ['by endpoints', [], of('i-4')],
  ['by endpoints that admit it', [], of('i-2', [capture, setIngress(LAB.sgEndpoint, tcpFrom(443, '10.0.0.0/16'))])],
  ['by host management, without a profile', [], of('i-3', [], setSnapshotInstance(3, { instanceProfile: null }), setHostManagement({}))],
  ['by host management, where its profile does not let it register (I13)', [], of('i-3', [], setRole({ policies: [] }), setHostManagement({}))],
  ['by host management and endpoints whose policy names its role', [], of('i-4', [], setSnapshotInstance(4, { instanceProfile: null }), setHostManagement({ arn: 'arn:aws:iam::000000000000:role/service-role/host-management' }), (snapshot) => ({
    ...snapshot, endpointPolicies: { 'vpce-3a': policyDocument({ ...ALLOW_ALL, Principal: { AWS: 'arn:aws:iam::000000000000:role/service-role/host-management' } }) },
  }))],
  ['by the next name server', [], of('i-4', [setVpc(LAB.vpc2, { domainNameServers: ['8.8.8.8', 'AmazonProvidedDNS'] })])],
];

/** Those that are not as they should be. */
export function failingWaysIn(): string[] {
  return [...CLOSED, ...OPEN].filter(([, links, prediction]) => wrong(prediction()).join('; ') !== links.join('; ')).map(([what]) => what);
}
