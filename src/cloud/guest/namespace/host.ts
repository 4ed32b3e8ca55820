/** Makes instances of real processes: a machine each in its own namespaces, made when something first runs in it. */
import type { Fabric } from '../../fabric/fabric.js';
import type { GuestNamespaces } from '../../fabric/netns/guest-namespaces.js';
import type { GuestHost } from '../guest.js';
import { NamespaceGuest } from './guest.js';

export interface NamespaceHostOptions {
  readonly fabric: Fabric;
  readonly namespaces: GuestNamespaces;
  /** Machines that died or could not be made, one line each. */
  readonly log: (line: string) => void;
  /** PEM of the lab's CA: guests trust it, as AL2023 trusts Amazon's. */
  readonly certificateAuthority?: string | undefined;
}

/** Instances whose programs are the host's own, with a root file system, users and processes apart from the host's. */
export function createNamespaceGuestHost(options: NamespaceHostOptions): GuestHost {
  return {
    kind: 'namespace',
    boot: async (specification) => {
      // After a reboot nothing is as its root left it.
      await options.namespaces.renew(specification.networkInterfaceId);
      return new NamespaceGuest(specification, options);
    },
  };
}
