/** What is seen of an instance: over its own way in, and at its doors from this machine, all at once. */
import type { Duplex } from 'node:stream';
import { type ErrorCode, SsmlabError } from '../errors.js';
import type { KnownInstance } from '../inventory/instance.js';
import { isOff } from '../inventory/standing.js';
import { addressCommand, EGRESS_COMMAND, METADATA_COMMAND, PING_COMMAND, probeLine, serviceHost, splitProbe } from '../probe/commands.js';
import type { Dialled } from '../probe/dial.js';
import type { FlowOutcome } from '../probe/flow-commands.js';
import { parseAddresses, parseEgress, parsePing, parsePublicIpv4, type Reading } from '../probe/parse.js';
import type { Way } from '../probe/run-line.js';
import { AGENT_SERVICES } from '../reachability/way-in.js';
import { isRefusedForNow } from '../session/stream-socket.js';
import { otherWayOf, SSH_PORT } from './lab-claims.js';
import { NOT_REACHABLE, REACHABLE, wayValue } from './predict.js';
import type { Side } from './sides.js';
import type { Door, FlowAsk, Inside, Seen, Subject } from './statement.js';

/** How an instance is looked at. */
export interface Eyes {
  readonly region: string;
  /** Runs a shell line on an instance over a way in, and gives what it printed on stdout; `onOpen` is called when it begins to run. */
  readonly runOn: (instance: KnownInstance, way: Way, line: string, onOpen?: () => void) => Promise<string>;
  readonly dial: (host: string, port: number) => Promise<Dialled>;
  /** Knocks by SSH at the other end of a stream, with the key that there is; resolves when it is let in, rejects as `connectSsh` does. The stream is ended. */
  readonly knock: (instance: KnownInstance, stream: Duplex) => Promise<void>;
  /** Whether Session Manager has a connection to the instance's agent. */
  readonly isConnected: (instanceId: string) => Promise<boolean>;
}

/** Errors that say that the way itself is shut, as opposed to that it could not be tried. */
const CLOSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['not-connected', 'ssh-unreachable', 'ssh-refused', 'session-failed', 'stream-unreachable']);

/** What the user can mend on this machine: that is said with it, or the way to it would be lost with the error. */
const MENDABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['key-missing', 'key-unsafe', 'key-unusable', 'host-key-changed', 'encryption-failed']);

const mending = ({ code, hint }: SsmlabError): string => (MENDABLE.has(code) ? `: ${hint}` : '');

/** Why it could not be tried, as a clause with its code and, where it can be mended, how. */
const untried = (error: SsmlabError): string => `${error.message} [${error.code}]${mending(error)}`;

/** Told to end, and faults of the program, are nobody's observation. */
function ours(error: unknown): SsmlabError {
  if (!(error instanceof SsmlabError) || error.code === 'interrupted') throw error;
  return error;
}

/** So many flows are tried at once: an instance may be small. */
const ASKS_AT_ONCE = 24;

/** The commands that are run on every instance that is entered. */
const commandsOf = (region: string): readonly string[] => [METADATA_COMMAND, PING_COMMAND, EGRESS_COMMAND, ...AGENT_SERVICES.map((service) => addressCommand(serviceHost(service, region)))];

/** The line that an instance runs of which no flows are asked. */
export const lookingLine = (region: string): string => probeLine(commandsOf(region));

async function lookInside(subject: Subject, eyes: Eyes): Promise<Inside> {
  const { instance, way, name, declared, entered = true } = subject;
  if (!entered) return { way: 'unknown', why: 'it was not entered' };
  if (instance === undefined) return { way: 'closed', why: `${name} is not there` };
  if (way === undefined) return { way: 'unknown', why: 'it has neither a key pair nor a role for Session Manager, so there is nothing to try' };
  // That a stack's instance is stopped breaks nothing that anybody declared of it.
  if (!declared && instance.state !== 'running') return { way: 'unknown', why: `it is ${instance.state}` };
  const asks = subject.asks ?? [];
  const first = asks.slice(0, ASKS_AT_ONCE);
  const commands = commandsOf(eyes.region);
  let output: string;
  const more = new Map<string, Reading<FlowOutcome>>();
  try {
    output = await eyes.runOn(instance, way, probeLine([...commands, ...first.map(({ command }) => command)]));
    for (let at = ASKS_AT_ONCE; at < asks.length; at += ASKS_AT_ONCE) {
      const some = asks.slice(at, at + ASKS_AT_ONCE);
      for (const [command, reading] of flowsOf(some, await eyes.runOn(instance, way, probeLine(some.map(({ command }) => command))), 0)) more.set(command, reading);
    }
  } catch (error) {
    const known = ours(error);
    return CLOSED.has(known.code) && !isRefusedForNow(known) ? { way: 'closed', why: known.message } : { way: 'unknown', why: untried(known) };
  }
  const [metadata, ping, egress, ...addresses] = splitProbe(output, commands.length + first.length) ?? [];
  const cut = cutShort(output);
  return {
    way: 'open',
    publicIpv4: metadata === undefined ? cut : parsePublicIpv4(metadata),
    ping: ping === undefined ? cut : parsePing(ping),
    egress: egress === undefined ? cut : parseEgress(egress),
    flows: new Map([...flowsOf(first, output, commands.length), ...more]),
    addresses: new Map(AGENT_SERVICES.map((service, i) => [service, addresses[i] === undefined ? cut : parseAddresses(addresses[i])])),
  };
}

const cutShort = (output: string) => ({ kind: 'unparsable', why: `the output is cut short or has no marks: ${JSON.stringify(output.slice(0, 200))}`, raw: output }) as const;

/** What came of the flows, whose commands stood behind `before` others. */
function flowsOf(asks: readonly FlowAsk[], output: string, before: number): [string, Reading<FlowOutcome>][] {
  const printed = splitProbe(output, before + asks.length)?.slice(before);
  return asks.map(({ command, read }, i) => {
    const one = printed?.[i];
    return [command, one === undefined ? cutShort(output) : read(one)];
  });
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
    const known = ours(error);
    return CLOSED.has(known.code) ? closed(known.message) : { value: null, by, why: `port ${SSH_PORT} answers, and ${known.message}${mending(known)}` };
  }
}

async function lookBySession({ instanceId }: KnownInstance, eyes: Eyes): Promise<Side> {
  const by = `ssm:GetConnectionStatus ${instanceId}`;
  try {
    const connected = await eyes.isConnected(instanceId);
    return { value: wayValue('session-manager', connected ? 'open' : 'closed'), by, why: connected ? 'its agent is connected' : 'Systems Manager has no connection to an agent on it' };
  } catch (error) {
    return { value: null, by, why: untried(ours(error)) };
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

/** The ports of its public address that somebody asks about. */
async function dialPorts({ instance, ports = [] }: Subject, eyes: Eyes): Promise<Seen['doors']> {
  const address = instance?.publicIpv4 ?? null;
  if (address === null) return new Map();
  const dialled = ports.map(async (port): Promise<[number, Door]> => {
    const tried = await eyes.dial(address, port);
    if (tried.outcome !== 'connected') return [port, tried];
    tried.stream.destroy();
    return [port, { outcome: tried.outcome, why: `${address}:${port} answers` }];
  });
  await Promise.allSettled(dialled);
  return new Map(await Promise.all(dialled));
}

/** Its way in from outside, as far as something is claimed of it. */
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
  const looks = [lookInside(subject, eyes), lookAtDoors(subject, eyes), dialPorts(subject, eyes)] as const;
  await Promise.allSettled(looks);
  const [inside, ways, doors] = await Promise.all(looks);
  return { inside, ...ways, doors };
}
