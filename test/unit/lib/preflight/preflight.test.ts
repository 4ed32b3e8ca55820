import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import type { PreflightApi } from '../../../../src/lib/preflight/api.js';
import type { Finding } from '../../../../src/lib/preflight/finding.js';
import { preflight, requireGood } from '../../../../src/lib/preflight/preflight.js';
import { preflightLines } from '../../../../src/lib/report/preflight.js';
import { plainStyle } from '../../../../src/lib/report/style.js';

const SERVICES = ['ssm', 'ssmmessages', 'ec2messages'].map((service) => `com.amazonaws.us-east-1.${service}`);
const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
const TYPES = ['AWS::EC2::VPC', 'AWS::EC2::VPC', 'AWS::EC2::InternetGateway', 'AWS::EC2::EIP', ...Array.from({ length: 4 }, () => 'AWS::EC2::Instance'), ...Array.from({ length: 3 }, () => 'AWS::EC2::VPCEndpoint')];

/** An account in which nothing is in the way. */
const fine: PreflightApi = {
  callerIdentity: async () => ({ account: '123456789012', arn: 'arn:aws:iam::123456789012:user/ada', clockOffsetMs: 400 }),
  roleArn: async (name) => `arn:aws:iam::123456789012:role/path/${name}`,
  notAllowed: async () => [],
  availabilityZones: async () => ZONES,
  offeredZones: async (types) => new Map(types.map((type) => [type, ZONES])),
  endpointServiceZones: async () => new Map(SERVICES.map((service) => [service, ZONES])),
  metadataDefaults: async () => ({}),
  blockPublicAccess: async () => ({ InternetGatewayBlockMode: 'off' }),
  usage: async () => ({ vpcs: 1, internetGateways: 1, elasticIps: 0, standardVcpus: 0 }),
  quota: async () => 5,
  hostManagementRole: async () => null,
  findStack: async () => undefined,
  findKeyPair: async () => undefined,
  keyPairsLike: async () => [],
};
const QUOTAS: Readonly<Record<string, number>> = { 'L-1216C47A': 32, 'L-29B6F2EB': 50 };
const statements = [{ Sid: 'Stack', Effect: 'Allow' as const, Action: ['cloudformation:CreateStack'], Resource: 'arn:aws:cloudformation:*:*:stack/ssmlab/*' }];

const run = (over: Partial<PreflightApi> = {}, options: Partial<Parameters<typeof preflight>[1]> = {}) =>
  preflight({ ...fine, quota: async (_, code) => QUOTAS[code] ?? 5, ...over }, { stack: 'ssmlab', region: 'us-east-1', types: TYPES, statements, sshSourceCidr: async () => '192.0.2.7/32', ...options });

const of = (findings: readonly Finding[], check: Finding['check']): Finding => {
  const found = findings.find((finding) => finding.check === check);
  if (found === undefined) throw new Error(`no finding ${check}`);
  return found;
};
const denied = async (): Promise<never> => {
  throw new SsmlabError('access-denied', 'ec2 X: refused', { cause: new Error('User: ada is not authorized to perform: ec2:X') });
};

