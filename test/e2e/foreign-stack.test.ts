/**
 * A stack that ssmlab did not make: the lab's four under other names, with a key pair that EC2 made. Listed, entered and
 * verified by `--stack`; then 3 gets a default route to the internet gateway, and the list says so.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportsOf, Home } from './program.js';

interface Row { readonly number: number; readonly name: string; readonly instanceId: string; readonly path: string; readonly auth: string; readonly subnetId: string }
interface Report { readonly verdict: string; readonly claims: readonly { readonly instance: number | string; readonly claim: string; readonly declared: string | null; readonly predicted: string | null; readonly verdict: string; readonly why: string }[] }

const hasAws = spawnSync('aws', ['--version']).status === 0;
const NAMES: Readonly<Record<string, string>> = { Instance1: 'Mike', Instance2: 'Zulu', Instance3: 'Alpha', Instance4: 'Kilo' };

describe.skipIf(!hasAws)(`a stack that ssmlab did not make${hasAws ? '' : ' (no aws on PATH)'}`, () => {
  const home = new Home();
  const pem = join(home.folder, 'other.pem');
  let environment: NodeJS.ProcessEnv = {};

  const aws = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('aws', [...args, '--output', 'text'], { env: environment, encoding: 'utf8', timeout: 120_000 });
    if (status !== 0) throw new Error(`aws ${args.slice(0, 2).join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const rows = () => home.json<{ instances: Row[] }>('list', '--stack', 'other').instances;
  const short = () => rows().map(({ number, name, path, auth }) => `${number} ${name} ${path} ${auth}`);

  beforeAll(() => {
    expect(home.run(['local', 'start']).status).toBe(0);
    environment = { ...exportsOf(home), PATH: process.env['PATH'], HOME: home.folder, AWS_PAGER: '' };
    writeFileSync(pem, `${aws('ec2', 'create-key-pair', '--key-name', 'MyKeyPair', '--query', 'KeyMaterial')}\n`);
    chmodSync(pem, 0o600);
    const template = home.run(['template']).stdout
      .replaceAll(/\bInstance([1-4])(?!Id|Public|Private)\b/g, (name) => NAMES[name] ?? name)
      .replaceAll(/Key: ssmlab\b/g, 'Key: other');
    expect(template).toContain('Alpha');
    writeFileSync(join(home.folder, 'other.yaml'), template);
    aws('cloudformation', 'create-stack', '--stack-name', 'other', '--template-body', `file://${join(home.folder, 'other.yaml')}`, '--parameters', 'ParameterKey=KeyName,ParameterValue=MyKeyPair', '--capabilities', 'CAPABILITY_IAM');
    aws('cloudformation', 'wait', 'stack-create-complete', '--stack-name', 'other');
  }, 180_000);
  afterAll(() => home.remove());

  it('is listed as what it is', async () => {
    expect(short()).toEqual(['1 Mike internet-gateway ssh-key-pair', '2 Zulu internet-gateway session-manager', '3 Alpha nat-gateway session-manager', '4 Kilo vpc-endpoint session-manager']);
    expect(home.run(['list', '--stack', 'other']).stdout).toMatch(/private half of the key pair MyKeyPair: name its file with --identity FILE/u);
    const deadline = Date.now() + 30_000;
    while (!/(online[\s\S]*){3}/u.test(home.run(['list', '--stack', 'other']).stdout)) {
      if (Date.now() > deadline) throw new Error('the agents are not online');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  });

  it('is entered: by the key pair that EC2 made, and by Session Manager', () => {
    expect(home.run(['exec', '1', '--stack', 'other', '--identity', pem, '--', 'whoami']).stdout).toBe('ec2-user\n');
    expect(home.run(['exec', 'Alpha', '--stack', 'other', '--', 'whoami']).stdout).toBe('ssm-user\n');
  });

  it('says what is wrong with a key', () => {
    const with_ = (...flags: string[]) => home.run(['exec', '1', '--stack', 'other', ...flags, '--', 'true']);
    const none = with_();
    expect([none.status, none.stderr]).toEqual([255, expect.stringMatching(/\[key-missing\][\s\S]*"MyKeyPair"[\s\S]*--identity FILE/u)]);
    chmodSync(pem, 0o644);
    expect(with_('--identity', pem).stderr).toMatch(/mode 0644[\s\S]*\[key-unsafe\]/u);
    chmodSync(pem, 0o600);
    const wrong = join(home.folder, 'wrong.pem');
    writeFileSync(wrong, `${aws('ec2', 'create-key-pair', '--key-name', 'Another', '--key-type', 'ed25519', '--query', 'KeyMaterial')}\n`, { mode: 0o600 });
    expect(with_('--identity', wrong).stderr).toContain('[ssh-refused]');
  });

  it('is verified as the lab that it is', () => {
    const report = home.json<Report>('verify', '--stack', 'other', '--identity', pem);
    expect(report.claims.filter((claim) => claim.verdict !== 'pass')).toEqual([]);
    expect([report.verdict, report.claims.length, report.claims[0]]).toMatchObject(['pass', 52, { instance: 1, declared: 'SSH is open' }]);
  });

  it('is nobody\'s to destroy', () => {
    const run = home.run(['destroy', '--stack', 'other', '--yes']);
    expect([run.status, run.stderr]).toEqual([3, expect.stringContaining('[stack-foreign]')]);
  });

  it('names the stack that was meant', () => {
    const run = home.run(['list', '--stack', 'othr']);
    expect([run.status, run.stderr]).toEqual([3, expect.stringMatching(/no stack "othr"[\s\S]*did you mean --stack other\?/u)]);
  });

  it('is listed right when 3 gets a default route to the internet gateway', () => {
    const alpha = rows()[2];
    const table = aws('ec2', 'describe-route-tables', '--filters', `Name=association.subnet-id,Values=${alpha?.subnetId}`, '--query', 'RouteTables[0].RouteTableId');
    const gateway = aws('ec2', 'describe-internet-gateways', '--query', 'InternetGateways[?Attachments].InternetGatewayId | [0]');
    aws('ec2', 'replace-route', '--route-table-id', table, '--destination-cidr-block', '0.0.0.0/0', '--gateway-id', gateway);
    expect(short()).toEqual(['1 Mike internet-gateway ssh-key-pair', '2 Zulu internet-gateway session-manager', '3 Alpha internet-gateway session-manager', '4 Kilo vpc-endpoint session-manager']);
    // It has no public address, and so no way by that gateway (I2).
    expect(home.run(['list', '--stack', 'other']).stdout).toMatch(/Alpha .*internet gateway \(closed\)/u);
  });

  it('another stack, of one instance, is held against what its path says', async () => {
    const [zulu] = rows().filter((row) => row.number === 2);
    const sibling = `Parameters:\n  Image: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64 }\nResources:\n  Sole:\n    Type: AWS::EC2::Instance\n    Properties: { SubnetId: ${zulu?.subnetId}, InstanceType: t4g.nano, ImageId: !Ref Image }\n`;
    writeFileSync(join(home.folder, 'sole.yaml'), sibling);
    aws('cloudformation', 'create-stack', '--stack-name', 'sole', '--template-body', `file://${join(home.folder, 'sole.yaml')}`);
    aws('cloudformation', 'wait', 'stack-create-complete', '--stack-name', 'sole');
    const run = home.run(['verify', '--stack', 'sole', '--json']);
    const report = JSON.parse(run.stdout) as Report;
    expect([run.status, report.verdict, report.claims.map(({ instance, declared, predicted }) => [String(instance).slice(0, 2), declared, predicted])]).toEqual([3, 'unknown', [['i-', null, 'no way in'], ['i-', null, 'not available'], ['i-', null, 'silence']]]);
  });
});
