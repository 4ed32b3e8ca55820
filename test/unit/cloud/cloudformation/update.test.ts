/** Updates and change sets on the real services: in place, by replacement, rolled back, and told beforehand (c12, c14, c16). */
import { beforeEach, describe, expect, it } from 'vitest';
import { TestRegion } from './region.js';

const NETWORK = `
Parameters:
  Cidr: {Type: String, Default: 10.0.0.0/16}
  Prefix: {Type: String, Default: 10.0.1.0/24}
  Name: {Type: String, Default: a}
Resources:
  VPC:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: !Ref Cidr
      Tags: [{Key: Name, Value: !Ref Name}]
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref VPC, CidrBlock: !Ref Prefix}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: g
      VpcId: !Ref VPC
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 192.0.2.0/24, Description: one}
Outputs:
  Vpc: {Value: !Ref VPC}
  Subnet: {Value: !Ref Subnet}
  Group: {Value: !Ref Group}
`;

let region: TestRegion;
beforeEach(() => {
  region = new TestRegion();
});

const parameters = (values: { [key: string]: string }) => Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
const vpcs = () => region.ids('DescribeVpcs', 'vpcSet', 'vpcId');

async function update(input: object): Promise<void> {
  await region.cfn('UpdateStack', { StackName: 's', UsePreviousTemplate: true, ...input });
  region.settle();
}

