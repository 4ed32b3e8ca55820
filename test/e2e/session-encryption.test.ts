/**
 * Sessions encrypted with KMS, by the preferences that administrators set (issue 4, `protocol.md` §5.4): the key, the role's
 * policy, the way to the service kms, and what is said where one of them is missing.
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportsOf, Home, onEachFabric, Terminal } from './program.js';

const hasAws = spawnSync('aws', ['--version']).status === 0;
const REFUSED = /\[encryption-failed\]/u;

onEachFabric('sessions encrypted with KMS', (fabric) => describe.skipIf(!hasAws)(`by the preferences${hasAws ? '' : ' (no aws on PATH)'}`, () => {
  const home = new Home(fabric);
  let environment: NodeJS.ProcessEnv = {};
  let key = '';
  let role = '';
  let ids: readonly string[] = [];
  const run = (args: readonly string[], more: NodeJS.ProcessEnv = {}) => spawnSync('aws', [...args, '--output', 'text'], { env: { ...environment, ...more }, encoding: 'utf8', timeout: 60_000, input: '' });
  const text = (...args: string[]): string => {
    const { status, stdout, stderr } = run(args);
    if (status !== 0) throw new Error(`aws ${args.slice(0, 3).join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const allow = (Action: readonly string[], Resource: string): string => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] });
  const words = ({ stderr }: { readonly stderr: string }): string => stderr.replaceAll(/\s+/gu, ' ');

  beforeAll(() => {
    const deployed = home.run(['deploy', '--yes']);
    expect(deployed.status, deployed.stderr).toBe(0);
    environment = { ...exportsOf(home), PATH: `${process.env['PATH'] ?? ''}:${home.folder}/state/cloud/bin`, HOME: home.folder, AWS_PAGER: '' };
    ids = home.json<{ instances: { instanceId: string }[] }>('list').instances.map(({ instanceId }) => instanceId);
    role = text('iam', 'list-roles', '--query', 'Roles[].RoleName');
    key = text('kms', 'create-key', '--query', 'KeyMetadata.Arn');
    const inputs = { kmsKeyId: key, s3BucketName: '', s3KeyPrefix: '', s3EncryptionEnabled: true, cloudWatchLogGroupName: '', cloudWatchEncryptionEnabled: true, runAsEnabled: false, runAsDefaultUser: '' };
    text('ssm', 'update-document', '--name', 'SSM-SessionManagerRunShell', '--document-version', '$LATEST', '--content', JSON.stringify({ schemaVersion: '1.0', description: 'preferences', sessionType: 'Standard_Stream', inputs }));
  }, 120_000);
  afterAll(() => home.remove());

  it('without a policy of the role nothing runs, and who reads the error knows what is missing', () => {
    const refused = home.run(['exec', '3', '--', 'hostname']);
    expect(refused).toMatchObject({ status: 255, stdout: '' });
    expect(refused.stderr).toMatch(REFUSED);
    expect(words(refused)).toContain(`Fetching data key failed: Unable to retrieve data key, Error when decrypting data key AccessDeniedException: User: arn:aws:sts::${key.split(':')[4] ?? ''}:assumed-role/${role}/${ids[2] ?? ''} is not authorized to perform: kms:Decrypt on resource: ${key}`);
    expect(refused.stderr).toContain('hint:  the instance\'s role has to allow kms:Decrypt');
  });

  it('with it a command runs, its streams apart, its status its own', () => {
    text('iam', 'put-role-policy', '--role-name', role, '--policy-name', 'sessions', '--policy-document', allow(['kms:Decrypt'], key));
    expect(home.run(['exec', '3', '--', 'hostname'])).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^ip-10-0-2-\d+\./u) as string });
    expect(home.run(['exec', '3', '--', 'echo out; echo err >&2; exit 7'])).toMatchObject({ status: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  it.skipIf(!Terminal.available)('connect opens a shell and says that it is encrypted', async () => {
    const terminal = home.terminal(['connect', '3']);
    await terminal.waitFor(/This session is encrypted using AWS KMS\.\r?\n/u, 30_000);
    await terminal.waitFor(/sh-5\.2\$ /u);
    terminal.type('echo "$((6 * 7)) answers"\r');
    await terminal.waitFor(/\r\n42 answers\r\n/u);
    terminal.type('exit\r');
    await terminal.waitFor(/\[ended 0\]/u);
  });

  it('an instance without a way to kms has no session before it has an endpoint', async () => {
    const refused = home.run(['exec', '4', '--', 'hostname']);
    expect(refused.status).toBe(255);
    expect(words(refused)).toMatch(/RequestError: send request failed, caused by: Post "https:\/\/kms\.[a-z0-9-]+\.amazonaws\.com\/": connect ETIMEDOUT/u);
    const [vpc = '', subnet = '', group = ''] = text('ec2', 'describe-vpc-endpoints', '--filters', 'Name=service-name,Values=*.ssmmessages', '--query', 'VpcEndpoints[0].[VpcId,SubnetIds[0],Groups[0].GroupId]').split(/\s+/u);
    text('ec2', 'create-vpc-endpoint', '--vpc-endpoint-type', 'Interface', '--vpc-id', vpc, '--subnet-ids', subnet, '--security-group-ids', group, '--private-dns-enabled', '--service-name', `com.amazonaws.${key.split(':')[3] ?? ''}.kms`);
    const deadline = Date.now() + 30_000;
    let ended = refused;
    while (ended.status !== 0 && Date.now() < deadline) ended = home.run(['exec', '4', '--', 'hostname']);
    expect(ended.stdout, ended.stderr).toMatch(/^ip-10-0-3-\d+\./u);
  });

  // Between the client and the services, where no fabric is.
  it.skipIf(fabric !== 'computed')('who may not make a data key is told so; our client under the name of AWS\'s plugin does as it would', () => {
    text('iam', 'create-user', '--user-name', 'guest');
    text('iam', 'put-user-policy', '--user-name', 'guest', '--policy-name', 'sessions', '--policy-document', allow(['ssm:*'], '*'));
    const [AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = ''] = text('iam', 'create-access-key', '--user-name', 'guest', '--query', 'AccessKey.[AccessKeyId,SecretAccessKey]').split(/\s+/u);
    // AWS's own plugin is left out: it asks the real KMS of its region.
    const asGuest = () => run(['--endpoint-url', environment['AWS_ENDPOINT_URL'] ?? '', 'ssm', 'start-session', '--target', ids[2] ?? '', '--document-name', 'AWS-StartNonInteractiveCommand', '--parameters', 'command=hostname'], { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, PATH: `${home.folder}/state/cloud/bin:${process.env['PATH'] ?? ''}` });
    expect(asGuest().stdout).toContain(`is to be encrypted with the KMS key ${key}, which cannot be used here: kms GenerateDataKey: User: arn:aws:iam::${key.split(':')[4] ?? ''}:user/guest is not authorized to perform: kms:GenerateDataKey`);
    text('iam', 'put-user-policy', '--user-name', 'guest', '--policy-name', 'keys', '--policy-document', allow(['kms:GenerateDataKey'], key));
    expect(asGuest().stdout).toMatch(/This session is encrypted using AWS KMS\.\n[^]*ip-10-0-2-\d+\./u);
  });

  it.skipIf(fabric !== 'computed')('a key that is disabled ends the use of sessions, until it is enabled', () => {
    text('kms', 'disable-key', '--key-id', key);
    const refused = home.run(['exec', '3', '--', 'hostname']);
    expect(refused.status).toBe(255);
    expect(words(refused)).toContain(`kms GenerateDataKey: ${key} is disabled. (DisabledException)`);
    text('kms', 'enable-key', '--key-id', key);
    expect(home.run(['exec', '3', '--', 'hostname']).status).toBe(0);
  });
}));
