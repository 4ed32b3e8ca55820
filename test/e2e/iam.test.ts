/**
 * IAM on the running lab: an instance may call what its role allows and nothing else, with the credentials that IMDS gives;
 * a policy, a profile or an endpoint's policy that is taken away takes the agent away, and back (P11).
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportsOf, Home } from './program.js';

const hasAws = spawnSync('aws', ['--version']).status === 0;
const CORE = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
/** What took the agent's way or its rights away has done so within this (the promise of the issue); coming back takes a dial more, on a machine with other work. */
const LOST_SECONDS = 5;
const BACK_SECONDS = 30;

describe.skipIf(!hasAws)(`IAM on the lab${hasAws ? '' : ' (no aws on PATH)'}`, () => {
  const home = new Home();
  let environment: NodeJS.ProcessEnv = {};
  const run = (args: readonly string[], more: NodeJS.ProcessEnv = {}) => spawnSync('aws', [...args, '--output', 'text'], { env: { ...environment, ...more }, encoding: 'utf8', timeout: 60_000 });
  const text = (...args: string[]): string => {
    const { status, stdout, stderr } = run(args);
    if (status !== 0) throw new Error(`aws ${args.slice(0, 3).join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const id = (name: string): string => text('ec2', 'describe-instances', '--filters', `Name=tag:Name,Values=*${name}`, 'Name=instance-state-name,Values=running', '--query', 'Reservations[].Instances[].InstanceId');
  const status = (instance: string): string => text('ssm', 'get-connection-status', '--target', instance, '--query', 'Status');
  const until = async (instance: string, wanted: string): Promise<void> => {
    const seconds = wanted === 'notconnected' ? LOST_SECONDS : BACK_SECONDS;
    const deadline = Date.now() + seconds * 1000;
    for (let seen = ''; seen !== wanted;) {
      if (Date.now() > deadline) throw new Error(`${instance} is ${seen}, not ${wanted}, after ${seconds} s`);
      seen = status(instance);
    }
  };

  beforeAll(() => {
    expect(home.run(['deploy', '--yes']).status).toBe(0);
    environment = { ...exportsOf(home), PATH: process.env['PATH'], HOME: home.folder, AWS_PAGER: '' };
  });
  afterAll(() => home.remove());

  it('an instance may call what its role allows, and nothing else', async () => {
    const two = id('Instance2');
    await until(two, 'connected');
    const read = home.run(['exec', '2', '--', 'T=$(curl -s -X PUT http://169.254.169.254/latest/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60"); R=$(curl -s -H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest/meta-data/iam/security-credentials/); curl -s -H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest/meta-data/iam/security-credentials/$R']).stdout;
    const credentials = JSON.parse(read) as { AccessKeyId: string; SecretAccessKey: string; Token: string };
    const as = { AWS_ACCESS_KEY_ID: credentials.AccessKeyId, AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey, AWS_SESSION_TOKEN: credentials.Token };
    expect(run(['sts', 'get-caller-identity', '--query', 'Arn'], as).stdout).toMatch(new RegExp(`^arn:aws:sts::\\d{12}:assumed-role/.*/${two}\n$`));
    expect(run(['ssm', 'get-parameter', '--name', '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64', '--query', 'Parameter.Value'], as).stdout).toMatch(/^ami-/);
    expect(run(['ec2', 'describe-vpcs'], as).stderr).toMatch(/\(UnauthorizedOperation\).*User: arn:aws:sts::\d{12}:assumed-role\/\S+ is not authorized to perform: ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action/);
    expect(run(['iam', 'list-users'], as).stderr).toContain('(AccessDenied)');
    expect(run(['s3', 'ls'], as).stderr).toContain('s3:ListAllMyBuckets on resource: "*"');
  });

  it('without its policy the agent is lost, with it it comes back', async () => {
    const three = id('Instance3');
    const role = text('iam', 'list-roles', '--query', 'Roles[].RoleName');
    await until(three, 'connected');
    text('iam', 'detach-role-policy', '--role-name', role, '--policy-arn', CORE);
    await until(three, 'notconnected');
    expect(run(['ssm', 'start-session', '--target', three]).stderr).toContain('TargetNotConnected');
    text('iam', 'attach-role-policy', '--role-name', role, '--policy-arn', CORE);
    await until(three, 'connected');
  });

  it('without its profile as well', async () => {
    const two = id('Instance2');
    await until(two, 'connected');
    const [association = '', profile = ''] = text('ec2', 'describe-iam-instance-profile-associations', '--filters', `Name=instance-id,Values=${two}`, '--query', 'IamInstanceProfileAssociations[].[AssociationId,IamInstanceProfile.Arn]').split(/\s+/);
    text('ec2', 'disassociate-iam-instance-profile', '--association-id', association);
    await until(two, 'notconnected');
    text('ec2', 'associate-iam-instance-profile', '--instance-id', two, '--iam-instance-profile', `Arn=${profile}`);
    await until(two, 'connected');
  });

  it('an endpoint\'s policy is one more that has to allow', async () => {
    const [four, two] = [id('Instance4'), id('Instance2')];
    await until(four, 'connected');
    const endpoint = text('ec2', 'describe-vpc-endpoints', '--filters', 'Name=service-name,Values=*.ssmmessages', '--query', 'VpcEndpoints[].VpcEndpointId');
    text('ec2', 'modify-vpc-endpoint', '--vpc-endpoint-id', endpoint, '--policy-document', JSON.stringify({ Statement: [{ Effect: 'Deny', Principal: '*', Action: 'ssmmessages:*', Resource: '*' }] }));
    await until(four, 'notconnected');
    expect(status(two)).toBe('connected');
    text('ec2', 'modify-vpc-endpoint', '--vpc-endpoint-id', endpoint, '--reset-policy');
    await until(four, 'connected');
  });
});
