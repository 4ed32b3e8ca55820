/**
 * The published version of the lab, word by word of its walkthrough, with the AWS CLI: a bucket, six files, a key pair, one
 * stack with five nested ones. Then it is what lab.md says, ssmlab works on it, and nothing is left of it after.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportsOf, Home, onEachFabric, root, Terminal } from './program.js';

const hasAws = spawnSync('aws', ['--version']).status === 0;
const fixtures = join(root, 'test/e2e/published-lab');

interface Instance {
  readonly InstanceId: string;
  readonly PrivateIpAddress: string;
  readonly PublicIpAddress?: string;
  readonly SubnetId: string;
  readonly KeyName?: string;
  readonly InstanceType: string;
  readonly IamInstanceProfile?: { readonly Arn: string };
  readonly State: { readonly Name: string };
  readonly Placement: { readonly AvailabilityZone: string };
  readonly SecurityGroups: readonly { readonly GroupId: string; readonly GroupName: string }[];
}

onEachFabric('the published lab', (fabric) => describe.skipIf(!hasAws)(`by its walkthrough${hasAws ? '' : ' (no aws on PATH)'}`, () => {
  const home = new Home(fabric);
  const pem = join(home.folder, 'MyKeyPair.pem');
  let environment: NodeJS.ProcessEnv = {};

  const run = (...args: string[]) => spawnSync('aws', args, { cwd: home.folder, env: environment, encoding: 'utf8', timeout: 240_000 });
  const text = (...args: string[]): string => {
    const { status, stdout, stderr } = run(...args, '--output', 'text');
    if (status !== 0) throw new Error(`aws ${args.slice(0, 3).join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const json = <T>(...args: string[]): T => {
    const { status, stdout, stderr } = run(...args, '--output', 'json');
    if (status !== 0) throw new Error(`aws ${args.slice(0, 3).join(' ')}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  /** Every resource of the tree, `Instance1` → its physical id. */
  const resources = (): Map<string, string> => {
    const found = new Map<string, string>();
    const walk = (stack: string): void => {
      for (const each of json<{ StackResources: { LogicalResourceId: string; PhysicalResourceId: string; ResourceType: string }[] }>('cloudformation', 'describe-stack-resources', '--stack-name', stack).StackResources) {
        found.set(each.LogicalResourceId, each.PhysicalResourceId);
        if (each.ResourceType === 'AWS::CloudFormation::Stack') walk(each.PhysicalResourceId);
      }
    };
    walk('fa-003');
    return found;
  };
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    const deadline = Date.now() + 60_000;
    while (!holds()) {
      if (Date.now() > deadline) throw new Error(`${what} not within a minute`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  };

  beforeAll(() => {
    expect(home.run(['local', 'start']).status).toBe(0);
    environment = { ...exportsOf(home), PATH: process.env['PATH'], HOME: home.folder, AWS_PAGER: '' };
  });
  afterAll(() => home.remove());

  it('deploys unchanged', () => {
    text('s3', 'mb', 's3://my-bucket');
    for (const name of readdirSync(fixtures)) if (name.endsWith('.yaml')) text('s3', 'cp', join(fixtures, name), `s3://my-bucket/fa-003/${name}`);
    expect(text('s3', 'ls', 's3://my-bucket/fa-003/').split('\n')).toHaveLength(6);
    writeFileSync(pem, `${text('ec2', 'create-key-pair', '--key-name', 'MyKeyPair', '--query', 'KeyMaterial')}\n`, { mode: 0o600 });
    const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? '';
    const create = (...capabilities: string[]) => run('cloudformation', 'create-stack', '--stack-name', 'fa-003', '--template-url', `https://my-bucket.s3.${region}.amazonaws.com/fa-003/fa-003.yaml`,
      '--parameters', 'ParameterKey=TemplateBucketName,ParameterValue=my-bucket', ...capabilities);
    expect(create('--capabilities', 'CAPABILITY_NAMED_IAM')).toMatchObject({ status: 0, stderr: '' });
    text('cloudformation', 'wait', 'stack-create-complete', '--stack-name', 'fa-003');
  }, 240_000);

  // Answers of the API, which are the same on every fabric.
  it.skipIf(fabric !== 'computed')('is what the walkthrough finds', () => {
    const ids = resources();
    const id = (name: string): string => ids.get(name) ?? `no ${name}`;
    const instances = new Map(json<{ Reservations: { Instances: Instance[] }[] }>('ec2', 'describe-instances', '--filters', 'Name=instance-state-name,Values=running').Reservations.flatMap((each) => each.Instances).map((each) => [each.InstanceId, each]));
    expect(instances.size).toBe(4);
    const seen = [1, 2, 3, 4].map((number) => {
      const each = instances.get(id(`Instance${number}`));
      return [each?.SubnetId, each?.PrivateIpAddress.split('.').slice(0, 3).join('.'), each?.PublicIpAddress === undefined ? 'private' : 'public', each?.SecurityGroups.map((group) => group.GroupId).join(), each?.KeyName, each?.IamInstanceProfile?.Arn.split('/')[1], each?.Placement.AvailabilityZone.slice(-1), each?.InstanceType];
    });
    expect(seen).toEqual([
      [id('PublicSubnet'), '10.0.1', 'public', id('InstanceSecurityGroup1'), 'MyKeyPair', undefined, 'a', 't4g.nano'],
      [id('PublicSubnet'), '10.0.1', 'public', id('InstanceSecurityGroup2'), undefined, 'fa-003-InstanceProfile', 'a', 't4g.nano'],
      [id('PrivateSubnet1'), '10.0.2', 'private', id('InstanceSecurityGroup2'), undefined, 'fa-003-InstanceProfile', 'a', 't4g.nano'],
      [id('PrivateSubnet2'), '10.0.3', 'private', id('InstanceSecurityGroup3'), undefined, 'fa-003-InstanceProfile', 'c', 't4g.nano'],
    ]);
    const inbound = (group: string): string => text('ec2', 'describe-security-groups', '--group-ids', id(group), '--query', 'SecurityGroups[].IpPermissions[].[IpProtocol,FromPort,ToPort,IpRanges[0].CidrIp,UserIdGroupPairs[0].GroupId]');
    expect(inbound('InstanceSecurityGroup1').split(/\s+/)).toEqual(['tcp', '22', '22', '0.0.0.0/0', 'None']);
    expect([inbound('InstanceSecurityGroup2'), inbound('InstanceSecurityGroup3')]).toEqual(['', '']);
    expect(inbound('EndpointSecurityGroup').split(/\s+/)).toEqual(['tcp', '443', '443', 'None', id('InstanceSecurityGroup3')]);
    const defaultRoute = (table: string): string => text('ec2', 'describe-route-tables', '--filters', table, '--query', "RouteTables[].Routes[?DestinationCidrBlock=='0.0.0.0/0'][].[GatewayId,NatGatewayId,State]");
    expect(defaultRoute(`Name=association.subnet-id,Values=${id('PublicSubnet')}`).split(/\s+/)).toEqual([id('IGW'), 'None', 'active']);
    expect(defaultRoute(`Name=association.subnet-id,Values=${id('PrivateSubnet1')}`).split(/\s+/)).toEqual(['None', id('NATGateway'), 'active']);
    expect(defaultRoute(`Name=vpc-id,Values=${id('VPC2')}`)).toBe('');
    expect(text('ec2', 'describe-vpc-endpoints', '--query', 'sort_by(VpcEndpoints,&ServiceName)[].[State,VpcEndpointType,PrivateDnsEnabled,SubnetIds[0]]').split('\n').map((line) => line.split(/\s+/)))
      .toEqual(Array.from({ length: 3 }, () => ['available', 'Interface', 'True', id('PrivateSubnet2')]));
  });

  it('is listed, entered and verified by ssmlab', async () => {
    const rows = (): string[] => home.json<{ instances: { number: number; name: string; path: string; auth: string; agent: string }[] }>('list', '--stack', 'fa-003').instances.map(({ number, name, path, auth }) => `${number} ${name} ${path} ${auth}`);
    expect(rows()).toEqual(['1 Instance1 internet-gateway ssh-key-pair', '2 Instance2 internet-gateway session-manager', '3 Instance3 nat-gateway session-manager', '4 Instance4 vpc-endpoint session-manager']);
    await until('the agents are online', () => /(online[\s\S]*){3}/u.test(home.run(['list', '--stack', 'fa-003']).stdout));
    expect(home.run(['exec', '1', '--stack', 'fa-003', '--identity', pem, '--', 'whoami']).stdout).toBe('ec2-user\n');
    for (const number of ['2', '3', '4']) expect(home.run(['exec', number, '--stack', 'fa-003', '--', 'ec2-metadata', '--public-ipv4']).stdout).toMatch(number === '2' ? /^public-ipv4: 198\.18\./ : /^public-ipv4: not available$/m);
    const report = home.json<{ verdict: string; claims: { verdict: string; claim: string; why: string }[] }>('verify', '--stack', 'fa-003', '--identity', pem);
    expect(report.claims.filter((claim) => claim.verdict !== 'pass')).toEqual([]);
    expect(report.verdict).toBe('pass');
  });

  it.skipIf(!Terminal.available).each([
    ['1', ['--identity', pem], /\[ec2-user@ip-10-0-1-\d+ ~\]\$ $/, 'ec2-user'],
    ['2', [], /sh-5\.2\$ $/, 'ssm-user'],
    ['3', [], /sh-5\.2\$ $/, 'ssm-user'],
    ['4', [], /sh-5\.2\$ $/, 'ssm-user'],
  ])('gives a shell on instance %s in a terminal', async (number, more, prompt, user) => {
    const terminal = home.terminal(['connect', number, '--stack', 'fa-003', ...more]);
    try {
      await terminal.waitFor(prompt, 30_000);
      terminal.type('whoami\r');
      // The shell may draw its prompt a second time, when the terminal's size comes.
      await terminal.waitFor(new RegExp(String.raw`whoami\r\n${user}\r\n[^]*${prompt.source}`, 'u'), 30_000);
      terminal.type('exit\r');
      await terminal.waitFor(/\[ended 0\]/);
    } finally {
      terminal.kill();
    }
  });

  it('goes without a trace', async () => {
    const stacks = (...statuses: string[]): string => text('cloudformation', 'list-stacks', '--stack-status-filter', ...statuses, '--query', 'StackSummaries[].StackName');
    text('cloudformation', 'delete-stack', '--stack-name', 'fa-003');
    // Not by `wait`, which looks every 30 s.
    await until('the stacks are gone', () => stacks('CREATE_COMPLETE', 'DELETE_IN_PROGRESS') === '');
    expect(stacks('DELETE_COMPLETE').split(/\s+/)).toHaveLength(6);
    const left = (kind: string, query: string, ...more: string[]): string => text('ec2', `describe-${kind}`, '--query', query, ...more);
    expect([
      left('instances', "Reservations[].Instances[?State.Name!='terminated'][].InstanceId"), left('vpcs', 'Vpcs[?IsDefault==`false`].VpcId'), left('nat-gateways', "NatGateways[?State!='deleted'].NatGatewayId"),
      left('addresses', 'Addresses[].AllocationId'), left('vpc-endpoints', 'VpcEndpoints[].VpcEndpointId'), left('network-interfaces', 'NetworkInterfaces[].NetworkInterfaceId'), left('internet-gateways', 'InternetGateways[].InternetGatewayId'),
    ]).toEqual(['', '', '', '', '', '', '']);
    expect(text('iam', 'list-instance-profiles', '--query', 'InstanceProfiles[].InstanceProfileName')).toBe('');
    expect(text('iam', 'list-roles', '--query', 'Roles[].RoleName')).toBe('');
    text('s3', 'rb', '--force', 's3://my-bucket');
  }, 240_000);
}));
