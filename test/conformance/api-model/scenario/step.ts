/** How the scenario is written: calls by API names, as a client makes them, one line each. */
import type { Value } from '../request.js';

export interface Step {
  readonly service: string;
  readonly operation: string;
  /** By API names; `<name>` stands for what an earlier step saved, `<run>` for a word of this run, `<region>` for its region, others for what the suite began with (`region.ts`). */
  readonly input: { readonly [name: string]: Value };
  /** What later steps need: name → path into the output, `Vpc.VpcId`, `Tags.0.Key`. */
  readonly save?: Readonly<Record<string, string>>;
  /** What the output has to hold: path → value as text. */
  readonly expect?: Readonly<Record<string, string>>;
  /** The call has to fail with this code. */
  readonly error?: string;
  /** Called again until the output holds this, for what takes a moment. */
  readonly until?: Readonly<Record<string, string>>;
}

export type Written = readonly [operation: string, input?: Step['input'], more?: Omit<Step, 'service' | 'operation' | 'input'>];

/** Steps of one service. */
export function steps(service: string, written: readonly Written[]): Step[] {
  return written.map(([operation, input = {}, more = {}]) => ({ service, operation, input, ...more }));
}
