/** The suite on the computed fabric. */
import { createComputedFabric } from '../../../src/cloud/fabric/computed/fabric.js';
import { fabricConformance } from './fabric-conformance.js';

fabricConformance('computed', () => {
  let ahead = 0;
  const fabric = createComputedFabric({
    log: (line) => {
      throw new Error(line);
    },
    now: () => performance.now() + ahead,
  });
  return Promise.resolve({
    fabric,
    // Nothing is under way between two turns of the event loop, so a short silence is a sure one.
    silenceMs: 40,
    advance: (seconds) => {
      ahead += seconds * 1000;
    },
  });
});
