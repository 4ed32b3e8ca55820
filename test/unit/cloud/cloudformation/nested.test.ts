/** Stacks in stacks: outputs, events on both sides, updates and their rollback through the tree, removal, depth, and death on the way. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Input } from '../../../../src/cloud/endpoint/operation.js';
import { TestRegion } from './region.js';

const url = (key: string) => `https://templates.s3.ap-northeast-1.amazonaws.com/${key}`;

const ROOT = `
Parameters:
  Cidr: {Type: String, Default: 10.0.0.0/16}
  Prefix: {Type: String, Default: 10.0.1.0/24}
  Name: {Type: String, Default: a}
Resources:
  Net:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ${url('net.yaml')}
      Parameters: {Cidr: !Ref Cidr, Name: !Ref Name}
      Tags: [{Key: layer, Value: net}]
  Sub:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: !Sub 'https://s3.\${AWS::Region}.amazonaws.com/templates/sub.yaml'
      Parameters: {Vpc: !GetAtt Net.Outputs.Vpc, Prefix: !Ref Prefix}
Outputs:
  Vpc: {Value: !GetAtt Net.Outputs.Vpc}
  Subnet: {Value: !GetAtt [Sub, Outputs.Subnet]}
  NetStack: {Value: !Ref Net}
  SubStack: {Value: !Ref Sub}
`;
const NET = `
Parameters: {Cidr: {Type: String}, Name: {Type: String}}
Resources:
  VPC: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref Cidr, Tags: [{Key: Name, Value: !Ref Name}]}}
Outputs: {Vpc: {Value: !Ref VPC}}
`;
const SUB = `
Parameters: {Vpc: {Type: 'AWS::EC2::VPC::Id'}, Prefix: {Type: String}}
Resources:
  Subnet: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref Vpc, CidrBlock: !Ref Prefix}}
Outputs: {Subnet: {Value: !Ref Subnet}}
`;

let region: TestRegion;

function fresh(): void {
  region = new TestRegion();
  region.objects.set('templates/net.yaml', NET).set('templates/sub.yaml', SUB);
}

beforeEach(fresh);

const vpcs = () => region.ids('DescribeVpcs', 'vpcSet', 'vpcId');
const parameters = (values: { [key: string]: string }) => Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

async function outputs(): Promise<{ [key: string]: string }> {
  return Object.fromEntries((await region.stack()).Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

async function update(input: object): Promise<void> {
  await region.cfn('UpdateStack', { StackName: 's', UsePreviousTemplate: true, ...input });
  region.settle();
}

const reasonOf = async (line: string, name = 's') => (await region.events(name)).find((event) => event.line === line && event.reason !== undefined)?.reason;

describe('nested stacks', () => {
  it('are made with their parameters, hand their outputs on, and tell their events on both sides', async () => {
    const id = await region.create(ROOT, { Tags: [{ Key: 'team', Value: 'blue' }] });
    expect(await region.stack()).toMatchObject({ StackStatus: 'CREATE_COMPLETE', ParentId: undefined, RootId: undefined });
    const { Vpc = '', Subnet = '', NetStack = '', SubStack = '' } = await outputs();
    expect(vpcs()).toContain(Vpc);
    expect(NetStack).toMatch(/^arn:aws:cloudformation:ap-northeast-1:123456789012:stack\/s-Net-[A-Z0-9]{12}\/[0-9a-f-]{36}$/);
    expect(await region.stack(NetStack)).toMatchObject({ StackStatus: 'CREATE_COMPLETE', ParentId: id, RootId: id, Outputs: [{ OutputKey: 'Vpc', OutputValue: Vpc }], Parameters: [{ ParameterKey: 'Cidr' }, { ParameterKey: 'Name' }] });
    expect((await region.stack(NetStack)).Tags).toEqual([{ Key: 'team', Value: 'blue' }, { Key: 'layer', Value: 'net' }]);
    expect(await region.output('Subnet', SubStack)).toBe(Subnet);
    const parent = (await region.events()).map(({ line }) => line);
    expect(parent).toEqual(['s CREATE_IN_PROGRESS', 'Net CREATE_IN_PROGRESS', 'Net CREATE_IN_PROGRESS', 'Net CREATE_COMPLETE', 'Sub CREATE_IN_PROGRESS', 'Sub CREATE_IN_PROGRESS', 'Sub CREATE_COMPLETE', 's CREATE_COMPLETE']);
    expect((await region.events()).at(-3)?.physicalId).toBe(SubStack);
    const name = NetStack.split('/')[1] ?? '';
    expect((await region.events(NetStack)).map(({ line }) => line)).toEqual([`${name} CREATE_IN_PROGRESS`, 'VPC CREATE_IN_PROGRESS', 'VPC CREATE_IN_PROGRESS', 'VPC CREATE_COMPLETE', `${name} CREATE_COMPLETE`]);
    const { StackSummaries } = await region.cfn('ListStacks', {}) as { StackSummaries: { StackName: string; RootId?: string }[] };
    expect(StackSummaries.filter(({ RootId }) => RootId === id)).toHaveLength(2);
    expect(region.log).toEqual([]);
  });

  it('are removed with their parent, in the order of their needs', async () => {
    const before = vpcs();
    const id = await region.create(ROOT);
    const { NetStack = '', SubStack = '' } = await outputs();
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    for (const stack of [id, NetStack, SubStack]) expect((await region.stack(stack)).StackStatus).toBe('DELETE_COMPLETE');
    expect(vpcs()).toEqual(before);
    const rows = (await region.events(id)).map(({ line }) => line);
    expect(rows.indexOf('Sub DELETE_COMPLETE')).toBeLessThan(rows.indexOf('Net DELETE_IN_PROGRESS'));
    expect((await region.events(SubStack)).at(-1)?.status).toBe('DELETE_COMPLETE');
  });

  it('fail with the child\'s reason, and the parent takes all of it back', async () => {
    const before = vpcs();
    const id = await region.create(ROOT, { Parameters: parameters({ Prefix: '10.9.0.0/24' }) });
    expect((await region.stack(id)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(vpcs()).toEqual(before);
    const sub = (await region.events()).find(({ line }) => line === 'Sub CREATE_FAILED');
    expect(sub?.reason).toBe(`Embedded stack ${sub?.physicalId ?? ''} was not successfully created: The following resource(s) failed to create: [Subnet]. `);
    expect((await region.stack(sub?.physicalId)).StackStatus).toBe('DELETE_COMPLETE');
    expect((await region.events(sub?.physicalId)).map(({ status }) => status)).toContain('CREATE_FAILED');
  });

  it('are changed in place when a parameter changes, and left alone when nothing does', async () => {
    await region.create(ROOT);
    const before = await outputs();
    await update({ Parameters: parameters({ Name: 'b' }) });
    expect(await region.stack()).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
    expect(await outputs()).toEqual(before);
    expect((await region.stack(before['NetStack'])).StackStatus).toBe('UPDATE_COMPLETE');
    expect((await region.stack(before['SubStack'])).StackStatus).toBe('CREATE_COMPLETE');
    const { tagSet } = region.call('ec2', 'DescribeTags', { Filter: [{ Name: 'resource-id', Value: [before['Vpc'] ?? ''] }, { Name: 'key', Value: ['Name'] }] }) as { tagSet: { value: string }[] };
    expect(tagSet.map(({ value }) => value)).toEqual(['b']);
  });

  it('read their template again although the URL is the same', async () => {
    await region.create(ROOT);
    const { NetStack = '' } = await outputs();
    region.objects.set('templates/net.yaml', NET.replace('{Vpc:', '{More: {Value: !Ref Cidr}, Vpc:'));
    await update({});
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
    expect(await region.output('More', NetStack)).toBe('10.0.0.0/16');
  });

  it('replace through the tree, and clean up when the whole tree is through', async () => {
    const count = vpcs().length;
    await region.create(ROOT);
    const before = await outputs();
    await update({ Parameters: parameters({ Cidr: '10.1.0.0/16', Prefix: '10.1.1.0/24' }) });
    const after = await outputs();
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
    expect(after['Vpc']).not.toBe(before['Vpc']);
    expect(after['NetStack']).toBe(before['NetStack']);
    expect(vpcs()).toHaveLength(count + 1);
    expect((await region.stack(after['NetStack'])).StackStatus).toBe('UPDATE_COMPLETE');
    expect(region.log).toEqual([]);
  });

  it('roll back through the tree to the very resources that were there', async () => {
    const count = vpcs().length;
    await region.create(ROOT);
    const before = await outputs();
    // Net gets a new VPC and is through; then Sub's subnet does not fit.
    await update({ Parameters: parameters({ Cidr: '10.1.0.0/16' }) });
    expect((await region.stack()).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await outputs()).toEqual(before);
    expect(vpcs()).toHaveLength(count + 1);
    expect(vpcs()).toContain(before['Vpc']);
    for (const child of ['NetStack', 'SubStack']) expect((await region.stack(before[child])).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await reasonOf('Sub UPDATE_FAILED')).toMatch(/^Embedded stack arn:\S+ was not successfully updated\. Currently in UPDATE_ROLLBACK_[A-Z_]+ with reason: The following resource\(s\) failed to update: \[Subnet\]\.$/);
    // And it is whole: it can be updated and deleted.
    await update({ Parameters: parameters({ Cidr: '10.2.0.0/16', Prefix: '10.2.1.0/24' }) });
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(vpcs()).toHaveLength(count);
    expect(region.log).toEqual([]);
  });

  it.each([
    ['outside', 'https://example.com/t.yaml', 'TemplateURL must be a supported URL.'],
    ['a file', 'file:///etc/passwd', 'TemplateURL must be a supported URL.'],
    ['nothing there', url('none.yaml'), 'S3 error: The specified key does not exist.'],
  ])('fail for a URL that leads to %s', async (_what, target, message) => {
    await region.create(ROOT.replace(url('net.yaml'), target));
    expect((await region.stack()).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await reasonOf('Net CREATE_FAILED')).toContain(message);
  });

  it('need the capabilities of their templates from the parent', async () => {
    region.objects.set('templates/net.yaml', `${NET}\n`.replace('Outputs:', `  Role: {Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}\nOutputs:`));
    await region.create(ROOT);
    expect(await reasonOf('Net CREATE_FAILED')).toBe('Requires capabilities : [CAPABILITY_IAM]');
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    await region.create(ROOT, { Capabilities: ['CAPABILITY_IAM'] });
    expect((await region.stack()).StackStatus).toBe('CREATE_COMPLETE');
  });

  it('tell an output that the child has not', async () => {
    await region.create(ROOT.replace('Parameters: {Vpc: !GetAtt Net.Outputs.Vpc', 'Parameters: {Vpc: !GetAtt Net.Outputs.Nope'));
    expect(await reasonOf('Sub CREATE_FAILED')).toContain('Outputs.Nope');
    expect(await region.refused('CreateStack', { StackName: 't', TemplateBody: ROOT.replace('!GetAtt Net.Outputs.Vpc', '!GetAtt Net.Arn') })).toMatchObject({ code: 'ValidationError' });
  });

  it('go five deep and no further', async () => {
    const chain = (key: string) => `Resources: {Next: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: '${url(key)}'}}}`;
    const count = vpcs().length;
    region.objects.set('templates/5', `Resources: {V: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}}`);
    for (const n of [4, 3, 2, 1]) region.objects.set(`templates/${n}`, chain(String(n + 1)));
    const id = await region.create(chain('1'));
    expect((await region.stack()).StackStatus).toBe('CREATE_COMPLETE');
    expect(vpcs()).toHaveLength(count + 1);
    await region.cfn('DeleteStack', { StackName: id });
    region.settle();
    expect(vpcs()).toHaveLength(count);
    await region.create(`Resources: {Top: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: '${url('0')}'}}}`.replace(`'${url('0')}'`, `'${url('loop')}'`), { StackName: 'loop' });
    region.objects.set('templates/loop', chain('loop'));
    await region.cfn('DeleteStack', { StackName: 'loop' });
    region.settle();
    await region.create(chain('loop'), { StackName: 'loop' });
    expect(await region.stack('loop')).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
    const { StackSummaries } = await region.cfn('ListStacks', { StackStatusFilter: ['CREATE_COMPLETE', 'CREATE_FAILED', 'DELETE_FAILED'] });
    expect(StackSummaries).toEqual([]);
  });

  it('are cancelled with their parent, in the middle of an update', async () => {
    const count = vpcs().length;
    await region.create(ROOT);
    const before = await outputs();
    for (let ticks = 1; ticks < 12; ticks++) {
      await region.cfn('UpdateStack', { StackName: 's', UsePreviousTemplate: true, Parameters: parameters({ Cidr: '10.1.0.0/16', Prefix: '10.1.1.0/24' }) });
      for (let n = 0; n < ticks; n++) region.tick();
      expect((await region.stack()).StackStatus).toBe('UPDATE_IN_PROGRESS');
      await region.cfn('CancelUpdateStack', { StackName: 's' });
      region.settle();
      expect((await region.stack()).StackStatus, `after ${ticks} ticks`).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(await outputs()).toEqual(before);
      expect(vpcs()).toHaveLength(count + 1);
    }
    expect(region.log).toEqual([]);
  });

  it('go with a parent that is deleted in the middle of its creation', async () => {
    const before = vpcs();
    for (let ticks = 1; ticks < 12; ticks++) {
      const { StackId } = await region.cfn('CreateStack', { StackName: 's', TemplateBody: ROOT });
      for (let n = 0; n < ticks; n++) region.tick();
      await region.cfn('DeleteStack', { StackName: 's' });
      region.settle();
      expect((await region.stack(String(StackId))).StackStatus, `after ${ticks} ticks`).toBe('DELETE_COMPLETE');
      expect(vpcs()).toEqual(before);
    }
    const { StackSummaries } = await region.cfn('ListStacks', {}) as { StackSummaries: { StackStatus: string }[] };
    expect(new Set(StackSummaries.map(({ StackStatus }) => StackStatus))).toEqual(new Set(['DELETE_COMPLETE']));
    expect(region.log).toEqual([]);
  });

  it('keep to their own time limit', async () => {
    await region.cfn('CreateStack', { StackName: 's', TemplateBody: ROOT.replace('Tags: [{Key: layer', 'TimeoutInMinutes: 1\n      Tags: [{Key: layer') });
    region.tick();
    region.clock.now += 61_000;
    region.settle();
    expect(await reasonOf('Net CREATE_FAILED')).toContain('Stack creation time exceeded the specified timeout.');
    expect((await region.stack()).StackStatus).toBe('ROLLBACK_COMPLETE');
  });

  it('of a failed update that was left as it was go on with the next one, and back with RollbackStack', async () => {
    await region.create(ROOT);
    const before = await outputs();
    const nameOf = () => region.ids('DescribeTags', 'tagSet', 'value', { Filter: [{ Name: 'resource-id', Value: [before['Vpc'] ?? ''] }, { Name: 'key', Value: ['Name'] }] });
    const kept = { DisableRollback: true, Parameters: parameters({ Name: 'b', Prefix: '10.0.7.0/24' }) };
    await update(kept);
    expect([(await region.stack()).StackStatus, (await region.stack(before['SubStack'])).StackStatus, nameOf()]).toEqual(['UPDATE_FAILED', 'UPDATE_FAILED', ['b']]);
    await region.cfn('RollbackStack', { StackName: 's' });
    region.settle();
    expect([(await region.stack()).StackStatus, nameOf(), await outputs()]).toEqual(['UPDATE_ROLLBACK_COMPLETE', ['a'], before]);
    await update(kept);
    await update({ DisableRollback: true, Parameters: parameters({ Name: 'c' }) });
    expect([(await region.stack()).StackStatus, nameOf(), await outputs()]).toEqual(['UPDATE_COMPLETE', ['c'], before]);
    expect(region.log).toEqual([]);
  });

  const ACTS: readonly [string, () => Promise<unknown>, (() => Promise<unknown>) | undefined, string][] = [
    ['a creation', () => region.cfn('CreateStack', { StackName: 's', TemplateBody: ROOT }), undefined, 'CREATE_COMPLETE'],
    ['a creation that is rolled back', () => region.cfn('CreateStack', { StackName: 's', TemplateBody: ROOT, Parameters: parameters({ Prefix: '10.9.0.0/24' }) }), undefined, 'ROLLBACK_COMPLETE'],
    ['an update by replacement', () => region.cfn('UpdateStack', { StackName: 's', UsePreviousTemplate: true, Parameters: parameters({ Cidr: '10.1.0.0/16', Prefix: '10.1.1.0/24' }) }), () => region.create(ROOT), 'UPDATE_COMPLETE'],
    ['an update that is rolled back', () => region.cfn('UpdateStack', { StackName: 's', UsePreviousTemplate: true, Parameters: parameters({ Cidr: '10.1.0.0/16' }) }), () => region.create(ROOT), 'UPDATE_ROLLBACK_COMPLETE'],
    ['a deletion', () => region.cfn('DeleteStack', { StackName: 's' }), () => region.create(ROOT), 'DELETE_COMPLETE'],
  ];

  it.each(ACTS)('go on after a kill at any commit of %s', { timeout: 60_000 }, async (_what, act, first, status) => {
    const run = async (killAt: number) => {
      fresh();
      await first?.();
      const { StackId } = { StackId: first === undefined ? '' : (await region.stack()).StackId };
      const begun = await act() as { StackId?: string } | undefined;
      const id = StackId === '' ? begun?.StackId ?? '' : StackId;
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
      expect((await region.stack(id)).StackStatus, `killed at ${killAt}`).toBe(status);
      return { commits, vpcs: vpcs().length };
    };
    const whole = await run(-1);
    expect(whole.commits).toBeGreaterThan(8);
    for (let at = 0; at < whole.commits; at++) expect((await run(at)).vpcs, `killed at ${at}`).toBe(whole.vpcs);
  });

  describe('in change sets', () => {
    const SET = { StackName: 's', ChangeSetName: 'c' };
    interface Change { readonly ResourceChange: { readonly Action: string; readonly LogicalResourceId: string; readonly ChangeSetId?: string } }
    const changesOf = async (input: Input) => ((await region.cfn('DescribeChangeSet', input))['Changes'] as Change[]).map(({ ResourceChange }) => ResourceChange);

    it('have their own, of stacks in review, and are executed with the root', async () => {
      const count = vpcs().length;
      await region.cfn('CreateChangeSet', { ...SET, ChangeSetType: 'CREATE', TemplateBody: ROOT, IncludeNestedStacks: true });
      const [net, sub] = await changesOf(SET);
      expect(net).toMatchObject({ Action: 'Add', LogicalResourceId: 'Net', ChangeSetId: expect.stringMatching(/changeSet\/c-Net-/) as string });
      const id = net?.ChangeSetId ?? '';
      const child = await region.cfn('DescribeChangeSet', { ChangeSetName: id });
      const root = await region.cfn('DescribeChangeSet', SET);
      expect(root).toMatchObject({ IncludeNestedStacks: true, Status: 'CREATE_COMPLETE', ParentChangeSetId: undefined });
      expect(child).toMatchObject({ IncludeNestedStacks: true, Status: 'CREATE_COMPLETE', ParentChangeSetId: root['ChangeSetId'], RootChangeSetId: root['ChangeSetId'], Changes: [{ ResourceChange: { Action: 'Add', LogicalResourceId: 'VPC' } }] });
      expect(await region.stack(String(child['StackId']))).toMatchObject({ StackStatus: 'REVIEW_IN_PROGRESS', ParentId: root['StackId'] });
      // Its VPC is its sister's, which is not there yet.
      expect(await region.cfn('DescribeChangeSet', { ChangeSetName: sub?.ChangeSetId })).toMatchObject({ Parameters: [{ ParameterKey: 'Vpc', ParameterValue: '{{changeSet:KNOWN_AFTER_APPLY}}' }, { ParameterKey: 'Prefix' }] });
      expect(await region.refused('ExecuteChangeSet', { ChangeSetName: id })).toMatchObject({ code: 'InvalidChangeSetStatus' });
      expect(vpcs()).toHaveLength(count);
      // What was reviewed is what is made, whatever is at the URL now.
      region.objects.set('templates/net.yaml', 'Resources: {}');
      await region.cfn('ExecuteChangeSet', SET);
      region.settle();
      expect((await region.stack()).StackStatus).toBe('CREATE_COMPLETE');
      const { NetStack } = await outputs();
      expect(NetStack).toBe(child['StackId']);
      expect(await region.stack(NetStack)).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
      expect(await region.cfn('DescribeChangeSet', { ChangeSetName: id })).toMatchObject({ ExecutionStatus: 'EXECUTE_COMPLETE' });
      expect(region.log).toEqual([]);
    });

    it('of an update tell what changes in each, and leave out what nothing changes in', async () => {
      await region.create(ROOT);
      const before = await outputs();
      await region.cfn('CreateChangeSet', { ...SET, UsePreviousTemplate: true, IncludeNestedStacks: true, Parameters: parameters({ Prefix: '10.0.7.0/24' }) });
      const [sub, ...more] = await changesOf(SET);
      expect([sub?.LogicalResourceId, more]).toEqual(['Sub', []]);
      expect(await region.cfn('DescribeChangeSet', { ChangeSetName: sub?.ChangeSetId })).toMatchObject({ Changes: [{ ResourceChange: { LogicalResourceId: 'Subnet', Replacement: 'True' } }] });
      await region.cfn('ExecuteChangeSet', SET);
      region.settle();
      expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
      expect((await outputs())['Subnet']).not.toBe(before['Subnet']);
      await region.cfn('CreateChangeSet', { ...SET, ChangeSetName: 'd', UsePreviousTemplate: true, IncludeNestedStacks: true, Parameters: parameters({ Prefix: '10.0.7.0/24' }) });
      expect(await region.cfn('DescribeChangeSet', { ...SET, ChangeSetName: 'd' })).toMatchObject({ Status: 'FAILED', Changes: [] });
    });

    it('go with the root\'s, and with the stack in review', async () => {
      for (const remove of [() => region.cfn('DeleteChangeSet', SET), () => region.cfn('DeleteStack', { StackName: 's' })]) {
        await region.cfn('CreateChangeSet', { ...SET, ChangeSetType: 'CREATE', TemplateBody: ROOT, IncludeNestedStacks: true });
        const [net] = await changesOf(SET);
        expect(await region.refused('DeleteChangeSet', { ChangeSetName: net?.ChangeSetId })).toMatchObject({ code: 'InvalidChangeSetStatus' });
        await remove();
        region.settle();
        const { StackSummaries } = await region.cfn('ListStacks', { StackStatusFilter: ['REVIEW_IN_PROGRESS'] }) as { StackSummaries: { StackName: string }[] };
        expect(StackSummaries.map(({ StackName }) => StackName).filter((name) => name !== 's')).toEqual([]);
        await region.cfn('DeleteStack', { StackName: 's' });
        region.settle();
      }
      expect(region.log).toEqual([]);
    });
  });
});

describe('drift of a stack in a stack', () => {
  const SECRET = NET.replace('Name: {Type: String}', 'Name: {Type: String, NoEcho: true}');
  const drifts = async () => {
    await region.cfn('DetectStackDrift', { StackName: 's' });
    const { StackResourceDrifts } = await region.cfn('DescribeStackResourceDrifts', { StackName: 's' }) as { StackResourceDrifts: { LogicalResourceId: string; StackResourceDriftStatus: string; PropertyDifferences: unknown[] }[] };
    return StackResourceDrifts.map((drift) => [drift.LogicalResourceId, drift.StackResourceDriftStatus, drift.PropertyDifferences]);
  };

  it('is what was changed of the stack itself, not of what is in it', async () => {
    await region.create(ROOT, { Tags: [{ Key: 'team', Value: 'blue' }] });
    const { NetStack = '', SubStack = '', Vpc = '' } = await outputs();
    region.call('ec2', 'CreateTags', { ResourceId: [Vpc], Tag: [{ Key: 'Name', Value: 'other' }] });
    expect(await drifts()).toEqual([['Net', 'IN_SYNC', []], ['Sub', 'IN_SYNC', []]]);
    expect(await region.stack()).toMatchObject({ DriftInformation: { StackDriftStatus: 'IN_SYNC' } });
    await region.cfn('UpdateStack', { StackName: NetStack, UsePreviousTemplate: true, Parameters: [...parameters({ Name: 'b' }), { ParameterKey: 'Cidr', UsePreviousValue: true }], Tags: [{ Key: 'layer', Value: 'x' }, { Key: 'team', Value: 'blue' }] });
    await region.cfn('DeleteStack', { StackName: SubStack });
    region.settle();
    expect(await drifts()).toEqual([
      ['Net', 'MODIFIED', [
        { PropertyPath: '/Parameters/Name', ExpectedValue: 'a', ActualValue: 'b', DifferenceType: 'NOT_EQUAL' },
        { PropertyPath: '/Tags/0/Value', ExpectedValue: 'net', ActualValue: 'x', DifferenceType: 'NOT_EQUAL' },
      ]],
      ['Sub', 'DELETED', []],
    ]);
    expect(await region.stack()).toMatchObject({ DriftInformation: { StackDriftStatus: 'DRIFTED' } });
  });

  it('tells nothing of a parameter that cannot be read back', async () => {
    region.objects.set('templates/net.yaml', SECRET);
    await region.create(ROOT);
    const { NetStack = '' } = await outputs();
    await region.cfn('UpdateStack', { StackName: NetStack, UsePreviousTemplate: true, Parameters: [...parameters({ Name: 'hush' }), { ParameterKey: 'Cidr', UsePreviousValue: true }] });
    region.settle();
    expect(await drifts()).toEqual([['Net', 'IN_SYNC', []], ['Sub', 'IN_SYNC', []]]);
  });
});
