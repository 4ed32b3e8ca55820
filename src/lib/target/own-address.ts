/** The address that AWS sees this machine's SSH come from: what instance 1's security group has to let in. */
import { Agent } from 'node:https';
import { connect } from 'node:tls';
import { CHECKIP_HOST } from '../lab/lab.js';
import { SsmlabError } from '../errors.js';
import { socksProxy } from './socks-proxy.js';
import type { Target } from './target.js';
import type { WayOut } from './way-out.js';

const URL_ASKED = new URL(`https://${CHECKIP_HOST}/`);
const HTTPS_PORT = 443;
const PATIENCE_MS = 5000;

/** HTTPS over one connection that is dialled as SSH's is: directly, or through the SOCKS proxy. */
async function dialled(dial: Target['dial'], authorities: string | undefined): Promise<Agent> {
  const socket = await dial(CHECKIP_HOST, HTTPS_PORT, { timeoutMs: PATIENCE_MS });
  const agent = new Agent();
  agent.createConnection = () => connect({ socket, servername: CHECKIP_HOST, ca: authorities });
  return agent;
}

/**
 * `A.B.C.D/32`, as checkip.amazonaws.com says it. It is asked as SSH will go, since an HTTP proxy has an address of its own and SSH does not go
 * through it; what is said through that proxy counts where nothing else is answered. `endpoint-unreachable`, `output-unparsable`.
 */
export async function ownCidrByAws({ dial, way }: { readonly dial: Target['dial']; readonly way: WayOut }): Promise<string> {
  const { send } = await import('../aws/send.js');
  const ask = async (agent: ReturnType<WayOut['agentFor']>): Promise<string> => {
    const { ok, status, body } = await send(URL_ASKED, { method: 'GET', headers: {}, body: '', agent, patienceMs: PATIENCE_MS });
    if (!ok) throw new Error(`answered with HTTP ${status}`);
    return body.toString('utf8').trim();
  };
  const [asSsh, byProxy] = await Promise.allSettled([
    dialled(dial, way.authorities()).then(ask),
    way.proxyFor(URL_ASKED) === undefined ? Promise.reject(new Error('no proxy')) : ask(way.agentFor(URL_ASKED)),
  ]);
  const answer = asSsh.status === 'fulfilled' ? asSsh : byProxy;
  if (answer.status === 'rejected') {
    const why: unknown = asSsh.status === 'rejected' ? asSsh.reason : undefined;
    const asked = socksProxy(CHECKIP_HOST);
    const through = asked === undefined ? '' : ` through the SOCKS proxy ${asked.host}:${asked.port}, which ALL_PROXY names`;
    throw new SsmlabError('endpoint-unreachable', `${CHECKIP_HOST}:${HTTPS_PORT} does not answer${through}, so your own address is not known`, { cause: why, hint: 'pass --ssh-from CIDR' });
  }
  if (!/^(?:\d{1,3}\.){3}\d{1,3}$/u.test(answer.value)) throw new SsmlabError('output-unparsable', `${CHECKIP_HOST} did not answer with an IPv4 address`, { hint: 'pass --ssh-from CIDR' });
  return `${answer.value}/32`;
}
