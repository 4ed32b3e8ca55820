/** Where the stream of a session is: as the service says, or at the endpoint that was named for ssmmessages (`protocol.md` §9 no. 11). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resumeSession, startSession } from '../../../../src/lib/aws/ssm.js';
import type { Target } from '../../../../src/lib/target/target.js';

const QUERY = 'role=publish_subscribe&cell-number=AAEA%2Bopaque==';
const server = createServer((request, response) => {
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  const StreamUrl = `wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/${operation}?${QUERY}`;
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ SessionId: 's', TokenValue: 't', StreamUrl }));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const target = (serviceEndpoints?: Record<string, string>): Target => ({
  kind: 'aws', region: 'eu-west-1', credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' }), endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, serviceEndpoints,
  dial: () => Promise.reject(new Error('not used')), pollSeconds: 0, payloadBytes: 1024, defaultClient: 'native', fabric: 'aws',
});

describe('the stream of a session', () => {
  it.each([
    ['is where the service says', undefined, 'wss://ssmmessages.eu-west-1.amazonaws.com'],
    ['is at the endpoint for ssmmessages', 'https://vpce-1.ssmmessages.eu-west-1.vpce.amazonaws.com', 'wss://vpce-1.ssmmessages.eu-west-1.vpce.amazonaws.com'],
    ['is at its port, too', 'http://127.0.0.1:8443/ignored', 'ws://127.0.0.1:8443'],
  ])('%s, when it starts and when it is resumed, with its path and query', async (_, ssmmessages, host) => {
    const at = target(ssmmessages === undefined ? {} : { ssmmessages });
    expect((await startSession(at, { instanceId: 'i-1' })).streamUrl).toBe(`${host}/v1/data-channel/StartSession?${QUERY}`);
    expect((await resumeSession(at, 's'))?.streamUrl).toBe(`${host}/v1/data-channel/ResumeSession?${QUERY}`);
  });
});
