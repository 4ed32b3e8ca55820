/**
 * A session in virtual time, end to end: the tool's own client, the service's {@link Session} and the agent's own channel, over
 * connections that a schedule disturbs. The test installs fake timers; this drives them.
 */
import { createHash } from 'node:crypto';
import { vi } from 'vitest';
import type { WebSocket } from 'ws';
import { SsmlabError } from '../../../../src/lib/errors.js';
import { PAYLOAD_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import { parseOpenDataChannel } from '../../../../src/lib/protocol/open-channel.js';
import { payloadSlices } from '../../../../src/lib/protocol/reliable-stream.js';
import type { DataChannel } from '../../../../src/lib/session/data-channel.js';
import type { StreamAddress } from '../../../../src/lib/session/reconnect.js';
import type { Product } from './product.js';
import { dice, type HopFaults, type Schedule } from './schedule.js';
import { VirtualConnection } from './virtual-socket.js';

export interface Outcome {
  readonly sent: { readonly client: string; readonly agent: string };
  readonly received: { readonly client: string; readonly agent: string };
  /** Why an end knows that the session is over; undefined while it does not. */
  readonly told: { readonly client: string | undefined; readonly agent: string | undefined };
  /** Virtual milliseconds from the session's beginning to when both had everything or were told. */
  readonly took: number;
  /** And to when the client was told. */
  readonly clientTook: number | undefined;
  readonly messages: number;
  /** Connections of the client that were opened. */
  readonly connections: number;
}

/** The client seeks the way back for so long. */
const BUDGET_MS = 20_000;
const IDLE_MS = 60_000;
const AWAY_MS = 30_000;
/** An agent that cannot be heard any more is away for the service after so long. */
const AGENT_SILENCE_MS = 120_000;
/** A connection that hangs, or an upgrade, is given up by the client within this. */
const CLIENT_GIVES_UP_MS = 10_000;
/** From a refusal on the client is told within this. */
export const CLIENT_TOLD_WITHIN_MS = BUDGET_MS + 2 * CLIENT_GIVES_UP_MS;
/** And both ends, within this: the client, then what the service waits for it. */
export const TOLD_WITHIN_MS = CLIENT_TOLD_WITHIN_MS + Math.max(IDLE_MS, AGENT_SILENCE_MS) + AWAY_MS;
/** No transfer takes longer. */
export const LIMIT_MS = 600_000;
/** The service gives the first message of a connection so long. */
const OPENING_MS = 10_000;

class End {
  readonly digest = createHash('sha256');
  readonly bytes: Buffer;
  received = 0;
  /** All that it sent is acknowledged. */
  delivered = false;
  told: string | undefined;

  constructor(next: () => number, bytes: number) {
    this.bytes = Buffer.alloc(bytes);
    for (let at = 0; at + 4 <= bytes; at += 4) this.bytes.writeUInt32LE(Math.floor(next() * 2 ** 32), at);
  }

  get sent(): string {
    return createHash('sha256').update(this.bytes).digest('hex');
  }

  take(payload: Buffer): void {
    this.digest.update(payload);
    this.received += payload.length;
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export async function runSession(product: Product, schedule: Schedule): Promise<Outcome> {
  const { Session, SessionChannel, SessionHandshake, openDataChannel, wire } = product;
  const next = dice(schedule.seed ^ 0x5eed);
  const client = new End(next, schedule.bytes);
  const agent = new End(next, schedule.bytes);
  const began = performance.now();
  const elapsed = (): number => performance.now() - began;
  const pauses = dice(schedule.seed ^ 0x9a5e);
  const pauseOf = ({ pause }: { readonly pause: number }): number => pauses() * pause;
  let messages = 0;
  let connections = 0;
  let clientTook: number | undefined;
  const refused = (end: 'client' | 'agent'): boolean => schedule.refuses?.end === end && elapsed() >= schedule.refuses.from;
  const outages = { client: 0, agent: 0 };

  const session = new Session({
    request: {
      region: 'r', sessionId: 's', target: 'i', documentName: 'd', document: {}, parameters: {}, owner: 'o', idleTimeoutMs: IDLE_MS, maxDurationMs: undefined,
    },
    now: Date.now,
    awayMs: AWAY_MS,
    callAgent: () => undefined,
    // By the control channel, which no schedule touches.
    tellAgent: () => {
      agent.told ??= 'channel_closed';
      channel.close();
    },
    onEnd: () => undefined,
    onHeard: () => undefined,
  });

  /** The schedule's closes, cuts and silences of one connection. */
  const disturb = (end: 'client' | 'agent', connection: VirtualConnection, { closesAfter, cuts, silences }: HopFaults): void => {
    const timers: NodeJS.Timeout[] = [];
    const at = (moment: number, what: () => void): void => void (moment > elapsed() && timers.push(setTimeout(what, moment - elapsed())));
    connection.near.once('close', () => timers.forEach((timer) => clearTimeout(timer)));
    if (closesAfter !== undefined) at(elapsed() + closesAfter, () => connection.far.close(1000, 'Bye'));
    for (const cut of cuts) at(cut, () => connection.end(1006, ''));
    for (const silence of silences) at(silence, () => connection.silence());
    if (schedule.refuses?.end === end) at(schedule.refuses.from, () => connection.end(1006, ''));
  };

  const connectionOf = (end: 'client' | 'agent', faults: HopFaults): VirtualConnection => new VirtualConnection(faults, () => {
    messages += 1;
    return next();
  }, () => (outages[end] = elapsed() + faults.outage));

  const channel = new SessionChannel({
    sessionId: 's',
    now: Date.now,
    openDataChannel: async () => {
      if (elapsed() < outages.agent || refused('agent')) throw new Error('connect ETIMEDOUT');
      const connection = connectionOf('agent', schedule.agent);
      disturb('agent', connection, schedule.agent);
      connection.open();
      session.attach('agent', connection.far);
      return connection.near;
    },
    onInput: (type, payload, accept) => {
      const mine = !handshake.take(type, payload);
      if (mine) agent.take(payload);
      if (mine && schedule.reads !== undefined) setTimeout(accept, pauseOf(schedule.reads));
      else accept();
    },
    onLost: (why) => {
      agent.told ??= why ?? 'channel_closed';
      channel.stop();
      // The agent's last word comes by the control channel.
      session.agentCompleted(why ?? '');
    },
  });
  const handshake = new SessionHandshake({
    channel,
    order: { sessionId: 's', kmsKeyId: '', sessionType: 'Port', properties: {}, portNumber: 22, host: '', forwarding: false },
    instanceId: 'i',
    now: Date.now,
    decryptDataKey: () => Promise.reject(new Error('nothing is encrypted here')),
  });

  let tokens = 0;
  const unused = new Set<string>();
  const address = (): StreamAddress => {
    const tokenValue = `token-${(tokens += 1)}`;
    unused.add(tokenValue);
    return { tokenValue, streamUrl: `wss://stream.example/v1/data-channel/s?cell=${tokens}` };
  };
  let running = false;
  let current: VirtualConnection | undefined;

  /** As the service does it: the first message has to come, and to hold a token that was not used yet. */
  const admit = (far: WebSocket): void => {
    const deadline = setTimeout(() => far.terminate(), OPENING_MS);
    far.once('close', () => clearTimeout(deadline));
    far.once('message', (data, binary) => {
      clearTimeout(deadline);
      const opening = binary ? undefined : parseOpenDataChannel((data as Buffer).toString());
      if (opening === undefined || !unused.delete(opening.tokenValue)) far.close(1008, 'refused');
      else session.attach('client', far);
    });
  };

  wire.open = (_url, { handshakeTimeout }) => {
    const faults = schedule.client;
    const connection = connectionOf('client', faults);
    const { how } = schedule.refuses ?? {};
    setTimeout(() => {
      if (elapsed() < outages.client) connection.fail(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
      else if (!refused('client') || how === 'ResumeSession fails' || how === 'ResumeSession knows it no more') {
        connections += 1;
        current = connection;
        if (running) disturb('client', connection, faults);
        connection.open();
        admit(connection.far);
      } else if (how === '403') connection.refuse(403, 'Forbidden');
      else if (how === 'no answer') setTimeout(() => connection.fail(new Error('Opening handshake has timed out')), handshakeTimeout);
      else connection.fail(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    }, faults.latency);
    return connection.near;
  };

  const resume = async (): Promise<StreamAddress | undefined> => {
    if (session.ended) return undefined;
    if (refused('client') && schedule.refuses?.how === 'ResumeSession knows it no more') return undefined;
    if (refused('client') && schedule.refuses?.how === 'ResumeSession fails') throw new SsmlabError('aws-error', 'ssm ResumeSession: ThrottlingException: Rate exceeded');
    return address();
  };

  const runAgent = async (): Promise<void> => {
    await channel.open();
    if (schedule.handshake) await handshake.perform();
    for (const payload of payloadSlices(agent.bytes, schedule.payloadBytes.agent)) {
      channel.send(PAYLOAD_TYPE.output, payload);
      await channel.until(() => channel.writable);
    }
    await channel.until(() => channel.idle);
    agent.delivered = channel.idle;
  };
  const send = async (opened: DataChannel): Promise<void> => {
    await opened.write(client.bytes);
    client.delivered = await opened.flushed();
  };
  const runClient = async (): Promise<string> => {
    const opened = await openDataChannel({
      ...address(), sessionId: 's', payloadBytes: schedule.payloadBytes.client, connectTimeoutMs: CLIENT_GIVES_UP_MS, reconnect: { resume, budgetMs: BUDGET_MS },
    });
    // Until here a session may lose its connection a few times only, so no schedule cuts it before.
    running = true;
    if (current !== undefined) disturb('client', current, schedule.client);
    leave = () => opened.close();
    void send(opened);
    for await (const { payload } of opened.messages()) {
      client.take(payload);
      const { reads } = schedule;
      if (reads !== undefined && pauses() < 0.2) await new Promise((resolve) => setTimeout(resolve, pauseOf(reads)));
    }
    return opened.output ?? '';
  };
  let leave = (): void => undefined;
  const agentRun = runAgent().catch((error: unknown) => {
    agent.told ??= wordsOf(error);
    session.agentCompleted(wordsOf(error));
  });
  const clientRun = (async () => {
    client.told = await runClient().catch(wordsOf);
    clientTook = elapsed();
  })();

  // Its pauses are drawn too, so that a seed says all.
  const { random } = Math;
  Math.random = dice(schedule.seed ^ 0xacc);
  const whole = (): boolean => client.delivered && agent.delivered && client.received >= schedule.bytes && agent.received >= schedule.bytes;
  const told = (): boolean => client.told !== undefined && agent.told !== undefined;
  try {
    for (;;) {
      // What was promised comes before the next moment.
      await new Promise((resolve) => setImmediate(resolve));
      if (elapsed() >= LIMIT_MS || whole() || told()) break;
      // Nothing will happen any more: as good as waiting for ever.
      if (vi.getTimerCount() === 0) vi.advanceTimersByTime(LIMIT_MS);
      else vi.advanceTimersToNextTimer();
    }
    return {
      sent: { client: client.sent, agent: agent.sent },
      received: { client: client.digest.copy().digest('hex'), agent: agent.digest.copy().digest('hex') },
      told: { client: client.told, agent: agent.told },
      took: elapsed(),
      clientTook,
      messages,
      connections,
    };
  } finally {
    leave();
    session.terminate('');
    channel.close();
    await Promise.all([agentRun, clientRun, vi.runAllTimersAsync()]);
    vi.clearAllTimers();
    Math.random = random;
  }
}
