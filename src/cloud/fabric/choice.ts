/** Which fabric a region process runs on: what was asked for, what its stacks were made on, what this machine can do. */
import type { Memory } from '../state/memory.js';
import { table } from '../state/store.js';
import type { Probe } from './netns/probe.js';

export type FabricKind = 'computed' | 'netns';
export type FabricChoice = 'auto' | FabricKind;

/** In the scope of what has no region: the fabric of the last run. */
const FABRIC = table<{ readonly kind: FabricKind }>('fabric');
const KEY = 'kind';

export interface ChosenFabric {
  readonly kind: FabricKind;
  /** Set for a netns fabric that nobody insists on: where it does not start after all, the computed one does. */
  readonly orComputed?: boolean;
  /** Why it is not the netns fabric though nobody asked for another, and what to install. */
  readonly note?: string | undefined;
}

/** Codes of the tool's table of errors. */
export class FabricChoiceError extends Error {
  readonly code: 'fabric-in-use' | 'fabric-unavailable';
  constructor(code: FabricChoiceError['code'], message: string) {
    super(message);
    this.name = 'FabricChoiceError';
    this.code = code;
  }
}

export interface ChoiceInput {
  readonly choice: FabricChoice;
  /** Of the last run; undefined when there was none. */
  readonly before: FabricKind | undefined;
  /** Whether stacks stand, which were made on it. */
  readonly standing: boolean;
  readonly probe: () => Promise<Probe>;
}

/** Stacks stay on the fabric that they were made on, for as long as this machine has it. */
export async function chooseFabric({ choice, before, standing, probe }: ChoiceInput): Promise<ChosenFabric> {
  if (standing && before !== undefined && choice !== 'auto' && choice !== before) {
    throw new FabricChoiceError('fabric-in-use', `stacks stand on the ${before} fabric of the local cloud, and the ${choice} fabric was asked for`);
  }
  if (choice === 'computed' || (choice === 'auto' && standing && before === 'computed')) return { kind: 'computed' };
  const { usable, reason } = await probe();
  if (usable) return { kind: 'netns', orComputed: choice === 'auto' };
  if (choice === 'netns') throw new FabricChoiceError('fabric-unavailable', `this machine cannot carry the netns fabric: ${reason}`);
  return { kind: 'computed', note: reason };
}

/** The fabric of the last run. */
export const fabricBefore = (memory: Memory, scope: string): FabricKind | undefined => memory.scope(scope).get(FABRIC, KEY)?.kind;

/** Remembers the fabric of this run. */
export function rememberFabric(memory: Memory, scope: string, kind: FabricKind): void {
  if (fabricBefore(memory, scope) !== kind) memory.scope(scope).transact((tx) => tx.put(FABRIC, KEY, { kind }));
}
