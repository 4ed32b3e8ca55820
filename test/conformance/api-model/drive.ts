/** Goes through the scenario against the region, by requests written and replies judged by the model. */
import { setTimeout as sleep } from 'node:timers/promises';
import { askedIn, type Model } from './model.js';
import { judgeReply, type Judged } from './reply.js';
import type { ModelRegion } from './region.js';
import { writeRequest, type Value } from './request.js';
import type { Step } from './scenario/step.js';

export type Variables = Map<string, string>;
export type Input = Step['input'];

/** The input with what was saved in place of `<name>`. */
export function filledIn(value: Value, variables: Variables): Value {
  if (typeof value === 'string') return textFilledIn(value, variables);
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => filledIn(item, variables));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filledIn(item, variables)]));
  return value;
}

function textFilledIn(text: string, variables: Variables): string {
  return text.replaceAll(/<(\w+)>/g, (whole, name: string) => variables.get(name) ?? whole);
}

/** What is at a path, as text; empty when there is nothing. */
export function at(output: unknown, path: string): string {
  const found = path.split('.').reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined), output);
  return found === undefined || found === null ? '' : typeof found === 'string' ? found : JSON.stringify(found);
}

export interface StepOutcome {
  readonly step: Step;
  readonly problems: readonly string[];
}

export interface DriveOptions {
  readonly region: ModelRegion;
  readonly models: ReadonlyMap<string, Model>;
  readonly variables: Variables;
  /** Called before each step with its input. */
  readonly before?: (step: Step, input: Input) => Promise<void>;
}

/** How long a step is called again until it holds: agents come back within it also on a machine that is busy. */
const PATIENCE_MS = 60_000;

async function call(options: DriveOptions, step: Step, input: Input): Promise<Judged> {
  const model = options.models.get(step.service);
  const operation = model?.operations[step.operation];
  if (model === undefined || operation === undefined) return { output: undefined, problems: [`the model has no operation ${step.operation}`] };
  const reply = await options.region.send(step.service, askedIn(step.service, options.variables.get('region') ?? ''), writeRequest(model, step.operation, input));
  return judgeReply(model, operation, reply);
}

async function take(options: DriveOptions, step: Step): Promise<StepOutcome> {
  const { variables } = options;
  const input = filledIn(step.input, variables) as Input;
  const title = `${step.operation} ${JSON.stringify(input).slice(0, 160)}`;
  await options.before?.(step, input);
  const end = Date.now() + PATIENCE_MS;
  const holds = (output: unknown, wanted: Step['until'] = {}): string | undefined => {
    const missed = Object.entries(wanted).find(([path, value]) => at(output, path) !== textFilledIn(value, variables));
    return missed === undefined ? undefined : `${missed[0]} is ${at(output, missed[0])}, not ${textFilledIn(missed[1], variables)}`;
  };
  for (;;) {
    const { output, error, problems } = await call(options, step, input);
    const found = [...problems];
    if (step.error !== undefined) {
      if (error?.code !== step.error) found.push(`answered ${error?.code ?? 'no error'}, not ${step.error}`);
    } else if (error !== undefined) {
      found.push(`${error.code}: ${error.message}`);
    } else {
      const waits = holds(output, step.until);
      if (waits !== undefined && found.length === 0 && Date.now() < end) {
        await sleep(100);
        continue;
      }
      for (const missed of [waits, holds(output, step.expect)]) if (missed !== undefined) found.push(missed);
      for (const [name, path] of Object.entries(step.save ?? {})) variables.set(name, at(output, path));
    }
    return { step, problems: found.map((problem) => `${title}: ${problem}`) };
  }
}

/** All steps in their order; a step that fails does not keep the others from being tried. */
export async function drive(options: DriveOptions, scenario: readonly Step[]): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (const step of scenario) outcomes.push(await take(options, step));
  return outcomes;
}
