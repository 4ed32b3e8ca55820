import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { templateBody } from '../../../../src/lib/lab/lab.js';
import { IN_YOUR_NAME } from '../../../../src/lib/permissions/cloudformation.js';
import { CALLS } from '../../../../src/lib/permissions/calls.js';
import { MANAGED_POLICY_CHARACTERS, permissionsOf, policyDocuments, type PolicyStatement, statementsOf } from '../../../../src/lib/permissions/policies.js';
import { USES } from '../../../../src/lib/permissions/permission.js';
import { permissionLines } from '../../../../src/lib/report/permissions.js';
import { plainStyle } from '../../../../src/lib/report/style.js';

const root = join(import.meta.dirname, '../../../..');
const everywhere = { region: '*', stack: 'ssmlab' };
const sids = (statements: readonly PolicyStatement[]) => statements.map(({ Sid }) => Sid);

describe('the table', () => {
  it('has a reason for each action, in one line', () => {
    for (const { action, why, uses } of [...CALLS, ...IN_YOUR_NAME]) {
      expect(why, action).toMatch(/^\S.{8,110}[^.]$/u);
      expect(action).toMatch(/^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$/u);
      expect(uses.length).toBeGreaterThan(0);
    }
    const keys = [...CALLS, ...IN_YOUR_NAME].map(({ action, on, because }) => `${action} ${on} ${because ?? ''}`);
    expect(keys.length).toBe(new Set(keys).size);
  });

  it('knows what CloudFormation does for each type in the template, and for no other', () => {
    const template = parse(templateBody(), { logLevel: 'error' }) as { readonly Parameters: Readonly<Record<string, { readonly Type: string }>>; readonly Resources: Readonly<Record<string, { readonly Type: string }>> };
    const types = [...Object.values(template.Parameters), ...Object.values(template.Resources)].map(({ Type }) => Type).filter((type) => type.startsWith('AWS::'));
    expect(templateBody()).toContain('!GetAZs');
    expect([...new Set(IN_YOUR_NAME.map(({ because = '' }) => because))].toSorted()).toEqual([...new Set([...types, 'Fn::GetAZs'])].toSorted());
  });
});

describe('policies', () => {
  it('fit into a managed policy for each use, whatever the stack is called', () => {
    for (const use of USES) {
      for (const stack of ['ssmlab', 'a'.repeat(128)]) expect(policyDocuments(statementsOf({ uses: [use] }, { region: 'ap-northeast-1', stack })), use).toHaveLength(1);
    }
  });

  it('come in several documents where one is too small, none of them too long and no statement lost', () => {
    const statements = statementsOf({ uses: USES }, { region: 'ap-northeast-1', stack: 'a'.repeat(128) });
    const twice = [...statements, ...statements];
    const documents = policyDocuments(twice);
    expect(documents.length).toBeGreaterThan(1);
    for (const document of documents) expect(JSON.stringify(document).length).toBeLessThanOrEqual(MANAGED_POLICY_CHARACTERS);
    expect(documents.flatMap(({ Statement }) => Statement)).toEqual(twice);
  });

  it('allow nothing on everything but reading, and what CloudFormation does in the caller\'s name', () => {
    for (const { Sid, Action, Resource, Condition } of statementsOf({ uses: USES }, everywhere).filter(({ Resource: resource }) => resource === '*')) {
      const reads = Action.every((action) => /:(?:Describe|Get|List|Validate)/u.test(action));
      expect([Sid, Resource, reads || Condition?.['ForAnyValue:StringEquals']?.['aws:CalledVia'] === 'cloudformation.amazonaws.com']).toEqual([Sid, '*', true]);
    }
  });

  it('name region, partition and stack, and cut a long stack\'s name where CloudFormation may', () => {
    const of = (place: Parameters<typeof statementsOf>[1], sid: string) => statementsOf({ uses: ['deploy'] }, place).find(({ Sid }) => Sid === sid);
    expect(of({ region: 'cn-north-1', stack: 'web' }, 'Stack')?.Resource).toBe('arn:aws-cn:cloudformation:cn-north-1:*:stack/web/*');
    expect(of({ region: 'us-gov-west-1', stack: 'web' }, 'RolePolicy')?.Condition?.['ArnEquals']).toEqual({ 'iam:PolicyARN': 'arn:aws-us-gov:iam::aws:policy/AmazonSSMManagedInstanceCore' });
    expect(of({ region: 'eu-west-1', stack: 'web' }, 'Change')?.Condition?.['StringEquals']).toEqual({ 'aws:RequestedRegion': 'eu-west-1', 'aws:ResourceTag/ssmlab': 'true' });
    expect(of({ region: '*', stack: 'web-*' }, 'Stack')?.Resource).toBe('arn:aws:cloudformation:*:*:stack/web-*/*');
    expect(of({ region: '*', stack: 'web-*' }, 'PassRole')?.Resource).toBe('arn:aws:iam::*:role/web-*');
    expect(of({ region: '*', stack: 'a-name-of-more-than-twenty-four' }, 'PassRole')?.Resource).toBe('arn:aws:iam::*:role/a-name-of-more-than-twen*');
  });

  it('with a service role leave the network to the role', () => {
    const person = statementsOf({ uses: ['deploy'] }, { ...everywhere, serviceRole: 'lab-maker' });
    expect(sids(person)).not.toContain('Make');
    expect(person.find(({ Sid }) => Sid === 'ServiceRole')).toMatchObject({ Action: ['iam:PassRole'], Resource: 'arn:aws:iam::*:role/lab-maker', Condition: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } } });
    const role = statementsOf('service-role', { ...everywhere, serviceRole: '' });
    expect(sids(role)).toEqual(expect.arrayContaining(['Make', 'Change', 'Role', 'PassRole']));
    expect(sids(role)).not.toContain('Stack');
    // Its calls are its own.
    expect(JSON.stringify(role)).not.toContain('aws:CalledVia');
  });

  it('of docs/examples are what is printed', () => {
    const committed = (name: string): unknown => JSON.parse(readFileSync(join(root, 'docs/examples', name), 'utf8'));
    expect(committed('deploy-policy.json'), "ssmlab policy deploy --stack 'ssmlab*' > docs/examples/deploy-policy.json").toEqual(policyDocuments(statementsOf({ uses: ['deploy'] }, { region: '*', stack: 'ssmlab*' }))[0]);
    expect(committed('verify-policy.json'), "ssmlab policy verify --stack '*' > docs/examples/verify-policy.json").toEqual(policyDocuments(statementsOf({ uses: ['verify'] }, { region: '*', stack: '*' }))[0]);
  });
});

describe('the reasons', () => {
  it('are a line for each action of each statement', () => {
    const lines = permissionLines(permissionsOf({ uses: ['deploy'] }), { style: plainStyle(), width: undefined });
    expect(lines[0]).toMatch(/^ACTION +STATEMENT +WHY$/u);
    expect(lines.find((line) => line.startsWith('ec2:CreateVpc '))).toMatch(/ Make +CloudFormation makes AWS::EC2::VPC$/u);
    expect(lines.find((line) => line.startsWith('ec2:DescribeNatGateways '))).toContain('which way an instance takes, and what a lab leaves; CloudFormation looks at AWS::EC2::NatGateway');
    expect(lines.join('\n')).not.toContain('sts:GetCallerIdentity');
    const statements = statementsOf({ uses: ['deploy'] }, everywhere);
    expect(lines.length - 1).toBe(statements.flatMap(({ Action }) => Action).length);
  });
});
