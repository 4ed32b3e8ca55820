/** ping, as iputils prints it (vpc-semantics.md §10, fabric.md §2). */
import type { PingReply, PingRequest } from '../../../fabric/fabric.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';
import { resolveHost } from './resolve.js';

/** After the last request ping waits so long when nothing ever came back, and no -W was given. */
const LINGER_MS = 10_000;
const HEADERS = 28;

interface Settings {
  readonly count: number | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number | undefined;
  readonly deadlineMs: number | undefined;
  readonly size: number;
  readonly ttl: number;
  readonly numeric: boolean;
  readonly quiet: boolean;
  readonly audible: boolean;
  readonly timestamps: boolean;
  readonly host: string;
}

const USAGE = `
Usage
  ping [options] <destination>

Options:
  <destination>      dns name or ip address
  -4                 use IPv4
  -a                 use audible ping
  -c <count>         stop after <count> replies
  -D                 print timestamps
  -h                 print help and exit
  -i <interval>      seconds between sending each packet
  -n                 no dns name resolution
  -q                 quiet output
  -s <size>          use <size> as number of data bytes to be sent
  -t <ttl>           define time to live
  -V                 print version and exit
  -w <deadline>      reply wait <deadline> in seconds
  -W <timeout>       time to wait for response

(the sandbox's ping has these options)
`;

function number(text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new UsageError(`invalid argument: '${text}'`);
  if (value < minimum || value > maximum) throw new UsageError(`invalid argument: '${text}': out of range: ${minimum} <= value <= ${maximum}`);
  return value;
}

function settingsOf(call: Call): Settings | 'help' | 'version' {
  const options = call.options('4aAc:DhI:i:nqs:t:VvW:w:M:O', {}, { status: 2 });
  if (options.has('h')) return 'help';
  if (options.has('V')) return 'version';
  const [host, more] = options.operands;
  if (host === undefined) throw new UsageError('usage error: Destination address required', 1);
  if (more !== undefined) throw new UsageError(`usage error: one destination only, also given: ${more}`, 1);
  const given = (letter: string, minimum: number, maximum: number): number | undefined => {
    const text = options.value(letter);
    return text === undefined ? undefined : number(text, minimum, maximum);
  };
  const interval = given('i', 0, 2_147_483) ?? 1;
  if (interval < 0.2 && call.process.credentials.uid !== 0) throw new UsageError('cannot flood; minimal interval allowed for user is 200ms', 2);
  const deadline = given('w', 0, 2_147_483_647);
  const timeout = given('W', 0, 2_147_483);
  return {
    count: given('c', 1, Number.MAX_SAFE_INTEGER),
    intervalMs: interval * 1000,
    timeoutMs: timeout === undefined ? undefined : timeout * 1000,
    deadlineMs: deadline === undefined || deadline === 0 ? undefined : deadline * 1000,
    size: given('s', 0, 127_992) ?? 56,
    ttl: given('t', 0, 255) ?? 64,
    numeric: options.has('n'),
    quiet: options.has('q'),
    audible: options.has('a'),
    timestamps: options.has('D'),
    host,
  };
}

/** Round-trip times print with three significant places, as iputils: 0.512, 5.12, 51.2, 512. */
export function roundTrip(milliseconds: number): string {
  const microseconds = Math.round(milliseconds * 1000);
  if (microseconds >= 100_000 - 50) return String(Math.floor((microseconds + 500) / 1000));
  if (microseconds >= 10_000 - 5) return (Math.floor((microseconds + 50) / 100) / 10).toFixed(1);
  if (microseconds >= 1000) return (Math.floor((microseconds + 5) / 10) / 100).toFixed(2);
  return (microseconds / 1000).toFixed(3);
}

/** One run: what was sent, what came. */
class Run {
  private readonly call: Call;
  private readonly settings: Settings;
  private readonly address: string;
  private readonly identifier: number;
  private sent = 0;
  private received = 0;
  private errors = 0;
  private readonly times: number[] = [];
  private readonly started: number;
  private finished = false;
  private wake: () => void = () => {};
  private lastEvent: number;

  constructor(call: Call, settings: Settings, address: string) {
    this.call = call;
    this.settings = settings;
    this.address = address;
    this.identifier = call.process.pid & 0xffff;
    this.started = performance.now();
    this.lastEvent = this.started;
  }

  async go(): Promise<number> {
    const { settings, call } = this;
    const { process } = call;
    const stop = (): void => {
      this.finished = true;
      this.wake();
    };
    for (const name of ['INT', 'ALRM']) process.dispositions.set(name, stop);
    process.dispositions.set('QUIT', () => {
      this.progress().catch(() => undefined);
    });
    const deadline = settings.deadlineMs === undefined ? Number.POSITIVE_INFINITY : this.started + settings.deadlineMs;
    let due = this.started;
    let giveUp = Number.POSITIVE_INFINITY;
    while (!this.finished) {
      const now = performance.now();
      if (now >= deadline || now >= giveUp || this.answered()) break;
      const mayWait = settings.count !== undefined && this.sent >= settings.count && settings.deadlineMs === undefined;
      if (!mayWait && now >= due && this.sent < 65_535 * 65_535) {
        this.send();
        due += settings.intervalMs;
        if (settings.count !== undefined && this.sent >= settings.count && settings.deadlineMs === undefined) giveUp = now + this.linger();
        continue;
      }
      if (mayWait) giveUp = Math.min(giveUp, this.lastSent + this.linger());
      await this.pause(Math.min(mayWait ? giveUp : due, deadline) - now);
    }
    await this.statistics();
    if (this.received === 0 || (settings.count !== undefined && settings.deadlineMs !== undefined && this.received < settings.count)) return 1;
    return 0;
  }

