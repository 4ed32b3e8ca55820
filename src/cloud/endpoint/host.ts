/** What the Host header may say: guards the loopback endpoint against pages that rebind a name to 127.0.0.1. */

/** Whether a request that came in on loopback named loopback: 127.0.0.1, [::1], localhost or a name under it. */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = hostName(host);
  return name === '127.0.0.1' || name === '[::1]' || name === 'localhost' || /^[a-z0-9-]+(\.[a-z0-9-]+)*\.localhost$/.test(name);
}

/** Service and region that an AWS name stands for; undefined when it is not one. Global names have no region. */
export function serviceOfHost(host: string | undefined): { readonly service: string; readonly region?: string | undefined } | undefined {
  const name = hostName(host);
  const regional = /^(?:vpce-[a-z0-9-]+\.)?([a-z0-9-]+)\.([a-z]{2,}(?:-[a-z]+)+-\d+)\.(?:vpce\.)?amazonaws\.com$/.exec(name);
  if (regional !== null) return { service: regional[1] ?? '', region: regional[2] };
  const global = /^([a-z0-9-]+)\.amazonaws\.com$/.exec(name);
  return global === null ? undefined : { service: global[1] ?? '' };
}

/** The host without its port, lower case; empty when it is not of the form `name` or `name:port`. */
function hostName(host: string | undefined): string {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/.exec((host ?? '').toLowerCase())?.[1] ?? '';
}
