/** Networks at random, changed live: for every flow the kernel and the rules agree. `FLOWS=n` tries at least so many (1000; in CI 10 000). */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createComputedFabric } from '../../../src/cloud/fabric/computed/fabric.js';
import type { Fabric } from '../../../src/cloud/fabric/fabric.js';
import { FabricError } from '../../../src/cloud/fabric/fabric.js';
import type { NetworkModel } from '../../../src/lib/vpc/model.js';
import { netnsObstacle, startNetnsFabric } from '../../unit/cloud/fabric/netns/bundled-holder.js';
import { LAB, REGION } from './lab-network.js';
import { type Actor, greet, Lab, PATIENCE, SERVICE, serviceHost } from './probes.js';
import { randomNetwork } from './random-network.js';

const obstacle = await netnsObstacle();
const FLOWS = Number(process.env['FLOWS'] ?? (process.env['CI'] === undefined ? 1000 : 10_000));
/** Long enough for the slowest packet here, and no more: about half of all flows are silent. */
const SILENCE_MS = 600;

interface Probe {
  readonly actor: Actor;
  readonly address: string;
  /** Undefined: an echo request. */
  readonly port: number | undefined;
}

const { ip } = LAB;
const VPC_1 = { actors: ['one', 'two', 'three'], addresses: [ip.one, ip.two, ip.three, '10.0.1.99'] } as const;
const VPC_2 = { actors: ['four', 'five'], addresses: [ip.four, ip.five] } as const;
const PUBLIC = [LAB.public.one, LAB.public.two];

/** Within a VPC by private addresses, out by every way, in from the laptop; and some that lead nowhere whatever is drawn. */
function probes(): Probe[] {
  const to = (actor: Actor, addresses: readonly string[], port: number | undefined): Probe[] => addresses.map((address) => ({ actor, address, port }));
  return [
    ...[VPC_1, VPC_2].flatMap(({ actors, addresses }) => actors.flatMap((actor) => [
      ...to(actor, addresses, 22), ...to(actor, addresses, undefined), ...to(actor, addresses.slice(0, 2), 8081),
      ...to(actor, [SERVICE.ssm, SERVICE.s3], 443), ...to(actor, ['8.8.8.8'], undefined),
    ])),
    ...VPC_1.actors.flatMap((actor) => to(actor, PUBLIC, 22)),
    ...VPC_2.actors.flatMap((actor) => to(actor, [ip.ssm, ip.ssmmessages], 443)),
    ...to('one', [ip.four, ip.nat, LAB.public.nat], 22), ...to('four', [ip.one, LAB.public.one], 22),
    ...to('laptop', [...PUBLIC, '198.18.0.13', '198.18.0.99', LAB.public.nat], 22), ...to('laptop', PUBLIC, undefined), ...to('two', [LAB.public.one], undefined), ...to('three', [LAB.public.one], undefined),
  ];
}

const describeProbe = ({ actor, address, port }: Probe): string => `${actor} ${port === undefined ? `ping ${address}` : `${address}:${port}`}`;

async function seen(lab: Lab, { actor, address, port }: Probe): Promise<string> {
  try {
    if (port === undefined) return await lab.ping(actor, address);
    return await lab.tcp(actor, address, port);
  } catch (error) {
    if (error instanceof FabricError) return error.code;
    throw error;
  }
}

describe.skipIf(obstacle !== undefined)(`agreement of both fabrics${obstacle === undefined ? '' : ` (${obstacle})`}`, () => {
  const labs: { computed?: Lab; netns?: Lab } = {};
  beforeAll(async () => {
    const fail = (text: string): never => {
      throw new Error(text);
    };
    labs.computed = new Lab({ fabric: createComputedFabric({ log: fail }), silenceMs: 1 });
    labs.netns = new Lab({ fabric: await startNetnsFabric(), silenceMs: SILENCE_MS });
    for (const { fabric } of [labs.computed, labs.netns]) {
      await fabric.serve(REGION, (Object.keys(SERVICE) as (keyof typeof SERVICE)[]).map(serviceHost));
    }
  });
  afterAll(() => Promise.all([labs.computed?.fabric.close(), labs.netns?.fabric.close()]));

  /** Servers of an instance go with its power. */
  async function bring(fabric: Fabric, model: NetworkModel): Promise<void> {
    await fabric.apply(model);
    await Promise.all(Object.values(LAB.eni).slice(0, 5).map((networkInterfaceId) => fabric.listen({ networkInterfaceId, port: 22 }, greet).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
    })));
  }

  it('is of every flow, after every change', { timeout: 60_000 + FLOWS * 60 }, async () => {
    const counts = { flows: 0, open: 0 };
    await fc.assert(fc.asyncProperty(randomNetwork, async (model) => {
      const { computed, netns } = labs;
      if (computed === undefined || netns === undefined) throw new Error('the fabrics did not start');
      for (const { fabric } of [computed, netns]) await bring(fabric, model);
      const patient = new Lab({ fabric: netns.fabric, silenceMs: SILENCE_MS * PATIENCE });
      const all = await Promise.all(probes().map(async (probe) => {
        const expected = await seen(computed, probe);
        const got = await seen(netns, probe);
        // What has to come may be late on a machine with other things to do.
        return [describeProbe(probe), expected, got === 'silent' && expected !== 'silent' ? await seen(patient, probe) : got] as const;
      }));
      counts.flows += all.length;
      counts.open += all.filter(([, expected]) => /^(?:open|ttl)/u.test(expected)).length;
      expect(Object.fromEntries(all.filter(([, expected, got]) => expected !== got).map(([what, expected, got]) => [what, { computed: expected, netns: got }]))).toEqual({});
    }), { numRuns: Math.ceil(FLOWS / probes().length), endOnFailure: true });
    // Networks in which nearly everything, or nearly nothing, gets through would show little.
    expect(counts.open / counts.flows).toBeGreaterThan(0.3);
    expect(counts.open / counts.flows).toBeLessThan(0.7);
  });
});
