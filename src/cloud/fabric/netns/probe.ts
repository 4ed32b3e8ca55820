/** Can this machine carry the netns fabric? Found out by doing, in namespaces that are gone afterwards; fabric.md §7 and §10. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { searchPath, tryGuestUids } from './launch.js';
import { PROGRAMS, REFUSALS, REFUSED_BY_CONTAINER, STEPS, type Wanted, wantedOf } from './probe-checks.js';
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

/** What a shell printed, `late` last when it took too long; `undefined` when it could not be started. */
export type RunScript = (argv: readonly string[], script: string) => Promise<string | undefined>;

/** A calm machine takes a hundredth of it, one on which many others work a third. */
const TIMEOUT_MS = 20_000;
/** The line of a script that was ended for taking too long. */
const LATE = 'late';

const runShell: RunScript = (argv, script) =>
  new Promise((resolve) => {
    const [program = 'sh', ...args] = argv;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: searchPath(), LC_ALL: 'C' }, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
    let text = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk));
    child.stdin.on('error', () => undefined);
    child.on('error', () => resolve(undefined));
    child.on('close', (_status, signal) => resolve(signal === 'SIGKILL' ? `${text}${LATE}\tno\t\n` : text === '' && complaint !== '' ? `namespaces\tno\t${complaint.trim().split('\n')[0] ?? ''}\n` : text));
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
  const programs = missing.filter(({ name, fix }) => name.startsWith('program.') && fix?.startsWith('install ') === true);
  if (programs.length > 0) {
    const packages = [...new Set(programs.map(({ fix }) => fix?.split(' ')[1] ?? ''))];
    return `${programs.map(({ name }) => name.slice('program.'.length)).join(', ')} ${programs.length === 1 ? 'is' : 'are'} missing: sudo apt-get install ${packages.join(' ')}`;
  }
  return `${first.what}: ${first.detail === '' ? 'refused' : first.detail}${first.fix === undefined ? '' : `; ${first.fix}`}`;
}

/** What the instances need, which the fabric does not know: a session of theirs is rehearsed. */
export interface MachineRehearsal {
  /** Bash's text that makes the root file system of one, run as pid 1 of its namespaces. */
  readonly script: string;
  /** Programs that are nowhere to be found, and their packages. */
  readonly missing: readonly { readonly program: string; readonly packageName: string }[];
}

export interface ProbeOptions {
  readonly machine: MachineRehearsal;
  readonly platform?: NodeJS.Platform;
  readonly run?: RunScript;
  /** Contents of a file of /proc; undefined when it is not there. */
  readonly setting?: (file: string) => Promise<string | undefined>;
  /** Why root cannot give uids to guests; undefined when he can, or need not. */
  readonly uids?: () => Promise<string | undefined>;
}

/** Tries everything once; about 200 ms. Never throws: what cannot be found out is a check that failed. */
export async function probeNamespaces({ machine, platform = process.platform, run = runShell, setting = readSetting, uids = tryGuestUids }: ProbeOptions): Promise<Probe> {
  if (platform !== 'linux') {
    const detail = `this is ${platform}; network namespaces are a part of Linux`;
    return { usable: false, reason: detail, checks: [{ name: 'linux', what: 'Linux', needed: true, ok: false, detail }] };
  }
  const found = linesOf(await run(['sh', '-s', Object.keys(PROGRAMS).join(' ')], PROGRAMS_SCRIPT));
  const programs = [
    ...Object.entries(PROGRAMS).map(([program, wanted]): Check => checkOf(`program.${program}`, wanted, found)),
    ...machine.missing.filter(({ program }) => !(program in PROGRAMS)).map(({ program, packageName }): Check => checkOf(`program.${program}`, wantedOf(packageName), found)),
  ];
  const said = (checks: readonly Check[]): Probe => {
    const reason = reasonOf(checks);
    return { usable: reason === undefined, checks, reason };
  };
  // Without these nothing can be tried.
  if (programs.some(({ name, ok }) => !ok && ['program.unshare', 'program.setpriv', 'program.ip'].includes(name))) return said(programs);
  const done = linesOf(await run(['unshare', '-U', '-r', '-n', '-m', '-p', '-i', '-u', '-f', '--kill-child', 'sh', '-s', machine.script], NAMESPACES_SCRIPT));
  done.set('pdeathsig', found.get('pdeathsig') ?? { ok: false, detail: '' });
  const refused = done.get('namespaces')?.ok !== true;
  if (!refused) {
    const complaint = await uids();
    done.set('uids', { ok: complaint === undefined, detail: complaint ?? '' });
  }
  const fix = refused ? await fixOf(setting) : '';
  // What was not reached is not told as tried.
  const steps = Object.entries(STEPS).filter(([name]) => !refused || name === 'pdeathsig' || name === 'namespaces');
  return said([...programs, ...steps.map(([name, wanted]) => checkOf(name, name === 'namespaces' ? { ...wanted, fix } : wanted, done))]);
}

function checkOf(name: string, { what, needed, fix }: Wanted, found: ReturnType<typeof linesOf>): Check {
  const known = found.get(name);
  // What nobody refused needs no mending.
  if (known === undefined && found.has(LATE)) return { name, what, needed, ok: false, detail: `not reached within ${TIMEOUT_MS / 1000} s: this machine is busy`, fix: 'try again when it is not' };
  const { ok, detail } = known ?? { ok: false, detail: '' };
  return { name, what, needed, ok, detail, ...(ok || fix === undefined ? {} : { fix }) };
}

function readSetting(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

async function fixOf(setting: NonNullable<ProbeOptions['setting']>): Promise<string> {
  for (const { file, refuses, fix } of REFUSALS) {
    const text = await setting(file);
    if (text !== undefined && refuses(text.trim())) return fix;
  }
  return REFUSED_BY_CONTAINER;
}