async function outputs(): Promise<{ [key: string]: string }> {
  return Object.fromEntries((await region.stack()).Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

async function changes(name = 'c') {
  const { Changes } = await region.cfn('DescribeChangeSet', { StackName: 's', ChangeSetName: name });
  return (Changes as { ResourceChange: { Action: string; LogicalResourceId: string; Replacement?: string } }[]).map(({ ResourceChange: { Action, LogicalResourceId, Replacement } }) => [Action, LogicalResourceId, Replacement]);
}

function ingress(groupId: string): unknown {
  const { securityGroupInfo } = region.call('ec2', 'DescribeSecurityGroups', { GroupId: [groupId] }) as { securityGroupInfo: { ipPermissions: { fromPort: number; ipRanges: { cidrIp: string; description?: string }[] }[] }[] };
  return securityGroupInfo[0]?.ipPermissions.map(({ fromPort, ipRanges }) => [fromPort, ...ipRanges.map(({ cidrIp, description }) => `${cidrIp} ${description ?? ''}`)]);
}

describe('UpdateStack', () => {
  it('c16: without a change it is refused, also for another layout of the same template', async () => {
    await region.create(NETWORK);
    for (const input of [{ UsePreviousTemplate: true }, { TemplateBody: NETWORK }, { TemplateBody: `# a comment\n${NETWORK}` }]) {
      expect(await region.refused('UpdateStack', { StackName: 's', ...input })).toMatchObject({ code: 'ValidationError', message: 'No updates are to be performed.' });
    }
    expect((await region.stack()).StackStatus).toBe('CREATE_COMPLETE');
  });

  it('changes in place what can be', async () => {
    await region.create(NETWORK);
    const before = await outputs();
    await update({ Parameters: parameters({ Name: 'b' }) });
    expect(await outputs()).toEqual(before);
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
    const { tagSet } = region.call('ec2', 'DescribeTags', { Filter: [{ Name: 'resource-id', Value: [before['Vpc'] ?? ''] }, { Name: 'key', Value: ['Name'] }] }) as { tagSet: { value: string }[] };
    expect(tagSet.map(({ value }) => value)).toEqual(['b']);
    const rows = (await region.events()).map(({ line }) => line);
    expect(rows.slice(rows.indexOf('s UPDATE_IN_PROGRESS'))).toEqual([
      's UPDATE_IN_PROGRESS', 'VPC UPDATE_IN_PROGRESS', 'VPC UPDATE_COMPLETE', 's UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 's UPDATE_COMPLETE',
    ]);
  });

  it('moves the rules of a security group, also to another description', async () => {
    await region.create(NETWORK);
    const { Group = '' } = await outputs();
    const rule = '{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 192.0.2.0/24, Description: one}';
    await update({ UsePreviousTemplate: false, TemplateBody: NETWORK.replace(rule, rule.replace('one', 'two')) });
    expect(ingress(Group)).toEqual([[22, '192.0.2.0/24 two']]);
    await update({ UsePreviousTemplate: false, TemplateBody: NETWORK.replace(rule, '{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 192.0.2.0/24}') });
    expect(ingress(Group)).toEqual([[80, '192.0.2.0/24 ']]);
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('replaces what cannot be changed, and what depends on it, and removes the old', async () => {
    await region.create(NETWORK);
    const [before, count] = [await outputs(), vpcs().length];
    await update({ Parameters: parameters({ Cidr: '10.1.0.0/16', Prefix: '10.1.1.0/24' }) });
    const after = await outputs();
    for (const key of ['Vpc', 'Subnet', 'Group']) expect(after[key]).not.toBe(before[key]);
    expect(vpcs()).toHaveLength(count);
    expect(vpcs()).not.toContain(before['Vpc']);
    expect((await region.events()).find(({ line, reason }) => line === 'VPC UPDATE_IN_PROGRESS' && reason !== undefined)?.reason).toBe('Requested update requires the creation of a new physical resource; hence creating one.');
    expect(await region.stack()).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
    expect(region.log).toEqual([]);
  });

  it('adds and removes resources', async () => {
    await region.create(NETWORK);
    const without = NETWORK.replace(/ {2}Subnet:\n[^]*?(?= {2}Group:)/, '').replace('  Subnet: {Value: !Ref Subnet}\n', '');
    await update({ UsePreviousTemplate: false, TemplateBody: without });
    expect(Object.keys(await outputs())).toEqual(['Vpc', 'Group']);
    expect(region.ids('DescribeSubnets', 'subnetSet', 'cidrBlock')).not.toContain('10.0.1.0/24');
    await update({ UsePreviousTemplate: false, TemplateBody: NETWORK });
    expect(region.ids('DescribeSubnets', 'subnetSet', 'cidrBlock')).toContain('10.0.1.0/24');
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('rolls a failed update back to the very resources that were there', async () => {
    await region.create(NETWORK);
    const [before, count] = [await outputs(), vpcs().length];
    // The new VPC is made, then its subnet does not fit.
    await update({ Parameters: parameters({ Cidr: '10.1.0.0/16' }) });
    expect(await region.stack()).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(await outputs()).toEqual(before);
    expect(vpcs()).toContain(before['Vpc']);
    expect(vpcs()).toHaveLength(count);
    const rows = await region.events();
    expect(rows.find(({ line }) => line === 's UPDATE_ROLLBACK_IN_PROGRESS')?.reason).toBe('The following resource(s) failed to update: [Subnet]. Rollback requested by user.');
    expect((await region.stack()).Parameters).toContainEqual(expect.objectContaining({ ParameterKey: 'Cidr', ParameterValue: '10.0.0.0/16' }));
    await update({ Parameters: parameters({ Name: 'z' }) });
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(vpcs()).toHaveLength(count - 1);
  });

  it('replaces nothing while nothing is rolled back, and goes on from what was left as it was, or back', async () => {
    const REFUSED = 'This stack is currently in a non-terminal [UPDATE_FAILED] state. To update the stack from this state, please use the disable-rollback parameter with';
    const count = vpcs().length;
    await region.create(NETWORK);
    const before = await outputs();
    const nameOf = () => region.ids('DescribeTags', 'tagSet', 'value', { Filter: [{ Name: 'resource-id', Value: [before['Vpc'] ?? ''] }, { Name: 'key', Value: ['Name'] }] });
    const kept = { DisableRollback: true, Parameters: parameters({ Name: 'b', Prefix: '10.0.7.0/24' }) };
    await update(kept);
    expect((await region.events()).find(({ line }) => line === 'Subnet UPDATE_FAILED')?.reason).toBe('Replacement type updates not supported on stack with disable-rollback.');
    expect([(await region.stack()).StackStatus, nameOf()]).toEqual(['UPDATE_FAILED', ['b']]);
    expect((await region.refused('UpdateStack', { StackName: 's', UsePreviousTemplate: true, Parameters: parameters({ Name: 'c' }) })).message).toBe(`${REFUSED} update-stack API. To rollback to the last known good state, use the rollback-stack API`);
    await region.cfn('CreateChangeSet', { StackName: 's', ChangeSetName: 'c', UsePreviousTemplate: true, Parameters: parameters({ Name: 'c' }) });
    region.settle();
    expect((await region.refused('ExecuteChangeSet', { StackName: 's', ChangeSetName: 'c' })).message).toContain(`${REFUSED} execute-change-set API`);
    await region.cfn('RollbackStack', { StackName: 's' });
    region.settle();
    expect([(await region.stack()).StackStatus, nameOf()]).toEqual(['UPDATE_ROLLBACK_COMPLETE', ['a']]);
    await update(kept);
    await update({ DisableRollback: true, Parameters: parameters({ Name: 'c' }) });
    expect([(await region.stack()).StackStatus, nameOf(), await outputs()]).toEqual(['UPDATE_COMPLETE', ['c'], before]);
    expect(vpcs()).toHaveLength(count + 1);
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(vpcs()).toHaveLength(count);
  });

  it('mends a creation that failed and was left as it was', async () => {
    const count = vpcs().length;
    await region.create(NETWORK, { DisableRollback: true, Parameters: parameters({ Prefix: '10.9.1.0/24' }) });
    expect((await region.stack()).StackStatus).toBe('CREATE_FAILED');
    await update({ DisableRollback: true, Parameters: parameters({ Prefix: '10.0.7.0/24' }) });
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
    expect(Object.keys(await outputs())).toEqual(['Vpc', 'Subnet', 'Group']);
    expect(vpcs()).toHaveLength(count + 1);
  });

  it('goes on after a kill at any commit of an update that is rolled back', async () => {
    const run = async (killAt: number) => {
      region = new TestRegion();
      await region.create(NETWORK);
      const before = await outputs();
      await region.cfn('UpdateStack', { StackName: 's', UsePreviousTemplate: true, Parameters: parameters({ Cidr: '10.1.0.0/16' }) });
      let [commits, dead] = [0, false];
      region.onWrite = () => {
        dead = commits++ === killAt;
        if (dead) throw new Error('killed');
      };
      for (let step = 0; step < 5000; step++) {
        const ran = region.tick();
        if (dead) region.restart();
        else if (!ran) break;
        dead = false;
      }
      expect(await region.stack()).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
      expect(await outputs()).toEqual(before);
      expect(vpcs().filter((id) => id === before['Vpc'])).toHaveLength(1);
      return { commits, vpcs: vpcs().length };
    };
    const whole = await run(-1);
    for (let at = 0; at < whole.commits; at++) expect((await run(at)).vpcs).toBe(whole.vpcs);
  });
});

describe('change sets', () => {
  const CHANGE = { StackName: 's', ChangeSetName: 'c' };

  it('c12: one of type CREATE makes a stack in review and nothing else, until it is executed', async () => {
    const count = vpcs().length;
    const made = await region.cfn('CreateChangeSet', { ...CHANGE, ChangeSetType: 'CREATE', TemplateBody: NETWORK });
    expect(made['Id']).toMatch(/^arn:aws:cloudformation:ap-northeast-1:123456789012:changeSet\/c\/[0-9a-f-]{36}$/);
    region.settle();
    expect((await region.stack()).StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect(vpcs()).toHaveLength(count);
    expect(await region.cfn('DescribeChangeSet', CHANGE)).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', StackName: 's' });
    expect(await changes()).toEqual([['Add', 'VPC', undefined], ['Add', 'Subnet', undefined], ['Add', 'Group', undefined]]);
    await region.cfn('ExecuteChangeSet', CHANGE);
    region.settle();
    expect((await region.stack()).StackStatus).toBe('CREATE_COMPLETE');
    expect(await region.refused('ExecuteChangeSet', CHANGE)).toMatchObject({ code: 'InvalidChangeSetStatus' });
  });

  it('is executed once, however often the same request comes', async () => {
    await region.cfn('CreateChangeSet', { ...CHANGE, ChangeSetType: 'CREATE', TemplateBody: NETWORK });
    const before = vpcs().length;
    for (let each = 0; each < 2; each += 1) expect(await region.cfn('ExecuteChangeSet', { ...CHANGE, ClientRequestToken: 'again' })).toEqual({});
    region.settle();
    expect(await region.cfn('ExecuteChangeSet', { ...CHANGE, ClientRequestToken: 'again' })).toEqual({});
    region.settle();
    expect((await region.stack()).StackStatus).toBe('CREATE_COMPLETE');
    expect(vpcs()).toHaveLength(before + 1);
    expect(await region.refused('ExecuteChangeSet', { ...CHANGE, ClientRequestToken: 'another' })).toMatchObject({ code: 'InvalidChangeSetStatus' });
  });

  it('c14: tells a change in place from a replacement', async () => {
    await region.create(NETWORK);
    await region.cfn('CreateChangeSet', { ...CHANGE, UsePreviousTemplate: true, Parameters: parameters({ Name: 'b' }) });
    expect(await changes()).toEqual([['Modify', 'VPC', 'False']]);
    await region.cfn('CreateChangeSet', { ...CHANGE, ChangeSetName: 'd', UsePreviousTemplate: true, Parameters: parameters({ Cidr: '10.1.0.0/16', Prefix: '10.1.1.0/24' }) });
    expect(await changes('d')).toEqual([['Modify', 'VPC', 'True'], ['Modify', 'Subnet', 'True'], ['Modify', 'Group', 'True']]);
    expect(await region.cfn('ListChangeSets', { StackName: 's' })).toMatchObject({ Summaries: [{ ChangeSetName: 'c' }, { ChangeSetName: 'd' }] });
    await region.cfn('ExecuteChangeSet', { StackName: 's', ChangeSetName: 'd' });
    region.settle();
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('fails one without changes, and knows no unknown one', async () => {
    await region.create(NETWORK);
    await region.cfn('CreateChangeSet', { ...CHANGE, UsePreviousTemplate: true });
    expect(await region.cfn('DescribeChangeSet', CHANGE)).toMatchObject({ Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE', StatusReason: expect.stringContaining(`didn't contain changes`) as string });
    await region.cfn('DeleteChangeSet', CHANGE);
    expect(await region.refused('DescribeChangeSet', CHANGE)).toMatchObject({ code: 'ChangeSetNotFound', status: 404, message: 'ChangeSet [c] does not exist' });
  });

  it('keeps its name, failed or executed, until it is deleted', async () => {
    await region.create(NETWORK);
    const { Id } = await region.cfn('CreateChangeSet', { ...CHANGE, UsePreviousTemplate: true });
    const next = { ...CHANGE, UsePreviousTemplate: true, Parameters: parameters({ Name: 'b' }) };
    expect(await region.refused('CreateChangeSet', next)).toMatchObject({ code: 'AlreadyExistsException' });
    expect(await region.cfn('DescribeChangeSet', CHANGE)).toMatchObject({ ChangeSetId: Id, Status: 'FAILED' });
    await region.cfn('DeleteChangeSet', CHANGE);
    await region.cfn('CreateChangeSet', next);
    await region.cfn('ExecuteChangeSet', CHANGE);
    region.settle();
    expect(await region.refused('CreateChangeSet', { ...next, Parameters: parameters({ Name: 'c' }) })).toMatchObject({ code: 'AlreadyExistsException' });
  });

  it('of `aws cloudformation deploy`, named by the second, gives its name to the next one when it can be executed no more', async () => {
    await region.create(NETWORK);
    const named = { ...CHANGE, ChangeSetName: 'awscli-cloudformation-package-deploy-1764000000' };
    const { Id } = await region.cfn('CreateChangeSet', { ...named, UsePreviousTemplate: true });
    const next = { ...named, UsePreviousTemplate: true, Parameters: parameters({ Name: 'b' }) };
    const { Id: second } = await region.cfn('CreateChangeSet', next);
    expect(second).not.toBe(Id);
    expect(await region.refused('DescribeChangeSet', { ChangeSetName: Id })).toMatchObject({ code: 'ChangeSetNotFound' });
    expect(await region.refused('CreateChangeSet', next)).toMatchObject({ code: 'AlreadyExistsException' });
    await region.cfn('ExecuteChangeSet', named);
    region.settle();
    await region.cfn('CreateChangeSet', { ...next, Parameters: parameters({ Name: 'c' }) });
    expect(await changes(named.ChangeSetName)).toEqual([['Modify', 'VPC', 'False']]);
  });

  it.each([
    ['a change set', async (input: object) => {
      await region.cfn('CreateChangeSet', { ...CHANGE, UsePreviousTemplate: true, ...input });
      await region.cfn('ExecuteChangeSet', CHANGE);
    }],
    ['an update', async (input: object) => void (await region.cfn('UpdateStack', { StackName: 's', UsePreviousTemplate: true, ...input }))],
  ])('%s without tags keeps those of the stack, one with an empty value, as the CLI\'s deploy sends it, removes them', async (_what, change) => {
    await region.create(NETWORK, { Tags: [{ Key: 'team', Value: 'blue' }] });
    await change({ Parameters: parameters({ Name: 'b' }) });
    region.settle();
    expect(await region.stack()).toMatchObject({ StackStatus: 'UPDATE_COMPLETE', Tags: [{ Key: 'team', Value: 'blue' }] });
    await region.cfn('DeleteChangeSet', CHANGE).catch(() => undefined);
    await change({ Parameters: parameters({ Name: 'b' }), Tags: '' });
    region.settle();
    expect(await region.stack()).toMatchObject({ StackStatus: 'UPDATE_COMPLETE', Tags: [] });
  });

  it('leaves nothing of a stack in review that is deleted', async () => {
    await region.cfn('CreateChangeSet', { ...CHANGE, ChangeSetType: 'CREATE', TemplateBody: NETWORK });
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(await region.refused('DescribeStacks', { StackName: 's' })).toMatchObject({ code: 'ValidationError' });
    expect((await region.create(NETWORK))).toMatch(/^arn:/);
  });

  it('says why each property changes, and the values before and after when asked', async () => {
    await region.create(NETWORK, { Parameters: parameters({ Name: 'a' }) });
    const { Vpc = '' } = await outputs();
    await region.cfn('CreateChangeSet', { ...CHANGE, UsePreviousTemplate: true, Parameters: parameters({ Cidr: '10.1.0.0/16', Prefix: '10.1.1.0/24' }) });
    const { Changes } = await region.cfn('DescribeChangeSet', { ...CHANGE, IncludePropertyValues: true }) as { Changes: { ResourceChange: { [name: string]: unknown } }[] };
    const [vpc, subnet, group] = Changes.map(({ ResourceChange }) => ResourceChange);
    const cidr = { Attribute: 'Properties', Name: 'CidrBlock', RequiresRecreation: 'Always', Path: '/Properties/CidrBlock', BeforeValue: '10.0.0.0/16', AfterValue: '10.1.0.0/16', AttributeChangeType: 'Modify' };
    expect(vpc).toEqual({
      Action: 'Modify', LogicalResourceId: 'VPC', PhysicalResourceId: Vpc, ResourceType: 'AWS::EC2::VPC', Replacement: 'True', PolicyAction: 'ReplaceAndDelete', Scope: ['Properties'], ChangeSetId: undefined,
      Details: [
        { Target: cidr, Evaluation: 'Static', ChangeSource: 'ParameterReference', CausingEntity: 'Cidr' },
        { Target: cidr, Evaluation: 'Dynamic', ChangeSource: 'DirectModification', CausingEntity: undefined },
      ],
      BeforeContext: JSON.stringify({ Properties: { CidrBlock: '10.0.0.0/16', Tags: [{ Key: 'Name', Value: 'a' }] } }),
      AfterContext: JSON.stringify({ Properties: { CidrBlock: '10.1.0.0/16', Tags: [{ Key: 'Name', Value: 'a' }] } }),
    });
    expect(subnet).toMatchObject({
      Replacement: 'True',
      Details: [{ Target: { Name: 'VpcId', BeforeValue: Vpc, AfterValue: '{{changeSet:KNOWN_AFTER_APPLY}}' }, Evaluation: 'Static', ChangeSource: 'ResourceReference', CausingEntity: 'VPC' }, { CausingEntity: 'Prefix' }, { ChangeSource: 'DirectModification' }],
    });
    expect(group).toMatchObject({ Replacement: 'True', Details: [{ ChangeSource: 'ResourceReference' }] });
    const plain = await region.cfn('DescribeChangeSet', CHANGE);
    expect(JSON.stringify(plain)).not.toMatch(/BeforeContext|AfterValue/);
  });

  it('tells what is certain from what depends on an attribute that may change', async () => {
    const template = (description: string) => `
Resources:
  P: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Name: /p, Value: v, Description: ${description}}}
  Q: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Name: !Sub '/q/\${P.Value}', Value: w}}
  R: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Name: /r, Value: !GetAtt P.Value}}
  S: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Name: /s, Value: !Ref P}}
`;
    await region.create(template('one'));
    await region.cfn('CreateChangeSet', { ...CHANGE, TemplateBody: template('two') });
    expect(await changes()).toEqual([['Modify', 'P', 'False'], ['Modify', 'Q', 'Conditional'], ['Modify', 'R', 'False']]);
    await region.cfn('ExecuteChangeSet', CHANGE);
    region.settle();
    expect((await region.events()).filter(({ line }) => /^[QRS] UPDATE/.test(line))).toEqual([]);
  });

  it('tells an addition, a removal with its policy, a change of tags and of metadata', async () => {
    await region.create(NETWORK.replace('  Subnet:\n    Type: AWS::EC2::Subnet', '  Subnet:\n    Type: AWS::EC2::Subnet\n    DeletionPolicy: Retain'));
    const without = NETWORK.replace(/ {2}Subnet:\n[^]*?(?= {2}Group:)/, `  New: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref VPC}}\n`).replace('  Subnet: {Value: !Ref Subnet}\n', '').replace('  Group:\n    Type: AWS::EC2::SecurityGroup', '  Group:\n    Type: AWS::EC2::SecurityGroup\n    Metadata: {a: b}');
    await region.cfn('CreateChangeSet', { ...CHANGE, TemplateBody: without, Tags: [{ Key: 'team', Value: 'blue' }] });
    const { Changes } = await region.cfn('DescribeChangeSet', { ...CHANGE, IncludePropertyValues: true }) as { Changes: { ResourceChange: { [name: string]: unknown } }[] };
    expect(Changes.map(({ ResourceChange }) => ResourceChange)).toMatchObject([
      { Action: 'Modify', LogicalResourceId: 'VPC', Replacement: 'False', Scope: ['Tags'] },
      { Action: 'Add', LogicalResourceId: 'New', Details: [], AfterContext: expect.stringContaining('{"VpcId":"vpc-') as string },
      { Action: 'Modify', LogicalResourceId: 'Group', Replacement: 'False', Scope: ['Tags', 'Metadata'], Details: [{}, { Target: { Attribute: 'Metadata', Path: '/Metadata', AfterValue: '{"a":"b"}', AttributeChangeType: 'Add' } }] },
      { Action: 'Remove', LogicalResourceId: 'Subnet', PolicyAction: 'Retain', BeforeContext: expect.stringContaining('"CidrBlock":"10.0.1.0/24"') as string },
    ]);
  });

  it('keeps the values of NoEcho parameters to itself', async () => {
    const secret = `Parameters: {Secret: {Type: String, NoEcho: true}}\nResources: {P: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Value: !Ref Secret}}}`;
    await region.cfn('CreateChangeSet', { ...CHANGE, ChangeSetType: 'CREATE', TemplateBody: secret, Parameters: parameters({ Secret: 'hush-hush' }) });
    const shown = JSON.stringify(await region.cfn('DescribeChangeSet', { ...CHANGE, IncludePropertyValues: true }));
    expect(shown).not.toContain('hush-hush');
    expect(shown).toContain('****');
  });

  it.each([
    [{ ChangeSetType: 'IMPORT', TemplateBody: NETWORK }, 'ResourcesToImport must be specified for a change set of type IMPORT'],
    [{ UsePreviousTemplate: true, OnStackFailure: 'DELETE' }, 'OnStackFailure DELETE is only for change sets of type CREATE'],
    [{ UsePreviousTemplate: true, ImportExistingResources: true }, 'does not support ImportExistingResources'],
    [{ ChangeSetType: 'CREATE', TemplateBody: NETWORK }, 'Stack [s] already exists and cannot be created again with the changeSet [c].'],
  ])('refuses %j', async (options, message) => {
    await region.create(NETWORK);
    expect((await region.refused('CreateChangeSet', { ...CHANGE, ...options })).message).toContain(message);
  });

  it('executes with its OnStackFailure, and not with DisableRollback beside it', async () => {
    const count = vpcs().length;
    await region.cfn('CreateChangeSet', { ...CHANGE, ChangeSetType: 'CREATE', OnStackFailure: 'DELETE', TemplateBody: NETWORK, Parameters: parameters({ Prefix: '10.9.0.0/24' }) });
    expect((await region.refused('ExecuteChangeSet', { ...CHANGE, DisableRollback: true })).message).toContain('You cannot specify DisableRollback');
    const { StackId } = await region.stack();
    await region.cfn('ExecuteChangeSet', CHANGE);
    region.settle();
    expect((await region.stack(StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect(vpcs()).toHaveLength(count);
  });

  it('are found by ARN alone, or beside their stack and no other', async () => {
    await region.create(NETWORK);
    await region.create(`Resources: {P: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Value: a}}}`, { StackName: 'other' });
    const { Id } = await region.cfn('CreateChangeSet', { ...CHANGE, UsePreviousTemplate: true, Parameters: parameters({ Name: 'b' }) });
    for (const stack of [{}, { StackName: 's' }]) expect(await region.cfn('DescribeChangeSet', { ChangeSetName: Id, ...stack })).toMatchObject({ ChangeSetId: Id });
    expect((await region.refused('DescribeChangeSet', { ChangeSetName: Id, StackName: 'other' })).code).toBe('ChangeSetNotFound');
    expect(await region.cfn('GetTemplate', { ChangeSetName: Id, StackName: 's' })).toMatchObject({ TemplateBody: NETWORK });
    await region.cfn('ExecuteChangeSet', { ChangeSetName: Id, StackName: 's' });
    region.settle();
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
  });
});
