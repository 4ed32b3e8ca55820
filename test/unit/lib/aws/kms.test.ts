/** The one call to KMS, against a server that verifies its signature. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateDataKey } from '../../../../src/lib/aws/kms.js';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { hashPayload, verifySignature } from '../../../../src/lib/protocol/sigv4.js';

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

const SECRET = 'secret';
const KEY = { Plaintext: Buffer.alloc(64, 1).toString('base64'), CiphertextBlob: Buffer.from('sealed').toString('base64'), KeyId: 'arn' };
const context = { 'aws:ssm:SessionId': 's', 'aws:ssm:TargetId': 'i-1' };

let replies: Reply[];
let requests: { readonly request: IncomingMessage; readonly body: string }[];
let endpoint: string;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    requests.push({ request, body });
    const { status, body: text, type = 'application/x-amz-json-1.1' } = replies.shift() ?? { status: 500, body: '{}' };
    response.writeHead(status, { 'content-type': type }).end(text);
  });
});

beforeEach(async () => {
  replies = [];
  requests = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  delete process.env['AWS_ENDPOINT_URL_KMS'];
  server.close();
  server.closeAllConnections();
});

const target = (at: string | undefined = endpoint) => ({ region: 'eu-west-1', endpoint: at, credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: SECRET, sessionToken: 'token' }) });
const ask = () => generateDataKey(target(), 'alias/sessions', 64, context);
const refused = (code: string, message: string, status = 400): Reply => ({ status, body: JSON.stringify({ __type: `com.amazonaws.kms#${code}`, message }) });

async function failure(run: Promise<unknown>): Promise<SsmlabError> {
  const error: unknown = await run.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof SsmlabError)) throw new Error('it did not fail as it should', { cause: error });
  return error;
}

describe('kms:GenerateDataKey', () => {
  it('asks with key, size and context, signed for kms in the region', async () => {
    replies.push({ status: 200, body: JSON.stringify(KEY) });
    expect(await ask()).toEqual({ plaintext: Buffer.alloc(64, 1), ciphertext: Buffer.from('sealed') });
    const [{ request, body } = { request: undefined, body: '' }] = requests;
    expect(JSON.parse(body)).toEqual({ KeyId: 'alias/sessions', NumberOfBytes: 64, EncryptionContext: context });
    expect(request?.headers['x-amz-target']).toBe('TrentService.GenerateDataKey');
    const headers = Object.fromEntries(Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]));
    const verified = verifySignature({ method: 'POST', url: new URL(`${endpoint}/`), headers, payloadHash: hashPayload(body) }, SECRET);
    expect(verified).toMatchObject({ ok: true, authorization: { service: 'kms', region: 'eu-west-1', accessKeyId: 'AKIA' } });
    expect(headers['x-amz-security-token']).toBe('token');
  });
  it('tries again what may pass, and nothing else', async () => {
    replies.push({ status: 503, body: '' }, refused('ThrottlingException', 'slow down'), { status: 200, body: JSON.stringify(KEY) });
    expect((await ask()).plaintext).toHaveLength(64);
    expect(requests).toHaveLength(3);
    replies.push(...['one', 'two', 'three', 'four', 'five'].map((said) => refused('KMSInternalException', said, 500)));
    expect(await failure(ask())).toMatchObject({ code: 'aws-error', message: 'kms GenerateDataKey: five (KMSInternalException)' });
    expect(requests).toHaveLength(8);
  });
  it.each([
    ['AccessDeniedException', 'User: me is not authorized to perform: kms:GenerateDataKey', 'access-denied', 'kms GenerateDataKey: User: me is not authorized to perform: kms:GenerateDataKey'],
    ['DisabledException', 'arn is disabled.', 'aws-error', 'kms GenerateDataKey: arn is disabled. (DisabledException)'],
    ['UnrecognizedClientException', 'The security token is invalid.', 'credentials-wrong', 'The security token is invalid. (UnrecognizedClientException)'],
  ])('%s, once', async (code, message, ours, told) => {
    replies.push(refused(code, message));
    const error = await failure(ask());
    expect(error.code).toBe(ours);
    expect(error.message).toContain(told);
    expect(requests).toHaveLength(1);
  });
  it.each<[Reply, string]>([
    [{ status: 200, body: '<html>', type: 'text/html' }, 'web page (HTTP 200)'],
    [{ status: 200, body: 'no' }, 'the reply is no JSON'],
    [{ status: 200, body: '{}' }, 'the reply has no data key'],
    [{ status: 404, body: 'no' }, 'HTTP 404'],
  ])('%j is told', async (reply, told) => {
    replies.push(reply);
    expect(await failure(ask())).toMatchObject({ code: 'aws-error', message: expect.stringContaining(told) as string });
  });
  it('nothing there', async () => {
    server.close();
    server.closeAllConnections();
    expect(await failure(ask())).toMatchObject({ code: 'endpoint-unreachable', message: expect.stringContaining('ECONNREFUSED') as string });
  });
});
