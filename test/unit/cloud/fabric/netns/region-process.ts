/** A process that holds a fabric with the lab on it until it is killed; says the pid of the fabric's outermost process. */
import { createNetnsFabric } from '../../../../../src/cloud/fabric/netns/fabric.js';
import { labModel } from '../../../../conformance/fabric/lab-network.js';

const fabric = await createNetnsFabric({ program: process.argv[2] ?? '', log: (line) => process.stderr.write(`${line}\n`), onEnd: () => undefined });
await fabric.apply(labModel());
process.stdout.write(`${fabric.pid}\n`);
