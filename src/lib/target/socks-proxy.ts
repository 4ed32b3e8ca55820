/** The SOCKS5 proxy that the environment names for TCP: `ALL_PROXY=socks5h://user:password@host:port`, and `NO_PROXY` for what goes directly, as curl reads them. */
import type { Socket } from 'node:net';
import { SsmlabError } from '../errors.js';
import { dialDirectly, dialUplink, type Uplink } from './uplink.js';

const SCHEMES = new Set(['socks5:', 'socks5h:']);
const SOCKS_PORT = 1080;

const variable = (environment: NodeJS.ProcessEnv, name: string): string => environment[name.toLowerCase()] ?? environment[name] ?? '';

/** Whether `NO_PROXY` names the host: `*`, its name or address, or a domain that it is in. */
function goesDirectly(host: string, list: string): boolean {
  return list.split(',').map((entry) => entry.trim().toLowerCase().replace(/^\./u, '')).some((entry) => entry === '*' || (entry !== '' && (host === entry || host.endsWith(`.${entry}`))));
}

/** The proxy for a host; undefined where there is none, or one of another kind. `usage` for what is no URL; the password is in no message. */
export function socksProxy(host: string, environment: NodeJS.ProcessEnv = process.env): Uplink | undefined {
  const named = variable(environment, 'ALL_PROXY');
  if (named === '' || goesDirectly(host.toLowerCase(), variable(environment, 'NO_PROXY'))) return undefined;
  if (!URL.canParse(named)) throw new SsmlabError('usage', 'ALL_PROXY is no URL', { hint: 'write it as socks5h://HOST:PORT, or unset it' });
  const { protocol, hostname, port, username, password } = new URL(named);
  if (!SCHEMES.has(protocol)) return undefined;
  return { host: hostname, port: port === '' ? SOCKS_PORT : Number(port), username: decodeURIComponent(username), password: decodeURIComponent(password), namedBy: 'ALL_PROXY' };
}

/** TCP as the environment has it: through the proxy that it names for the host, else directly. */
export async function dialAsNamed(host: string, port: number, { timeoutMs, environment = process.env }: { readonly timeoutMs?: number | undefined; readonly environment?: NodeJS.ProcessEnv | undefined } = {}): Promise<Socket> {
  const proxy = socksProxy(host, environment);
  return proxy === undefined ? dialDirectly(host, port, timeoutMs) : dialUplink(proxy, host, port, timeoutMs);
}

/** Whether `ALL_PROXY` names one at all; what is no URL is no error yet. */
export const namesSocks = (environment: NodeJS.ProcessEnv): boolean => {
  const named = variable(environment, 'ALL_PROXY');
  return URL.canParse(named) && SCHEMES.has(new URL(named).protocol);
};

/** The value that leads through it. */
export const socksUrl = ({ host, port, username, password }: Uplink): string => `socks5h://${encodeURIComponent(username)}:${encodeURIComponent(password)}@${host}:${port}`;
