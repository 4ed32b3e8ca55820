/** What was seen, in the words of the claims. Pure. */
import { addressCommand, EGRESS_COMMAND, METADATA_COMMAND, PING_COMMAND, serviceHost } from '../probe/commands.js';
import type { Reading } from '../probe/parse.js';
import type { Way } from '../probe/run-line.js';
import { CHECKIP_HOST } from '../lab/lab.js';
import { NONE, NOT_AVAILABLE, WAY_NAME, wayValue } from './predict.js';
import type { Side } from './sides.js';
import type { Inside, Seen } from './statement.js';

/** How the way in is tried: the call or the connection. */
export const wayBy = (way: Way, { instanceId, publicIpv4 }: { readonly instanceId: string; readonly publicIpv4: string | null }): string =>
  way === 'session-manager' ? `ssm:StartSession ${instanceId}` : `ssh ec2-user@${publicIpv4 ?? instanceId}`;

/** The way in: a command ran over it, or it is shut, or nothing is known. */
export function seeWay(way: Way, by: string): (seen: Seen) => Side {
  return ({ inside }) => {
    if (inside.way === 'open') return { value: wayValue(way, 'open'), by, why: 'a command ran over it' };
    return { value: inside.way === 'closed' ? wayValue(way, 'closed') : null, by, why: inside.why };
  };
}

/** Why nothing was seen from inside: the way that was lost is named. */
const notInside = (way: Way | undefined, name: string, inside: Exclude<Inside, { way: 'open' }>): string =>
  way === undefined ? inside.why : `not reached: the ${way === 'session-manager' ? 'session' : WAY_NAME[way]} to ${name} is ${inside.way === 'closed' ? 'lost' : 'not judged'}: ${inside.why}`;

/** Something that only the inside shows. */
export function seeInside<T>(by: string, way: Way | undefined, name: string, pick: (inside: Extract<Inside, { way: 'open' }>) => Reading<T>, tell: (value: T) => Omit<Side, 'by'>): (seen: Seen) => Side {
  return ({ inside }) => {
    if (inside.way !== 'open') return { value: null, by, why: notInside(way, name, inside) };
    const reading = pick(inside);
    return reading.kind === 'unparsable' ? { value: null, by, why: `unparsable: ${reading.why}` } : { by, ...tell(reading.value) };
  };
}

export interface Insider {
  readonly way: Way | undefined;
  readonly name: string;
}

export const seePublicIpv4 = ({ way, name }: Insider): ((seen: Seen) => Side) =>
  seeInside(METADATA_COMMAND, way, name, (inside) => inside.publicIpv4, (value) => ({ value: value ?? NOT_AVAILABLE, why: value === null ? 'it says that it has no public address' : `it says that it has ${value}` }));

export const seePing = ({ way, name }: Insider): ((seen: Seen) => Side) =>
  seeInside(PING_COMMAND, way, name, (inside) => inside.ping, ({ transmitted, received, errors }) => {
    const count = `${received} of ${transmitted} replies`;
    if (received > 0) return { value: 'replies', why: count };
    return errors > 0 ? { value: 'errors', why: `${errors} ICMP errors came back` } : { value: 'silence', why: `${count}, no error either` };
  });

/** `unjudged`: why it is not known whose an address is that is seen; undefined when it is. */
export const seeEgress = ({ way, name }: Insider, unjudged?: string): ((seen: Seen) => Side) =>
  seeInside(EGRESS_COMMAND, way, name, (inside) => inside.egress, (value) => {
    if (unjudged !== undefined && value !== 'none' && value !== 'unresolved') return { value: null, why: `${CHECKIP_HOST} sees ${value}, and whose that is is not known: ${unjudged}` };
    if (value === 'unresolved') return { value: null, why: `${CHECKIP_HOST} has no address there, so nobody in the internet was asked` };
    return value === 'none' ? { value: NONE, why: `no connection to ${CHECKIP_HOST} comes about` } : { value, why: `${CHECKIP_HOST} sees ${value}` };
  });

/** `tell` puts the addresses into the claim's words, or says why it cannot. */
export function seeServiceAddress({ way, name }: Insider, service: string, region: string, tell: (addresses: readonly string[]) => { readonly text: string } | { readonly unjudged: string }): (seen: Seen) => Side {
  const host = serviceHost(service, region);
  const missing: Reading<readonly string[]> = { kind: 'unparsable', why: 'it was not asked', raw: '' };
  return seeInside(addressCommand(host), way, name, (inside) => inside.addresses.get(service) ?? missing, (addresses) => {
    const told = tell(addresses);
    const why = addresses.length === 0 ? `nothing answers for ${host}` : `${host} is ${addresses.join(' and ')}`;
    return 'text' in told ? { value: told.text, why } : { value: null, why: `${why}, and what that is is not known: ${told.unjudged}` };
  });
}
