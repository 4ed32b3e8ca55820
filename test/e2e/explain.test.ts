/** explain and diff through the real program: each printed command is run by the AWS CLI and brings the shell back; what a change set would cut is cut by it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportsOf, Home, onEachFabric } from './program.js';

interface Explained {
  readonly verdict: string;
  readonly blockers: readonly { readonly by: string; readonly why: string; readonly code: string | null }[];
  readonly unknowns: readonly string[];
  readonly remedy: { readonly sentence: string; readonly command: readonly string[] } | null;
}

interface Compared {
  readonly verdict: string;
  readonly changes: readonly { readonly instance: { readonly name: string }; readonly way: string; readonly kind: string; readonly deciding: readonly string[] }[];
  readonly unknown: readonly unknown[];
  readonly doubts: readonly string[];
}

const hasAws = spawnSync('aws', ['--version']).status === 0;

describe('without a local cloud', () => {
  const home = new Home();
  afterAll(() => home.remove());

  it('explain and diff say what to do', () => {
    for (const args of [['explain', '4'], ['diff', '--change-set', 'x']]) {
      const { status, stderr } = home.run(args);
      expect(status).toBe(3);
      expect(stderr).toContain('ssmlab deploy');
    }
  });

  it.each([
    [['diff'], 2, 'two snapshots are needed'],
    [['diff', 'now', 'now'], 2, 'now and now are the same'],
    [['diff', 'a.json', '--change-set', 'x'], 2, '--change-set is compared with what is now'],
    [['diff', 'a.json', 'b.json'], 3, 'a.json is not there'],
  ])('%o', (args, status, said) => {
    const run = home.run(args);
    expect(run.stderr).toContain(said);
    expect(run.status).toBe(status);
  });
});

onEachFabric('explain and diff', (fabric) => {
  const home = new Home(fabric);
  let exported: NodeJS.ProcessEnv = {};
  const snapshot = join(home.folder, 'before.json');

  beforeAll(() => {
    const { status, stderr } = home.run(['deploy', '--yes'], { timeout: 120_000 });
    expect(status, stderr).toBe(0);
    exported = { PATH: process.env['PATH'], HOME: home.folder, ...exportsOf(home), AWS_PAGER: '' };
  });
  afterAll(() => home.remove());

  const aws = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync('aws', ['--endpoint-url', exported['AWS_ENDPOINT_URL'] ?? '', '--output', 'text', ...args], { env: exported, encoding: 'utf8' });
    if (status !== 0) throw new Error(`aws ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const idOf = (kind: string, query: string, name: string): string => aws('ec2', `describe-${kind}`, '--filters', `Name=tag:Name,Values=${name}`, '--query', query);
  const group = (name: string): string => idOf('security-groups', 'SecurityGroups[0].GroupId', name);

  const until = async (what: string, holds: () => boolean): Promise<void> => {
    const deadline = Date.now() + 180_000;
    while (!holds()) {
      if (Date.now() > deadline) throw new Error(`${what}: not within 180 s`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const opens = (instance: number): boolean => home.run(['exec', String(instance), '--', 'true']).status === 0;
  /** An open way takes a second; a session to an agent that was cut just now waits half a minute for its first word, which is not waited for here. */
  const isGone = (instance: number): boolean => home.run(['exec', String(instance), '--', 'true'], { timeout: 12_000 }).status !== 0;

  it('the ways of the healthy lab are open, and nothing changes by itself', () => {
    for (const instance of [1, 2, 3, 4]) {
      const { status, stdout } = home.run(['explain', String(instance)]);
      expect(stdout).toMatch(/^Open: /mu);
      expect(status).toBe(0);
    }
    expect(home.json<Explained>('explain', '4', '--snapshot', snapshot).verdict).toBe('open');
    const { status, stdout } = home.run(['diff', snapshot, 'now']);
    expect(stdout).toMatch(/^Nothing changed\. \d+ ways stay as they are\.$/mu);
    expect(status).toBe(0);
  });

  it('a snapshot is explained without any region', () => {
    const away = new Home(fabric);
    try {
      const explained = away.json<Explained>('explain', '3', '--to', '8.8.8.8', '--snapshot', snapshot);
      expect(explained.verdict).toBe('open');
      expect(away.run(['explain', '1', '--snapshot', snapshot]).stdout).toContain('from here (198.51.100.7)');
    } finally {
      away.remove();
    }
  });

  it('flows are told as they fare', () => {
    expect(home.run(['explain', '4', '--to', '8.8.8.8']).status).toBe(1);
    expect(home.json<Explained>('explain', '2', '--from', 'internet', '--to', ':22')).toMatchObject({ verdict: 'closed', blockers: [{ code: 'SG_HAS_NO_RULES' }] });
    const refused = home.run(['explain', '3', '--to', '8.8.8.8:0']);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('not a port');
  });

  describe.skipIf(!hasAws)('by the AWS CLI', () => {
    it.each<readonly [string, number, () => readonly (readonly string[])[], RegExp]>([
      ['the endpoints\' rule', 4, () => [['ec2', 'revoke-security-group-ingress', '--group-id', group('EndpointSecurityGroup'), '--protocol', 'tcp', '--port', '443', '--source-group', group('InstanceSecurityGroup3')]], /^sg-/u],
      ['the route to the NAT gateway', 3, () => [['ec2', 'delete-route', '--route-table-id', idOf('route-tables', 'RouteTables[0].RouteTableId', 'PrivateSubnet1RouteTable'), '--destination-cidr-block', '0.0.0.0/0']], /^rtb-/u],
      ['the rule for SSH', 1, () => [['ec2', 'revoke-security-group-ingress', '--group-id', group('InstanceSecurityGroup1'), '--protocol', 'tcp', '--port', '22', '--cidr', '198.51.100.7/32']], /^sg-/u],
      ['an endpoint', 4, () => [['ec2', 'delete-vpc-endpoints', '--vpc-endpoint-ids', idOf('vpc-endpoints', 'VpcEndpoints[0].VpcEndpointId', 'SSMMessagesEndpoint')]], /./u],
      ['the role\'s policy', 2, () => [['iam', 'detach-role-policy', '--role-name', aws('iam', 'list-roles', '--query', 'Roles[0].RoleName'), '--policy-arn', 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore']], /Role/u],
      ['an entry of a network ACL', 3, () => [['ec2', 'create-network-acl-entry', '--network-acl-id', aws('ec2', 'describe-network-acls', '--filters', `Name=association.subnet-id,Values=${idOf('subnets', 'Subnets[0].SubnetId', 'PrivateSubnet1')}`, '--query', 'NetworkAcls[0].NetworkAclId'), '--egress', '--rule-number', '90', '--protocol', '6', '--port-range', 'From=443,To=443', '--cidr-block', '0.0.0.0/0', '--rule-action', 'deny']], /^acl-.* rule 90/u],
    ])('%s is taken away, and the printed command brings the shell back', async (_, instance, breaking, by) => {
      expect(opens(instance)).toBe(true);
      for (const args of breaking()) aws(...args);
      const explained = home.json<Explained>('explain', String(instance));
      expect(explained.verdict).toBe('closed');
      expect(explained.blockers[0]?.by).toMatch(by);
      expect(explained.remedy?.command[0]).toBe('aws');
      const printed = home.run(['explain', String(instance)]);
      expect(printed.status).toBe(1);
      await until(`the way into ${instance} is gone`, () => isGone(instance));
      // As it stands on the screen: a shell reads it.
      const line = printed.stdout.split('\n').find((each) => each.startsWith('  aws ')) ?? '';
      const ran = spawnSync('sh', ['-c', line.replace('aws ', `aws --endpoint-url '${exported['AWS_ENDPOINT_URL'] ?? ''}' `)], { env: exported, encoding: 'utf8' });
      expect(ran.status, `${line}\n${ran.stderr}`).toBe(0);
      expect(home.json<Explained>('explain', String(instance)).verdict).toBe('open');
      await until(`the way into ${instance} is back`, () => opens(instance));
    }, 600_000);

    const changeSet = (name: string, edit: (template: string) => string): void => {
      const file = join(home.folder, `${name}.yaml`);
      writeFileSync(file, edit(home.run(['template']).stdout));
      const keys = aws('cloudformation', 'describe-stacks', '--stack-name', 'ssmlab', '--query', 'Stacks[0].Parameters[].ParameterKey').split(/\s+/u);
      aws('cloudformation', 'create-change-set', '--stack-name', 'ssmlab', '--change-set-name', name, '--template-body', `file://${file}`, '--capabilities', 'CAPABILITY_IAM', '--parameters', ...keys.map((key) => `ParameterKey=${key},UsePreviousValue=true`));
      aws('cloudformation', 'wait', 'change-set-create-complete', '--stack-name', 'ssmlab', '--change-set-name', name);
    };
    const withoutRule = (template: string): string => template.replace(/ {6}SecurityGroupIngress:\n {8}- Description: HTTPS from instance 4\n(?: {10}.*\n)+/u, '');

    it('a change set that only describes anew is told as one whose values are not known yet, and nothing is guessed', () => {
      changeSet('rename', (template) => template.replace('GroupDescription: VPC endpoints, HTTPS from instance 4', 'GroupDescription: Another'));
      const compared = home.json<Compared>('diff', '--change-set', 'rename');
      expect(compared.verdict).toBe('unknown');
      expect(compared.changes.map(({ instance, way, kind }) => [instance.name, way, kind])).toEqual([['Instance4', 'Session Manager', 'doubtful']]);
      expect(compared.doubts.join('\n')).toMatch(/EndpointSecurityGroup \(sg-[0-9a-f]+\) is replaced/u);
      expect(home.run(['diff', '--change-set', 'rename']).status).toBe(3);
    });

    it('what a change set would cut is named before it is executed, and is cut by it', async () => {
      expect(home.run(['diff', '--change-set', 'cut']).stderr).toContain('the stack "ssmlab" has no change set "cut"');
      changeSet('cut', withoutRule);
      const planned = home.run(['diff', '--change-set', 'cut']);
      expect(planned.status, planned.stderr).toBe(1);
      const compared = home.json<Compared>('diff', '--change-set', 'cut');
      expect(compared).toMatchObject({ verdict: 'changed', unknown: [], doubts: [] });
      expect(compared.changes).toEqual([expect.objectContaining({ way: 'Session Manager', kind: 'lost', deciding: [`${group('EndpointSecurityGroup')} (EndpointSecurityGroup) lost the rule ingress tcp/443 from ${group('InstanceSecurityGroup3')} (InstanceSecurityGroup3)`] })]);
      expect(compared.changes[0]?.instance.name).toBe('Instance4');
      expect(opens(4)).toBe(true);
      const before = join(home.folder, 'executed.json');
      home.json('explain', '4', '--snapshot', before);
      aws('cloudformation', 'execute-change-set', '--stack-name', 'ssmlab', '--change-set-name', 'cut');
      aws('cloudformation', 'wait', 'stack-update-complete', '--stack-name', 'ssmlab');
      await until('the way into 4 is gone', () => isGone(4));
      expect(home.json<Explained>('explain', '4').verdict).toBe('closed');
      expect(home.json<Compared>('diff', before, 'now').changes).toEqual(compared.changes);
      for (const instance of [1, 2, 3]) expect(opens(instance)).toBe(true);
      expect(home.run(['diff', '--change-set', 'cut']).stderr).toContain('cannot be executed any more');
    }, 600_000);
  });
});
