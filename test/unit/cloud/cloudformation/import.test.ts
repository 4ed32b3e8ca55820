/** Change sets of type IMPORT: what is there becomes a stack's, into a new one and one that is there, or nothing of it does. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Input } from '../../../../src/cloud/endpoint/operation.js';
import { TestRegion } from './region.js';

let region: TestRegion;
let [vpcId, subnetId] = ['', ''];
beforeEach(() => {
  region = new TestRegion();
  vpcId = (region.call('ec2', 'CreateVpc', { CidrBlock: '10.7.0.0/16' })['vpc'] as { vpcId: string }).vpcId;
  subnetId = (region.call('ec2', 'CreateSubnet', { VpcId: vpcId, CidrBlock: '10.7.1.0/24' })['subnet'] as { subnetId: string }).subnetId;
});

const PARAMETER = `P: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Value: v}}`;
const SUBNET = `Subnet: {Type: 'AWS::EC2::Subnet', DeletionPolicy: Delete, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.7.1.0/24}}`;
const VPC = `Vpc: {Type: 'AWS::EC2::VPC', DeletionPolicy: Retain, Properties: {CidrBlock: 10.7.0.0/16}}`;
const NETWORK = `Resources:\n  ${SUBNET}\n  ${VPC}\n`;

const target = (LogicalResourceId: string, ResourceType: string, identifier: { readonly [key: string]: string }): Input => (
  { LogicalResourceId, ResourceType, ResourceIdentifier: { entry: Object.entries(identifier).map(([key, value]) => ({ key, value })) } });
const vpc = (id = vpcId) => target('Vpc', 'AWS::EC2::VPC', { VpcId: id });
const subnet = (id = subnetId) => target('Subnet', 'AWS::EC2::Subnet', { SubnetId: id });

const CHANGE = { StackName: 's', ChangeSetName: 'c' };
const request = (change: Input = {}): Input => ({ ...CHANGE, ChangeSetType: 'IMPORT', TemplateBody: NETWORK, ResourcesToImport: [vpc(), subnet()], ...change });

async function execute(change: Input = {}): Promise<void> {
  await region.cfn('CreateChangeSet', request(change));
  expect(await region.cfn('DescribeChangeSet', CHANGE)).toMatchObject({ StatusReason: undefined, Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' });
  await region.cfn('ExecuteChangeSet', CHANGE);
  region.settle();
}

describe('an import', () => {
  it('makes a stack of what is there, and tells of each in order', async () => {
    const { StackId } = await region.cfn('CreateChangeSet', request({ Tags: [{ Key: 'team', Value: 'blue' }] }));
    expect((await region.stack()).StackStatus).toBe('REVIEW_IN_PROGRESS');
    const { Changes } = await region.cfn('DescribeChangeSet', CHANGE) as { Changes: { ResourceChange: Input }[] };
    expect(Changes.map(({ ResourceChange }) => ResourceChange)).toMatchObject([
      { Action: 'Import', LogicalResourceId: 'Subnet', PhysicalResourceId: subnetId, ResourceType: 'AWS::EC2::Subnet', Replacement: undefined },
      { Action: 'Import', LogicalResourceId: 'Vpc', PhysicalResourceId: vpcId },
    ]);
    await region.cfn('ExecuteChangeSet', CHANGE);
    region.settle();
    expect((await region.events()).map(({ line, reason = '' }) => `${line} ${reason}`.trim())).toEqual([
      's REVIEW_IN_PROGRESS User Initiated',
      's IMPORT_IN_PROGRESS User Initiated',
      'Vpc IMPORT_IN_PROGRESS Resource import started.', 'Vpc IMPORT_COMPLETE Resource import completed.',
      'Subnet IMPORT_IN_PROGRESS Resource import started.', 'Subnet IMPORT_COMPLETE Resource import completed.',
      'Vpc UPDATE_IN_PROGRESS Apply stack-level tags to imported resource if applicable.', 'Vpc UPDATE_COMPLETE Apply stack-level tags to imported resource if applicable.',
      'Subnet UPDATE_IN_PROGRESS Apply stack-level tags to imported resource if applicable.', 'Subnet UPDATE_COMPLETE Apply stack-level tags to imported resource if applicable.',
      's IMPORT_COMPLETE',
    ]);
    expect(await region.stack()).toMatchObject({ StackId, StackStatus: 'IMPORT_COMPLETE', Tags: [{ Key: 'team', Value: 'blue' }] });
    const { tagSet } = region.call('ec2', 'DescribeTags', { Filter: [{ Name: 'resource-id', Value: [vpcId] }] });
    expect(tagSet).toEqual(expect.arrayContaining([expect.objectContaining({ key: 'team', value: 'blue' }), expect.objectContaining({ key: 'aws:cloudformation:stack-id', value: StackId })]));

    // From here on it is a stack like any other.
    await region.cfn('UpdateStack', { StackName: 's', TemplateBody: NETWORK.replace('CidrBlock: 10.7.1.0/24', 'CidrBlock: 10.7.1.0/24, MapPublicIpOnLaunch: true') });
    region.settle();
    expect((await region.stack()).StackStatus).toBe('UPDATE_COMPLETE');
    expect(region.call('ec2', 'DescribeSubnets', { SubnetId: [subnetId] })).toMatchObject({ subnetSet: [{ mapPublicIpOnLaunch: true }] });
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(region.ids('DescribeVpcs', 'vpcSet', 'vpcId')).toContain(vpcId);
    expect(region.ids('DescribeSubnets', 'subnetSet', 'subnetId')).not.toContain(subnetId);
    expect(region.log).toEqual([]);
  });

  it('takes resources into a stack that is there; what differs from the template is drift, as on AWS', async () => {
    await region.create(`Resources:\n  ${PARAMETER}\n`);
    const template = `Resources:\n  ${PARAMETER}\n  ${SUBNET}\n  ${VPC.replace('16}', '16, EnableDnsHostnames: true}')}\n`;
    await execute({ TemplateBody: template });
    expect(await region.stack()).toMatchObject({ StackStatus: 'IMPORT_COMPLETE', LastUpdatedTime: expect.any(Date) as Date });
    const { StackResources } = await region.cfn('DescribeStackResources', { StackName: 's' }) as { StackResources: Input[] };
    expect(StackResources.map(({ LogicalResourceId, ResourceStatus }) => [LogicalResourceId, ResourceStatus])).toEqual([['P', 'CREATE_COMPLETE'], ['Vpc', 'UPDATE_COMPLETE'], ['Subnet', 'UPDATE_COMPLETE']]);
    await region.cfn('DetectStackDrift', { StackName: 's' });
    expect(await region.cfn('DescribeStackResourceDrifts', { StackName: 's', StackResourceDriftStatusFilters: ['MODIFIED'] })).toMatchObject({ StackResourceDrifts: [{ LogicalResourceId: 'Vpc', PropertyDifferences: [{ PropertyPath: '/EnableDnsHostnames', ExpectedValue: 'true', ActualValue: 'false' }] }] });
    expect(await region.cfn('GetTemplate', { StackName: 's' })).toMatchObject({ TemplateBody: template });
  });

  it.each([['into a new stack', false], ['into one that is there', true]] as const)('%s is taken back when something has gone in the meantime', async (_what, present) => {
    const old = `Resources:\n  ${PARAMETER}\n`;
    if (present) await region.create(old);
    await region.cfn('CreateChangeSet', request(present ? { TemplateBody: `Resources:\n  ${PARAMETER}\n  ${SUBNET}\n  ${VPC}\n` } : {}));
    region.call('ec2', 'DeleteSubnet', { SubnetId: subnetId });
    await region.cfn('ExecuteChangeSet', CHANGE);
    region.settle();
    expect((await region.events()).map(({ line, reason = '' }) => `${line} ${reason}`.trim()).slice(present ? 5 : 1).map((line) => line.replace(/\(RequestToken.*/, ''))).toEqual([
      's IMPORT_IN_PROGRESS User Initiated',
      'Vpc IMPORT_IN_PROGRESS Resource import started.', 'Vpc IMPORT_COMPLETE Resource import completed.', 'Subnet IMPORT_IN_PROGRESS Resource import started.',
      `Subnet IMPORT_FAILED Resource handler returned message: "Resource of type 'AWS::EC2::Subnet' with identifier '${subnetId}' was not found." `,
      's IMPORT_ROLLBACK_IN_PROGRESS The following resource(s) failed to import: [Subnet].',
      'Vpc IMPORT_ROLLBACK_IN_PROGRESS', 'Vpc IMPORT_ROLLBACK_COMPLETE', 'Subnet IMPORT_ROLLBACK_IN_PROGRESS', 'Subnet IMPORT_ROLLBACK_COMPLETE',
      's IMPORT_ROLLBACK_COMPLETE',
    ]);
    expect(region.call('ec2', 'DescribeTags', { Filter: [{ Name: 'resource-id', Value: [vpcId] }] })).toMatchObject({ tagSet: [] });
    const { StackResourceSummaries } = await region.cfn('ListStackResources', { StackName: 's' }) as { StackResourceSummaries: unknown[] };
    expect(StackResourceSummaries).toHaveLength(present ? 1 : 0);
    const { OperationEvents } = await region.cfn('DescribeEvents', { StackName: 's' }) as { OperationEvents: Input[] };
    expect(OperationEvents[0]).toMatchObject({ OperationType: 'ROLLBACK', OperationStatus: 'SUCCEEDED', ResourceStatus: 'IMPORT_ROLLBACK_COMPLETE' });
    if (present) expect(await region.cfn('GetTemplate', { StackName: 's' })).toMatchObject({ TemplateBody: old });
    else expect((await region.refused('UpdateStack', { StackName: 's', TemplateBody: NETWORK })).message).toContain('is in IMPORT_ROLLBACK_COMPLETE state and can not be updated');

    // What is still there can be imported then.
    const rest = present ? `Resources:\n  ${PARAMETER}\n  ${VPC}\n` : `Resources:\n  ${VPC}\n`;
    await region.cfn('DeleteChangeSet', CHANGE);
    await execute({ TemplateBody: rest, ResourcesToImport: [vpc()] });
    expect((await region.stack()).StackStatus).toBe('IMPORT_COMPLETE');
    await region.cfn('DeleteStack', { StackName: 's' });
    region.settle();
    expect(await region.refused('DescribeStacks', { StackName: 's' })).toMatchObject({ code: 'ValidationError' });
    expect(region.log).toEqual([]);
  });

  it('goes on after a kill at any commit, whether it comes through or is taken back', { timeout: 60_000 }, async () => {
    const act = async (killAt: number, fails: boolean) => {
      region = new TestRegion();
      vpcId = (region.call('ec2', 'CreateVpc', { CidrBlock: '10.7.0.0/16' })['vpc'] as { vpcId: string }).vpcId;
      subnetId = (region.call('ec2', 'CreateSubnet', { VpcId: vpcId, CidrBlock: '10.7.1.0/24' })['subnet'] as { subnetId: string }).subnetId;
      await region.cfn('CreateChangeSet', request());
      if (fails) region.call('ec2', 'DeleteSubnet', { SubnetId: subnetId });
      await region.cfn('ExecuteChangeSet', CHANGE);
      let [commits, dead] = [0, false];
      region.onWrite = () => {
        dead = commits++ === killAt;
        if (dead) throw new Error('killed');
      };
      for (let step = 0; step < 500; step++) {
        const ran = region.tick();
        if (dead) region.restart();
        else if (!ran) break;
        dead = false;
      }
      expect((await region.stack()).StackStatus, `killed at ${killAt}`).toBe(fails ? 'IMPORT_ROLLBACK_COMPLETE' : 'IMPORT_COMPLETE');
      return { commits, events: (await region.events()).map(({ line }) => line) };
    };
    for (const fails of [false, true]) {
      const whole = await act(-1, fails);
      expect(whole.commits).toBeGreaterThan(8);
      for (let at = 0; at < whole.commits; at++) expect((await act(at, fails)).events, `killed at ${at}`).toEqual(whole.events);
    }
  });
});

