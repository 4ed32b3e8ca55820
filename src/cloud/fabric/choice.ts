/** Which fabric a region process runs on: what was asked for, what its stacks were made on, what this machine can do. */
import type { Memory } from '../state/memory.js';
import { table } from '../state/store.js';
import type { Probe } from './netns/probe.js';

export type FabricKind = 'computed' | 'netns';
export const FABRIC_CHOICES = ['auto', 'netns', 'computed'] as const satisfies readonly ('auto' | FabricKind)[];
export type FabricChoice = (typeof FABRIC_CHOICES)[number];

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

/**
 * Stacks stay on the fabric that they were made on. Where this machine has it no more nothing takes its place unasked: only who
 * asks for the computed one by name gets it.
 */
export async function chooseFabric({ choice, before, standing, probe }: ChoiceInput): Promise<ChosenFabric> {
  const bound = standing ? before : undefined;
  if (bound !== undefined && choice !== 'auto' && choice !== bound && (bound === 'computed' || (await probe()).usable)) {
    throw new FabricChoiceError('fabric-in-use', `stacks stand on the ${bound} fabric of the local cloud, and the ${choice} fabric was asked for`);
  }
  if (choice === 'computed' || (choice === 'auto' && bound === 'computed')) return { kind: 'computed' };
  const { usable, reason } = await probe();
  if (usable) return { kind: 'netns', orComputed: choice === 'auto' && bound === undefined };
  if (bound === 'netns') throw new FabricChoiceError('fabric-unavailable', `stacks stand on the netns fabric, and this machine cannot carry it any more: ${reason}`);
  if (choice === 'netns') throw new FabricChoiceError('fabric-unavailable', `this machine cannot carry the netns fabric: ${reason}`);
  return { kind: 'computed', note: reason };
}

/** The fabric of the last run. */
export const fabricBefore = (memory: Memory, scope: string): FabricKind | undefined => memory.scope(scope).get(FABRIC, KEY)?.kind;

/** Remembers the fabric of this run. */
export function rememberFabric(memory: Memory, scope: string, kind: FabricKind): void {
  if (fabricBefore(memory, scope) !== kind) memory.scope(scope).transact((tx) => tx.put(FABRIC, KEY, { kind }));
}
