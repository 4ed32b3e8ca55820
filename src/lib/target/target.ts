/** Where the lab is: AWS or the local cloud. What differs between the two is a field here; no code past it asks which. */
import type { Duplex } from 'node:stream';
import type { SsmlabError } from '../errors.js';
import type { WayOut } from './way-out.js';

/** SDK credentials, or a provider of them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface Target {
  readonly kind: 'aws' | 'local';
  readonly region: string;
  readonly credentials: () => Promise<Credentials>;
  /** Absent on AWS: the SDK's own endpoints. */
  readonly endpoint?: string | undefined;
  /** A Unix domain socket, as node:net takes its name, at which `host` (`HOST:PORT`) answers too: short messages are there sooner. */
  readonly beside?: { readonly host: string; readonly path: string } | undefined;
  /** What set {@link endpoint} on AWS, in words: `AWS_ENDPOINT_URL`. */
  readonly endpointSetBy?: string | undefined;
  /** Of services that have one of their own, before {@link endpoint}; by the service's name in hosts. */
  readonly serviceEndpoints?: Readonly<Record<string, string>> | undefined;
  /** AWS's endpoints of FIPS 140, and those that answer over IPv6 too. */
  readonly fips?: boolean | undefined;
  readonly dualStack?: boolean | undefined;
  /** Milliseconds that a call waits for its answer before it is tried again, and a stream for its upgrade; a minute when absent, less where a caller waits for less (`lib/aws/patience`, `lib/aws/signed-call`, `lib/session/stream-socket`). */
  readonly patienceMs?: number | undefined;
  /** Pauses between the tries of a call, as a multiple of what they are on AWS; 1 when absent. */
  readonly pauseScale?: number | undefined;
  /** How calls are tried again, and how many tries there are with the first, where somebody has set it. */
  readonly retries?: { readonly mode: 'adaptive' | 'standard'; readonly maxAttempts: number } | undefined;
  /** Proxies and authorities of calls and streams; absent where there are none, as on the local cloud. */
  readonly wayOut?: WayOut | undefined;
  /** Opens TCP to a public address of the region: net.connect on AWS, the uplink on the local cloud. */
  readonly dial: (host: string, port: number, options?: { readonly timeoutMs?: number }) => Promise<Duplex>;
  /** Seconds between polls of a waiter. */
  readonly pollSeconds: number;
  /** Bytes of a stream message's payload (`protocol.md` §7). */
  readonly payloadBytes: number;
  /** Payloads a second that a session may send, as many as AWS's own client (`protocol.md` §7); no bound when absent. */
  readonly payloadsPerSecond?: number | undefined;
  /** What a client sends before the agent has spoken is kept for it: the terminal's size goes at once. What AWS's service does with it nobody knows. */
  readonly sizeAtOnce?: boolean | undefined;
  /** Silence after which a forwarded connection's end of input is passed on; absent where the agent half-closes (`lib/session/port/carrier.ts`). */
  readonly halfCloseMs?: number | undefined;
  /** Client for Session Manager when the user names none. */
  readonly defaultClient: 'native' | 'plugin';
  /** What `list` and reports call the data plane. */
  readonly fabric: 'aws' | 'netns' | 'computed';
  /** Why the data plane is computed though nobody asked for that, and what to install. */
  readonly fabricNote?: string | undefined;
  /** Milliseconds between two StartSession calls (AWS admits 3 a second, `aws-facts.md` §5); none when absent. */
  readonly sessionIntervalMs?: number | undefined;
  /** Why it does not go on, in words, where it can be asked: undefined when it knows of nothing. */
  readonly trouble?: (() => Promise<string | undefined>) | undefined;
  /** Told of a session that could not be ended at the service, and why. */
  readonly onSessionLeft?: ((sessionId: string, why: Error) => void) | undefined;
  /** Told of who has not answered for so long, and is waited for: `HOST:PORT`, or a program in words; of the operation that was asked, and of `HOST:PORT` of the proxy on the way. */
  readonly onSilence?: ((silence: { readonly who: string; readonly asked?: string | undefined; readonly proxy?: string | undefined; readonly afterMs: number }) => void) | undefined;
  /** What else is known of a region's refusal, where it can be asked; the error itself where nothing is. */
  readonly explain?: ((error: SsmlabError, region: string) => Promise<SsmlabError>) | undefined;
  /** Prefix that this machine is seen as from the region, for who may open SSH; absent where the template's default is right. */
  readonly ownCidr?: (() => Promise<string>) | undefined;
  /** An agent is told to be online by the very test that StartSession makes, and its channel stands while it is: no session has to prove it. */
  readonly onlineIsOpen?: boolean | undefined;
  /** Profile that the credentials come from: AWS's plugin wants its name. */
  readonly profile?: string | undefined;
  /** OpenSSH option that makes `ssh` take the same way as {@link dial}, undefined where plain ssh does. */
  readonly proxyCommand?: string | undefined;
}
