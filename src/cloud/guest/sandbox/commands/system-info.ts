/** uname, hostname, whoami, id, groups, uptime, free, nproc, ps, date, tty, arch, lscpu basics. */
import { strftime } from '../builtins/output.js';
import { ACCOUNTS, GROUPS } from '../../image/accounts.js';
import { fullHostName } from '../../image/files.js';
import { groupName, userName } from '../system/kernel.js';
import { statPath } from '../system/open.js';
import type { Process } from '../system/process.js';
import { KERNEL_RELEASE, MEMORY_KIB } from '../system/seed.js';
import type { Call, Command } from './call.js';
import { UsageError } from './call.js';

export const uname: Command = async (call) => {
  const options = call.options('asnrvmpio', { all: 'a', 'kernel-name': 's', nodename: 'n', 'kernel-release': 'r', 'kernel-version': 'v', machine: 'm', processor: 'p', 'hardware-platform': 'i', 'operating-system': 'o' });
  const { architecture } = call.process.kernel.specification;
  const fields: readonly (readonly [string, string])[] = [
    ['s', 'Linux'], ['n', fullHostName(call.process.kernel.specification)], ['r', `${KERNEL_RELEASE}.${architecture}`], ['v', '#1 SMP PREEMPT_DYNAMIC Mon Nov  2 18:22:31 UTC 2026'], ['m', architecture], ['p', architecture], ['i', architecture], ['o', 'GNU/Linux'],
  ];
  const chosen = fields.filter(([letter]) => options.has('a') || options.has(letter));
  await call.line((chosen.length === 0 ? fields.slice(0, 1) : chosen).map(([, value]) => value).join(' '));
  return 0;
};

export const arch: Command = async (call) => {
  await call.line(call.process.kernel.specification.architecture);
  return 0;
};

export const hostname: Command = async (call) => {
  const options = call.options('sfdiIA', { short: 's', fqdn: 'f', long: 'f', domain: 'd', 'ip-address': 'i', 'all-ip-addresses': 'I' });
  const { hostName, domainName, privateIp } = call.process.kernel.specification;
  if (options.operands.length > 0) return call.fail(call.process.credentials.uid === 0 ? 'the sandbox keeps the name that EC2 gave' : 'you must be root to change the host name');
  if (options.has('s')) await call.line(hostName);
  else if (options.has('d')) await call.line(domainName);
  else if (options.has('i')) await call.line(privateIp);
  else if (options.has('I')) await call.line(`${privateIp} `);
  else await call.line(fullHostName(call.process.kernel.specification));
  return 0;
};

export const whoami: Command = async (call) => {
  await call.line(userName(call.process.credentials.uid));
  return 0;
};

export const id: Command = async (call) => {
  const options = call.options('unGgr', { user: 'u', name: 'n', groups: 'G', group: 'g' });
  const [wanted] = options.operands;
  const user = wanted === undefined ? undefined : ACCOUNTS.find((one) => one.name === wanted || String(one.uid) === wanted);
  if (wanted !== undefined && user === undefined) return call.fail(`‘${wanted}’: no such user`);
  const extra = user === undefined ? [] : GROUPS.filter((group) => group.members.includes(user.name)).map((group) => group.gid);
  const who = user === undefined ? call.process.credentials : { uid: user.uid, gid: user.gid, groups: [user.gid, ...extra] };
  const groups = [...new Set([who.gid, ...who.groups])];
  if (options.has('u')) await call.line(options.has('n') ? userName(who.uid) : String(who.uid));
  else if (options.has('g')) await call.line(options.has('n') ? groupName(who.gid) : String(who.gid));
  else if (options.has('G')) await call.line(groups.map((gid) => (options.has('n') ? groupName(gid) : String(gid))).join(' '));
  else await call.line(`uid=${who.uid}(${userName(who.uid)}) gid=${who.gid}(${groupName(who.gid)}) groups=${groups.map((gid) => `${gid}(${groupName(gid)})`).join(',')}`);
  return 0;
};

export const groups: Command = async (call) => {
  await call.line([...new Set([call.process.credentials.gid, ...call.process.credentials.groups])].map((gid) => groupName(gid)).join(' '));
  return 0;
};

function duration(seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const clock = hours > 0 ? `${String(hours).padStart(2)}:${String(minutes).padStart(2, '0')}` : `${minutes} min`;
  return `${days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''}${clock}`;
}

export const uptime: Command = async (call) => {
  const options = call.options('ps', { pretty: 'p', since: 's' });
  const { now, booted, processes } = call.process.kernel;
  const seconds = (now() - booted) / 1000;
  if (options.has('s')) await call.line(strftime('%F %T', new Date(booted)));
  else if (options.has('p')) await call.line(`up ${Math.floor(seconds / 60)} minute${Math.floor(seconds / 60) === 1 ? '' : 's'}`);
  else {
    const users = new Set([...processes.values()].filter((process) => process.tty !== undefined).map((process) => process.tty)).size;
    await call.line(` ${strftime('%T', new Date(now()))} up ${duration(seconds)},  ${users} user${users === 1 ? '' : 's'},  load average: 0.00, 0.00, 0.00`);
  }
  return 0;
};

