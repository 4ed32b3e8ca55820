import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testConditions } from '../../../../src/lib/policy/condition.js';
import { parsePolicy } from '../../../../src/lib/policy/document.js';
import { evaluateLayers, type PolicyLayers } from '../../../../src/lib/policy/layers.js';
import { evaluate } from '../../../../src/lib/policy/evaluate.js';
import { evaluateTrust, type Principal } from '../../../../src/lib/policy/trust.js';

const policy = (...statements: object[]) => ({ name: 'p', document: parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity') });
const allow = (more: object = {}) => ({ Effect: 'Allow', Action: 'ec2:Run*', Resource: '*', ...more });
const deny = (more: object = {}) => ({ ...allow(more), Effect: 'Deny' });
const decide = (statements: object[], action = 'ec2:RunInstances', resource = 'arn:aws:ec2:r:1:instance/i-1', context = {}) =>
  evaluate([policy(...statements)], { action, resource, context, supplied: (key) => !key.startsWith('ec2:') });

describe('evaluate', () => {
  it.each<[string, object[], string]>([
    ['nothing', [deny({ Action: 's3:*' })], 'implicit-deny'],
    ['allow', [allow()], 'allow'],
    ['other action', [allow({ Action: 'ec2:Describe*' })], 'implicit-deny'],
    ['action in another case', [allow({ Action: 'EC2:runinstances' })], 'allow'],
    ['deny wins, whatever the order', [allow(), deny()], 'explicit-deny'],
    ['deny first', [deny(), allow()], 'explicit-deny'],
    ['deny of another resource', [allow(), deny({ Resource: 'arn:aws:ec2:r:1:instance/i-2' })], 'allow'],
    ['resource by wildcard', [allow({ Resource: 'arn:aws:ec2:*:instance/i-?' })], 'allow'],
    ['other resource', [allow({ Resource: ['arn:aws:ec2:r:1:instance/i-2', 'arn:aws:ec2:r:1:vpc/*'] })], 'implicit-deny'],
    ['NotAction', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], 'allow'],
    ['NotAction that names it', [{ Effect: 'Allow', NotAction: ['ec2:*'], Resource: '*' }], 'implicit-deny'],
    ['NotResource', [{ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::x' }], 'allow'],
    ['NotResource that names it', [{ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:ec2:r:1:instance/*' }], 'implicit-deny'],
    ['condition that holds', [allow({ Condition: { StringEquals: { 'aws:RequestedRegion': 'r' } } })], 'allow'],
    ['condition that does not', [allow({ Condition: { StringEquals: { 'aws:RequestedRegion': 'other' } } })], 'implicit-deny'],
    ['key of the request that is absent', [allow({ Condition: { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } } })], 'implicit-deny'],
    ['key unknown here: no allow', [allow({ Condition: { StringNotEquals: { 'ec2:InstanceType': 'x' } } })], 'implicit-deny'],
    ['key unknown here: deny holds', [allow(), deny({ Condition: { StringEquals: { 'ec2:InstanceType': 'x' } } })], 'explicit-deny'],
    ['variable that is known', [allow({ Resource: 'arn:aws:ec2:${aws:RequestedRegion}:1:instance/*' })], 'allow'],
    ['variable without a value names nothing', [allow({ Resource: 'arn:aws:ec2:${aws:PrincipalTag/x}:1:instance/*' })], 'implicit-deny'],
    ['variable without a value in a deny', [allow(), deny({ Resource: 'arn:aws:ec2:${aws:PrincipalTag/x}:1:*' })], 'allow'],
    ['variable without a value in a NotResource', [allow(), deny({ Resource: undefined, NotResource: 'arn:aws:ec2:${aws:PrincipalTag/x}:1:*' })], 'explicit-deny'],
    ['variable with a default', [allow({ Resource: "arn:aws:ec2:${aws:PrincipalTag/x, 'r'}:1:instance/*" })], 'allow'],
    ['a character that is no wildcard', [allow({ Resource: 'arn:aws:ec2:r:1:instance/${*}' })], 'implicit-deny'],
  ])('%s', (_what, statements, expected) => {
    const decision = decide(statements, undefined, undefined, { 'aws:RequestedRegion': 'r' });
    expect(decision.decision).toBe(expected);
    expect(decision.why).not.toBe('');
  });

  it('names who decided, and says what could not be decided', () => {
    expect(decide([allow({ Sid: 'Mine' })])).toMatchObject({ by: 'p, statement Mine' });
    expect(decide([allow({ Condition: { NumericEquals: { 'ec2:y': '1' } } })]).why).toContain('NumericEquals on ec2:y cannot be decided here');
    expect(decide([allow(), deny(), deny()]).matched).toMatchObject([{ index: 1 }, { index: 2 }]);
  });

  const unclear = { Condition: { StringEquals: { 'ec2:InstanceType': 'x' } } };
  it.each<[string, object[], boolean]>([
    ['an allow that may hold', [allow(unclear)], true],
    ['an allow that may hold beside one that does', [allow(unclear), allow()], false],
    ['a deny that may hold', [allow(), deny(unclear)], true],
    ['a deny that may hold, and nothing allows', [deny(unclear)], false],
    ['a deny that may hold beside one that does', [allow(), deny(unclear), deny()], false],
    ['nothing allows', [deny({ Action: 's3:*' })], false],
  ])('says whether another decision is possible: %s', (_what, statements, doubtful) => expect(decide(statements).doubt !== undefined).toBe(doubtful));

  it('a deny never turns into an allow by adding statements (property)', () => {
    const statement = fc.record({ Effect: fc.constantFrom('Allow', 'Deny'), Action: fc.constantFrom('*', 'ec2:*', 'ec2:RunInstances', 's3:*'), Resource: fc.constantFrom('*', 'arn:aws:ec2:r:1:*', 'arn:aws:s3:::x') });
    fc.assert(fc.property(fc.array(statement, { minLength: 1 }), fc.array(statement), (some, more) => {
      if (decide(some).decision === 'explicit-deny') expect(decide([...more, ...some]).decision).toBe('explicit-deny');
    }));
  });
});

describe('conditions', () => {
  const context = { 'aws:SourceIp': '198.18.3.4', 'aws:SecureTransport': 'true', 'aws:PrincipalArn': 'arn:aws:iam::1:role/x', 'aws:TagKeys': ['a', 'b'], 'aws:Six': '2001:db8::1', 'a:n': '5', 'a:b': 'QmluYXJ5', 'a:star': 'a*c', 'aws:CurrentTime': '2026-11-25T00:00:00Z', 'aws:username': 'x' };
  it.each<[object, boolean | 'unknown']>([
    [{ IpAddress: { 'aws:sourceip': '198.18.0.0/15' } }, true],
    [{ IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '192.0.2.1'] } }, false],
    [{ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, true],
    [{ NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '198.18.3.4'] } }, false],
    [{ IpAddress: { 'aws:SourceIp': '2001:db8::/32' } }, false],
    [{ IpAddress: { 'aws:Six': '2001:db8::/32' } }, true],
    [{ NotIpAddress: { 'aws:Six': '2001:db9::/32' } }, true],
    [{ Bool: { 'aws:SecureTransport': true } }, true],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, false],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }, true],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:*:role/x' } }, false],
    [{ StringLike: { 'aws:PrincipalArn': 'arn:*:role/x' } }, true],
    [{ StringEquals: { 'aws:Missing': 'x' } }, false],
    [{ StringNotEquals: { 'aws:Missing': 'x' } }, true],
    [{ StringEqualsIfExists: { 'aws:Missing': 'x' } }, true],
    [{ Null: { 'aws:Missing': 'true', 'aws:SourceIp': 'false' } }, true],
    [{ Null: { 'aws:SourceIp': true } }, false],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b', 'c'] } }, true],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, false],
    [{ 'ForAllValues:StringEquals': { 'aws:Missing': ['a'] } }, true],
    [{ 'ForAnyValue:StringLike': { 'aws:TagKeys': ['x*', 'b*'] } }, true],
    [{ 'ForAnyValue:StringEquals': { 'aws:Missing': ['a'] } }, false],
    [{ 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['a'] } }, true],
    [{ 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['a'] } }, false],
    [{ NumericEquals: { 'a:n': '5.0' } }, true],
    [{ NumericLessThan: { 'a:n': 5 } }, false],
    [{ NumericLessThanEquals: { 'a:n': 5 } }, true],
    [{ NumericGreaterThan: { 'a:n': [9, 4] } }, true],
    [{ NumericNotEquals: { 'a:n': 'many' } }, true],
    [{ DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }, true],
    [{ DateLessThan: { 'aws:CurrentTime': '2026-01-01' } }, false],
    [{ DateGreaterThanEquals: { 'aws:CurrentTime': '1790000000' } }, true],
    [{ BinaryEquals: { 'a:b': 'QmluYXJ5' } }, true],
    [{ StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::1:role/${aws:username}' } }, true],
    [{ StringEquals: { 'aws:PrincipalArn': '${aws:Nothing}' } }, false],
    [{ StringLike: { 'a:star': 'a${*}c' } }, true],
    [{ StringLike: { 'aws:username': 'x${*}' } }, false],
    [{ NumericEquals: { 'a:n': 5 }, Bool: { 'aws:SecureTransport': 'false' } }, false],
  ])('%j: %s', (condition, expected) => {
    const [statement] = policy(allow({ Condition: condition })).document.statements;
    expect(testConditions(statement?.conditions ?? new Map(), context).holds).toBe(expected);
  });
});

describe('documents', () => {
  const read = (statement: object, kind: 'identity' | 'trust' | 'resource' = 'identity') => () => parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }), kind);
  it.each([
    ['an operator that is none', allow({ Condition: { StringEqual: { 'aws:x': 'y' } } }), 'Invalid Condition type : StringEqual'],
    ['NullIfExists', allow({ Condition: { NullIfExists: { 'aws:x': 'true' } } }), 'Invalid Condition type'],
    ['a key without a vendor', allow({ Condition: { StringEquals: { x: 'y' } } }), 'prefaced by a vendor'],
    ['a Sid twice', [allow({ Sid: 'a' }), allow({ Sid: 'a' })], 'must be unique'],
    ['a Sid with a space', allow({ Sid: 'a b' }), 'alpha-numeric'],
  ])('%s', (_what, statement, text) => expect(read(statement)).toThrow(expect.objectContaining({ code: 'malformed', message: expect.stringContaining(text) as string })));

  it.each(['trust', 'resource'] as const)('NotPrincipal in a %s policy is not judged', (kind) => {
    const statement = { Effect: 'Allow', NotPrincipal: '*', Action: 'sts:AssumeRole', ...(kind === 'resource' ? { Resource: '*' } : {}) };
    expect(read(statement, kind)).toThrow(expect.objectContaining({ code: 'unsupported', message: expect.stringContaining('NotPrincipal') as string }));
  });

  it('the older version has no variables', () => {
    const old = { name: 'p', document: parsePolicy(JSON.stringify({ Version: '2008-10-17', Statement: allow({ Resource: 'arn:aws:s3:::${aws:username}' }) }), 'identity') };
    expect(evaluate([old], { action: 'ec2:RunInstances', resource: 'arn:aws:s3:::${aws:username}', context: { 'aws:username': 'u' } }).decision).toBe('allow');
    expect(evaluate([old], { action: 'ec2:RunInstances', resource: 'arn:aws:s3:::u', context: { 'aws:username': 'u' } }).decision).toBe('implicit-deny');
  });
});

describe('layers', () => {
  const request = { action: 'ec2:RunInstances', resource: '*', context: {} };
  it.each<[string, PolicyLayers, string, string]>([
    ['all allow', { identity: [policy(allow())], boundary: [policy(allow())], session: [policy(allow())] }, 'allow', 'identity'],
    ['no identity policy', { identity: [], boundary: [policy(allow())] }, 'implicit-deny', 'identity'],
    ['a boundary that is silent', { identity: [policy(allow())], boundary: [policy(allow({ Action: 's3:*' }))] }, 'implicit-deny', 'boundary'],
    ['a session policy that is silent', { identity: [policy(allow())], session: [] }, 'implicit-deny', 'session'],
    ['an endpoint that is silent', { identity: [policy(allow())], 'vpc-endpoint': [] }, 'implicit-deny', 'vpc-endpoint'],
    ['a deny anywhere', { identity: [], boundary: [policy(deny())] }, 'explicit-deny', 'boundary'],
  ])('%s', (_what, layers, decision, layer) => expect(evaluateLayers(layers, request)).toMatchObject({ decision, layer }));
});

describe('evaluateTrust', () => {
  const caller: Principal = { kind: 'caller', arn: 'arn:aws:iam::1:user/u', accountId: '1' };
  const trust = (Principal: object | string, more: object = {}) => parsePolicy(JSON.stringify({ Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more } }), 'trust');
  it.each<[string, ReturnType<typeof trust>, Principal, string]>([
    ['service', trust({ Service: 'ec2.amazonaws.com' }), { kind: 'service', service: 'ec2.amazonaws.com' }, 'allow'],
    ['other service', trust({ Service: ['lambda.amazonaws.com'] }), { kind: 'service', service: 'ec2.amazonaws.com' }, 'implicit-deny'],
    ['a user is no service', trust({ Service: 'ec2.amazonaws.com' }), caller, 'implicit-deny'],
    ['account', trust({ AWS: 'arn:aws:iam::1:root' }), caller, 'allow'],
    ['account id', trust({ AWS: ['1'] }), caller, 'allow'],
    ['other account', trust({ AWS: 'arn:aws:iam::2:root' }), caller, 'implicit-deny'],
    ['user', trust({ AWS: 'arn:aws:iam::1:user/u' }), caller, 'allow'],
    ['anyone', trust('*'), caller, 'allow'],
    ['condition', trust({ AWS: '1' }, { Condition: { StringEquals: { 'sts:ExternalId': 'e' } } }), caller, 'implicit-deny'],
  ])('%s', (_what, document, principal, expected) => expect(evaluateTrust(document, principal).decision).toBe(expected));
});
