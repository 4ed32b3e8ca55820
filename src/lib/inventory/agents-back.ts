/** What comes back by itself after a start of the region: the agents of the instances that run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeInstances } from '../aws/ec2.js';
import { describeAgents } from '../aws/ssm.js';
import type { Target } from '../target/target.js';

export interface Agents {
  readonly online: number;
  /** Ids of instances that run and whose agent was connected once and is not now. */
  readonly lost: readonly string[];
}

/** Waits until none is lost, `boundMs` at most: an agent may be cut off on purpose. */
export async function agentsBack(target: Target, { boundMs, signal }: { readonly boundMs: number; readonly signal?: AbortSignal }): Promise<Agents> {
  const until = performance.now() + boundMs;
  const running = new Set((await describeInstances(target, [], ['running'])).map((instance) => instance.InstanceId));
  for (;;) {
    const agents = (await describeAgents(target)).filter((agent) => running.has(agent.InstanceId));
    const lost = agents.flatMap((agent) => (agent.PingStatus === 'Online' ? [] : (agent.InstanceId ?? [])));
    if (lost.length === 0 || performance.now() >= until) return { online: agents.length - lost.length, lost };
    await sleep(target.pollSeconds * 1000, undefined, { signal });
  }
}
