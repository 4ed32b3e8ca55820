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
  /** PEM of the lab's CA, which guests trust. */
  readonly certificateAuthority: string;
  /** Compiled worker of the sandbox. */
  readonly workerUrl: URL;
  /** Compiled `fabric/netns/holder/main.ts`. */
  readonly holderProgram: string;
  /** The namespaces are gone though nobody closed them: whatever is left of the region is without a network. */
  readonly onEnd: (why: string) => void;
  readonly log: (line: string) => void;
}

export async function startDataPlane(options: DataPlaneOptions): Promise<{ readonly fabric: Fabric; readonly guests: GuestHost }> {
  const { certificateAuthority, log } = options;
  if (options.kind === 'computed') {
    const fabric = createComputedFabric({ log });
    return { fabric, guests: createSandboxGuestHost({ fabric, workerUrl: options.workerUrl, log, now: Date.now, certificateAuthority }) };
  }
  const fabric = await createNetnsFabric({ program: options.holderProgram, log, onEnd: options.onEnd }).catch((error: unknown) => {
    throw new FabricChoiceError('fabric-unavailable', `the netns fabric did not start: ${(error as Error).message}`);
  });
  return { fabric, guests: createNamespaceGuestHost({ fabric, namespaces: fabric.guests, log, certificateAuthority }) };
}
