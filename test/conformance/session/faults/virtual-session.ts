/**
 * A session in virtual time: the service's own {@link Session} and the agent's own channel, and a client of the same hop,
 * over connections that a schedule disturbs. The test installs fake timers; this drives them.
 */
import { createHash } from 'node:crypto';
import { vi } from 'vitest';
import type { SessionChannel } from '../../../../src/cloud/guest/agent/session-channel.js';
import type { Hop } from '../../../../src/cloud/messages/hop.js';
import type { Session } from '../../../../src/cloud/messages/session.js';
import { readMessage } from '../../../../src/cloud/messages/frame.js';
import { MESSAGE_TYPE, PAYLOAD_TYPE } from '../../../../src/lib/protocol/agent-message.js';
import { parseChannelClosed } from '../../../../src/lib/protocol/payloads.js';
import { dice, type HopFaults, type Schedule } from './schedule.js';
import { VirtualConnection } from './virtual-socket.js';

/** The product's classes: as they are, or with a defect planted. */
export interface Product {
  readonly Hop: typeof Hop;
  readonly Session: typeof Session;
  readonly SessionChannel: typeof SessionChannel;
}

export interface Outcome {
  readonly sent: { readonly client: string; readonly agent: string };
  readonly received: { readonly client: string; readonly agent: string };
  /** Why an end knows that the session is over; undefined while it does not. */
  readonly told: { readonly client: string | undefined; readonly agent: string | undefined };
  /** Virtual milliseconds from the last refusal's beginning, or the session's, to when both had everything or were told. */
  readonly took: number;
  readonly messages: number;
}

/** The client seeks the way back for so long. */
const BUDGET_MS = 20_000;
const IDLE_MS = 60_000;
const AWAY_MS = 30_000;
/** From a refusal on, both ends are told within this: the client's budget, then what the service waits for it. */
export const TOLD_WITHIN_MS = BUDGET_MS + IDLE_MS + AWAY_MS;
/** No transfer takes longer. */
export const LIMIT_MS = 600_000;

class End {
  readonly digest = createHash('sha256');
  readonly sent: string;
  #left: Buffer;
  bytes = 0;
  told: string | undefined;
  readonly #size: number;

  constructor(next: () => number, bytes: number, size: number) {
    this.#left = Buffer.alloc(bytes);
    for (let at = 0; at + 4 <= bytes; at += 4) this.#left.writeUInt32LE(Math.floor(next() * 2 ** 32), at);
    this.sent = createHash('sha256').update(this.#left).digest('hex');
    this.#size = size;
  }

  take(payload: Buffer, accept: () => void): void {
    this.digest.update(payload);
    this.bytes += payload.length;
    accept();
  }

  /** As any program does that heeds the window. */
  pump(sender: { readonly writable: boolean; send(type: number, payload: Buffer): void }): void {
    while (this.#left.length > 0 && sender.writable) {
      const payload = this.#left.subarray(0, this.#size);
      this.#left = this.#left.subarray(this.#size);
      sender.send(PAYLOAD_TYPE.output, payload);
    }
  }

  get drained(): boolean {
    return this.#left.length === 0;
  }
}

export async function runSession({ Hop: HopOf, Session: SessionOf, SessionChannel: ChannelOf }: Product, schedule: Schedule): Promise<Outcome> {
  const next = dice(schedule.seed ^ 0x5eed);
  const client = new End(next, schedule.bytes, schedule.payloadBytes.client);
  const agent = new End(next, schedule.bytes, schedule.payloadBytes.agent);
  const began = performance.now();
  const elapsed = (): number => performance.now() - began;
  let messages = 0;
  const refused = (end: 'client' | 'agent'): boolean => schedule.refuses?.end === end && elapsed() >= schedule.refuses.from;
  const outages = { client: 0, agent: 0 };

  const session = new SessionOf({
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
  });

  const connect = (end: 'client' | 'agent', faults: HopFaults): VirtualConnection => {
    const timers: NodeJS.Timeout[] = [];
    const connection = new VirtualConnection(faults, () => {
      messages += 1;
      return next();
    }, () => {
      outages[end] = elapsed() + faults.outage;
      for (const timer of timers) clearTimeout(timer);
    });
    if (faults.closesAfter !== undefined) timers.push(setTimeout(() => connection.far.close(1000, 'Bye'), faults.closesAfter));
    for (const cut of faults.cuts) if (cut > elapsed()) timers.push(setTimeout(() => connection.end(1006, ''), cut - elapsed()));
    if (schedule.refuses?.end === end) timers.push(setTimeout(() => connection.end(1006, ''), Math.max(0, schedule.refuses.from - elapsed())));
    session.attach(end, connection.far);
    return connection;
  };

  const channel = new ChannelOf({
    sessionId: 's',
    now: Date.now,
    openDataChannel: async () => {
      if (elapsed() < outages.agent || refused('agent')) throw new Error('connect ETIMEDOUT');
      return connect('agent', schedule.agent).near;
    },
    onInput: (_type, payload, accept) => agent.take(payload, accept),
    onLost: (why) => {
      agent.told ??= why ?? 'channel_closed';
      channel.stop();
      // The agent's last word comes by the control channel.
      session.agentCompleted(why ?? '');
    },
  });

  const hop = new HopOf({ sends: MESSAGE_TYPE.inputStreamData, now: Date.now, onData: (_type, payload, accept) => client.take(payload, accept) });
  let lostAt: number | undefined;
  const seek = (attempt: number): void => {
    if (client.told !== undefined) return;
    lostAt ??= elapsed();
    if (session.ended) client.told = 'the service knows the session no more';
    else if (elapsed() - lostAt > BUDGET_MS) client.told = 'connect ECONNREFUSED: given up';
    else if (elapsed() < outages.client || refused('client')) setTimeout(() => seek(attempt + 1), Math.min(2_000, 100 * 2 ** attempt));
    else {
      const socket = connect('client', schedule.client).near;
      socket.on('message', (data) => {
        const message = readMessage(data as Buffer);
        if (message === undefined) return;
        lostAt = undefined;
        if (message.messageType === MESSAGE_TYPE.channelClosed) {
          client.told ??= parseChannelClosed(message.payload).output ?? '';
          socket.close(1000);
        } else hop.receive(message);
      });
      socket.once('close', () => {
        hop.detach();
        seek(0);
      });
      hop.attach(socket);
    }
  };

  const sender = { get writable() { return hop.writable; }, send: (type: number, payload: Buffer) => hop.send(type, payload) };
  void channel.open().catch((error: unknown) => {
    agent.told ??= String(error);
    session.agentCompleted(String(error));
  });
  seek(0);
  const whole = (): boolean => client.drained && agent.drained && client.bytes >= schedule.bytes && agent.bytes >= schedule.bytes && hop.idle && channel.idle;
  const told = (): boolean => client.told !== undefined && agent.told !== undefined;
  while (elapsed() < LIMIT_MS && !whole() && !told()) {
    // What was promised comes before the next moment.
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
    if (client.told === undefined) client.pump(sender);
    if (agent.told === undefined) agent.pump(channel);
    vi.advanceTimersToNextTimer();
  }
  const took = elapsed();
  const outcome: Outcome = {
    sent: { client: client.sent, agent: agent.sent },
    received: { client: client.digest.digest('hex'), agent: agent.digest.digest('hex') },
    told: { client: client.told, agent: agent.told },
    took,
    messages,
  };
  session.terminate('');
  channel.close();
  hop.close();
  vi.clearAllTimers();
  return outcome;
}