  private lastSent = 0;

  private answered(): boolean {
    const { count } = this.settings;
    return count !== undefined && (this.received >= count || (this.settings.deadlineMs === undefined && this.received + this.errors >= count));
  }

  /** How long to wait after the last request: twice the longest round trip (at least an interval) once anything came, else -W or 10 s. */
  private linger(): number {
    if (this.times.length === 0) return this.settings.timeoutMs ?? LINGER_MS;
    return Math.max(2 * Math.max(...this.times), this.settings.intervalMs);
  }

  private async pause(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, Math.max(0, Math.min(milliseconds, 2 ** 31 - 1)));
    });
    try {
      await this.call.process.wait(woken);
    } finally {
      clearTimeout(timer);
    }
  }

  private send(): void {
    this.sent += 1;
    const sequence = this.sent;
    this.lastSent = performance.now();
    const { settings } = this;
    const timeoutMs = Math.max(settings.timeoutMs ?? 0, LINGER_MS);
    const request = { to: this.address, ttl: settings.ttl === 0 ? 64 : settings.ttl, size: settings.size, sequence: sequence & 0xffff, identifier: this.identifier, timeoutMs };
    void this.request(request, sequence);
  }

  private async request(request: PingRequest, sequence: number): Promise<void> {
    try {
      const reply = await this.call.process.kernel.network.ping(request);
      if (reply === undefined || this.finished || this.call.process.ended !== undefined) return;
      await this.arrived(reply, sequence);
    } catch {
      // The process ended while the line was being written, or the region is going down: nothing more to print.
    }
    this.wake();
  }

  private async arrived(reply: PingReply, sequence: number): Promise<void> {
    const { settings, call } = this;
    this.lastEvent = performance.now();
    if (reply.kind === 'echo-reply') {
      this.received += 1;
      this.times.push(reply.milliseconds);
    } else this.errors += 1;
    if (settings.quiet) return;
    const stamp = settings.timestamps ? `[${(call.process.kernel.now() / 1000).toFixed(6)}] ` : '';
    await call.process.write(1, `${stamp}${this.describe(reply, sequence)}${settings.audible ? '\x07' : ''}\n`);
  }

  private describe(reply: PingReply, sequence: number): string {
    switch (reply.kind) {
      case 'echo-reply': {
        const named = this.settings.numeric || this.settings.host === reply.from ? reply.from : `${this.settings.host} (${reply.from})`;
        const time = this.settings.size >= 16 ? ` time=${roundTrip(reply.milliseconds)} ms` : '';
        return `${this.settings.size + 8} bytes from ${named}: icmp_seq=${sequence & 0xffff} ttl=${reply.ttl}${time}`;
      }
      case 'ttl-exceeded':
        return `From ${reply.from} icmp_seq=${sequence & 0xffff} Time to live exceeded`;
      case 'frag-needed':
        return `From ${reply.from} icmp_seq=${sequence & 0xffff} Frag needed and DF set (mtu = 1500)`;
      default:
        return `From ${reply.from} icmp_seq=${sequence & 0xffff} Destination Host Unreachable`;
    }
  }

  private progress(): Promise<void> {
    const loss = this.sent === 0 ? 0 : Math.floor(((this.sent - this.received) * 100) / this.sent);
    return this.call.process.write(2, `\r${this.received}/${this.sent} packets, ${loss}% loss\n`);
  }

  private async statistics(): Promise<void> {
    const { sent, received, errors, times } = this;
    // The span from the first request to the last event of a packet, as iputils counts it.
    const span = Math.max(0, Math.floor(Math.max(this.lastSent, received > 0 ? this.lastEvent : 0) - this.started));
    const loss = sent === 0 ? 0 : ((sent - received) * 100) / sent;
    let text = `\n--- ${this.settings.host} ping statistics ---\n${sent} packets transmitted, ${received} received`;
    if (errors > 0) text += `, +${errors} errors`;
    text += `, ${Number(loss.toPrecision(6))}% packet loss, time ${span}ms\n`;
    if (times.length > 0 && this.settings.size >= 16) {
      const micro = times.map((time) => Math.round(time * 1000));
      const average = micro.reduce((sum, time) => sum + time, 0) / micro.length;
      const deviation = Math.sqrt(Math.max(0, micro.reduce((sum, time) => sum + time * time, 0) / micro.length - average * average));
      const show = (value: number): string => (Math.trunc(value) / 1000).toFixed(3);
      text += `rtt min/avg/max/mdev = ${show(Math.min(...micro))}/${show(average)}/${show(Math.max(...micro))}/${show(deviation)} ms\n`;
    } else text += '\n';
    await this.call.process.write(1, text);
  }
}

export const ping: Command = async (call) => {
  const settings = settingsOf(call);
  if (settings === 'help') {
    await call.err(USAGE);
    return 2;
  }
  if (settings === 'version') {
    await call.line('ping from iputils 20210202 (the sandbox prints as this version does)');
    return 0;
  }
  const resolved = await resolveHost(call.process, settings.host);
  if (typeof resolved !== 'object') return call.fail(`${settings.host}: ${resolved}`, 2);
  const address = resolved.addresses[0] ?? '';
  await call.process.write(1, `PING ${settings.host} (${address}) ${settings.size}(${settings.size + HEADERS}) bytes of data.\n`);
  return new Run(call, settings, address).go();
};
