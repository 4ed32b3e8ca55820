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

/** Flows of a round, at most; and how many of its connections are kept over the next change. */
export const FLOWS = 64;
const KEPT = 20;

export interface Scenario {
  readonly shape: Shape;
  /** Made at once, before the first flows. */
  readonly setup: readonly ChangeDraw[];
  readonly changes: readonly ChangeDraw[];
  /** In every round. */
  readonly flows: readonly FlowDraw[];
  /** Of three flows that concern a change, how many that which was made; the others concern that to come, and are kept over it. */
  readonly made: 1 | 2;
}

export const scenarios: fc.Arbitrary<Scenario> = fc.noBias(fc.record({
  shape: shapes,
  setup: fc.array(changes, { maxLength: 6, size: 'max' }),
  changes: fc.array(changes, { minLength: 1, maxLength: 7, size: 'max' }),
  flows: fc.array(flowDraws, { minLength: 1, maxLength: FLOWS, size: 'max' }),
  made: fc.constant(1),
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
  /** What the connections that the round before held have become, after so many seconds of silence. */
  readonly talk: Verdicts;
  readonly idle: number;
}

/** What holds through a whole scenario. */
export interface Circumstances {
  readonly access?: BlockPublicAccess | undefined;
  /** Every interface forgets a connection after so many seconds of silence, and longer than that nobody speaks after each change (S10). */
  readonly forgetful?: number | undefined;
}

/** Of what an interface's timeout is: longer than that by enough for a busy machine. */
const IDLE = 1.25;

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

/**
 * Between an interface and the internet. Of a flow between two interfaces AWS has each forget by itself what it tracks; the kernel has
 * one entry for both, and judges all of it anew when that is gone.
 */
const hasOneInterface = (flow: Flow): boolean => flow.guest === undefined || ('to' in flow && /^(?:198\.19|203\.0\.113)\./u.test(flow.to));

/** Runs the scenario on the computed fabric, and on the kernel where there is one; throws at the first round that they see differently, or otherwise than the engine predicted. */
export async function runScenario(scenario: Scenario, counters: Counters, kernel: KernelSide | undefined, { access, forgetful }: Circumstances = {}): Promise<readonly Round[]> {
  const computed = await ComputedSide.start();
  const rounds: Round[] = [];
  try {
    const made = networkOf(scenario.shape);
    const original: NetworkModel = { ...made, blockPublicAccess: access, networkInterfaces: made.networkInterfaces.map((each) => ({ ...each, tcpEstablishedTimeout: forgetful })) };
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
      const idle = forgetful === undefined || held.length === 0 ? 0 : forgetful * IDLE;
      computed.idle(idle);
      if (kernel !== undefined && idle > 0) await new Promise((resolve) => setTimeout(resolve, idle * 1000));
      const talked = await computed.talk(held);
      const tried = scenario.flows.flatMap((draw, index) => {
        const [focus, ahead = focus] = index % 3 < scenario.made ? [foci[0]] : foci;
        const flow = resolveFlow(model, { ...draw, more: draw.more + (index % 3) * round }, counters.id(), counters.fresh, ahead);
        return flow === undefined ? [] : [{ flow, ahead: ahead !== focus && draw.where === 'concerned' }];
      });
      const flows = tried.map(({ flow }) => flow);
      const keep = tried.filter(({ flow }) => flow.kind === 'tcp' && (forgetful === undefined || hasOneInterface(flow))).toSorted((one, other) => Number(other.ahead) - Number(one.ahead));
      const hold = round < scenario.changes.length ? keep.slice(0, KEPT).map(({ flow }) => flow) : [];
      const once = flows.filter((flow) => !hold.includes(flow));
      const expected = { talk: talked, run: await computed.run(once, hold) };
      const seen = await kernel?.round({ held, once, hold }, expected) ?? expected;
      const predicted = predictions(model, flows);
      compare(held, expected.talk, seen.talk, new Map(), 'kept: ');
      compare(flows, expected.run, seen.run, predicted, '');
      held = hold.filter(({ id }) => seen.run.get(id)?.startsWith('open: ') === true);
      rounds.push({ model, flows, hold, held, verdicts: seen.run, predictions: predicted, talk: seen.talk, idle });
    }
    return rounds;

    function compare(flows: readonly Flow[], byComputed: Verdicts, byKernel: Verdicts, predicted: Verdicts, prefix: string): void {
      const differing = flows.flatMap((flow): Disagreement[] => {
        const [computedSays = SILENT, kernelSays = SILENT] = [byComputed.get(flow.id), byKernel.get(flow.id)];
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
