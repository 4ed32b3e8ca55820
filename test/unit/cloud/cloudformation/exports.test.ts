/** Exports and imports between stacks: listed, held on to while in use, refused twice. */
import { beforeEach, describe, expect, it } from 'vitest';
import { TestRegion } from './region.js';

const EXPORTER = `
Parameters: {Cidr: {Type: String, Default: 10.0.0.0/16}}
Resources: {VPC: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref Cidr}}}
Outputs:
  Vpc: {Value: !Ref VPC, Export: {Name: !Sub '\${AWS::StackName}-vpc'}}
  Other: {Value: x, Export: {Name: other}}
`;
const IMPORTER = `
Parameters: {From: {Type: String, Default: net}}
Resources: {Subnet: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: {'Fn::ImportValue': !Sub '\${From}-vpc'}, CidrBlock: 10.0.1.0/24}}}
`;

let region: TestRegion;
beforeEach(async () => {
  region = new TestRegion();
  await region.create(EXPORTER, { StackName: 'net' });
});

const importing = () => region.create(IMPORTER, { StackName: 'sub' });

async function remove(StackName: string): Promise<void> {
  await region.cfn('DeleteStack', { StackName });
  region.settle();
}

describe('exports', () => {
  it('are listed with their stack and value, and their importers', async () => {
    await importing();
    const { StackId } = await region.stack('net');
    expect(await region.cfn('ListExports', {})).toEqual({ Exports: [{ ExportingStackId: StackId, Name: 'net-vpc', Value: await region.output('Vpc', 'net') }, { ExportingStackId: StackId, Name: 'other', Value: 'x' }], NextToken: undefined });
    expect(await region.cfn('ListImports', { ExportName: 'net-vpc' })).toMatchObject({ Imports: ['sub'] });
    expect(await region.refused('ListImports', { ExportName: 'other' })).toMatchObject({ code: 'ValidationError', message: `Export 'other' is not imported by any stack.` });
    expect((await region.stack('sub')).StackStatus).toBe('CREATE_COMPLETE');
    await remove('sub');
    expect((await region.refused('ListImports', { ExportName: 'net-vpc' })).message).toContain('not imported');
  });

  it('keep their stack while in use: the deletion comes to nothing, and the event says why', async () => {
    await importing();
    await remove('net');
    expect(await region.stack('net')).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
    expect((await region.events('net')).at(-1)).toMatchObject({ line: 'net CREATE_COMPLETE', reason: 'Export net-vpc cannot be deleted as it is in use by sub' });
    await remove('sub');
    const { StackId } = await region.stack('net');
    await remove('net');
    expect((await region.stack(StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect(await region.cfn('ListExports', {})).toMatchObject({ Exports: [] });
  });

  it.each([
    ['removed', EXPORTER.replace(/ {2}Vpc: .*\n/, ''), {}, 'Export net-vpc cannot be deleted as it is in use by sub'],
    ['changed', EXPORTER, { Parameters: [{ ParameterKey: 'Cidr', ParameterValue: '10.1.0.0/16' }] }, 'Export net-vpc cannot be updated as it is in use by sub'],
  ])('are not %s while in use', async (_what, TemplateBody, options, reason) => {
    await importing();
    const before = await region.output('Vpc', 'net');
    await region.cfn('UpdateStack', { StackName: 'net', TemplateBody, ...options });
    region.settle();
    expect((await region.stack('net')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await region.events('net')).find(({ line }) => line === 'net UPDATE_ROLLBACK_IN_PROGRESS')?.reason).toBe(reason);
    expect(await region.output('Vpc', 'net')).toBe(before);
  });

  it('may change when nobody uses them', async () => {
    await region.cfn('UpdateStack', { StackName: 'net', TemplateBody: EXPORTER.replace('{Value: x,', '{Value: z,') });
    region.settle();
    expect(await region.output('Other', 'net')).toBe('z');
  });

  it('are there once', async () => {
    await region.create(EXPORTER.replace(/ {2}Vpc: .*\n/, ''), { StackName: 'twin' });
    expect((await region.stack('twin')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await region.events('twin')).find(({ line }) => line === 'twin ROLLBACK_IN_PROGRESS')?.reason).toContain('Export with name other is already exported by stack net.');
  });

  it('that are not there fail the stack before it makes anything', async () => {
    await region.create(IMPORTER, { StackName: 'sub', Parameters: [{ ParameterKey: 'From', ParameterValue: 'nope' }] });
    expect(await region.events('sub')).toMatchObject([{ status: 'CREATE_IN_PROGRESS' }, { status: 'ROLLBACK_IN_PROGRESS', reason: 'No export named nope-vpc found. Rollback requested by user.' }, { status: 'ROLLBACK_COMPLETE' }]);
  });

  it('are not named by what is only known later', async () => {
    const template = IMPORTER.replace(`!Sub '\${From}-vpc'`, `!Select [0, !GetAZs '']`);
    expect((await region.refused('CreateStack', { StackName: 'sub', TemplateBody: template })).message).toBe('Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs');
  });
});
