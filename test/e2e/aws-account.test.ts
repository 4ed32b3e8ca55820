/** An account that is not as a lab needs it, and stacks that fail, by the real program with `--target aws` at the local cloud. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Owner } from './owner.js';
import { exportsOf, Home, root, type Run, Terminal } from './program.js';

const REGION = 'ap-northeast-1';
const home = new Home('computed');
let owner: Owner;
let cloud: NodeJS.ProcessEnv = {};
/** The way to instance 1. */
let proxy: string | undefined;
/** ssh-agent's socket. */
let agent: string | undefined;

const environment = (): NodeJS.ProcessEnv => ({
  SSMLAB_TARGET: 'aws', AWS_REGION: REGION, AWS_ENDPOINT_URL: cloud['AWS_ENDPOINT_URL'], AWS_ACCESS_KEY_ID: cloud['AWS_ACCESS_KEY_ID'], AWS_SECRET_ACCESS_KEY: cloud['AWS_SECRET_ACCESS_KEY'], ALL_PROXY: proxy, SSH_AUTH_SOCK: agent,
});
const run = (...args: string[]) => new Promise<Run>((resolve) => {
  const child = spawn(process.execPath, [join(root, 'bin/run.js'), ...args], {
    cwd: home.folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: 90_000,
    env: { ...home.environment, ...environment() },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.on('close', (status) => resolve({ status, stdout, stderr, took: 0 }));
});
const statusOf = async (stack: string): Promise<string | null> => (JSON.parse((await run('status', '--json', '--stack', stack)).stdout) as { stack: { status: string } | null }).stack?.status ?? null;

beforeAll(() => {
  expect(home.run(['local', 'start']).status).toBe(0);
  cloud = exportsOf(home);
  owner = new Owner(cloud);
  proxy = /^export ALL_PROXY='?([^'\n]+)/mu.exec(home.run(['local', 'env', '--proxy']).stdout)?.[1];
});
afterAll(() => home.remove());

