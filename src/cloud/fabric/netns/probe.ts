/** Can this machine carry the netns fabric? Found out by doing, in namespaces that are gone afterwards; fabric.md §7 and §10. */
import { spawn } from 'node:child_process';
import { NAMESPACES_SCRIPT, PROGRAMS_SCRIPT } from './probe-script.js';

export interface Check {
  /** `program.nft`, `namespaces`, `nft.nat` … */
  readonly name: string;
  /** What it is for, as a reader says it. */
  readonly what: string;
  /** Without it there is no netns fabric; else only something less. */
  readonly needed: boolean;
  readonly ok: boolean;
  /** Where the program is, or what the kernel or a program said against it. */
  readonly detail: string;
  /** What to do when it fails. */
  readonly fix?: string | undefined;
}

export interface Probe {
  readonly usable: boolean;
  readonly checks: readonly Check[];
  /** Why not, and what to install or set: one line. Absent when usable. */
  readonly reason?: string | undefined;
}

/** What a shell printed; `undefined` when it could not be started or took too long. */
export type RunScript = (argv: readonly string[], script: string) => Promise<string | undefined>;

/** The administrator's folders are not on everybody's PATH, and `ip` and `nft` are there. */
export const ADMIN_PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`;

interface Wanted {
  readonly what: string;
  readonly needed: boolean;
  readonly fix?: string;
}

const install = (packageName: string): string => `install ${packageName} (Debian, Ubuntu: sudo apt-get install ${packageName})`;

/** Programs: what calls them, and where they come from. */
const PROGRAMS: Readonly<Record<string, Wanted>> = {
  unshare: { what: 'makes namespaces', needed: true, fix: install('util-linux') },
  nsenter: { what: 'enters namespaces', needed: true, fix: install('util-linux') },
  mount: { what: 'builds the root file system of an instance', needed: true, fix: install('mount') },
  ip: { what: 'links, addresses and routes', needed: true, fix: install('iproute2') },
  nft: { what: 'security groups, network ACLs and NAT', needed: true, fix: install('nftables') },
  bash: { what: 'the shell of an instance', needed: true, fix: install('bash') },
  script: { what: 'the terminal of an instance', needed: true, fix: install('bsdutils') },
  ping: { what: 'ping on an instance', needed: true, fix: install('iputils-ping') },
  setpriv: { what: 'the users of an instance', needed: true, fix: install('util-linux') },
  curl: { what: 'curl on an instance', needed: false, fix: install('curl') },
  tcpdump: { what: 'ssmlab local capture', needed: false, fix: install('tcpdump') },
};

const CONTAINER = 'in a container, start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN';
const MODULES = 'load the modules: sudo modprobe -a veth nf_tables nft_ct nft_nat';
const FRESH_PROC = 'a container hides parts of /proc: start it with --security-opt systempaths=unconfined';

/** Steps of the script: what each is for. */
const STEPS: Readonly<Record<string, Wanted>> = {
  'mount.private': { what: 'mounts of its own', needed: true, fix: CONTAINER },
  'mount.proc': { what: 'a process tree of its own', needed: true, fix: FRESH_PROC },
  'mount.tmpfs': { what: 'file systems in memory', needed: true, fix: CONTAINER },
  'netns': { what: 'a network of its own', needed: true, fix: CONTAINER },
  'veth': { what: 'links between networks', needed: true, fix: MODULES },
  'enter': { what: 'entering a network', needed: true, fix: CONTAINER },
  'sysctl': { what: 'forwarding packets', needed: true, fix: 'a container keeps /proc/sys read-only: start it with --security-opt systempaths=unconfined' },
  'sysctl.ping': { what: 'ping without privileges', needed: true, fix: 'a container keeps /proc/sys read-only: start it with --security-opt systempaths=unconfined' },
  'ping': { what: 'a ping that arrives', needed: true },
  'rule': { what: 'route tables chosen by subnet', needed: true, fix: 'the kernel needs CONFIG_IP_MULTIPLE_TABLES' },
  'blackhole': { what: 'routes that lead nowhere', needed: true },
  'nft': { what: 'packet filters', needed: true, fix: MODULES },
  'nft.conntrack': { what: 'stateful filters', needed: true, fix: MODULES },
  'nft.nat': { what: 'address translation', needed: true, fix: MODULES },
  'nft.map': { what: 'filters by interface and address', needed: true, fix: MODULES },
  'nested': { what: 'namespaces within, for each instance', needed: true, fix: 'sudo sysctl user.max_user_namespaces=15000' },
  'devpts': { what: 'terminals', needed: true, fix: CONTAINER },
  'bind': { what: 'a read-only view of /usr', needed: true, fix: CONTAINER },
  'uts': { what: 'host names', needed: true, fix: CONTAINER },
  'netem': { what: 'delay on the simulated internet', needed: false, fix: 'the kernel needs CONFIG_NET_SCH_NETEM' },
};

/** Why user namespaces may be refused: each setting by its file, what it is when it refuses, and what to do. */
const SETTINGS = [
  { file: '/proc/sys/user/max_user_namespaces', refuses: '0', fix: 'sudo sysctl user.max_user_namespaces=15000' },
  { file: '/proc/sys/kernel/unprivileged_userns_clone', refuses: '0', fix: 'sudo sysctl kernel.unprivileged_userns_clone=1' },
  { file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns', refuses: '1', fix: 'sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0' },
] as const;

const TIMEOUT_MS = 8000;

const runShell: RunScript = (argv, script) =>
  new Promise((resolve) => {
    const [program = 'sh', ...args] = argv;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: ADMIN_PATH, LC_ALL: 'C' }, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
    let text = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk));
    child.stdin.on('error', () => undefined);
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve(text === '' && complaint !== '' ? `namespaces\tno\t${complaint.trim().split('\n')[0] ?? ''}\n` : text));
    child.stdin.end(script);
  });

/** Name → whether it worked and what was said. */
function linesOf(text: string | undefined): Map<string, { readonly ok: boolean; readonly detail: string }> {
  const rows = (text ?? '').split('\n').map((line) => line.split('\t')).filter((fields) => fields.length === 3);
  return new Map(rows.map(([name = '', ok = '', detail = '']) => [name, { ok: ok === 'yes', detail }]));
}

function reasonOf(checks: readonly Check[]): string | undefined {
  const missing = checks.filter(({ needed, ok }) => needed && !ok);
  const [first] = missing;
  if (first === undefined) return undefined;
  const programs = missing.filter(({ name }) => name.startsWith('program.'));
  if (programs.length > 0) {
    const packages = [...new Set(programs.map(({ fix }) => fix?.split(' ')[1] ?? ''))];
    return `${programs.map(({ name }) => name.slice('program.'.length)).join(', ')} ${programs.length === 1 ? 'is' : 'are'} missing: sudo apt-get install ${packages.join(' ')}`;
  }
  return `${first.what}: ${first.detail === '' ? 'refused' : first.detail}${first.fix === undefined ? '' : `; ${first.fix}`}`;
}

export interface ProbeOptions {
  readonly platform?: NodeJS.Platform;
  readonly run?: RunScript;
  /** Contents of a file of /proc/sys; undefined when it is not there. */
  readonly setting?: (file: string) => Promise<string | undefined>;
}

/** Tries everything once; about 100 ms. Never throws: what cannot be found out is a check that failed. */
export async function probeNamespaces({ platform = process.platform, run = runShell, setting = readSetting }: ProbeOptions = {}): Promise<Probe> {
  if (platform !== 'linux') {
    const detail = `this is ${platform}; network namespaces are a part of Linux`;
    return { usable: false, reason: detail, checks: [{ name: 'linux', what: 'Linux', needed: true, ok: false, detail }] };
  }
  const found = linesOf(await run(['sh', '-s', Object.keys(PROGRAMS).join(' ')], PROGRAMS_SCRIPT));
  const programs = Object.entries(PROGRAMS).map(([program, wanted]): Check => checkOf(`program.${program}`, wanted, found));
  if (programs.some(({ name, ok }) => !ok && (name === 'program.unshare' || name === 'program.ip'))) return { usable: false, checks: programs, reason: reasonOf(programs) };
  const done = linesOf(await run(['unshare', '-U', '-r', '-n', '-m', '-p', '-i', '-u', '-f', '--kill-child', 'sh', '-s'], NAMESPACES_SCRIPT));
  const namespaces = checkOf('namespaces', { what: 'user namespaces', needed: true, fix: await fixOf(setting) }, done);
  const steps = namespaces.ok ? Object.entries(STEPS).map(([name, wanted]) => checkOf(name, wanted, done)) : [];
  const checks = [...programs, namespaces, ...steps];
  const reason = reasonOf(checks);
  return { usable: reason === undefined, checks, reason };
}

function checkOf(name: string, { what, needed, fix }: Wanted, found: ReturnType<typeof linesOf>): Check {
  const { ok, detail } = found.get(name) ?? { ok: false, detail: '' };
  return { name, what, needed, ok, detail, ...(ok || fix === undefined ? {} : { fix }) };
}

async function readSetting(file: string): Promise<string | undefined> {
  const { readFile } = await import('node:fs/promises');
  return readFile(file, 'utf8').catch(() => undefined);
}

async function fixOf(setting: NonNullable<ProbeOptions['setting']>): Promise<string> {
  for (const { file, refuses, fix } of SETTINGS) if ((await setting(file))?.trim() === refuses) return fix;
  return CONTAINER;
}
