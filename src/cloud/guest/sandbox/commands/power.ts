/** shutdown, poweroff, halt, reboot: the instance goes down, and what follows is EC2's to say (InstanceInitiatedShutdownBehavior). */
import type { PowerRequest } from '../../guest.js';
import { strftime } from '../builtins/output.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';

const MINUTE = 60_000;

async function denied(call: Call, what: string): Promise<number> {
  await call.err(`Failed to set wall message, ignoring: Interactive authentication required.\nCall to ${what} failed: Interactive authentication required.\n`);
  return 1;
}

function isRoot(call: Call): boolean {
  return call.process.credentials.uid === 0;
}

/** `poweroff`, `halt`, `reboot`: at once. */
function switchOf(request: PowerRequest, what: string): Command {
  return async (call) => {
    const options = call.options('fnwdpq', { force: 'f', poweroff: 'p', halt: 'h', reboot: 'r', 'no-wall': 'n', 'wtmp-only': 'w' });
    if (options.operands.length > 0) throw new UsageError('Too many arguments.');
    if (options.has('w')) return 0;
    if (!isRoot(call)) return denied(call, what);
    call.process.kernel.power.request(request);
    return 0;
  };
}

export const poweroff = switchOf('off', 'PowerOff');
export const halt = switchOf('off', 'Halt');
export const reboot = switchOf('reboot', 'Reboot');

/** `now`, `+MINUTES` or `HH:MM` as milliseconds from now; one minute when nothing is said. */
function delayOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return MINUTE;
  if (text === 'now') return 0;
  const minutes = /^\+?(\d{1,4})$/.exec(text);
  if (minutes !== null) return Number(minutes[1]) * MINUTE;
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (clock === null || Number(clock[1]) > 23 || Number(clock[2]) > 59) return undefined;
  const at = new Date(now).setUTCHours(Number(clock[1]), Number(clock[2]), 0, 0);
  return at > now ? at - now : at + 1440 * MINUTE - now;
}

export const shutdown: Command = async (call) => {
  const options = call.options('HPrhkcf', { halt: 'H', poweroff: 'P', reboot: 'r', 'no-wall': 'f' });
  const { kernel } = call.process;
  if (!isRoot(call)) return denied(call, options.has('r') ? 'Reboot' : 'PowerOff');
  if (options.has('c')) {
    kernel.power.cancel();
    return 0;
  }
  const [time] = options.operands;
  const delay = delayOf(time, kernel.now());
  if (delay === undefined) throw new UsageError(`Failed to parse time specification: ${time ?? ''}`);
  // With -k only the warning goes out, and there is nobody else to warn.
  if (options.has('k')) return 0;
  const request: PowerRequest = options.has('r') ? 'reboot' : 'off';
  if (delay === 0) {
    kernel.power.request(request);
    return 0;
  }
  kernel.power.schedule(request, delay);
  const when = strftime('%a %F %T UTC', new Date(kernel.now() + delay));
  await call.err(`${request === 'reboot' ? 'Reboot' : 'Shutdown'} scheduled for ${when}, use 'shutdown -c' to cancel.\n`);
  return 0;
};
