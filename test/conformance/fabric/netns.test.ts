/** The suite on the fabric of real packets; skipped, with what is missing, where the machine has no namespaces or no nftables. */
import { describe, it } from 'vitest';
import { netnsObstacle, startNetnsFabric } from '../../unit/cloud/fabric/netns/bundled-holder.js';
import { fabricConformance } from './fabric-conformance.js';

const obstacle = await netnsObstacle();

if (obstacle === undefined) fabricConformance('netns', async () => ({ fabric: await startNetnsFabric(), silenceMs: 500 }));
else describe.skip(`netns fabric (${obstacle})`, () => it('is as the rules say', () => undefined));