describe('a change set of type IMPORT', () => {
  const cases: readonly [string, () => Input, string][] = [
    ['without resources', () => ({ ResourcesToImport: [] }), 'ResourcesToImport must be specified'],
    ['of a type that is not imported', () => ({ ResourcesToImport: [target('Acl', 'AWS::EC2::NetworkAclEntry', { Id: 'x' })] }), 'ResourceTypes [AWS::EC2::NetworkAclEntry] are not supported for Import'],
    ['with another identifier', () => ({ ResourcesToImport: [vpc(), target('Subnet', 'AWS::EC2::Subnet', { VpcId: vpcId })] }), 'Resource identifiers for [Subnet] of type [AWS::EC2::Subnet] must be [SubnetId]'],
    ['without a deletion policy', () => ({ TemplateBody: NETWORK.replaceAll(/DeletionPolicy: \w+, /g, '') }), 'The following resources to import [Vpc, Subnet] must have DeletionPolicy attribute specified in the template.'],
    ['that leaves something out', () => ({ ResourcesToImport: [vpc()] }), 'Resources [Subnet] is missing from ResourceToImport list'],
    ['of what the template does not have', () => ({ ResourcesToImport: [vpc(), subnet(), target('More', 'AWS::EC2::VPC', { VpcId: 'vpc-1' })] }), 'Resources [More] in ResourcesToImport are not in the template'],
    ['of another type than the template\'s', () => ({ ResourcesToImport: [vpc(), target('Subnet', 'AWS::EC2::VPC', { VpcId: 'vpc-1' })] }), 'is of type [AWS::EC2::Subnet] in the template and of type [AWS::EC2::VPC] in ResourcesToImport'],
    ['that names one twice', () => ({ ResourcesToImport: [vpc(), vpc()] }), 'names a resource twice'],
    ['with outputs', () => ({ TemplateBody: `${NETWORK}Outputs: {Vpc: {Value: !Ref Vpc}}` }), 'As part of the import operation, you cannot modify or add [Outputs]'],
    ['for nested stacks', () => ({ IncludeNestedStacks: true }), 'IncludeNestedStacks is not for change sets of type IMPORT'],
    ['of another type', () => ({ ChangeSetType: 'CREATE' }), 'ResourcesToImport is only for change sets of type IMPORT, this one is of type CREATE'],
    ['beside another name in the template', () => ({ TemplateBody: `Resources: {P: {Type: 'AWS::SSM::Parameter', DeletionPolicy: Retain, Properties: {Name: /a, Type: String, Value: v}}}`, ResourcesToImport: [target('P', 'AWS::SSM::Parameter', { Name: '/b' })] }),
      'The Identifier [Name] for resource [P] does not match the identifier value defined in the template'],
  ];

  it.each(cases)('%s is refused and leaves no stack', async (_what, change, message) => {
    const error = await region.refused('CreateChangeSet', request(change()));
    expect(error).toMatchObject({ code: 'ValidationError', message: expect.stringContaining(message) as string });
    expect(await region.refused('DescribeStacks', { StackName: 's' })).toMatchObject({ code: 'ValidationError' });
  });

  it('of what is not there, or is another\'s, fails and cannot be executed', async () => {
    await region.cfn('CreateChangeSet', request({ ResourcesToImport: [vpc(), subnet('subnet-00000000000000000')] }));
    expect(await region.cfn('DescribeChangeSet', CHANGE)).toMatchObject({ Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE', StatusReason: expect.stringContaining(`Resource of type 'AWS::EC2::Subnet' with identifier 'subnet-00000000000000000' was not found.`) as string });
    expect(await region.refused('ExecuteChangeSet', CHANGE)).toMatchObject({ code: 'InvalidChangeSetStatus' });
    const owner = await region.create(NETWORK.replaceAll('10.7.', '10.8.'), { StackName: 'owner' });
    const [theirs] = (await region.cfn('DescribeStackResources', { StackName: 'owner' }))['StackResources'] as { PhysicalResourceId: string }[];
    await region.cfn('CreateChangeSet', request({ ChangeSetName: 'd', ResourcesToImport: [vpc(theirs?.PhysicalResourceId), subnet()] }));
    expect(await region.cfn('DescribeChangeSet', { StackName: 's', ChangeSetName: 'd' })).toMatchObject({ Status: 'FAILED', StatusReason: expect.stringContaining(`${theirs?.PhysicalResourceId ?? ''} already exists in stack ${owner}`) as string });
  });

  it('of an address with another allocation fails', async () => {
    const [one, two] = [0, 1].map(() => region.call('ec2', 'AllocateAddress', { Domain: 'vpc' }) as { publicIp: string; allocationId: string });
    const template = `Resources: {Eip: {Type: 'AWS::EC2::EIP', DeletionPolicy: Retain}}`;
    await region.cfn('CreateChangeSet', request({ TemplateBody: template, ResourcesToImport: [target('Eip', 'AWS::EC2::EIP', { PublicIp: one?.publicIp ?? '', AllocationId: two?.allocationId ?? '' })] }));
    expect(await region.cfn('DescribeChangeSet', CHANGE)).toMatchObject({ Status: 'FAILED', StatusReason: expect.stringContaining('was not found') as string });
    await region.cfn('DeleteChangeSet', CHANGE);
    await execute({ TemplateBody: template, ResourcesToImport: [target('Eip', 'AWS::EC2::EIP', { PublicIp: one?.publicIp ?? '', AllocationId: one?.allocationId ?? '' })] });
    expect((await region.stack()).StackStatus).toBe('IMPORT_COMPLETE');
  });

  it('changes nothing else of a stack that is there, and waits until it is at rest', async () => {
    await region.create(`Resources:\n  ${PARAMETER}\n`);
    const template = (parameter: string) => `Resources:\n  ${parameter}\n  ${VPC}\n`;
    const change = { ResourcesToImport: [vpc()] };
    const words = 'You have modified resources [P] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.';
    expect((await region.refused('CreateChangeSet', request({ ...change, TemplateBody: template(PARAMETER.replace('Value: v', 'Value: w')) }))).message).toBe(words);
    expect((await region.refused('CreateChangeSet', request({ ...change, TemplateBody: `Resources:\n  ${VPC}\n` }))).message).toBe(words);
    await region.cfn('CreateChangeSet', request({ ...change, TemplateBody: template(PARAMETER) }));
    await region.cfn('ExecuteChangeSet', CHANGE);
    expect((await region.refused('DeleteStack', { StackName: 's' })).message).toContain('cannot be deleted while in status IMPORT_IN_PROGRESS');
    expect((await region.refused('UpdateStack', { StackName: 's', TemplateBody: NETWORK })).message).toContain('is in IMPORT_IN_PROGRESS state and can not be updated');
    region.settle();
    expect((await region.refused('CreateChangeSet', request({ ...change, ChangeSetName: 'd', TemplateBody: template(PARAMETER) }))).message).toBe('Resource [Vpc] already exists in stack [s]');
  });

  it('is prepared by what GetTemplateSummary says identifies the resources', async () => {
    const { ResourceIdentifierSummaries } = await region.cfn('GetTemplateSummary', { TemplateBody: `${NETWORK}  Second: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.9.0.0/16}}\n  Entry: {Type: 'AWS::EC2::NetworkAclEntry'}\n` });
    expect(ResourceIdentifierSummaries).toEqual([
      { ResourceType: 'AWS::EC2::Subnet', LogicalResourceIds: ['Subnet'], ResourceIdentifiers: ['SubnetId'] },
      { ResourceType: 'AWS::EC2::VPC', LogicalResourceIds: ['Vpc', 'Second'], ResourceIdentifiers: ['VpcId'] },
    ]);
  });
});
