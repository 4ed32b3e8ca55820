import { connect } from 'node:net';
import { DescribeInstanceInformationCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashPayload, presignUrl, signRequest } from '../../../../src/lib/protocol/sigv4.js';
import { startHarness, type Harness } from './harness.js';

let lab: Harness;
beforeAll(async () => { lab = await startHarness({ maxBodyBytes: 64 * 1024, bodyTimeoutMs: 150 }); });
afterAll(() => lab.close());
beforeEach(() => {
  lab.now = Date.now();
  lab.origin = undefined;
  lab.log.length = 0;
});

const EC2 = 'Version=2016-11-15';
const json = (operation: string): Record<string, string> => ({ 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AmazonSSM.${operation}` });

describe('replies', () => {
  it('ec2: no wrapper, items, request id in header and body', async () => {
    const reply = await lab.call({ service: 'ec2', body: `Action=DescribeThings&${EC2}&Filter.1.Value.2=y+z&Filter.1.Name=%20x&Empty=` });
    expect(reply.status).toBe(200);
    const id = reply.headers['x-amzn-requestid'];
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(reply.text).toContain(`<DescribeThingsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${String(id)}</requestId><thingSet><item><thingId>t-1</thingId><at>1970-01-01T00:00:00.000Z</at><odd>&lt;&amp;&quot;\uFFFD&gt;</odd></item></thingSet><empty/>`);
    expect(reply.text).toContain('{&quot;Filter&quot;:[{&quot;Value&quot;:[&quot;y z&quot;],&quot;Name&quot;:&quot; x&quot;}],&quot;Empty&quot;:&quot;&quot;}');
  });

  it('query: result wrapper, members, metadata', async () => {
    const reply = await lab.call({ service: 'cloudformation', body: 'Action=Echo&Version=2010-05-15&Parameters.member.1.ParameterKey=K' });
    expect(reply.text).toContain('<EchoResult><Input>{&quot;Parameters&quot;:[{&quot;ParameterKey&quot;:&quot;K&quot;}]}</Input><Things><member><Name>a</Name></member><member><Name>b</Name></member></Things></EchoResult>');
    expect(reply.text).toContain(`<ResponseMetadata><RequestId>${String(reply.headers['x-amzn-requestid'])}</RequestId></ResponseMetadata>`);
  });

  it('json: epoch seconds', async () => {
    const reply = await lab.call({ service: 'ssm', body: '{"a":[1]}', headers: json('Echo') });
    expect(JSON.parse(reply.text)).toEqual({ Input: { a: [1] }, At: 1_763_920_000.123 });
    expect(reply.headers['content-type']).toBe('application/x-amz-json-1.1');
  });

  it('takes the region from the scope', async () => {
    const reply = await lab.call({ service: 'ec2', region: 'xx-lab-7', body: `Action=DescribeThings&${EC2}` });
    expect(reply.text).toContain('<region>xx-lab-7</region>');
  });
});

describe('errors in the protocol of the service', () => {
  const ec2Error = (code: string): RegExp => new RegExp(`^<\\?xml version="1.0" encoding="UTF-8"\\?>\n<Response><Errors><Error><Code>${code}</Code><Message>.*</Message></Error></Errors><RequestID>[0-9a-f-]{36}</RequestID></Response>$`, 's');
  const queryError = (code: string): RegExp => new RegExp(`^<ErrorResponse[^>]*><Error><Type>(Sender|Receiver)</Type><Code>${code}</Code><Message>.*</Message></Error><RequestId>[0-9a-f-]{36}</RequestId></ErrorResponse>$`, 's');
  const jsonError = (code: string): RegExp => new RegExp(`^\\{"__type":"${code}","message":".*"\\}$`, 's');

  it('an operation that is not there', async () => {
    expect(await lab.call({ service: 'ec2', body: `Action=Nope&${EC2}` })).toMatchObject({ status: 400, text: expect.stringMatching(ec2Error('InvalidAction')) });
    expect(await lab.call({ service: 'cloudformation', body: 'Action=Nope&Version=2010-05-15' })).toMatchObject({ status: 400, text: expect.stringMatching(queryError('InvalidAction')) });
    expect(await lab.call({ service: 'sts', body: 'Action=DecodeAuthorizationMessage&Version=2011-06-15' })).toMatchObject({ status: 400, text: expect.stringMatching(queryError('InvalidAction')) });
    expect(await lab.call({ service: 'ssm', body: '{}', headers: json('Nope') })).toMatchObject({ status: 400, text: expect.stringMatching(jsonError('UnknownOperationException')) });
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('an operation called %s', async (name) => {
    expect((await lab.call({ service: 'ec2', body: `Action=${name}&${EC2}` })).text).toMatch(ec2Error('InvalidAction'));
    expect((await lab.call({ service: 'ssm', body: '{}', headers: json(name) })).text).toMatch(jsonError('UnknownOperationException'));
  });

  it('a defect, without its detail; the log has it', async () => {
    for (const [reply, shape] of [
      [await lab.call({ service: 'ec2', body: `Action=Fail&${EC2}` }), ec2Error('InternalError')],
      [await lab.call({ service: 'cloudformation', body: 'Action=Fail&Version=2010-05-15' }), queryError('InternalFailure')],
      [await lab.call({ service: 'ssm', body: '', headers: json('Fail') }), jsonError('InternalServerError')],
    ] as const) {
      expect(reply.status).toBe(500);
      expect(reply.text).toMatch(shape);
      expect(reply.text).not.toContain('secret detail');
    }
    expect(lab.log.filter((line) => line.includes('secret detail'))).toHaveLength(3);
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['ec2 __proto__', `Action=DescribeThings&${EC2}&__proto__.polluted=1`, {}, 'UnknownParameter'],
    ['ec2 a value and a structure', `Action=DescribeThings&${EC2}&A=1&A.B=2`, {}, 'MalformedQueryString'],
    ['ec2 percent', `Action=DescribeThings&${EC2}&A=%zz`, {}, 'MalformedQueryString'],
    ['ec2 no action', EC2, {}, 'MissingParameter'],
    ['ssm torn', '{', json('Echo'), 'SerializationException'],
    ['ssm no structure', '[]', json('Echo'), 'SerializationException'],
    ['ssm __proto__ in JSON', '{"__proto__":{"polluted":1}}', json('Echo'), 'SerializationException'],
    ['ssm __proto__ escaped', '{"\\u005f_proto__":{"polluted":1}}', json('Echo'), 'SerializationException'],
    ['ssm nested deep', `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`, json('Echo'), 'SerializationException'],
  ])('a body that cannot be read: %s', async (name, body, headers, code) => {
    const reply = await lab.call({ service: name.slice(0, 3), body, headers });
    expect(reply.status).toBe(400);
    expect(reply.text).toContain(code);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('a service that is not there', async () => {
    expect(await lab.call({ service: 's3', body: '', method: 'GET', path: '/bucket' })).toMatchObject({ status: 400, text: expect.stringMatching(queryError('InvalidAction')) });
    expect(await lab.call({ service: 'dynamodb', body: '{}', headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' } })).toMatchObject({ status: 400, text: expect.stringMatching(jsonError('UnknownOperationException')) });
  });

  it('rpc-v2-cbor: a clear 4xx in CBOR', async () => {
    const reply = await lab.raw({ path: '/service/AmazonSSM/operation/GetParameter', headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor', 'host': `127.0.0.1:${lab.port}` }, body: '\u00a0' });
    expect(reply.status).toBe(415);
    expect(reply.headers['content-type']).toBe('application/cbor');
    expect(reply.headers['smithy-protocol']).toBe('rpc-v2-cbor');
    expect(reply.text).toContain('UnsupportedProtocolException');
  });

  it('a body over the limit, declared or not', async () => {
    const big = 'x'.repeat(200_000);
    expect((await lab.raw({ body: big })).status).toBe(413);
    const chunked = await lab.raw({ body: big, headers: { 'transfer-encoding': 'chunked' } });
    expect(chunked.status).toBe(413);
  });

  it('a body that does not come', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(lab.port, '127.0.0.1', () => socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\nx-amz-target: AmazonSSM.Echo\r\n\r\nab`));
      let seen = '';
      socket.on('data', (chunk) => { seen += chunk.toString(); if (seen.includes('}')) { socket.destroy(); resolve(seen); } }).on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain('"__type":"RequestTimeout"');
  });

  it('never HTML, never a crash (property)', async () => {
    await fc.assert(fc.asyncProperty(
      fc.record({ body: fc.oneof(fc.string(), fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1'))), path: fc.webPath(), method: fc.constantFrom('GET', 'POST', 'PUT', 'OPTIONS', 'DELETE', 'HEAD'), authorization: fc.stringMatching(/^[ -~]{0,60}$/), target: fc.stringMatching(/^[ -~]{0,20}$/) }),
      async ({ body, path, method, authorization, target }) => {
        const reply = await lab.raw({ method, path: `/${path.replace(/^\/+/, '')}`, body, headers: { authorization, 'x-amz-target': target } });
        expect(reply.status).toBeGreaterThanOrEqual(400);
        expect(reply.status).toBeLessThan(500);
        expect(reply.headers['content-type']).not.toContain('html');
      },
    ), { numRuns: 60 });
    expect(lab.log.filter((line) => line.startsWith('defect'))).toEqual([]);
  });
});

describe('who may come in', () => {
  it.each(['evil.example', '127.0.0.1.nip.io', '169.254.169.254', 'localhost.evil.example'])('refuses Host %s on loopback', async (host) => {
    const reply = await lab.call({ service: 'ec2', body: `Action=DescribeThings&${EC2}`, headers: { host } });
    expect(reply.status).toBe(403);
    expect(reply.text).toContain('<Code>AccessDenied</Code>');
  });

  it.each(['localhost:4577', '[::1]:4577', '127.0.0.1', 's3.localhost:1'])('takes Host %s', async (host) => {
    expect((await lab.call({ service: 'ec2', body: `Action=DescribeThings&${EC2}`, headers: { host } })).status).toBe(200);
  });

  it('inside the fabric, a host serves its own service only', async () => {
    lab.origin = { kind: 'fabric', sourceAddress: '198.18.0.1' };
    const at = (host: string) => lab.call({ service: 'ec2', body: `Action=DescribeThings&${EC2}`, headers: { host } });
    expect((await at('ec2.ap-northeast-1.amazonaws.com')).status).toBe(200);
    expect((await at('vpce-0a1b.ec2.ap-northeast-1.vpce.amazonaws.com')).status).toBe(200);
    expect((await at('ssm.ap-northeast-1.amazonaws.com')).text).toContain('InvalidAction');
    expect((await at('ec2.us-east-1.amazonaws.com')).text).toContain('InvalidAction');
  });

  const body = { ec2: `Action=DescribeThings&${EC2}`, sts: 'Action=GetCallerIdentity&Version=2011-06-15', ssm: '{}' } as const;
  type Name = keyof typeof body;
  const call = (service: Name, more: object = {}) => lab.call({ service, body: body[service], headers: service === 'ssm' ? json('Echo') : {}, ...more });

  it.each<[string, Name, number, string, object]>([
    ['wrong secret', 'ec2', 401, 'AuthFailure', { keys: 'wrong' }],
    ['wrong secret', 'sts', 403, 'SignatureDoesNotMatch', { keys: 'wrong' }],
    ['wrong secret', 'ssm', 400, 'InvalidSignatureException', { keys: 'wrong' }],
    ['unknown key', 'ec2', 401, 'AuthFailure', { keys: 'unknown' }],
    ['unknown key', 'sts', 403, 'InvalidClientTokenId', { keys: 'unknown' }],
    ['unknown key', 'ssm', 400, 'UnrecognizedClientException', { keys: 'unknown' }],
    ['16 minutes ago', 'ec2', 400, 'RequestExpired', { signedAt: -16 }],
    ['16 minutes ago', 'sts', 403, 'SignatureDoesNotMatch', { signedAt: -16 }],
    ['16 minutes ahead', 'ssm', 400, 'InvalidSignatureException', { signedAt: 16 }],
  ])('%s: %s answers %d %s', async (_what, service, status, code, how) => {
    const { keys, signedAt } = how as { keys?: string; signedAt?: number };
    const reply = await call(service, {
      ...(keys === 'wrong' ? { keys: { ...lab.keys.lab, secretAccessKey: 'x' } } : keys === 'unknown' ? { keys: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } } : {}),
      ...(signedAt === undefined ? {} : { signedAt: lab.now + signedAt * 60_000 }),
    });
    expect(reply.status).toBe(status);
    expect(reply.text).toContain(code);
  });

  it('14 minutes is in time', async () => {
    expect((await call('ec2', { signedAt: lab.now - 14 * 60_000 })).status).toBe(200);
  });

  it('unsigned and half-signed', async () => {
    expect(await lab.raw({ body: body.sts })).toMatchObject({ status: 403, text: expect.stringContaining('MissingAuthenticationToken') });
    expect(await lab.raw({ body: body.ec2 })).toMatchObject({ status: 403, text: expect.stringMatching(/^<\?xml.*<Response><Errors>.*MissingAuthenticationToken/s) });
    expect(await lab.raw({ body: '{}', headers: json('Echo') })).toMatchObject({ status: 400, text: expect.stringContaining('MissingAuthenticationTokenException') });
    expect(await lab.raw({ body: body.sts, headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x' } })).toMatchObject({ status: 400, text: expect.stringContaining('IncompleteSignature') });
    expect(lab.regions.has('eu-unsigned-1')).toBe(false);
  });

  it('a scope for another service', async () => {
    const signed = signRequest({ method: 'POST', url: new URL(lab.url), headers: json('Echo'), payloadHash: hashPayload('{}') }, { service: 'ec2', region: 'ap-northeast-1', now: lab.now }, lab.keys.lab);
    const reply = await lab.raw({ body: '{}', headers: { ...json('Echo'), ...signed } });
    expect(reply.text).toContain('Credential should be scoped to correct service');
  });

  it('a scope whose region could be a path or the scope of global state', async () => {
    for (const region of ['aws-global', '../x', 'x']) expect((await call('sts', { region })).text).toMatch(/SignatureDoesNotMatch|IncompleteSignature/);
    expect([...lab.regions]).not.toContain('aws-global');
  });

  it('x-amz-content-sha256 that is not the body\'s', async () => {
    expect((await call('ec2', { headers: { 'x-amz-content-sha256': hashPayload('other') } })).text).toContain('XAmzContentSHA256Mismatch');
    expect((await call('ec2', { headers: { 'x-amz-content-sha256': hashPayload(body.ec2) } })).status).toBe(200);
  });

  it('a session token with the lab\'s keys', async () => {
    expect((await call('sts', { keys: { ...lab.keys.lab, sessionToken: 'x' } })).text).toContain('InvalidClientTokenId');
  });

  it('a presigned GET, while it holds', async () => {
    const request = { method: 'GET', url: new URL(`${lab.url}/?${body.sts}`), headers: {}, payloadHash: hashPayload('') };
    const url = presignUrl(request, { service: 'sts', region: 'us-east-1', now: lab.now }, lab.keys.lab, 60);
    const get = () => lab.raw({ method: 'GET', path: `${url.pathname}${url.search}`, headers: { host: url.host } });
    expect((await get()).text).toContain('<Account>123456789012</Account>');
    lab.now += 61_000;
    expect((await get()).text).toContain('Signature expired');
  });

  it('logs neither keys nor tokens nor parameters', async () => {
    await call('ec2');
    expect(lab.log.join('\n')).toMatch(/^ec2\.DescribeThings 200 [0-9a-f-]{36}$/);
  });
});

describe('a role', () => {
  beforeAll(async () => {
    const internal = lab.endpoint.internalContext('us-east-1');
    await internal.call('iam', 'CreateRole', { RoleName: 'node', AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }] } });
    await internal.call('iam', 'AttachRolePolicy', { RoleName: 'node', PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore' });
  });

  it('may do what its policies allow, and nothing else, in AWS\'s words', async () => {
    const keys = lab.keys.issueRoleCredentials('node', 'i-0123456789abcdef0', { instanceId: 'i-0123456789abcdef0' });
    expect((await lab.call({ service: 'ssm', body: '{"InstanceId":"i-0123456789abcdef0"}', headers: json('UpdateInstanceInformation'), keys })).status).toBe(200);
    const arn = 'arn:aws:sts::123456789012:assumed-role/node/i-0123456789abcdef0';
    expect(await lab.call({ service: 'ec2', body: `Action=TerminateInstances&${EC2}&InstanceId.1=i-1`, keys })).toMatchObject({
      status: 403,
      text: expect.stringContaining(`<Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation. User: ${arn} is not authorized to perform: ec2:TerminateInstances on resource: arn:aws:ec2:ap-northeast-1:123456789012:instance/i-1 because no identity-based policy allows the ec2:TerminateInstances action`),
    });
    expect(await lab.call({ service: 'iam', body: 'Action=DeleteRole&Version=2010-05-08&RoleName=node', keys })).toMatchObject({ status: 403, text: expect.stringContaining('<Code>AccessDenied</Code>') });
    const denied = await lab.call({ service: 'ssm', body: '{}', headers: json('Echo'), keys });
    expect(JSON.parse(denied.text)).toEqual({ __type: 'AccessDeniedException', message: `User: ${arn} is not authorized to perform: ssm:Echo on resource: * because no identity-based policy allows the ssm:Echo action` });
    expect((await lab.call({ service: 'sts', body: 'Action=GetCallerIdentity&Version=2011-06-15', keys })).text).toMatch(new RegExp(`<UserId>AROA[A-Z2-7]{17}:i-0123456789abcdef0</UserId><Account>123456789012</Account><Arn>${arn}</Arn>`));
  });

  it('needs its session token, and its time', async () => {
    const keys = lab.keys.issueRoleCredentials('node', 's', { durationSeconds: 900 });
    const who = (more: object) => lab.call({ service: 'sts', body: 'Action=GetCallerIdentity&Version=2011-06-15', keys, ...more });
    expect((await who({ keys: { ...keys, sessionToken: undefined } })).text).toContain('InvalidClientTokenId');
    expect((await who({ keys: { ...keys, sessionToken: 'x'.repeat(keys.sessionToken.length) } })).text).toContain('InvalidClientTokenId');
    lab.now += 901_000;
    expect((await who({})).text).toContain('ExpiredToken');
  });
});

describe('the SDK', () => {
  const client = () => ({ endpoint: lab.url, region: 'ap-northeast-1', credentials: lab.keys.lab, maxAttempts: 1 });

  it('reads replies, errors and request ids', async () => {
    const identity = await new STSClient(client()).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/ssmlab' });
    expect(identity.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    await expect(new EC2Client(client()).send(new DescribeVpcsCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' });
    await expect(new SSMClient(client()).send(new DescribeInstanceInformationCommand({}))).rejects.toMatchObject({ name: 'UnknownOperationException' });
    const wrong = { ...client(), credentials: { ...lab.keys.lab, secretAccessKey: 'x' } };
    await expect(new EC2Client(wrong).send(new DescribeVpcsCommand({}))).rejects.toMatchObject({ name: 'AuthFailure' });
  });
});
