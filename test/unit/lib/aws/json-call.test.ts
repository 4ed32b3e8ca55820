import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { jsonCall } from '../../../../src/lib/aws/json-call.js';
import { hashPayload, verifySignature } from '../../../../src/lib/protocol/sigv4.js';

let server: Server | undefined;
afterEach(() => void server?.close());

const seen: { request: IncomingMessage; body: string }[] = [];
async function answering(status: number, body: string, contentType = 'application/x-amz-json-1.1') {
  seen.length = 0;
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    seen.push({ request, body: text });
    response.writeHead(status, { 'content-type': contentType }).end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { region: 'ap-northeast-1', endpoint, credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' }) };
}
const OPERATION = { service: 'kms', targetPrefix: 'TrentService', name: 'GenerateDataKey' };

it('signs the call and gives the reply', async () => {
  const target = await answering(200, '{"KeyId":"k"}');
  expect(await jsonCall(target, OPERATION, { KeyId: 'k' })).toEqual({ KeyId: 'k' });
  const [{ request, body } = { request: undefined, body: '' }] = seen;
  const headers = Object.fromEntries(Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]));
  expect([body, headers['x-amz-target']]).toEqual(['{"KeyId":"k"}', 'TrentService.GenerateDataKey']);
  expect(verifySignature({ method: 'POST', url: new URL(target.endpoint), headers, payloadHash: hashPayload(body) }, 'secret')).toMatchObject({ ok: true, authorization: { service: 'kms' } });
});

it.each([
  [400, '{"__type":"com.amazonaws.kms#NotFoundException","message":"no key"}', undefined, 'aws-error', 'kms GenerateDataKey: no key (NotFoundException)'],
  [400, '{"__type":"AccessDeniedException","Message":"not you"}', undefined, 'access-denied', 'kms GenerateDataKey: not you'],
  [500, 'oops', undefined, 'aws-error', 'kms GenerateDataKey: it answers with HTTP 500 (HTTP 500)'],
  [200, '<html>', 'text/html', 'aws-error', expect.stringMatching(/with a web page/)],
])('tells %d %s as the SDK\'s clients do', async (status, body, contentType, code, message) => {
  await expect(jsonCall(await answering(status, body, contentType), OPERATION, {})).rejects.toMatchObject({ code, message });
  expect(seen).toHaveLength(status === 500 ? 5 : 1);
});

it('names the host where nothing answers', async () => {
  const target = await answering(200, '{}');
  await new Promise((resolve) => server?.close(resolve));
  await expect(jsonCall(target, OPERATION, {})).rejects.toMatchObject({ code: 'endpoint-unreachable', message: expect.stringMatching(/^nothing answers at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)$/) });
});
