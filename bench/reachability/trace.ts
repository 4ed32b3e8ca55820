/** What `reachability.mjs` runs: indexes the large model, traces all flows some times over, and prints what that took as one line of JSON. */
import { readFileSync } from 'node:fs';
import { traceFlow } from '../../src/lib/reachability/engine.js';
import type { NetworkModel } from '../../src/lib/vpc/model.js';
import { indexModel } from '../../src/lib/vpc/network.js';
import { largeModel, manyFlows } from './model.js';

const ROUNDS = 5;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Milliseconds of this process's own processor time. */
function took(what: () => void): number {
  const before = process.cpuUsage();
  what();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const text = JSON.stringify(largeModel());
let model = largeModel();
const parseMs = median(Array.from({ length: ROUNDS }, () => took(() => (model = JSON.parse(text) as NetworkModel))));
let network = indexModel(model);
const indexMs = median(Array.from({ length: ROUNDS }, () => took(() => (network = indexModel(model)))));
const flows = [...manyFlows()];
const dispositions: Record<string, number> = {};
let hops = 0;
const times = Array.from({ length: ROUNDS }, (_, round) => took(() => {
  for (const flow of flows) {
    const trace = traceFlow(network, flow);
    hops += trace.forward.length + trace.reply.length;
    if (round === 0) dispositions[trace.disposition] = (dispositions[trace.disposition] ?? 0) + 1;
  }
}));
const peakMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? Number.NaN) / 1024;
process.stdout.write(JSON.stringify({ perSecond: flows.length / median(times) * 1000, indexMs, parseMs, peakMb, dispositions, hopsATrace: hops / ROUNDS / flows.length, times }));
