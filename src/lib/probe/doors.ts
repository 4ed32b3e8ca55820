/** The ways into the instances of a lab that was just made, as `stack/ready` tries them. */
import { endSession } from '../aws/ssm.js';
import { SsmlabError } from '../errors.js';
import { explainHint, isOff } from '../inventory/standing.js';
import type { KnownInstance } from '../inventory/instance.js';
import type { Door, Opening } from '../stack/ready.js';
import { trustedKeys } from './host-trust.js';
import { openChannel, type StartSession, startOn } from './session-way.js';
import { identityFor, openSsh, type SshWay } from './ssh-way.js';
import { wayOf } from './run-line.js';

/** For one try. */
const PATIENCE_MS = 10_000;

const ours = (error: unknown): SsmlabError => {
  if (error instanceof SsmlabError) return error;
  throw error;
};

/** With the step that tells which hop it is shut at. */
const shut = (instance: KnownInstance, { code, message }: SsmlabError): Opening => ({ state: 'shut', error: new SsmlabError(code, message, { hint: explainHint(instance) }) });

/** Learns the host keys from the console, then logs in. `outside`: why this machine is not let in, a clause; then the keys are learnt if they are there already. */
function sshDoor(way: SshWay, instance: KnownInstance, outside: string | undefined): Door {
  const open = async (last: boolean): Promise<Opening> => {
    const { keys, why } = await trustedKeys(way.target, way.lab, instance.instanceId);
    if (outside !== undefined) return { state: 'untried', why: outside };
    if (keys.length === 0) {
      if (last || /cannot be read/u.test(why)) return { state: 'untried', why: `${why}: the first connect shows the host key and asks` };
      return { state: 'shut', error: new SsmlabError('host-key-unknown', `waiting for its host keys: ${why}`) };
    }
    const identity = await identityFor(way, instance).catch(ours);
    if (identity instanceof SsmlabError) return { state: 'untried', why: identity.message };
    const client = await openSsh(way, instance, PATIENCE_MS).catch(ours);
    if (!(client instanceof SsmlabError)) {
      client.end();
      return { state: 'open' };
    }
    if (client.code === 'host-key-changed') throw client;
    return shut(instance, client);
  };
  return { name: instance.name, way: 'ssh-key-pair', open };
}

/** Starts a session as `connect` does, waits until the agent has spoken, and ends it. */
function sessionDoor({ target }: SshWay, start: StartSession, instance: KnownInstance, signal: AbortSignal): Door {
  const { instanceId } = instance;
  const open = async (): Promise<Opening> => {
    const session = await startOn(start, instance, { instanceId }).catch(ours);
    // Only a session that is refused for the agent's sake opens later.
    if (session instanceof SsmlabError) return session.code === 'not-connected' ? shut(instance, session) : { state: 'untried', why: session.message };
    const channel = await openChannel(target, session, { instanceId, timeoutMs: PATIENCE_MS, signal }).catch(ours);
    // Of preferences that encrypt: the key may be another's to use.
    if (channel instanceof SsmlabError) return channel.code === 'access-denied' ? { state: 'untried', why: channel.message } : shut(instance, new SsmlabError(channel.code, channel.message.replace(/ in session \S+/u, '')));
    channel.close();
    await endSession(target, session.sessionId);
    return { state: 'open' };
  };
  return { name: instance.name, way: 'session-manager', open };
}

export interface Doors extends SshWay {
  readonly start: StartSession;
  readonly instances: readonly KnownInstance[];
  readonly outside: string | undefined;
  readonly signal: AbortSignal;
}

/** One for each instance that has power and a way in; none where an agent that is online proves it, which a deployment waits for. */
export function doorsOf({ start, instances, outside, signal, ...way }: Doors): Door[] {
  return instances.flatMap((instance) => {
    const by = wayOf(instance);
    if (by === undefined || isOff(instance.state)) return [];
    if (by === 'session-manager' && way.target.onlineIsOpen === true) return [];
    return [by === 'session-manager' ? sessionDoor(way, start, instance, signal) : sshDoor(way, instance, outside)];
  });
}
