import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { awsCode, awsMessage, fromAws } from '../../../../src/lib/aws/errors.js';
import { stackNames } from '../../../../src/lib/aws/cloudformation.js';
import { describeInstances } from '../../../../src/lib/aws/ec2.js';
import { roleNames } from '../../../../src/lib/aws/iam-roles.js';
import { describeAgents } from '../../../../src/lib/aws/ssm.js';
import type { Target } from '../../../../src/lib/target/target.js';

const site = { service: 'ec2', operation: 'DescribeInstances', endpoint: 'http://127.0.0.1:4566', region: 'ap-northeast-1' };
const named = (name: string, extra: object = {}): Error => Object.assign(new Error('the text'), { name, ...extra });

/** EC2's one code for two things; its answer's head has the time. */
const ec2Expired = (minutesAhead: number | undefined): Error => Object.assign(new Error('Request has expired.'), { name: 'RequestExpired', $response: { headers: minutesAhead === undefined ? {} : { date: new Date(Date.now() + minutesAhead * 60_000).toUTCString() } } });

describe('fromAws', () => {
  it.each([
    ['SignatureDoesNotMatch', named('SignatureDoesNotMatch'), 'credentials-wrong'],
    ['AuthFailure as EC2 says it', named('Error', { Code: 'AuthFailure' }), 'credentials-wrong'],
    ['UnauthorizedOperation', named('UnauthorizedOperation'), 'access-denied'],
    ['AccessDeniedException', named('AccessDeniedException'), 'access-denied'],
    ['no credentials', named('CredentialsProviderError'), 'credentials-missing'],
    ['a refusal', named('Error', { code: 'ECONNREFUSED' }), 'endpoint-unreachable'],
    ['a refusal underneath', Object.assign(new Error('x'), { cause: named('Error', { code: 'ENOTFOUND' }) }), 'endpoint-unreachable'],
    ['a refusal of both families', new AggregateError([named('Error', { code: 'ECONNREFUSED' })]), 'endpoint-unreachable'],
    ['TargetNotConnected', named('TargetNotConnected'), 'not-connected'],
    ['anything else', named('InvalidVpcID.NotFound'), 'aws-error'],
  ])('%s', (_, thrown, code) => {
    const error = fromAws(thrown, site);
    expect(error).toMatchObject({ code, cause: thrown });
    if (code === 'endpoint-unreachable') expect(error.message).toContain('127.0.0.1:4566');
    if (code === 'aws-error') expect(error.message).toBe('ec2 DescribeInstances: the text (InvalidVpcID.NotFound)');
  });
  it.each([
    ['an expired token', named('ExpiredTokenException'), /^the credentials have expired \(ExpiredTokenException from 127\.0\.0\.1:4566\)$/u, /aws sso login/u],
    ['a clock that is behind', Object.assign(new Error('Signature expired: 20261130T040000Z is now earlier than 20261130T045500Z (20261130T050000Z - 5 min.)'), { name: 'SignatureDoesNotMatch' }), /^this machine's clock is 60 minutes behind 127\.0\.0\.1:4566, which refuses what it signs/u, /timedatectl/u],
    ['a clock that is ahead', Object.assign(new Error('Signature not yet current: 20261130T050630Z is still later than 20261130T050500Z (20261130T050000Z + 5 min.)'), { name: 'InvalidSignatureException' }), /^this machine's clock is 7 minutes ahead of /u, /timedatectl/u],
    ['a token that has expired, as EC2 says it', ec2Expired(0), /^the credentials have expired \(RequestExpired from 127\.0\.0\.1:4566\)$/u, /aws sso login/u],
    ['a clock that is behind, as EC2 says it', ec2Expired(20), /^this machine's clock is 20 minutes behind 127\.0\.0\.1:4566/u, /^set the clock: `timedatectl`/u],
    ['a clock that is ahead, as EC2 says it', ec2Expired(-20), /^this machine's clock is 20 minutes ahead of 127/u, /^set the clock/u],
    ['either, where EC2 does not say what time it is', ec2Expired(undefined), /the credentials have, or this machine's clock is off$/u, /aws sso login[\s\S]*timedatectl/u],
    ['a wrong secret', Object.assign(new Error('The request signature we calculated does not match'), { name: 'SignatureDoesNotMatch' }), /does not accept the credentials: The request signature we calculated/u, /check the profile/u],
  ])('%s is told of as what it is', (_, thrown, message, hint) => {
    expect(fromAws(thrown, site)).toMatchObject({ code: 'credentials-wrong', message: expect.stringMatching(message) as string, hint: expect.stringMatching(hint) as string });
  });
  it('names the region that may not be enabled, where AWS itself does not know the key', () => {
    expect(fromAws(named('UnrecognizedClientException'), { ...site, endpoint: undefined, region: 'ap-east-1' }).hint).toContain('ap-east-1 is not enabled');
    expect(fromAws(named('OptInRequired'), { ...site, region: 'ap-east-1' })).toMatchObject({ code: 'access-denied', hint: expect.stringContaining('aws account enable-region --region-name ap-east-1') as string });
  });
  it('keeps an encoded message out of the text, and says how it is read', () => {
    const denied = Object.assign(new Error('You are not authorized to perform this operation. User: arn:x is not authorized to perform: ec2:RunInstances. Encoded authorization failure message: abc_DEF-123'), { name: 'UnauthorizedOperation' });
    const { message, hint } = fromAws(denied, site);
    expect(message).toBe('ec2 DescribeInstances: You are not authorized to perform this operation. User: arn:x is not authorized to perform: ec2:RunInstances.');
    expect(hint).toMatch(/aws sts decode-authorization-message .*--encoded-message abc_DEF-123$/u);
  });
  it.each(['ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException', 'Throttling'])('%s: wait', (name) => {
    expect(fromAws(named(name), site)).toMatchObject({ code: 'aws-error', hint: expect.stringContaining('wait a minute') as string });
  });
  it('keeps AWS\'s code and text through the wrapping', () => {
    const error = fromAws(named('ValidationError'), site);
    expect([awsCode(error), awsMessage(error)]).toEqual(['ValidationError', 'the text']);
  });
});

describe('credentials that are refused', () => {
  const hint = (more: object): string => fromAws(named('InvalidClientTokenId'), { ...site, ...more }).hint;
  it('on AWS, or at an endpoint that is none of this machine\'s, say nothing of the local cloud', () => {
    for (const endpoint of [undefined, 'https://sts.example.com']) expect(hint({ endpoint })).toMatch(/^check the profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY(?!.*local)/u);
  });
  it('at an endpoint of this machine name where its keys are from, without what sets the shell to it', () => {
    expect(hint({ endpoint: 'http://localhost:4566' })).toMatch(/those of a local cloud are what `ssmlab local env` prints$/u);
    expect(hint({ endpoint: 'http://localhost:4566' })).not.toContain('eval');
  });
  it('of the local cloud are to be exported again', () => expect(hint({ isLocal: true })).toContain('eval "$(ssmlab local env)"'));
});

describe('what answers and is no service of AWS', () => {
  const at = async (listener: RequestListener, scheme: string, check: (target: Target, host: string) => Promise<void>): Promise<void> => {
    const server = createServer(listener);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await check({
      kind: 'aws', region: 'ap-northeast-1', credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }), endpoint: `${scheme}://${host}`, endpointSetBy: 'AWS_ENDPOINT_URL', pauseScale: 0,
      dial: () => Promise.reject(new Error('not used')), pollSeconds: 0, payloadBytes: 1024, defaultClient: 'native', fabric: 'aws',
    }, host);
    server.closeAllConnections();
    server.close();
  };
  const calls: ((target: Target) => Promise<unknown>)[] = [(target) => describeInstances(target, []), describeAgents, stackNames, (target) => roleNames(target, 'x')];
  const hint = 'AWS_ENDPOINT_URL leads there: check it, or unset it to reach AWS';

  it.each(['', '{"error":"not found"}', 'no such thing', '<Answer>none</Answer>'])('is told of with its status: 404 with %j', async (body) => {
    await at((request, response) => {
      request.resume();
      response.writeHead(404).end(body);
    }, 'http', async (target, host) => {
      for (const call of calls) await expect(call(target)).rejects.toMatchObject({ code: 'aws-error', message: expect.stringMatching(new RegExp(`^what answers \\w+ \\w+ at ${host} is not AWS \\(HTTP 404\\)$`, 'u')) as string, hint });
    });
  });
  it('does not speak TLS', async () => {
    await at((request) => void request.resume(), 'https', async (target, host) => {
      for (const call of calls) await expect(call(target)).rejects.toMatchObject({ code: 'endpoint-unreachable', message: `${host} does not speak TLS`, hint });
    });
  });
  it('is AWS where it says a code, though it is NotFound', () => {
    const { message } = fromAws(Object.assign(new Error('no such schedule'), { name: 'NotFound', $metadata: { httpStatusCode: 404 } }), site);
    expect(message).toBe('ec2 DescribeInstances: no such schedule (NotFound)');
    expect(fromAws(Object.assign(new Error('UnknownError'), { name: 'UnknownError', $metadata: { httpStatusCode: 503 } }), site).message).toContain('UnknownError');
  });
  it('agrees on no version of TLS', () => {
    expect(fromAws(Object.assign(new Error('write EPROTO 80:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../deps:1:'), { code: 'EPROTO' }), site)).toMatchObject({ code: 'endpoint-unreachable', message: '127.0.0.1:4566 and this machine do not agree on TLS: tlsv1 alert protocol version' });
  });
});

it.each([200, 404, 500])('a web page with status %i is no reply, least of all an empty list', async (status) => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html><p>log in</p>');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const target: Target = {
    kind: 'aws', region: 'ap-northeast-1', credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }), endpoint: `http://127.0.0.1:${port}`,
    dial: () => Promise.reject(new Error('not used')), pollSeconds: 0, payloadBytes: 1024, defaultClient: 'native', fabric: 'aws',
  };
  for (const call of [describeInstances(target, []), describeAgents(target), stackNames(target)]) {
    const error: unknown = await call.then(() => 'success', (thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'aws-error', message: expect.stringMatching(new RegExp(`^127\\.0\\.0\\.1:${port} answers \\w+ \\w+ with a web page \\(HTTP ${status}\\), which is no reply of AWS$`, 'u')) as string });
  }
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
});

it('a real client fails fast and says which host and port refuse', async () => {
  const target: Target = {
    kind: 'local', region: 'ap-northeast-1', credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }), endpoint: 'http://127.0.0.1:9',
    dial: () => Promise.reject(new Error('not used')), pollSeconds: 0, payloadBytes: 1024, defaultClient: 'native', fabric: 'computed',
  };
  const error: unknown = await describeInstances(target, []).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SsmlabError);
  expect(error).toMatchObject({ code: 'endpoint-unreachable', message: 'nothing answers at 127.0.0.1:9 (ECONNREFUSED)' });
});
