/** What the region process and the holder say to each other over Node's IPC channel; sockets go along as handles. */

export interface RunRequest {
  readonly op: 'run';
  /** Name under /run/netns; the holder's own namespace when empty. */
  readonly namespace: string;
  readonly argv: readonly string[];
  readonly input: string;
}

export type Request =
  | RunRequest
  /** A shell script, by one of the shells that wait for them; all that it printed is the result's `stderr`. */
  | { readonly op: 'script'; readonly namespace: string; readonly script: string }
  /** Transactions for `nft`, one after the other, in a namespace that has had its first; the result as of `script`. */
  | { readonly op: 'rules'; readonly namespace: string; readonly transactions: readonly string[] }
  /** Before these namespaces go: ends what of ours is in them. */
  | { readonly op: 'leave'; readonly namespaces: readonly string[] }
  /** Makes network namespaces that belong to user namespaces of their own. */
  | { readonly op: 'own'; readonly names: readonly string[] }
  /** A listening TCP socket. */
  | { readonly op: 'listen'; readonly address: string; readonly port: number }
  /** A bound UDP socket; port 0 for any. */
  | { readonly op: 'bind'; readonly address: string; readonly port: number }
  /** A connected TCP socket, dialled from a local address. */
  | { readonly op: 'dial'; readonly from: string; readonly address: string; readonly port: number }
  /** Answers at once. */
  | { readonly op: 'beat' }
  /** Gives up what the request of this number asked for. */
  | { readonly op: 'abort'; readonly request: number };

export type ToHolder = Request & { readonly id: number };

export interface RunResult {
  /** Undefined when a signal ended it. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** First word of the holder; then one answer to each request but `abort`. */
export type FromHolder =
  | { readonly ready: true; readonly uidMode: 'single' | 'multi' }
  | { readonly id: number; readonly result: RunResult | undefined }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } };

export const NETWORK_NAMESPACES = '/run/netns';
export const USER_NAMESPACES = '/run/userns';