describe('an account that is set otherwise', () => {
  it('is told of all that would fail or surprise, each with what to do, at once, and nothing is made', async () => {
    await owner.ssmlab('SetServiceQuota', { ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE', Value: 1 });
    await owner.query('ec2', 'ModifyVpcBlockPublicAccessOptions', { InternetGatewayBlockMode: 'block-bidirectional' });
    await owner.query('ec2', 'ModifyInstanceMetadataDefaults', { HttpEndpoint: 'disabled' });
    const { status, stderr } = await run('deploy', '--yes', '--brief', '--ssh-from', '0.0.0.0/0');
    expect([status, stderr]).toEqual([3, expect.stringMatching(/\[preflight-failed\]/u)]);
    for (const line of [
      /✘ quotas +VPCs: 0 of 1 used, 2 more are needed[\s\S]*request-service-quota-increase/u, /✘ public access +Block Public Access is block-bidirectional: only instance 4 could be reached/u,
      /✘ metadata +the account switches the instance metadata service off by default/u, /! ssh from +0\.0\.0\.0\/0: everybody on the internet may try/u,
    ]) expect(stderr.replaceAll(/\n {5,}/gu, ' ')).toMatch(line);
    expect(await statusOf('ssmlab')).toBeNull();
    expect(await owner.query('ec2', 'DescribeKeyPairs')).not.toContain('ssmlab-key');
  }, 60_000);

  afterAll(async () => {
    // In case the next did not come to it.
    await asBefore();
  });
  const asBefore = async (): Promise<void> => {
    await owner.ssmlab('SetServiceQuota', { ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE' });
    await owner.query('ec2', 'ModifyVpcBlockPublicAccessOptions', { InternetGatewayBlockMode: 'off' });
    await owner.query('ec2', 'ModifyInstanceMetadataDefaults', { HttpEndpoint: 'no-preference' });
  };

  it('set right again is looked at and found good, with AWS\'s own prices', async () => {
    await asBefore();
    const { status, stderr } = await run('deploy', '--dry-run', '--brief', '--ssh-from', '198.51.100.7/32');
    expect([status, stderr]).toEqual([0, expect.stringMatching(/by AWS's price list of now[\s\S]*Nothing was made or changed/u)]);
    expect(stderr).not.toMatch(/✘|^ {2}[?!] /mu);
  }, 60_000);
});

describe('a region without Graviton, of an account with Default Host Management', () => {
  const ROLE = 'AWSSystemsManagerDefaultEC2InstanceManagementRole';
  const setting = (SettingValue: string) => owner.ssm('UpdateServiceSetting', { SettingId: '/ssm/managed-instance/default-ec2-instance-management-role', SettingValue });
  beforeAll(async () => {
    await owner.query('iam', 'CreateRole', { RoleName: ROLE, Path: '/service-role/', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { Service: 'ssm.amazonaws.com' }, Action: 'sts:AssumeRole' } }) });
    await owner.query('iam', 'AttachRolePolicy', { RoleName: ROLE, PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy' });
    await setting(`service-role/${ROLE}`);
    await owner.ssmlab('SetInstanceTypeOfferings', { InstanceType: 't4g.nano', AvailabilityZones: [] });
  });
  afterAll(async () => {
    await owner.ssmlab('SetInstanceTypeOfferings', { InstanceType: 't4g.nano' });
    await setting('$None');
  });

  it('has the lab on its x86 twin, and says beforehand that instance 1 registers too', async () => {
    const { status, stderr, stdout } = await run('deploy', '--yes', '--brief', '--ssh-from', '198.51.100.7/32');
    expect([status, stderr]).toEqual([0, expect.stringMatching(new RegExp(`! zones +t3\\.nano in ${REGION}a and ${REGION}c: t4g\\.nano is not offered where the lab could stand, so it is x86\n`, 'u'))]);
    expect(stderr).toMatch(new RegExp(`! host management +Default Host Management is on \\(service-role/${ROLE}\\): instance 1 registers too, and verify will say so`, 'u'));
    expect(stderr).toMatch(/4 t3\.nano instances +0\.027 USD/u);
    // Its agent is not waited for.
    expect(stdout).toContain('Instance1');
    const described = await owner.query('ec2', 'DescribeInstances', { 'Filter.1.Name': 'instance-state-name', 'Filter.1.Value.1': 'running' });
    expect(described.match(/<instanceType>t3\.nano<\/instanceType>/gu)).toHaveLength(4);
    expect(described.match(/<architecture>x86_64<\/architecture>/gu)).toHaveLength(4);
    expect(await run('exec', '3', '--', 'uname', '-m')).toMatchObject({ status: 0, stdout: 'x86_64\n' });
  }, 60_000);

  it('has a session on instance 1 by the role that is lent to it, which is one claim that is broken', async () => {
    const { status, stdout } = await run('verify');
    expect([status, stdout]).toEqual([1, expect.stringMatching(new RegExp(`1 +✘ other way in: declared Session Manager is closed · predicted and observed Session Manager is open\\n.*every link of it is open, by the role ${ROLE} that Default Host Management lends it[\\s\\S]*\\n1 claim is broken`, 'u'))]);
    expect((await run('list')).stdout).toMatch(/^ +1 +Instance1 .* SSH key pair .* online$/mu);
  }, 60_000);

  it('lends it to what has lost its own role, and says so; without it that is closed, and all else as the lab means it', async () => {
    const { instances } = JSON.parse((await run('list', '--json')).stdout) as { instances: { number: number; instanceId: string }[] };
    const two = instances.find(({ number }) => number === 2)?.instanceId ?? '';
    const association = async (): Promise<string> => /<associationId>([^<]+)/u.exec(await owner.query('ec2', 'DescribeIamInstanceProfileAssociations', { 'Filter.1.Name': 'instance-id', 'Filter.1.Value.1': two }))?.[1] ?? '';
    await owner.query('ec2', 'DisassociateIamInstanceProfile', { AssociationId: await association() });
    expect(await run('explain', '2')).toMatchObject({ status: 0, stdout: expect.stringMatching(new RegExp(`✔ identity +host management's role ${ROLE} lets it register and open channels`, 'u')) as string });
    await expect.poll(() => run('exec', '2', '--', 'echo', 'well'), { timeout: 10_000 }).toMatchObject({ status: 0, stdout: 'well\n' });
    await setting('$None');
    await expect.poll(async () => (await run('list')).stdout.match(/ online$/gmu), { timeout: 10_000 }).toHaveLength(2);
    const { status, stdout } = await run('explain', '2');
    expect([status, stdout]).toEqual([1, expect.stringMatching(/✘ identity +it has no instance profile, and host management is off/u)]);
    await owner.query('ec2', 'AssociateIamInstanceProfile', { 'InstanceId': two, 'IamInstanceProfile.Name': await profileName() });
    await expect.poll(async () => (await run('list')).stdout.match(/ online$/gmu), { timeout: 10_000 }).toHaveLength(3);
    expect(await run('verify')).toMatchObject({ status: 0, stdout: expect.stringMatching(/\d+ claims hold/u) as string });
    expect((await run('destroy', '--yes')).status).toBe(0);
  }, 90_000);

  const profileName = async (): Promise<string> => /<InstanceProfileName>([^<]+)/u.exec(await owner.query('iam', 'ListInstanceProfiles'))?.[1] ?? '';
});

const OPENSSH = ['ssh-keygen', 'ssh-agent', 'ssh-add'].every((name) => spawnSync('which', [name]).status === 0);

describe.skipIf(!Terminal.available || !OPENSSH)('a lab with a key pair of one\'s own, whose file is encrypted', () => {
  const file = join(home.folder, 'enc');
  const socket = join(home.folder, 'agent');
  const lab = ['--stack', 'own'];
  let keeper: ChildProcess | undefined;
  const terminal = (...args: string[]) => home.terminal(args, { columns: 200, rows: 40 }, environment());
  beforeAll(async () => {
    expect(spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'pass word', '-f', file]).status).toBe(0);
    await owner.query('ec2', 'ImportKeyPair', { KeyName: 'mine', PublicKeyMaterial: readFileSync(`${file}.pub`).toString('base64') });
  });
  afterAll(() => {
    agent = undefined;
    keeper?.kill();
  });

  it('is deployed by nobody who could be asked: all but SSH is tried, and it is said why', async () => {
    const { status, stderr } = await run('deploy', '--yes', '--brief', '--ssh-from', '0.0.0.0/0', '--key-pair', 'mine', '--identity', file, ...lab);
    expect([status, stderr]).toEqual([0, expect.stringMatching(/✔ mine +your key pair, which stays when the lab goes[\s\S]*\? SSH +Instance1 is not tried: the key file \S+ is encrypted, nobody can be asked for its passphrase, and no ssh-agent runs[\s\S]*✔ sessions/u)]);
    expect(await run('exec', '1', ...lab, '--', 'true')).toMatchObject({ status: 255, stderr: expect.stringMatching(/\[key-unusable\][\s\S]*ssh-add/u) as string });
  }, 60_000);

  it('opens instance 1 with the passphrase, asked for again when it is wrong, and with ssh-agent\'s key without it; which does not get there', async () => {
    const shown = terminal('exec', '1', ...lab, '--', 'echo', 'well');
    await shown.waitFor(/Passphrase of \S*enc/u);
    shown.type('nope\r');
    await shown.waitFor(/That is not it/u);
    shown.type('pass word\r');
    await shown.waitFor(/well\r?\n[\s\S]*\[ended 0\]/u);
    expect(shown.text).not.toMatch(/pass word|nope/u);
    keeper = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    await expect.poll(() => existsSync(socket)).toBe(true);
    const ask = join(home.folder, 'ask');
    writeFileSync(ask, '#!/bin/sh\necho "pass word"\n', { mode: 0o700 });
    agent = socket;
    expect(spawnSync('ssh-add', [file], { env: { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'x' }, stdio: 'ignore', timeout: 10_000 }).status).toBe(0);
    expect(await run('exec', '1', ...lab, '--', 'echo "agent:$SSH_AUTH_SOCK"')).toMatchObject({ status: 0, stdout: 'agent:\n' });
  }, 60_000);

  it('is destroyed when its name is typed, and by no other word; the key pair stays', async () => {
    const other = terminal('destroy', ...lab);
    await other.waitFor(/Type the stack's name/u);
    other.type('ssmlab\r');
    await other.waitFor(/nothing was deleted: "ssmlab" was typed, and not "own"[\s\S]*\[ended [1-9]\d*\]/u);
    expect(await statusOf('own')).toBe('CREATE_COMPLETE');
    const right = terminal('destroy', ...lab);
    await right.waitFor(/Type the stack's name/u);
    right.type('own\r');
    await right.waitFor(/Destroyed: no stack[\s\S]*\[ended 0\]/u, 40_000);
    expect(await owner.query('ec2', 'DescribeKeyPairs')).toContain('<keyName>mine</keyName>');
    expect(existsSync(file)).toBe(true);
  }, 60_000);
});

describe('a stack that fails', () => {
  const template = (cidr: string): string => `Resources:\n  VPC: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.9.0.0/16, Tags: [{Key: ssmlab, Value: 'true'}]}}\n  Bad: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VPC, CidrBlock: ${cidr}}}\n`;
  beforeAll(() => {
    writeFileSync(join(home.folder, 'bad.yaml'), template('192.168.0.0/24'));
    writeFileSync(join(home.folder, 'good.yaml'), template('10.9.1.0/24'));
  });

  it('is rolled back, with its first cause; the next deploy takes what is left away first', async () => {
    const failed = await run('deploy', '--yes', '--brief', '--ssh-from', '198.51.100.7/32', '--stack', 'rolled', '--template', 'bad.yaml');
    expect([failed.status, failed.stderr]).toEqual([3, expect.stringMatching(/✘ Bad \(AWS::EC2::Subnet\) +CREATE_FAILED[\s\S]*rolling back[\s\S]*ended in ROLLBACK_COMPLETE: Bad \(AWS::EC2::Subnet\): .*192\.168\.0\.0\/24[\s\S]*\[stack-failed\]/u)]);
    expect(await statusOf('rolled')).toBe('ROLLBACK_COMPLETE');
    const again = await run('deploy', '--yes', '--brief', '--ssh-from', '198.51.100.7/32', '--stack', 'rolled', '--template', 'good.yaml');
    expect([again.status, again.stderr]).toEqual([0, expect.stringMatching(/an earlier attempt was rolled back \(ROLLBACK_COMPLETE\); removing it first/u)]);
    expect((await run('destroy', '--yes', '--stack', 'rolled')).status).toBe(0);
  }, 90_000);

  it.each([[[]], [['--express']]])('is kept to be looked at where that was asked for, and destroy takes it (%j)', async (more) => {
    const failed = await run('deploy', '--yes', '--brief', '--ssh-from', '198.51.100.7/32', '--stack', 'kept', '--template', 'bad.yaml', '--on-failure', 'keep', ...more);
    expect([failed.status, failed.stderr]).toEqual([3, expect.stringMatching(/ended in CREATE_FAILED: Bad \(AWS::EC2::Subnet\): /u)]);
    expect(failed.stderr).not.toContain('rolling back');
    expect(await owner.query('ec2', 'DescribeVpcs')).toContain('<cidrBlock>10.9.0.0/16');
    const again = await run('deploy', '--yes', '--brief', '--ssh-from', '198.51.100.7/32', '--stack', 'kept', '--template', 'good.yaml');
    expect([again.status, again.stderr]).toEqual([3, expect.stringMatching(/is in CREATE_FAILED[\s\S]*`[^`]*ssmlab destroy[^`]*`, then deploy again|is in CREATE_FAILED[\s\S]*destroy/u)]);
    expect((await run('destroy', '--yes', '--stack', 'kept')).status).toBe(0);
    expect(await owner.query('ec2', 'DescribeVpcs')).not.toContain('<cidrBlock>10.9.0.0/16');
  }, 90_000);
});

describe('a stack that CloudFormation could not take back', () => {
  const ssh = ['--ssh-from', '198.51.100.7/32'];
  const may = (denied: readonly string[]) => owner.query('iam', 'PutRolePolicy', { RoleName: 'maker', PolicyName: 'own', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }, { Effect: 'Deny', Action: ['s3:CreateBucket', ...denied], Resource: '*' }] }) });
  /** It may make what it then may not take away. */
  const DENIED = ['ec2:DeleteVpc', 'ec2:DeleteTags'];
  const WHY = /You are not authorized to perform this operation.*assumed-role\/maker\/AWSCloudFormation is not authorized to perform: ec2:Delete/u;
  let maker = '';
  beforeAll(async () => (maker = await owner.role('maker', { Principal: { Service: 'cloudformation.amazonaws.com' } })));
  const template = (cidr: string, tag = ''): string => `Resources:\n  VPC: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.7.0.0/16${tag}}}\n  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VPC, CidrBlock: ${cidr}}}\n`;
  const nothingLeft = async (): Promise<void> => {
    const { stdout } = await run('sweep', '--region', REGION, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ regions: [{ labs: [], orphans: [] }] });
    expect(await owner.query('ec2', 'DescribeVpcs')).not.toContain('<cidrBlock>10.7.0.0/16');
  };

  it('in ROLLBACK_FAILED, and then DELETE_FAILED, is not built on: it is said why and what goes on; destroy finishes it when the cause is mended', async () => {
    await may(DENIED);
    writeFileSync(join(home.folder, 'bad.yaml'), template('192.168.0.0/24'));
    const failed = await run('deploy', '--yes', '--brief', ...ssh, '--stack', 'stuck', '--template', 'bad.yaml', '--role-arn', maker);
    expect([failed.status, failed.stderr]).toEqual([3, expect.stringMatching(/rolling back[\s\S]*✘ VPC \(AWS::EC2::VPC\) +DELETE_FAILED: You are not authorized[\s\S]*ended in ROLLBACK_FAILED: Subnet \(AWS::EC2::Subnet\)/u)]);
    const again = () => run('deploy', '--yes', '--brief', ...ssh, '--stack', 'stuck', '--template', 'bad.yaml');
    const said = await again();
    expect([said.status, said.stderr]).toEqual([3, expect.stringMatching(/the stack "stuck" is in ROLLBACK_FAILED: VPC \(AWS::EC2::VPC\): /u)]);
    expect(said.stderr.replaceAll(/\s+/gu, ' ')).toMatch(new RegExp(`${WHY.source}.*run \`[^\`]*ssmlab destroy --target aws [^\`]*--stack stuck\`, then deploy again`, 'u'));
    const kept = await run('destroy', '--yes', '--stack', 'stuck');
    expect([kept.status, kept.stderr.replaceAll(/\s+/gu, ' ')]).toEqual([3, expect.stringMatching(new RegExp(`ended in DELETE_FAILED: VPC .*${WHY.source}.*mend what the reason names, then run \`[^\`]*ssmlab destroy [^\`]*\` again: it goes on with what is left`, 'u'))]);
    expect((await again()).stderr).toMatch(/the stack "stuck" is in DELETE_FAILED: VPC/u);
    expect((await run('status', '--stack', 'stuck')).stdout).toMatch(/^stack +stuck: DELETE_FAILED$/mu);
    await may([]);
    expect((await run('destroy', '--yes', '--stack', 'stuck')).status).toBe(0);
    await nothingLeft();
  }, 90_000);

  it('in UPDATE_ROLLBACK_FAILED as well', async () => {
    await may(DENIED);
    writeFileSync(join(home.folder, 'good.yaml'), template('10.7.1.0/24'));
    expect((await run('deploy', '--yes', '--brief', ...ssh, '--stack', 'torn', '--template', 'good.yaml', '--role-arn', maker)).status).toBe(0);
    // The VPC gets a tag, the subnet's new range is refused, and the tag may not be taken away again.
    await owner.query('cloudformation', 'UpdateStack', { StackName: 'torn', TemplateBody: template('192.168.0.0/24', ', Tags: [{Key: more, Value: yes}]') });
    await expect.poll(() => owner.query('cloudformation', 'DescribeStacks', { StackName: 'torn' }), { timeout: 10_000 }).toContain('<StackStatus>UPDATE_ROLLBACK_FAILED<');
    const said = await run('deploy', '--yes', '--brief', ...ssh, '--stack', 'torn');
    expect([said.status, said.stderr.replaceAll(/\s+/gu, ' ')]).toEqual([3, expect.stringMatching(new RegExp(`is in UPDATE_ROLLBACK_FAILED: VPC .*${WHY.source}.*\`aws cloudformation continue-update-rollback --stack-name torn\` makes it what it was; or \`[^\`]*ssmlab destroy `, 'u'))]);
    await may([]);
    expect((await run('destroy', '--yes', '--stack', 'torn')).status).toBe(0);
    await nothingLeft();
  }, 60_000);
});

describe('a stack that is standing', () => {
  // Nor is this machine's address known here, which the template does not ask for.
  it('has an age, an end and a cost', async () => {
    writeFileSync(join(home.folder, 'one.yaml'), 'Resources:\n  VPC: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.8.0.0/16}}\n  EIP: {Type: AWS::EC2::EIP}\n');
    expect((await run('deploy', '--yes', '--brief', '--stack', 'standing', '--template', 'one.yaml', '--ttl', '2h')).status).toBe(0);
    const { stdout } = await run('status', '--stack', 'standing');
    expect(stdout).toMatch(/age +\d+ min, since 20\d\d-\S+\nends +by itself, 20\d\d-\S+\ncost +about \d\.\d{3} USD until now, 0\.005 USD an hour \(computed\)/u);
    expect((await run('destroy', '--yes', '--stack', 'standing')).status).toBe(0);
  }, 90_000);
});