export const free: Command = async (call) => {
  const options = call.options('hmgkb', { human: 'h', mebi: 'm' });
  const used = 120_000;
  const show = (kib: number): string => (options.has('h') ? `${Math.round(kib / 1024)}Mi` : String(options.has('m') ? Math.round(kib / 1024) : options.has('b') ? kib * 1024 : kib)).padStart(11);
  await call.line('               total        used        free      shared  buff/cache   available');
  await call.line(`Mem:     ${show(MEMORY_KIB)} ${show(used)} ${show(MEMORY_KIB - used - 60_000)} ${show(400)} ${show(60_000)} ${show(MEMORY_KIB - used)}`);
  await call.line(`Swap:    ${show(0)} ${show(0)} ${show(0)}`);
  return 0;
};

export const nproc: Command = async (call) => {
  await call.line('2');
  return 0;
};

/** `ps u`: the columns of BSD. Memory of a process is not told apart in the sandbox, nor is its time on the processor: both are nought. */
async function userFormat(call: Call, shown: readonly Process[]): Promise<number> {
  await call.line('USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND');
  for (const process of shown) {
    const state = process === call.process ? 'R+' : 'S';
    await call.line(`${userName(process.credentials.uid).padEnd(8)} ${String(process.pid).padStart(7)}  0.0  0.0      0     0 ${(process.tty?.name.replace('/dev/', '') ?? '?').padEnd(8)} ${state.padEnd(4)} ${strftime('%H:%M', new Date(process.started))}   0:00 ${process.argv.join(' ')}`);
  }
  return 0;
}

export const ps: Command = async (call) => {
  const words = call.args.join('').replaceAll('-', '');
  const full = words.includes('f');
  const everything = words.includes('e') || words.includes('A') || words.includes('a') || words.includes('x');
  const { kernel, tty } = call.process;
  const shown = [...kernel.processes.values()].filter((process) => everything || (process.tty === tty && process.credentials.uid === call.process.credentials.uid && process.pid !== 1)).toSorted((a, b) => a.pid - b.pid);
  const terminal = (name: string | undefined): string => (name === undefined ? '?' : name.replace('/dev/', '')).padEnd(8);
  if (words.includes('u')) return userFormat(call, shown);
  await call.line(full ? 'UID          PID    PPID  C STIME TTY          TIME CMD' : '    PID TTY          TIME CMD');
  for (const process of shown) {
    const command = process.argv.join(' ');
    const pid = String(process.pid).padStart(7);
    if (full) await call.line(`${userName(process.credentials.uid).padEnd(8)} ${pid} ${String(process.parent?.pid ?? 0).padStart(7)}  0 ${strftime('%H:%M', new Date(process.started))} ${terminal(process.tty?.name)} 00:00:00 ${command}`);
    else await call.line(`${pid} ${terminal(process.tty?.name)} 00:00:00 ${(process.argv[0] ?? '').replace(/^-/u, '').split('/').at(-1) ?? ''}`);
  }
  return 0;
};

export const date: Command = async (call) => {
  const options = call.options('ud:I:Rr:s:', { utc: 'u', date: 'd', 'iso-8601': 'I', 'rfc-email': 'R', reference: 'r', set: 's' });
  if (options.has('s')) return call.fail('cannot set date: Operation not permitted');
  const given = options.value('d');
  const reference = options.value('r');
  const time = reference === undefined ? parseDate(given, call.process.kernel.now()) : statPath(call.process, reference).modified;
  if (Number.isNaN(time)) throw new UsageError(`invalid date ‘${given ?? ''}’`);
  const [format] = options.operands;
  if (format !== undefined && !format.startsWith('+')) throw new UsageError(`invalid date ‘${format}’`);
  const iso = { date: '%F', hours: '%FT%H+00:00', minutes: '%FT%R+00:00', seconds: '%FT%T+00:00' }[options.value('I') ?? ''];
  const shown = options.has('I') ? (iso ?? '%F') : options.has('R') ? '%a, %d %b %Y %T +0000' : (format?.slice(1) ?? '%a %b %e %T UTC %Y');
  await call.line(strftime(shown, new Date(time)));
  return 0;
};

/** `now`, `@seconds`, ISO dates, and `N unit(s) [ago]`. */
function parseDate(text: string | undefined, now: number): number {
  if (text === undefined || text === 'now' || text === 'today') return now;
  if (/^@\d+$/u.test(text)) return Number(text.slice(1)) * 1000;
  const relative = /^([+-]?\d+) (second|sec|minute|min|hour|day|week)s?( ago)?$/u.exec(text) ?? (text === 'yesterday' ? ['', '-1', 'day', undefined] : text === 'tomorrow' ? ['', '1', 'day', undefined] : null);
  if (relative !== null) {
    const unit = { second: 1000, sec: 1000, minute: 60_000, min: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 }[relative[2] ?? ''] ?? 0;
    return now + Number(relative[1]) * unit * (relative[3] === undefined ? 1 : -1);
  }
  return Date.parse(/[zZ]|UTC|GMT|[+-]\d\d:?\d\d$/u.test(text) ? text : `${text} UTC`);
}