describe('the look before a deployment', () => {
  it('finds nothing in an account where all is well, and picks two zones', async () => {
    const found = await run();
    expect(found.findings.filter(({ verdict }) => verdict !== 'good')).toEqual([]);
    expect(found.findings).toHaveLength(11);
    expect(found.placement).toEqual({ instanceType: 't4g.nano', imageId: undefined, vpc1Zone: 'us-east-1a', vpc2Zone: 'us-east-1b' });
    expect(() => requireGood(found)).not.toThrow();
  });

  it.each<[string, Finding['check'], Finding['verdict'], RegExp, Partial<PreflightApi>]>([
    ['a clock that is off', 'clock', 'bad', /600 s behind/u, { callerIdentity: async () => ({ account: '1', arn: 'arn:aws:iam::1:user/a', clockOffsetMs: 600_000 }) }],
    ['a clock that nobody tells', 'clock', 'unknown', /did not say/u, { callerIdentity: async () => ({ account: '1', arn: 'arn:aws:iam::1:user/a', clockOffsetMs: undefined }) }],
    ['a stack of others', 'stack', 'bad', /not made by ssmlab/u, { findStack: async () => ({ StackName: 'ssmlab', StackStatus: 'CREATE_COMPLETE', CreationTime: new Date(0) }) }],
    ['key pairs of before, and of nobody else', 'key pair', 'good', /^"ssmlab-key" of before is there/u, { keyPairsLike: async () => [{ KeyName: 'ssmlab-key', Tags: [{ Key: 'ssmlab', Value: 'true' }] }, { KeyName: 'ssmlab-key-00000000' }] }],
    ['missing permissions, by name', 'permissions', 'bad', /1 of 1 action.* cloudformation:CreateStack/u, { notAllowed: async (_, { actions }) => [...actions] }],
    ['a quota that does not suffice', 'quotas', 'bad', /VPCs: 4 of 5 used, 2 more are needed/u, { usage: async () => ({ vpcs: 4, internetGateways: 1, elasticIps: 0, standardVcpus: 0 }) }],
    ['quotas that suffice, what is used apart from what is needed', 'quotas', 'good', /^VPCs 1 used \+ 2 needed of 5 allowed, internet gateways 1 \+ \d of 5, /u, { usage: async () => ({ vpcs: 1, internetGateways: 1, elasticIps: 0, standardVcpus: 0 }) }],
    ['vCPUs that are in use', 'quotas', 'bad', /vCPUs of standard instances: 30 of 32 used, 8 more/u, { usage: async () => ({ vpcs: 0, internetGateways: 1, elasticIps: 0, standardVcpus: 30 }) }],
    ['a region without an endpoint service', 'endpoints', 'bad', /no endpoint service com\.amazonaws\.us-east-1\.ec2messages/u, { endpointServiceZones: async () => new Map(SERVICES.slice(0, 2).map((service) => [service, ZONES])) }],
    ['Block Public Access, both ways', 'public access', 'bad', /only instance 4/u, { blockPublicAccess: async () => ({ InternetGatewayBlockMode: 'block-bidirectional', ManagedBy: 'declarative-policy' }) }],
    ['Block Public Access of a mode to come', 'public access', 'unknown', /"block-everything"/u, { blockPublicAccess: async () => ({ InternetGatewayBlockMode: 'block-everything' as never }) }],
    ['host management', 'host management', 'notice', /instance 1 registers too/u, { hostManagementRole: async () => 'service-role/X' }],
    ['a metadata service that is off', 'metadata', 'bad', /off by default/u, { metadataDefaults: async () => ({ HttpEndpoint: 'disabled' }) }],
    ['what may not be read, with the action', 'public access', 'unknown', /not authorized to perform: ec2:X/u, { blockPublicAccess: denied }],
  ])('tells of %s', async (_, check, verdict, text, over) => {
    const found = await run(over);
    expect(of(found.findings, check)).toMatchObject({ verdict, text: expect.stringMatching(text) });
    if (verdict === 'bad') expect(() => requireGood(found)).toThrow(text);
    else expect(() => requireGood(found)).not.toThrow();
  });

  it('marks a warning otherwise than what is not known', async () => {
    const { findings } = await run({ hostManagementRole: async () => 'service-role/X', blockPublicAccess: denied });
    const lines = preflightLines(findings, { style: plainStyle() });
    expect(lines.filter((line) => /^ {2}[?!]/u.test(line)).map((line) => line.slice(0, 19).trim()).toSorted()).toEqual(['! host management', '? public access']);
  });

  it('counts nothing where it is not known what is made', async () => {
    expect(of((await run({}, { types: [] })).findings, 'quotas')).toMatchObject({ verdict: 'unknown', text: expect.stringMatching(/not known/u) });
  });

  it('names the policy of who hands a service role over', async () => {
    const found = await run({ notAllowed: async () => ['iam:PassRole'] }, { serviceRole: 'maker' });
    expect(of(found.findings, 'permissions')).toMatchObject({ verdict: 'bad', hint: '`ssmlab policy deploy --service-role maker` prints the policy that allows them' });
  });

  it('warns of SSH from everywhere', async () => {
    expect(of((await run({}, { sshSourceCidr: async () => '0.0.0.0/0' })).findings, 'ssh from')).toMatchObject({ verdict: 'notice', text: expect.stringMatching(/everybody on the internet/u) });
  });

  it('finds that nobody says what this machine\'s address is, beside all else', async () => {
    const { findings } = await run({ quota: async () => 0 }, { sshSourceCidr: () => Promise.reject(new SsmlabError('endpoint-unreachable', 'nobody answers', { hint: 'pass --ssh-from CIDR' })) });
    expect(of(findings, 'ssh from')).toMatchObject({ verdict: 'bad', text: 'nobody answers', hint: 'pass --ssh-from CIDR' });
    expect(of(findings, 'quotas')).toMatchObject({ verdict: 'bad' });
  });

  it('takes zones that have the type, the endpoints\' among them for instance 4', async () => {
    const { placement } = await run({ offeredZones: async () => new Map([['t4g.nano', ['us-east-1a', 'us-east-1c']], ['t3.nano', ZONES]]), endpointServiceZones: async () => new Map(SERVICES.map((service) => [service, ['us-east-1a', 'us-east-1b']])) });
    expect(placement).toMatchObject({ instanceType: 't4g.nano', vpc1Zone: 'us-east-1a', vpc2Zone: 'us-east-1a' });
  });

  it('takes the x86 twin with its image where Graviton is not offered', async () => {
    const { placement, findings } = await run({ offeredZones: async () => new Map([['t4g.nano', []], ['t3.nano', ['us-east-1c']]]) });
    expect(placement).toEqual({ instanceType: 't3.nano', imageId: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64', vpc1Zone: 'us-east-1c', vpc2Zone: 'us-east-1c' });
    expect(of(findings, 'zones').verdict).toBe('notice');
  });

  it('makes no choice where it may not look', async () => {
    const { placement, findings } = await run({ offeredZones: denied });
    expect(placement).toEqual({ instanceType: 't4g.nano' });
    expect(of(findings, 'zones').verdict).toBe('unknown');
  });

  it('judges the session of a role as the role, asks with this account and region, and knows who cannot be simulated', async () => {
    const asked: unknown[] = [];
    const ask: PreflightApi['notAllowed'] = async (...args) => (asked.push(args), []);
    await run({ callerIdentity: async () => ({ account: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/Ops/ada', clockOffsetMs: 0 }), notAllowed: ask });
    expect(asked).toEqual([['arn:aws:iam::123456789012:role/path/Ops', { resource: 'arn:aws:cloudformation:us-east-1:123456789012:stack/ssmlab/x', context: [], actions: ['cloudformation:CreateStack'] }]]);
    const federated = await run({ callerIdentity: async () => ({ account: '1', arn: 'arn:aws:sts::1:federated-user/ada', clockOffsetMs: 0 }) });
    expect(of(federated.findings, 'permissions').verdict).toBe('unknown');
  });

  it('ends where the credentials are no good: nothing can be read then', async () => {
    const wrong = async (): Promise<never> => {
      throw new SsmlabError('credentials-wrong', 'expired');
    };
    await expect(run({ usage: wrong })).rejects.toMatchObject({ code: 'credentials-wrong' });
  });
});
