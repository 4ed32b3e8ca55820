/** What the guest host of real processes needs of the fabric of real packets: a place to start a guest in, which dies with the lab. */

/** A program that runs as root of an instance's own user and network namespaces. */
export interface NamespaceProcess {
  /** Its pid as the host's `/proc` shows it. */
  readonly hostPid: number;
  /** Resolves once it has ended, however it did. */
  readonly exited: Promise<void>;
  /** SIGKILL. */
  kill(): void;
}

export interface GuestNamespaces {
  /**
   * Starts a program beside the interface's machine: as uid 0 of the instance's own user namespace, in its network
   * namespace, as a child in the holder's tree (it ends with the lab). `argv` is found on the host's PATH with the
   * system folders; `script` is what it reads on stdin, which then ends. Rejects when the instance has no namespace.
   */
  start(networkInterfaceId: string, argv: readonly string[], script: string): Promise<NamespaceProcess>;
  /**
   * Gives a running instance new namespaces where something was started in its old ones, as a reboot does: what its root did
   * to them is gone, and so are its connections. Nothing of the guest may run any more.
   */
  renew(networkInterfaceId: string): Promise<void>;
  /** `single`: guests have one uid, 0; `multi`: 65535 of them, mapped away from the host's (`fabric.md` §3). */
  readonly uidMode: 'single' | 'multi';
}
