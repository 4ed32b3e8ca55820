/** What is seen of an instance: over its own way in, and at its doors from this machine, all at once. */
import type { Duplex } from 'node:stream';
import { type ErrorCode, SsmlabError } from '../errors.js';
import type { KnownInstance } from '../inventory/instance.js';
import { isOff } from '../inventory/standing.js';
import { addressCommand, EGRESS_COMMAND, METADATA_COMMAND, PING_COMMAND, probeLine, serviceHost, splitProbe } from '../probe/commands.js';
import type { Dialled } from '../probe/dial.js';
import { parseAddresses, parseEgress, parsePing, parsePublicIpv4 } from '../probe/parse.js';
import type { Way } from '../probe/run-line.js';
import { AGENT_SERVICES } from '../reachability/way-in.js';
import { otherWayOf, SSH_PORT } from './lab-claims.js';
import { NOT_REACHABLE, REACHABLE, wayValue } from './predict.js';
import type { Side } from './sides.js';
import type { Inside, Seen, Subject } from './statement.js';

/** How an instance is looked at. */
export interface Eyes {
  readonly region: string;
  /** Runs a shell line on an instance over a way in, and gives what it printed on stdout. */
  readonly runOn: (instance: KnownInstance, way: Way, line: string) => Promise<string>;
  readonly dial: (host: string, port: number) => Promise<Dialled>;
  /** Knocks by SSH at the other end of a stream, with the key that there is; resolves when it is let in, rejects as `connectSsh` does. The stream is ended. */
  readonly knock: (instance: KnownInstance, stream: Duplex) => Promise<void>;
  /** Whether Session Manager has a connection to the instance's agent. */
  readonly isConnected: (instanceId: string) => Promise<boolean>;
}

/** Errors that say that the way itself is shut, as opposed to that it could not be tried. */
const CLOSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['not-connected', 'ssh-unreachable', 'ssh-refused', 'session-failed', 'stream-unreachable']);

/** Told to end, and faults of the program, are nobody's observation. */
function ours(error: unknown): SsmlabError {
  if (!(error instanceof SsmlabError) || error.code === 'interrupted') throw error;
  return error;
}

async function lookInside({ instance, way, name, declared }: Subject, eyes: Eyes): Promise<Inside> {
  if (instance === undefined) return { way: 'closed', why: `${name} is not there` };
  if (way === undefined) return { way: 'unknown', why: 'it has neither a key pair nor a role for Session Manager, so there is nothing to try' };
  // That a stack's instance is stopped breaks nothing that anybody declared of it.
  if (!declared && instance.state !== 'running') return { way: 'unknown', why: `it is ${instance.state}` };
  const commands = [METADATA_COMMAND, PING_COMMAND, EGRESS_COMMAND, ...AGENT_SERVICES.map((service) => addressCommand(serviceHost(service, eyes.region)))];
  let output: string;
  try {
    output = await eyes.runOn(instance, way, probeLine(commands));
  } catch (error) {
    const { code, message } = ours(error);
    return CLOSED.has(code) ? { way: 'closed', why: message } : { way: 'unknown', why: `${message} [${code}]` };
  }
  const [metadata, ping, egress, ...addresses] = splitProbe(output, commands.length) ?? [];
  const cut = { kind: 'unparsable', why: `the output is cut short or has no marks: ${JSON.stringify(output.slice(0, 200))}`, raw: output } as const;
  return {
    way: 'open',
    publicIpv4: metadata === undefined ? cut : parsePublicIpv4(metadata),
    ping: ping === undefined ? cut : parsePing(ping),
    egress: egress === undefined ? cut : parseEgress(egress),
    addresses: new Map(AGENT_SERVICES.map((service, i) => [service, addresses[i] === undefined ? cut : parseAddresses(addresses[i])])),
  };
}

const NOBODY: Side = { value: null, by: 'nothing', why: 'it was not asked' };

/** SSH from here as the other way: shut where nobody answers, or where who answers does not let the key in. */
async function lookBySsh(instance: KnownInstance, dialled: Dialled | undefined, eyes: Eyes): Promise<Side> {
  const by = `ssh ec2-user@${instance.publicIpv4 ?? instance.instanceId}`;
  const closed = (why: string): Side => ({ value: wayValue('ssh-key-pair', 'closed'), by, why });
  if (dialled === undefined) return closed('it has no public address to dial');
  if (dialled.outcome === 'untried') return { value: null, by, why: dialled.why };
  if (dialled.outcome !== 'connected') return closed(dialled.why);
  try {
    await eyes.knock(instance, dialled.stream);
    return { value: wayValue('ssh-key-pair', 'open'), by, why: 'it takes the key' };
  } catch (error) {
    const { code, message } = ours(error);
    return CLOSED.has(code) ? closed(message) : { value: null, by, why: `port ${SSH_PORT} answers, and ${message}` };
  }
}

async function lookBySession({ instanceId }: KnownInstance, eyes: Eyes): Promise<Side> {
  const by = `ssm:GetConnectionStatus ${instanceId}`;
  try {
    const connected = await eyes.isConnected(instanceId);
    return { value: wayValue('session-manager', connected ? 'open' : 'closed'), by, why: connected ? 'its agent is connected' : 'Systems Manager has no connection to an agent on it' };
  } catch (error) {
    const { code, message } = ours(error);
    return { value: null, by, why: `${message} [${code}]` };
  }
}

function inboundSide(instance: KnownInstance, dialled: Dialled | undefined): Side {
  if (dialled === undefined) return { value: NOT_REACHABLE, by: `ec2:DescribeInstances ${instance.instanceId}`, why: 'it has no public address to dial' };
  const by = `connect ${instance.publicIpv4 ?? ''}:${SSH_PORT}`;
  if (dialled.outcome === 'connected') return { value: REACHABLE, by, why: `${instance.publicIpv4 ?? ''}:${SSH_PORT} answers` };
  if (dialled.outcome === 'silence') return { value: NOT_REACHABLE, by, why: dialled.why };
  // A security group never answers: somebody on the way or at its end did.
  return { value: dialled.outcome === 'refused' ? 'refused' : null, by, why: dialled.why };
}

/** Its doors from outside, as far as something is claimed of them. */
async function lookAtDoors({ instance, way, statements }: Subject, eyes: Eyes): Promise<Pick<Seen, 'inbound' | 'otherWay'>> {
  const claimed = new Set(statements.map(({ claim }) => claim));
  if (instance === undefined || way === undefined || (!claimed.has('inbound') && !claimed.has('other-way'))) return { inbound: NOBODY, otherWay: NOBODY };
  const session = otherWayOf(way) === 'session-manager' ? lookBySession(instance, eyes) : undefined;
  session?.catch(() => undefined);
  const dialled = instance.publicIpv4 === null || isOff(instance.state) ? undefined : await eyes.dial(instance.publicIpv4, SSH_PORT);
  if (session !== undefined && dialled?.outcome === 'connected') dialled.stream.destroy();
  return { inbound: inboundSide(instance, dialled), otherWay: await (session ?? lookBySsh(instance, dialled, eyes)) };
}

/** Looks at one instance. Errors that are not ours are faults of the program and are thrown on, once nothing is being tried any more. */
export async function observe(subject: Subject, eyes: Eyes): Promise<Seen> {
  const looks = [lookInside(subject, eyes), lookAtDoors(subject, eyes)] as const;
  await Promise.allSettled(looks);
  const [inside, doors] = await Promise.all(looks);
  return { inside, ...doors };
}
