/** The suite's own scenarios of a rule, on the computed fabric that is bundled with this: with a rule switched off (mutants.ts). */
import { createComputedFabric } from '../../../../src/cloud/fabric/computed/fabric.js';
import { Lab } from '../probes.js';
import { SCENARIOS } from '../rules.js';

/** The scenarios of the rule that do not end as they should; undefined when it has none. */
export async function failing(rule: string): Promise<readonly string[] | undefined> {
  const own = SCENARIOS.filter((each) => each.rule === rule);
  if (own.length === 0) return undefined;
  const ends = await Promise.all(own.map(async ({ what, changes, probe, seen }) => {
    let ahead = 0;
    const fabric = createComputedFabric({ log: () => undefined, now: () => performance.now() + ahead });
    const lab = new Lab({ fabric, silenceMs: 40, advance: (seconds) => void (ahead += seconds * 1000) });
    try {
      await lab.start(changes);
      return (await probe(lab)) === seen ? [] : [what];
    } finally {
      await lab.fabric.close();
    }
  }));
  return ends.flat();
}
