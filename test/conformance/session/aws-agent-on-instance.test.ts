/** AWS's agent on instances of real packets: the sessions are the matrix's; here it is held to the way that its instance has. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { INSTANCE, SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';
import { LAB } from '../fabric/lab-network.js';
import { type AgentOnInstance, onInstanceObstacle, startAgentOnInstance } from './aws-agent-on-instance.js';

const obstacle = await onInstanceObstacle();

describe.skipIf(obstacle !== undefined)(`amazon-ssm-agent on an instance${obstacle === undefined ? '' : ` (${obstacle})`}`, { timeout: 60_000 }, () => {
  let region: SmallRegion;
  let agent: AgentOnInstance | undefined;
  afterEach(async () => {
    await agent?.stop();
    region.stop();
  });

  it.each([
    { at: 'two', way: 'the internet gateway', seen: { address: LAB.public.two } },
    { at: 'three', way: 'the NAT gateway', seen: { address: LAB.public.nat } },
    { at: 'four', way: 'the VPC\'s endpoints', seen: { address: LAB.ip.four, vpcEndpointId: expect.stringMatching(/^vpce-/u) as string } },
  ] as const)('on $at is online by $way', async ({ at, seen }) => {
    region = await SmallRegion.start();
    agent = await startAgentOnInstance(region, at);
    await vi.waitFor(() => expect(region.connected).toBe(true), { timeout: 30_000, interval: 50 });
    await vi.waitFor(async () => expect(await region.pingStatus()).toBe('Online'), { timeout: 30_000, interval: 50 });
    expect(agent.peers.length).toBeGreaterThan(1);
    for (const peer of agent.peers) expect(peer).toMatchObject(seen);
  });

  it('runs the scripts of Run Command, tells their outputs and status, and ends one that is cancelled', async () => {
    region = await SmallRegion.start();
    agent = await startAgentOnInstance(region, 'three');
    await vi.waitFor(async () => expect([region.connected, await region.pingStatus()]).toEqual([true, 'Online']), { timeout: 30_000, interval: 50 });
    const send = async (...commands: string[]) => (await region.call('SendCommand', { DocumentName: 'AWS-RunShellScript', InstanceIds: [INSTANCE], Parameters: { commands } }) as { Command: { CommandId: string } }).Command.CommandId;
    const becomes = async (CommandId: string, status: string) => {
      await vi.waitFor(async () => expect((await region.call('GetCommandInvocation', { CommandId, InstanceId: INSTANCE }))['Status']).toBe(status), { timeout: 20_000, interval: 100 });
      return region.call('GetCommandInvocation', { CommandId, InstanceId: INSTANCE });
    };
    expect(await becomes(await send('echo out', 'echo err >&2', 'id -un', 'exit 3'), 'Failed')).toMatchObject({ ResponseCode: 3, StandardOutputContent: 'out\nroot\n', StandardErrorContent: expect.stringMatching(/^err\n/u) as string });
    const long = await send('sleep 600');
    await becomes(long, 'InProgress');
    await region.call('CancelCommand', { CommandId: long });
    await becomes(long, 'Cancelled');
  });
});
