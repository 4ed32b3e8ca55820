/**
 * The second contract: one running instance, as seen by what serves it from above (the agent, the SSH server). The
 * sandbox fulfils it anywhere; Linux namespaces will fulfil it with real processes.
 */
import type { Duplex, Readable, Writable } from 'node:stream';
import type { Listener, Peer, TcpStream } from '../fabric/fabric.js';

/** What the instance is told at boot. */
export interface GuestSpecification {
  readonly region: string;
  readonly instanceId: string;
  /** Primary interface. */
  readonly networkInterfaceId: string;
  readonly privateIp: string;
  /** `ip-10-0-1-16`; the full name adds `.ap-northeast-1.compute.internal`. */
  readonly hostName: string;
  readonly domainName: string;
  /** Addresses of the name servers that DHCP tells; the VPC's own resolver when absent (L14). */
  readonly nameServers?: readonly string[] | undefined;
  /** Machine hardware name, `aarch64` or `x86_64`. */
  readonly architecture: string;
  /** OpenSSH public key lines for ec2-user, from the key pair. */
  readonly authorizedKeys: readonly string[];
}

export type GuestUser = 'root' | 'ec2-user' | 'ssm-user';

export interface PtySize {
  readonly columns: number;
  readonly rows: number;
}

export interface SpawnRequest {
  readonly user: GuestUser;
  /**
   * `shell`: an interactive shell (`sh` for ssm-user: prompt `sh-5.2$`; bash for ec2-user: `[ec2-user@ip-… ~]$`).
   * Otherwise a line for `sh -c`.
   */
  readonly run: { readonly kind: 'shell'; readonly login: boolean } | { readonly kind: 'line'; readonly line: string };
  /** Added to the user's environment. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Default: the user's home (ssm-user: /usr/bin). */
  readonly directory?: string | undefined;
  /** With a pty, stdout carries everything and stderr is empty. */
  readonly pty?: (PtySize & { readonly term: string }) | undefined;
}

export interface ExitStatus {
  readonly code: number | undefined;
  /** `KILL`, `INT` …, without SIG, when a signal ended it. */
  readonly signal: string | undefined;
}

export interface GuestProcess {
  readonly stdin: Writable;
  /** Flow-controlled: an unread stream stalls the process, not memory. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once, after both outputs have ended. */
  readonly status: Promise<ExitStatus>;
  /** What is written to {@link stdin} after it is read in the new size. */
  resize(size: PtySize): void;
  /** To the foreground process group: `INT`, `QUIT`, `TSTP`, `TERM`, `HUP`, `KILL`. */
  signal(name: string): void;
}

export interface GuestFileStat {
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly size: number;
  /** Permission bits, 0o777 max. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch. */
  readonly modified: number;
}

/** Files of the guest as one of its users sees them; errors carry Node's codes (`ENOENT`, `EACCES`, `EISDIR` …). */
export interface GuestFiles {
  stat(path: string, options?: { readonly followSymlinks?: boolean }): Promise<GuestFileStat>;
  list(path: string): Promise<readonly { readonly name: string; readonly stat: GuestFileStat }[]>;
  read(path: string, offset: number, length: number): Promise<Buffer>;
  write(path: string, offset: number, data: Buffer): Promise<void>;
  /** Makes an empty file, or truncates one. */
  create(path: string, mode: number): Promise<void>;
  truncate(path: string, size: number): Promise<void>;
  makeDirectory(path: string, mode: number): Promise<void>;
  removeDirectory(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  setModified(path: string, seconds: number): Promise<void>;
  symlink(target: string, path: string): Promise<void>;
  readLink(path: string): Promise<string>;
  realPath(path: string): Promise<string>;
}

/** What a guest asks for from inside: `shutdown`, `poweroff`, `halt` and `reboot`. */
export type PowerRequest = 'off' | 'reboot';

export interface Guest {
  readonly specification: GuestSpecification;
  /** Called when the guest wants its power off or a new start; it goes on until {@link stop}. */
  onPower(listener: (request: PowerRequest) => void): void;
  spawn(request: SpawnRequest): Promise<GuestProcess>;
  /** Addresses that a name has for the guest's resolver, an address's own for an address. Rejects when there are none. */
  resolve(host: string): Promise<readonly string[]>;
  /** TCP from inside the guest; `host` may be a name, which the guest's resolver answers. */
  connect(host: string, port: number, options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<TcpStream>;
  listen(port: number, onConnection: (stream: Duplex, peer: Peer) => void): Promise<Listener>;
  files(user: GuestUser): GuestFiles;
  /** Home directory of a user. */
  home(user: GuestUser): string;
  /** Ends everything that runs in it, at once (power off). */
  stop(): Promise<void>;
}

/** Makes guests of one kind. */
export interface GuestHost {
  readonly kind: 'sandbox' | 'namespace';
  boot(specification: GuestSpecification): Promise<Guest>;
}
