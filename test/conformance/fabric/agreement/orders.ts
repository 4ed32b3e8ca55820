/** What a prober is told and what it reports, one line of JSON each. */
export type Order =
  /** Reported as `served`: from now on these TCP ports greet, and UDP echoes at these addresses. */
  | { readonly op: 'serve'; readonly id: number; readonly tcp: readonly number[]; readonly echo: readonly string[]; readonly echoPort: number }
  /** `hold`: the connection stays, for a later `talk` of its id. */
  | { readonly op: 'tcp'; readonly id: number; readonly from?: string | undefined; readonly to: string; readonly port: number; readonly localPort: number; readonly hold?: boolean }
  | { readonly op: 'talk'; readonly id: number; readonly of: number }
  | { readonly op: 'udp'; readonly id: number; readonly from?: string | undefined; readonly to: string; readonly port: number; readonly localPort: number }
  /** Reported with what `ping` printed. */
  | { readonly op: 'icmp'; readonly id: number; readonly argv: readonly string[] }
  | { readonly op: 'dns'; readonly id: number; readonly name: string; readonly servers: readonly string[]; readonly waitMs: number }
  /** Reported as `over`: whatever has not come by now is not waited for any more. `keep`: connections that stay, by their ids. */
  | { readonly op: 'over'; readonly id: number; readonly keep: readonly number[] };

export interface Report {
  readonly id: number;
  /** Nothing is reported of what nothing came back of. */
  readonly got: string;
}
