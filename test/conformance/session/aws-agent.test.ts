/** AWS's agent on our message service; skipped by name where it cannot be run. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { INSTANCE, SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';
import { agentOnPath, startAwsAgent, type AwsAgent } from './aws-agent.js';

const found = agentOnPath();
const wait = { timeout: 20_000, interval: 50 };

describe.skipIf('missing' in found)(`amazon-ssm-agent${'missing' in found ? ` (${found.missing})` : ''}`, { timeout: 60_000 }, () => {
  let region: SmallRegion;
  let agent: AwsAgent;

  beforeAll(async () => {
    region = await SmallRegion.start();
    agent = await startAwsAgent(region, 'folder' in found ? found.folder : '');
    await vi.waitFor(() => expect(region.connected, agent.output()).toBe(true), wait);
  }, 60_000);

  afterAll(async () => {
    await agent.stop();
    region.stop();
  });

  // In container mode it sends no UpdateInstanceInformation, so that Online stays unknown.
  it('is connected', async () => {
    expect(await region.call('GetConnectionStatus', { Target: INSTANCE })).toMatchObject({ Status: 'connected' });
  });

  it('gives a shell, sized and typed into, and says when it ended', async () => {
    const client = await region.session();
    await vi.waitFor(() => expect(client.text(1)).not.toBe(''), wait);
    client.send(JSON.stringify({ cols: 97, rows: 31 }), 3);
    client.send('stty size; echo $((20*3+7))\r');
    await vi.waitFor(() => expect(client.text(1)).toMatch(/31 97[^]*\n67\r/), wait);
    client.send('exit\r');
    await vi.waitFor(() => expect(client.closed).toBe(true), wait);
    expect(client.closedWith).toBe('');
  });

  it('runs a command, its streams apart, and gives the exit status', async () => {
    const client = await region.session('AWS-StartNonInteractiveCommand', { command: ['sh -c "echo out; echo err >&2; exit 7"'], separateOutputStream: ['true'] });
    await vi.waitFor(() => expect(client.closed).toBe(true), wait);
    expect([client.text(1), client.text(11), client.text(12)]).toEqual(['out\n', 'err\n', 'EXIT_CODE: 7']);
  });

  it('ends a session that the service terminates', async () => {
    const client = await region.session();
    await vi.waitFor(() => expect(client.text(1)).not.toBe(''), wait);
    await region.call('TerminateSession', { SessionId: client.sessionId });
    await vi.waitFor(() => expect(client.closed).toBe(true), wait);
  });
});
