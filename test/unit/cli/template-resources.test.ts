import { describe, expect, it } from 'vitest';
import { resourcesOf } from '../../../src/cli/deploy-progress.js';
import { resourcesIn } from '../../../src/cli/template-resources.js';
import { templateBody } from '../../../src/lib/lab/lab.js';

describe('resources of a template', () => {
  it('are those of the lab\'s own, whichever way they are read', async () => {
    const found = await resourcesIn(templateBody());
    expect(found.size).toBeGreaterThan(20);
    expect(found).toEqual(resourcesOf(templateBody()));
    expect(await resourcesIn(undefined)).toEqual(found);
  });

  it.each([
    ['JSON', '{"Resources":{"V":{"Type":"AWS::EC2::VPC","Properties":{"CidrBlock":{"Ref":"C"}}}}}'],
    ['YAML of another layout', 'Resources: {V: {Properties: {CidrBlock: !Ref C, Tags: [!Sub "${X}"]}, Type: AWS::EC2::VPC}}'],
  ])('are read from %s', async (_, text) => {
    expect(await resourcesIn(text)).toEqual(new Map([['V', 'AWS::EC2::VPC']]));
  });

  it.each([
    ['no template', 'a: ['], ['nothing', ''], ['no resources', 'Resources: 5'], ['a transform', 'Transform: AWS::LanguageExtensions\nResources: {V: {Type: AWS::EC2::VPC}}'],
    ['a loop', 'Resources: {V: {Type: AWS::EC2::VPC}, "Fn::ForEach::X": [A, [b], {}]}'], ['a nested stack', 'Resources: {V: {Type: AWS::EC2::VPC}, S: {Type: AWS::CloudFormation::Stack}}'],
  ])('are none that could be counted in %s', async (_, text) => {
    expect(await resourcesIn(text)).toEqual(new Map());
  });
});
