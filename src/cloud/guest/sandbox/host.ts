/** Makes sandboxed instances: one worker thread each, started when something first runs in it. */
import type { Fabric } from '../../fabric/fabric.js';
import type { GuestHost } from '../guest.js';
import { SandboxGuest } from './guest.js';

export interface SandboxHostOptions {
  readonly fabric: Fabric;
  /** The bundled `worker.ts`. */
  readonly workerUrl: URL | string;
  /** Faults of a worker, one line each. */
  readonly log: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** PEM of the lab's CA: guests trust it, as AL2023 trusts Amazon's. */
  readonly certificateAuthority?: string | undefined;
}

/** Instances whose programs are ours and run in a worker thread: no host file, no host process, no packet past the fabric. */
export function createSandboxGuestHost(options: SandboxHostOptions): GuestHost {
  return {
    kind: 'sandbox',
    boot: (specification) => Promise.resolve(new SandboxGuest(specification, options)),
  };
}
