/** The agents that a session can end at: ours, in a guest of the sandbox, and AWS's where it can be run, by itself and on the lab's instances 2 to 4. */
import { createServer, type AddressInfo } from 'node:net';
import { bootGuest, bundleWorker } from '../../unit/cloud/guest/sandbox/bundled-worker.js';
import type { SmallRegion } from '../../unit/cloud/guest/agent/small-region.js';
import { onInstanceObstacle, PLACES, startAgentOnInstance } from './aws-agent-on-instance.js';
import { ECHO_PORT, agentOnPath, startAwsAgent } from './aws-agent.js';

export interface AgentUnderTest {
  readonly name: string;
  /** Why it cannot be run here. */
  readonly missing: string | undefined;
  /** Starts it for the region's instance, where {@link ECHO_PORT} says back what it hears. Returns what ends it. */
  readonly start: (region: SmallRegion) => Promise<() => Promise<void>>;
}

const ours: AgentUnderTest = {
  name: 'our agent',
  missing: undefined,
  start: async (region) => {
    const sandbox = await bootGuest(await bundleWorker());
    const echo = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => undefined).pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    region.ports.set(`localhost:${ECHO_PORT}`, (echo.address() as AddressInfo).port);
    region.agent({ ...region.guest(), spawn: (request) => sandbox.spawn(request) });
    return async () => {
      echo.close();
      await sandbox.stop();
    };
  },
};

const found = agentOnPath();

const aws: AgentUnderTest = {
  name: 'AWS\'s agent',
  missing: 'missing' in found ? found.missing : undefined,
  start: async (region) => {
    const agent = await startAwsAgent(region, 'folder' in found ? found.folder : '');
    return () => agent.stop();
  },
};

const obstacle = await onInstanceObstacle();

/** Over the real path: the internet gateway, the NAT gateway, the VPC's endpoints. */
const onInstances = PLACES.map((at): AgentUnderTest => ({
  name: `AWS's agent on instance ${at}`,
  missing: obstacle,
  start: async (region) => (await startAgentOnInstance(region, at)).stop,
}));

export const AGENTS: readonly AgentUnderTest[] = [ours, aws, ...onInstances];
