/** A network, what is changed in it one call after the other, and the flows that are tried before and after each. */
import fc from 'fast-check';
import type { BlockPublicAccess, NetworkModel } from '../../../../src/lib/vpc/model.js';
import { applyChange, type ChangeDraw, changes } from './changes.js';
import { concerned, type Focus } from './concern.js';
import { ComputedSide } from './computed-side.js';
import { type Flow, type FlowDraw, flowDraws, flowText, resolveFlow } from './flows.js';
import { HOSTS } from './hosts.js';
import type { KernelSide } from './kernel-side.js';
import { agrees, predictions } from './prediction.js';
import { networkOf, type Shape, shapes } from './topology.js';
import { SILENT, type Verdicts } from './verdicts.js';

/** Flows of a round, and how many of its connections are kept over the next change. */
const FLOWS = 64;
const KEPT = 20;

export interface Scenario {
  readonly shape: Shape;
  /** Made at once, before the first flows. */
  readonly setup: readonly ChangeDraw[];
  readonly changes: readonly ChangeDraw[];
  /** In every round. */
  readonly flows: readonly FlowDraw[];
}

export const scenarios: fc.Arbitrary<Scenario> = fc.noBias(fc.record({
  shape: shapes,
  setup: fc.array(changes, { maxLength: 6, size: 'max' }),
  changes: fc.array(changes, { minLength: 1, maxLength: 7, size: 'max' }),
  flows: fc.array(flowDraws, { minLength: 1, maxLength: FLOWS, size: 'max' }),
}));

/** What was seen in one state of a network. */
export interface Round {
  readonly model: NetworkModel;
  readonly flows: readonly Flow[];
  /** TCP flows among them that are to stay open, and those that came about and so do. */
  readonly hold: readonly Flow[];
  readonly held: readonly Flow[];
  readonly verdicts: Verdicts;
  /** What the engine said of them, where it was asked and knows. */
  readonly predictions: Verdicts;
  /** What the connections that the round before held have become. */
  readonly talk: Verdicts;
}

export interface Disagreement {
  readonly flow: string;
  readonly computed: string;
  readonly kernel: string;
  /** What the engine said; undefined where it was not asked or does not know. */
  readonly predicted: string | undefined;
  /** The calls that led to the network. */
  readonly changes: readonly string[];
  readonly model: NetworkModel;
}

/** Counts through a run: ids of flows are never used twice, and a guest asks each address once what size it takes. */
export class Counters {
  #id = 0;
  readonly #sizes = new Map<string, number>();
  /** Below the 16 bits of a DNS question's id. */
  readonly id = (): number => (this.#id = this.#id % 65_000 + 1);
  readonly fresh = (guest: string): string | undefined => {
    const used = this.#sizes.get(guest) ?? 0;
    this.#sizes.set(guest, used + 1);
    return HOSTS.sizes[used];
  };
}

/** Runs the scenario on the computed fabric, and on the kernel where there is one; throws at the first round that they see differently, or otherwise than the engine predicted. `access` is in force all the time. */
export async function runScenario(scenario: Scenario, counters: Counters, kernel: KernelSide | undefined, access?: BlockPublicAccess): Promise<readonly Round[]> {
  const computed = await ComputedSide.start();
  const rounds: Round[] = [];
  try {
    const original: NetworkModel = { ...networkOf(scenario.shape), blockPublicAccess: access };
    let model = original;
    const texts: string[] = [];
    const apply = (draw: ChangeDraw): void => {
      const changed = applyChange(model, draw, original);
      model = changed.model;
      texts.push(`${draw.what} ${changed.text}`);
    };
    scenario.setup.forEach(apply);
    let held: readonly Flow[] = [];
    for (let round = 0; round <= scenario.changes.length; round++) {
      const [change, next] = [scenario.changes[round - 1], scenario.changes[round]];
      const before = model;
      if (change !== undefined) apply(change);
      const foci: readonly [Focus, ...Focus[]] = [
        concerned(change?.what, before, model, 'made'),
        ...(next === undefined ? [] : [concerned(next.what, model, applyChange(model, next, original).model, 'to come')]),
      ];
      await computed.apply(model);
      await kernel?.apply(model);
      const talk = await seen(computed.talk(held), (expected) => kernel?.talk(held, expected));
      compare(held, talk, new Map(), 'kept: ');
      const flows = scenario.flows.flatMap((draw, index) => resolveFlow(model, { ...draw, more: draw.more + (index % 3) * round }, counters.id(), counters.fresh, foci[index % 3 === 0 ? 0 : foci.length - 1] ?? foci[0]) ?? []);
      const hold = round < scenario.changes.length ? flows.filter((flow) => flow.kind === 'tcp').slice(0, KEPT) : [];
      const once = flows.filter((flow) => !hold.includes(flow));
      const verdicts = await seen(computed.run(once, hold), (expected) => kernel?.run(once, hold, expected));
      const predicted = predictions(model, flows);
      compare(flows, verdicts, predicted, '');
      held = hold.filter(({ id }) => verdicts.kernel.get(id)?.startsWith('open: ') === true);
      rounds.push({ model, flows, hold, held, verdicts: verdicts.kernel, predictions: predicted, talk: talk.kernel });
    }
    return rounds;

    function compare(flows: readonly Flow[], verdicts: Both, predicted: Verdicts, prefix: string): void {
      const differing = flows.flatMap((flow): Disagreement[] => {
        const [computedSays = SILENT, kernelSays = SILENT] = [verdicts.computed.get(flow.id), verdicts.kernel.get(flow.id)];
        const said = predicted.get(flow.id);
        const agreed = computedSays === kernelSays && (said === undefined || agrees(said, kernelSays));
        return agreed ? [] : [{ flow: `${prefix}${flowText(flow)}`, computed: computedSays, kernel: kernelSays, predicted: said, changes: [...texts], model }];
      });
      if (differing[0] !== undefined) throw new DisagreementError(differing);
    }
  } finally {
    await computed.close();
  }
}

interface Both {
  readonly computed: Verdicts;
  readonly kernel: Verdicts;
}

async function seen(computed: Promise<Verdicts>, kernel: (expected: Verdicts) => Promise<Verdicts> | undefined): Promise<Both> {
  const expected = await computed;
  return { computed: expected, kernel: await kernel(expected) ?? expected };
}

/** The two fabrics do not see the same, or not what was predicted. */
export class DisagreementError extends Error {
  constructor(all: readonly Disagreement[]) {
    const [first] = all;
    super([
      ...all.slice(0, 8).map(({ flow, computed, kernel, predicted }) => `${flow}: computed says \`${computed}\`, the kernel \`${kernel}\`, predicted was ${predicted === undefined ? 'nothing' : `\`${predicted}\``}`),
      `after ${first?.changes.join('; ') ?? 'no change'}`,
      `in ${JSON.stringify(first?.model)}`,
    ].join('\n'));
    this.name = 'DisagreementError';
  }
}
