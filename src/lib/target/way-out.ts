/**
 * How the tool's HTTP leaves this machine for AWS: through the proxy that `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` name, trusting
 * the authorities that `AWS_CA_BUNDLE` or the profile's `ca_bundle` names (AWS SDKs and Tools reference, "General configuration"). What Node
 * itself heeds (`NODE_EXTRA_CA_CERTS`) needs nothing here.
 */
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, type Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { SsmlabError } from '../errors.js';

export interface WayOut {
  /** Agent for requests and websockets to this address; undefined where they go as ever. `usage` for a bundle or a proxy that cannot be used. */
  readonly agentFor: (url: URL) => Agent | undefined;
  /** `HOST:PORT` of the proxy that they go through, for errors; never its password. */
  readonly proxyFor: (url: URL) => string | undefined;
  /** PEM of the authorities to believe in place of Node's own; undefined where those are. `usage` as above. */
  readonly authorities: () => string | undefined;
}

export interface WayOutSettings {
  /** File of PEM certificates, and what named it. */
  readonly bundle?: { readonly file: string; readonly setBy: string } | undefined;
}

const LOOPBACK = /^(?:localhost|.+\.localhost|\[::1\]|127(?:\.\d+){3})$/u;

/** Addresses of this machine are behind no proxy, and need no authority. */
export const isOwnAddress = ({ hostname }: URL): boolean => LOOPBACK.test(hostname);

/** Connections to one service that are kept open, as the SDK's own agents have it. */
export const AGENT_OPTIONS = { keepAlive: true, maxSockets: 50 } as const;

function certificates({ file, setBy }: NonNullable<WayOutSettings['bundle']>): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (error) {
    throw new SsmlabError('usage', `${setBy} names ${file}, which cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { cause: error, hint: 'name a file of PEM certificates, or unset it' });
  }
  throw new SsmlabError('usage', `${setBy} names ${file}, in which there is no PEM certificate`, { hint: 'name a file of PEM certificates, or unset it' });
}

/** The variable that decides, so that an error can name it. */
const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'] as const;
const isSet = (name: string): boolean => [name, name.toLowerCase()].some((each) => (process.env[each] ?? '') !== '');

/** Of a CommonJS module: in the bundle all that it exports is its default. */
const exportsOf = <Module extends object>(module: Module & { readonly default?: Module }): Module => module.default ?? module;

/** Reads the environment now; what is expensive (a bundle, the proxy's client) only where it is used. Proxies of other kinds, as SOCKS, are not for HTTP here. */
export async function wayOut({ bundle }: WayOutSettings): Promise<WayOut> {
  const proxies = NAMES.some(isSet) ? { ...exportsOf(await import('proxy-from-env')), ...exportsOf(await import('https-proxy-agent')) } : undefined;
  const proxyUrl = (url: URL): URL | undefined => {
    // To a websocket it matters as little as to a proxy that it is one.
    const named = proxies === undefined || isOwnAddress(url) ? '' : proxies.getProxyForUrl(url.href.replace(/^ws/u, 'http'));
    if (named === '') return undefined;
    if (!URL.canParse(named)) throw new SsmlabError('usage', `the proxy for ${url.host} is no URL`, { hint: `${NAMES.filter(isSet).join(' or ')} names it: write it as http://HOST:PORT, or unset it` });
    const proxy = new URL(named);
    return /^https?:$/u.test(proxy.protocol) ? proxy : undefined;
  };
  let ca: string | undefined;
  const authorities = (): string | undefined => (bundle === undefined ? undefined : (ca ??= certificates(bundle)));
  const kept = new Map<string, Agent>();
  const agentFor = (url: URL): Agent | undefined => {
    const proxy = proxyUrl(url);
    if (isOwnAddress(url) || (proxy === undefined && bundle === undefined)) return undefined;
    const secure = /^(?:https|wss):$/u.test(url.protocol);
    const key = `${proxy?.href ?? ''} ${secure}`;
    const found = kept.get(key);
    if (found !== undefined) return found;
    const believed = secure ? authorities() : undefined;
    const trust = believed === undefined ? {} : { ca: believed };
    let agent: Agent;
    if (proxy === undefined || proxies === undefined) agent = secure ? new HttpsAgent({ ...AGENT_OPTIONS, ...trust }) : new HttpAgent(AGENT_OPTIONS);
    else {
      const through = new proxies.HttpsProxyAgent(proxy, { ...AGENT_OPTIONS, ...trust });
      // Its constructor keeps them for the way to the proxy alone.
      Object.assign(through.options, trust);
      agent = through;
    }
    kept.set(key, agent);
    return agent;
  };
  return { agentFor, proxyFor: (url) => proxyUrl(url)?.host, authorities };
}
