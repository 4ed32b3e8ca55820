/** What was seen once, seen again by a fabric that lacks a rule. */
import type { ComputedSide } from './computed-side.js';
import type { Round } from './scenario.js';
import type { Verdicts } from './verdicts.js';

/** Scenarios that are tried at once: what is silent is waited for together. */
const AT_ONCE = 12;

/** How many of the flows end otherwise than they did; not counted further than `enough`. */
export async function otherwise(Side: typeof ComputedSide, seen: readonly (readonly Round[])[], enough: number): Promise<number> {
  let count = 0;
  for (let from = 0; from < seen.length && count < enough; from += AT_ONCE) {
    const counts = await Promise.all(seen.slice(from, from + AT_ONCE).map((rounds) => differences(Side, rounds)));
    count += counts.reduce((sum, each) => sum + each, 0);
  }
  return count;
}

async function differences(Side: typeof ComputedSide, rounds: readonly Round[]): Promise<number> {
  const side = await Side.start();
  try {
    let count = 0;
    let held: Round['held'] = [];
    for (const round of rounds) {
      await side.apply(round.model);
      side.idle(round.idle);
      count += differing(await side.talk(held), round.talk);
      count += differing(await side.run(round.flows.filter((flow) => !round.hold.includes(flow)), round.hold), round.verdicts);
      held = round.held;
    }
    return count;
  } finally {
    await side.close();
  }
}

const differing = (now: Verdicts, then: Verdicts): number => [...then].filter(([id, verdict]) => now.get(id) !== verdict).length;
