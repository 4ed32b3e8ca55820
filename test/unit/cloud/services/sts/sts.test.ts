import { beforeEach, describe, expect, it } from 'vitest';
import { startHarness, type Harness } from '../../endpoint/harness.js';

const trust = (Principal: object) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] });
const ARN = 'arn:aws:iam::123456789012:role/r';

let lab: Harness;
beforeEach(async () => {
  lab = await startHarness();
  return () => lab.close();
});

const createRole = (Principal: object): unknown => lab.endpoint.internalContext('us-east-1').call('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust(Principal) });
const sts = (body: string, more: object = {}) => lab.call({ service: 'sts', body: `Version=2011-06-15&${body}`, ...more });
const assume = (more = '', how: object = {}) => sts(`Action=AssumeRole&RoleArn=${ARN}&RoleSessionName=me${more}`, how);
const element = (text: string, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';

describe('AssumeRole', () => {
  it('gives keys that work as the role', async () => {
    await createRole({ AWS: 'arn:aws:iam::123456789012:root' });
    const { text } = await assume();
    expect(text).toContain('<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA');
    expect(Date.parse(element(text, 'Expiration'))).toBeGreaterThan(lab.now + 3_590_000);
    const keys = { accessKeyId: element(text, 'AccessKeyId'), secretAccessKey: element(text, 'SecretAccessKey'), sessionToken: element(text, 'SessionToken') };
    expect(element((await sts('Action=GetCallerIdentity', { keys })).text, 'Arn')).toBe('arn:aws:sts::123456789012:assumed-role/r/me');
    expect((await assume('', { keys })).text).toContain('because no identity-based policy allows the sts:AssumeRole action');
    await lab.endpoint.internalContext('us-east-1').call('iam', 'DeleteRole', { RoleName: 'r' });
    expect((await sts('Action=GetCallerIdentity', { keys })).text).toContain('InvalidClientTokenId');
  });

  it.each<[string, object, string, string]>([
    ['a role that trusts only EC2', { Service: 'ec2.amazonaws.com' }, '', 'AccessDenied'],
    ['a session policy that is none', { AWS: '*' }, '&Policy=%7B%7D', 'MalformedPolicyDocument'],
    ['a session policy that is not there', { AWS: '*' }, '&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/Nope', 'MalformedPolicyDocument'],
    ['tags that the role does not trust', { AWS: '*' }, '&Tags.member.1.Key=a&Tags.member.1.Value=b', 'not authorized to perform: sts:TagSession'],
    ['a device that is not the caller\'s', { AWS: '*' }, '&SerialNumber=123456789&TokenCode=123456', 'MultiFactorAuthentication failed, unable to validate MFA code.'],
    ['a code without its device', { AWS: '*' }, '&TokenCode=123456', 'must provide both MFA serial number and one time pass code'],
    ['too short', { AWS: '*' }, '&DurationSeconds=60', 'ValidationError'],
    ['longer than the role allows', { AWS: '*' }, '&DurationSeconds=7200', 'MaxSessionDuration set for this role'],
  ])('refuses %s', async (_what, principal, more, expected) => {
    await createRole(principal);
    const reply = await assume(more);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.text).toContain(expected);
  });

  it('a role that is not there looks as one that does not trust', async () => {
    expect(element((await assume()).text, 'Message')).toBe(`User: arn:aws:iam::123456789012:user/ssmlab is not authorized to perform: sts:AssumeRole on resource: ${ARN}`);
  });

  it('session names', async () => {
    await createRole({ AWS: '*' });
    expect((await sts(`Action=AssumeRole&RoleArn=${ARN}&RoleSessionName=a%20b`)).text).toContain('roleSessionName');
    expect((await sts(`Action=AssumeRole&RoleArn=${ARN}`)).text).toContain('Member must not be null');
  });
});
