/** The fabric of a region process and the instances on it: real packets and processes, or both computed. */
import { createComputedFabric } from './fabric/computed/fabric.js';
import { FabricChoiceError, type FabricKind } from './fabric/choice.js';
import type { Fabric } from './fabric/fabric.js';
import { createNetnsFabric } from './fabric/netns/fabric.js';
import type { GuestHost } from './guest/guest.js';
import { createNamespaceGuestHost } from './guest/namespace/host.js';
import { createSandboxGuestHost } from './guest/sandbox/host.js';

export interface DataPlaneOptions {
  readonly kind: FabricKind;
  /** Whether another fabric will do where the netns fabric does not start. */
  readonly orComputed: boolean;
  /** PEM of the lab's CA, which guests trust. */
  readonly certificateAuthority: string;
  /** Compiled worker of the sandbox. */
  readonly workerUrl: URL;
  /** Compiled `fabric/netns/holder/main.ts`. */
  readonly holderProgram: string;
  /** The namespaces are gone though nobody closed them: whatever is left of the region is without a network. */
  readonly onEnd: (why: string) => void;
  /** Nothing new comes about in the network any more, and why; undefined: it does again. */
  readonly onHeld: (why: string | undefined) => void;
  readonly log: (line: string) => void;
}

export interface DataPlane {
  readonly fabric: Fabric;
  readonly guests: GuestHost;
  /** Why it is not of real packets though that was chosen. */
  readonly note?: string;
}

export async function startDataPlane(options: DataPlaneOptions): Promise<DataPlane> {
  if (options.kind === 'computed') return computed(options);
  const { certificateAuthority, log } = options;
  try {
    const fabric = await createNetnsFabric({ program: options.holderProgram, log, onEnd: options.onEnd, onHeld: options.onHeld });
    return { fabric, guests: createNamespaceGuestHost({ fabric, namespaces: fabric.guests, log, certificateAuthority }) };
  } catch (error) {
    const note = `the netns fabric did not start: ${(error as Error).message.replaceAll(/\s*\n\s*/gu, '; ')}`;
    if (!options.orComputed) throw new FabricChoiceError('fabric-unavailable', note);
    log(note);
    return { ...computed(options), note };
  }
}

function computed({ workerUrl, certificateAuthority, log }: DataPlaneOptions): DataPlane {
  const fabric = createComputedFabric({ log });
  return { fabric, guests: createSandboxGuestHost({ fabric, workerUrl, log, now: Date.now, certificateAuthority }) };
}
