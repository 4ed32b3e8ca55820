/** The package has no types of its own. */
declare module 'proxy-from-env' {
  /** URL of the proxy for requests to this one, by the environment as it is now; empty for none. */
  export function getProxyForUrl(url: string): string;
}
