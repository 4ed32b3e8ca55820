import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amzDate, hashPayload, parseAmzDate, parseAuthorization, parsePresigned, presignUrl, signingKey, signRequest, verifySignature } from '../../../../src/lib/protocol/sigv4.js';
import type { SignableRequest } from '../../../../src/lib/protocol/sigv4.js';

const SUITE_KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const SUITE = { service: 'service', region: 'us-east-1', now: Date.UTC(2015, 7, 30, 12, 36, 0) };
const EMPTY = hashPayload('');

function get(url: string, headers: Record<string, string> = {}, method = 'GET'): SignableRequest {
  return { method, url: new URL(url), headers, payloadHash: EMPTY };
}

const signature = (headers: Record<string, string>): string => /Signature=([0-9a-f]+)$/.exec(headers['Authorization'] ?? '')?.[1] ?? '';

describe("AWS's published vectors", () => {
  // Names are those of AWS's Signature Version 4 test suite.
  it.each<[string, SignableRequest, string]>([
    ['get-vanilla', get('https://example.amazonaws.com/'), '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['post-vanilla', get('https://example.amazonaws.com/', {}, 'POST'), '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    ['get-vanilla-query-order-key-case', get('https://example.amazonaws.com/?Param2=value2&Param1=value1'), 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'],
    ['get-header-value-trim', get('https://example.amazonaws.com/', { 'My-Header1': ' value1', 'My-Header2': ' "a   b   c"' }), 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736'],
    ['post-x-www-form-urlencoded', {
      method: 'POST', url: new URL('https://example.amazonaws.com/'), headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, payloadHash: hashPayload('Param1=value1'),
    }, 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a'],
  ])('%s', (_name, request, expected) => {
    const added = signRequest(request, SUITE, SUITE_KEYS);
    expect(signature(added)).toBe(expected);
    expect(added['X-Amz-Date']).toBe('20150830T123600Z');
  });

  it('IAM user guide: ListUsers', () => {
    const request = get('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08', { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' });
    const added = signRequest(request, { ...SUITE, service: 'iam' }, SUITE_KEYS);
    expect(added['Authorization']).toBe('AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7');
    expect(signingKey(SUITE_KEYS.secretAccessKey, '20150830', 'us-east-1', 'iam').toString('hex')).toBe('c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9');
  });

  it('S3 developer guide: presigned GET', () => {
    const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
    const request = { method: 'GET', url: new URL('https://examplebucket.s3.amazonaws.com/test.txt'), headers: {}, payloadHash: 'UNSIGNED-PAYLOAD' };
    const url = presignUrl(request, { service: 's3', region: 'us-east-1', now: Date.UTC(2013, 4, 24) }, keys, 86_400);
    expect(url.searchParams.get('X-Amz-Signature')).toBe('aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
    expect(verifySignature({ ...request, url }, keys.secretAccessKey).ok).toBe(true);
    expect(parsePresigned(url)).toMatchObject({ ok: true, authorization: { kind: 'query', accessKeyId: keys.accessKeyId, expires: 86_400, amzDate: '20130524T000000Z', service: 's3', region: 'us-east-1' } });
  });
});

describe('against botocore', () => {
  const PROGRAM = `
import json, sys
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
import botocore.auth, datetime
spec = json.load(sys.stdin)
class Clock(datetime.datetime):
    @classmethod
    def utcnow(cls): return cls.strptime(spec['date'], '%Y%m%dT%H%M%SZ')
    @classmethod
    def now(cls, tz=None): return cls.strptime(spec['date'], '%Y%m%dT%H%M%SZ')
if hasattr(botocore.auth, 'get_current_datetime'):
    botocore.auth.get_current_datetime = lambda *a, **k: Clock.now()
if hasattr(botocore.auth, 'datetime'):
    botocore.auth.datetime = type('m', (), {'datetime': Clock}) if hasattr(botocore.auth.datetime, 'datetime') else Clock
out = []
for r in spec['requests']:
    request = AWSRequest(method=r['method'], url=r['url'], headers=r['headers'], data=r['body'].encode())
    SigV4Auth(Credentials('AKIDEXAMPLE', 'secret', r['token']), r['service'], 'ap-northeast-1').add_auth(request)
    out.append(request.headers['Authorization'])
print(json.dumps(out))
`;
  const importable = spawnSync('python3', ['-c', 'import botocore.auth']).status === 0;

  it.skipIf(!importable)('signs the same requests the same way (needs python3 with botocore)', () => {
    const cases = [
      { method: 'POST', url: 'http://127.0.0.1:4577/', headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }, body: 'Action=DescribeVpcs&Version=2016-11-15', service: 'ec2', token: null },
      { method: 'POST', url: 'https://ssm.ap-northeast-1.amazonaws.com/', headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'AmazonSSM.StartSession' }, body: '{"Target":"i-1"}', service: 'ssm', token: 'to/ken+==' },
      { method: 'GET', url: 'https://ssmmessages.ap-northeast-1.amazonaws.com/v1/control-channel/i-0a?role=subscribe&stream=input', headers: {}, body: '', service: 'ssmmessages', token: 'tok' },
      { method: 'GET', url: 'https://lambda.ap-northeast-1.amazonaws.com/a%20b/x%3Ay/~z', headers: {}, body: '', service: 'lambda', token: null },
    ];
    const now = Date.UTC(2026, 10, 24, 1, 2, 3);
    const run = spawnSync('python3', ['-c', PROGRAM], { input: JSON.stringify({ date: amzDate(now), requests: cases }), encoding: 'utf8' });
    expect(run.stderr).toBe('');
    const theirs = JSON.parse(run.stdout) as string[];
    const ours = cases.map(({ method, url, headers, body, service, token }) =>
      signRequest({ method, url: new URL(url), headers, payloadHash: hashPayload(body) }, { service, region: 'ap-northeast-1', now },
        { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: token ?? undefined })['Authorization']);
    expect(ours).toEqual(theirs);
  });
});

describe('verifySignature', () => {
  const request: SignableRequest = { method: 'POST', url: new URL('http://127.0.0.1:4577/'), headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.X' }, payloadHash: hashPayload('{}') };
  const scope = { service: 'ssm', region: 'ap-northeast-1', now: Date.UTC(2026, 10, 24) };
  const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
  const signed = { ...request, headers: { ...request.headers, ...signRequest(request, scope, keys) } };

  it('accepts what was signed', () => {
    expect(verifySignature(signed, 'secret')).toMatchObject({ ok: true, authorization: { accessKeyId: 'AKIAEXAMPLE', service: 'ssm', region: 'ap-northeast-1' } });
  });

  it('ignores headers that were not signed', () => {
    expect(verifySignature({ ...signed, headers: { ...signed.headers, 'User-Agent': 'x', 'accept': '*/*' } }, 'secret').ok).toBe(true);
  });

  it.each<[string, Partial<SignableRequest>, string]>([
    ['another secret', {}, 'other'],
    ['another body', { payloadHash: hashPayload('{"a":1}') }, 'secret'],
    ['another method', { method: 'PUT' }, 'secret'],
    ['another path', { url: new URL('http://127.0.0.1:4577/x') }, 'secret'],
    ['another query', { url: new URL('http://127.0.0.1:4577/?a') }, 'secret'],
    ['another host', { url: new URL('http://127.0.0.1:4578/') }, 'secret'],
    ['another signed header', { headers: { ...signed.headers, 'x-amz-target': 'AmazonSSM.Y' } }, 'secret'],
    ['another token', { headers: { ...signed.headers, 'X-Amz-Security-Token': 'stolen' } }, 'secret'],
  ])('refuses %s', (_name, change, secret) => {
    expect(verifySignature({ ...signed, ...change }, secret)).toMatchObject({ ok: false, why: 'mismatch' });
  });

  it('tells unsigned from malformed', () => {
    expect(verifySignature(request, 'secret')).toMatchObject({ ok: false, why: 'unsigned' });
    expect(verifySignature({ ...request, headers: { authorization: 'Basic eDp5' } }, 'secret')).toMatchObject({ ok: false, why: 'malformed' });
    expect(verifySignature({ ...signed, headers: { ...signed.headers, 'X-Amz-Date': 'now' } }, 'secret')).toMatchObject({ ok: false, why: 'malformed' });
  });

  it('refuses a scope date that is not the day of the request', () => {
    const header = signed.headers as Record<string, string>;
    const moved = { ...header, 'X-Amz-Date': '20261125T000000Z' };
    expect(verifySignature({ ...signed, headers: moved }, 'secret')).toMatchObject({ ok: false, why: 'mismatch' });
  });

  it('holds for any request, and for no other body (property)', () => {
    fc.assert(fc.property(
      fc.record({ path: fc.webPath(), query: fc.webQueryParameters(), body: fc.string(), other: fc.string(), header: fc.stringMatching(/^[!-~ ]{0,20}$/), secret: fc.string({ minLength: 1 }) }),
      ({ path, query, body, other, header, secret }) => {
        const any = { method: 'POST', url: new URL(`http://h/${path.replace(/^\/+/, '')}?${query}`), headers: { 'x-any': header }, payloadHash: hashPayload(body) };
        const headers = { ...any.headers, ...signRequest(any, scope, { accessKeyId: 'AKIA', secretAccessKey: secret }) };
        expect(verifySignature({ ...any, headers }, secret).ok).toBe(true);
        if (other !== body) expect(verifySignature({ ...any, headers, payloadHash: hashPayload(other) }, secret).ok).toBe(false);
      },
    ));
  });
});

describe('parseAuthorization', () => {
  it.each([
    ['with spaces', 'AWS4-HMAC-SHA256 Credential=AK/20150830/us-east-1/ec2/aws4_request, SignedHeaders=host;x-amz-date, Signature=ab'],
    ['without', 'AWS4-HMAC-SHA256 Credential=AK/20150830/us-east-1/ec2/aws4_request,SignedHeaders=host;x-amz-date,Signature=ab'],
  ])('reads parameters %s', (_name, header) => {
    expect(parseAuthorization(header)).toEqual({ ok: true, authorization: { kind: 'header', accessKeyId: 'AK', date: '20150830', region: 'us-east-1', service: 'ec2', signedHeaders: ['host', 'x-amz-date'], signature: 'ab' } });
  });

  it.each([
    ['AWS4-HMAC-SHA256', "requires 'Credential'"],
    ['AWS4-HMAC-SHA256 Credential=AK/20150830/us-east-1/ec2/aws4_request, SignedHeaders=host', "requires 'Signature'"],
    ['AWS4-HMAC-SHA256 Credential=AK/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=a', 'Credential must have'],
    ['AWS4-HMAC-SHA512 Credential=x', 'Unsupported'],
    ['', 'Unsupported'],
  ])('says what is wrong with %j', (header, why) => {
    const parsed = parseAuthorization(header);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? '' : parsed.why).toContain(why);
  });
});

it('reads the dates that it writes', () => {
  expect(parseAmzDate(amzDate(SUITE.now))).toBe(SUITE.now);
  expect(parseAmzDate('20151399T000000Z')).toBeUndefined();
  expect(parseAmzDate('2015-08-30')).toBeUndefined();
});
