/** Parameters: what is refused before anything is made, in CloudFormation's words, and what values come to. */
import { beforeEach, describe, expect, it } from 'vitest';
import { matchesPattern } from '../../../../../src/cloud/cloudformation/parameters/constraints.js';
import { TestRegion } from '../region.js';

let region: TestRegion;
beforeEach(() => {
  region = new TestRegion();
});

const template = (declared: string, value = '!Ref P') => `
Parameters:
  P: ${declared}
Resources:
  X: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: x}}
Outputs:
  P: {Value: ${value}}
`;
const given = (ParameterValue: string) => ({ Parameters: [{ ParameterKey: 'P', ParameterValue }] });

describe('a parameter', () => {
  it.each([
    ['has no value', '{Type: String}', {}, 'Parameters: [P] must have values'],
    ['is not in the template', '{Type: String, Default: a}', { Parameters: [{ ParameterKey: 'Q', ParameterValue: '1' }] }, 'Parameters: [Q] do not exist in the template'],
    ['is given twice', '{Type: String}', { Parameters: [{ ParameterKey: 'P', ParameterValue: '1' }, { ParameterKey: 'P', ParameterValue: '2' }] }, 'Parameter P specified twice'],
    ['has no previous value', '{Type: String}', { Parameters: [{ ParameterKey: 'P', UsePreviousValue: 'true' }] }, `Parameter 'P' has no previous value`],
    ['is none of AllowedValues', '{Type: String, AllowedValues: [a, b]}', given('c'), `Parameter 'P' must be one of AllowedValues`],
    ['has an item that is none of AllowedValues', '{Type: CommaDelimitedList, AllowedValues: [a, b]}', given('a, c'), `Parameter 'P' must be one of AllowedValues`],
    ['does not match in full', `{Type: String, AllowedPattern: '[a-z]+'}`, given('ab1'), `Parameter 'P' must match pattern [a-z]+`],
    ['breaks a described constraint', `{Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: must be small letters}`, given('A'), `Parameter 'P' failed to satisfy constraint: must be small letters`],
    ['is too short', '{Type: String, MinLength: 3}', given('ab'), `Parameter 'P' must contain at least 3 characters`],
    ['is too long', '{Type: String, MaxLength: 3}', given('abcd'), `Parameter 'P' must contain at most 3 characters`],
    ['is no number', '{Type: Number}', given('x'), `Parameter 'P' must be a number`],
    ['is too small', '{Type: Number, MinValue: 1}', given('0'), `Parameter 'P' must be a number not less than 1`],
    ['is too great', '{Type: Number, MaxValue: 65535}', given('65536'), `Parameter 'P' must be a number not greater than 65535`],
    ['has an item that is no number', '{Type: List<Number>}', given('1,x'), `Parameter 'P' must be a number`],
    ['names a missing key pair', '{Type: AWS::EC2::KeyPair::KeyName}', given('no'), 'Parameter validation failed: parameter value no for parameter name P does not exist'],
    ['names a missing VPC', '{Type: AWS::EC2::VPC::Id}', given('vpc-0123456789abcdef0'), 'parameter value vpc-0123456789abcdef0 for parameter name P does not exist'],
    ['names a malformed VPC', '{Type: AWS::EC2::VPC::Id}', given('nope'), 'parameter value nope for parameter name P does not exist'],
    ['names a missing zone in a list', '{Type: List<AWS::EC2::AvailabilityZone::Name>}', given('ap-northeast-1a,ap-northeast-1b'), 'parameter value ap-northeast-1b for parameter name P does not exist'],
    ['names a missing image', '{Type: AWS::EC2::Image::Id}', given('ami-0123456789abcdef0'), 'does not exist'],
    ['names a missing SSM parameter', '{Type: AWS::SSM::Parameter::Value<String>}', given('/nope'), 'Unable to fetch parameters [/nope] from parameter store for this account.'],
    ['has a pattern that is none', `{Type: String, AllowedPattern: '('}`, given('x'), 'is not a regular expression'],
  ])('that %s is refused', async (_what, declared, input, message) => {
    const error = await region.refused('CreateStack', { StackName: 's', TemplateBody: template(declared), ...input });
    expect(error).toMatchObject({ code: 'ValidationError' });
    expect(error.message).toContain(message);
    expect(await region.cfn('ListStacks', {})).toMatchObject({ StackSummaries: [] });
  });

  it.each([
    ['a string with commas', '{Type: String}', 'a,b', '!Ref P', 'a,b'],
    ['a list', '{Type: CommaDelimitedList}', 'a, b,c', `!Join ['|', !Ref P]`, 'a|b|c'],
    ['a number', '{Type: Number, MinValue: 0, MaxValue: 5}', '5', '!Ref P', '5'],
    ['a zone', '{Type: AWS::EC2::AvailabilityZone::Name}', 'ap-northeast-1c', '!Ref P', 'ap-northeast-1c'],
    ['an empty string', `{Type: String, Default: ''}`, '', `!Sub '[\${P}]'`, '[]'],
  ])('of %s comes to its value', async (_what, declared, value, output, expected) => {
    await region.create(template(declared, output), given(value));
    expect(await region.output('P')).toBe(expected);
  });

  it('of an SSM type is looked up once, and both name and value are told', async () => {
    await region.create(template('{Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>, Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64}'));
    expect((await region.stack()).Parameters).toEqual([{
      ParameterKey: 'P', ParameterValue: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64', ResolvedValue: expect.stringMatching(/^ami-/) as string,
    }]);
    expect(await region.output('P')).toMatch(/^ami-/);
  });

  it('with NoEcho is shown nowhere', async () => {
    const secret = 'hunter2';
    await region.create(template('{Type: String, NoEcho: true}', 'x').replace('Value: x}}', 'Value: !Ref P}}'), given(secret));
    const shown = JSON.stringify([await region.stack(), await region.cfn('DescribeStackEvents', { StackName: 's' })]);
    expect(shown).toContain('****');
    expect(shown).not.toContain(secret);
  });
});

describe('AllowedPattern', () => {
  it('that backtracks forever is cut off', () => {
    expect(() => matchesPattern('(a+)+b', 'a'.repeat(60), 'P')).toThrow(/takes too long/);
  });

  it('matches the whole value only', () => {
    expect(matchesPattern('a|b', 'ab', 'P')).toBe(false);
    expect(matchesPattern('a|b', 'b', 'P')).toBe(true);
  });
});
