/** What differs between the two regions that the tool has: a field of the target each (issue 4: careful toward AWS, fast where the peer is ours). */
import { expect, it, vi } from 'vitest';
import { localTarget, resolveTarget } from '../../../../src/lib/target/resolve.js';

it('toward AWS a session sends as AWS\'s own client does, and its agent takes half an end for a whole one', async () => {
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
  const target = await resolveTarget({ kind: 'aws', region: 'eu-west-1', home: '/nonexistent', environment: {} });
  vi.unstubAllEnvs();
  expect(target).toMatchObject({ payloadBytes: 1024, payloadsPerSecond: 1000, halfCloseMs: 5_000, sessionIntervalMs: 350, defaultClient: 'plugin' });
  expect(target.sizeAtOnce).toBeUndefined();
});

it('toward the local cloud it is as fast as it can be', () => {
  const cloud = { endpoint: 'http://127.0.0.1:1', uplink: 'socks5h://127.0.0.1:2', credentials: { accessKeyId: 'A', secretAccessKey: 's' }, fabric: 'computed', fabricNote: null, stateFolder: '/nonexistent', pid: 1 };
  const target = localTarget(cloud as unknown as Parameters<typeof localTarget>[0], {});
  expect(target.payloadBytes).toBeGreaterThanOrEqual(16 << 10);
  expect(target).toMatchObject({ sizeAtOnce: true, defaultClient: 'native' });
  expect([target.payloadsPerSecond, target.halfCloseMs, target.sessionIntervalMs]).toEqual([undefined, undefined, undefined]);
});
