import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { awsCode, awsMessage, fromAws } from '../../../../src/lib/aws/errors.js';
import { stackNames } from '../../../../src/lib/aws/cloudformation.js';
import { describeInstances } from '../../../../src/lib/aws/ec2.js';
import { describeAgents } from '../../../../src/lib/aws/ssm.js';
import type { Target } from '../../../../src/lib/target/target.js';

const site = { service: 'ec2', operation: 'DescribeInstances', endpoint: 'http://127.0.0.1:4566', region: 'ap-northeast-1' };
const named = (name: string, extra: object = {}): Error => Object.assign(new Error('the text'), { name, ...extra });

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
  it('keeps AWS\'s code and text through the wrapping', () => {
    const error = fromAws(named('ValidationError'), site);
    expect([awsCode(error), awsMessage(error)]).toEqual(['ValidationError', 'the text']);
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
