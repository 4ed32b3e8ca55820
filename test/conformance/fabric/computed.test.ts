/** The suite on the computed fabric. */
import { createComputedFabric } from '../../../src/cloud/fabric/computed/fabric.js';
import { fabricConformance } from './fabric-conformance.js';

fabricConformance('computed', () => Promise.resolve({
  fabric: createComputedFabric({
    log: (line) => {
      throw new Error(line);
    },
  }),
  // Nothing is under way between two turns of the event loop, so a short silence is a sure one.
  silenceMs: 40,
}));
