/** The life of a lab on AWS as the commands lead it, in this process: the same parts of `src/cli` and `src/lib`, without oclif and without a terminal. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { confirmDestroy } from '../../../src/cli/destroy-confirm.js';
import { chosenKeyPair, deployOptions, sshSource } from '../../../src/cli/deploy-options.js';
import { untilOpen } from '../../../src/cli/deploy-ready.js';
import { prepared } from '../../../src/cli/deploy-review.js';
import type { LabContext } from '../../../src/cli/lab-context.js';
import { heedSessions } from '../../../src/cli/session-left.js';
import { runShellOn } from '../../../src/cli/shells.js';
import { resourcesIn } from '../../../src/cli/template-resources.js';
import { styleFor } from '../../../src/cli/style.js';
import { SsmlabError } from '../../../src/lib/errors.js';
import { expiryApi } from '../../../src/lib/expiry/api.js';
import { dropExpiry, expiryLeft } from '../../../src/lib/expiry/expiry.js';
import { findInstance } from '../../../src/lib/inventory/find.js';
import { takeInventory } from '../../../src/lib/inventory/inventory.js';
import { runLine, wayInto } from '../../../src/lib/probe/run-line.js';
import { sessionStarter } from '../../../src/lib/probe/session-way.js';
import type { VerifyReport } from '../../../src/lib/verify/claim.js';
import { stackApi } from '../../../src/lib/stack/api.js';
import { deploy, madeInstances } from '../../../src/lib/stack/deploy.js';
import { destroy, planDestroy } from '../../../src/lib/stack/destroy.js';
import { pauseUntil } from '../../../src/lib/stack/pause.js';
import { labFolder, removeLabFolder } from '../../../src/lib/target/lab-folder.js';
import type { Target } from '../../../src/lib/target/target.js';
import { dialUplink } from '../../../src/lib/target/uplink.js';
import { runVerify } from '../../../src/lib/verify/run.js';
import type { ModelRegion } from '../api-model/region.js';
import type { FaultProxy } from './proxy.js';

export const REGION = 'ap-northeast-1';

/** How long a call waits for its answer where answers come too late, and when those come. */
export const LATE = { patienceMs: 2500, tooLateMs: 3200 } as const;

/** The target AWS, its endpoint set to the proxy, its polls short, and its pauses between tries. */
export function awsTarget(region: ModelRegion, endpoint: string, more: Pick<Target, 'patienceMs'> = {}): Target {
  const { secrets, uplinkPort } = region;
  return {
    kind: 'aws', region: REGION, endpoint, endpointSetBy: 'AWS_ENDPOINT_URL', serviceEndpoints: {}, fips: false, dualStack: false,
    credentials: () => Promise.resolve(secrets.lab),
    dial: (host, port, { timeoutMs } = {}) => dialUplink({ host: '127.0.0.1', port: uplinkPort, ...secrets.uplink }, host, port, timeoutMs),
    proxyCommand: 'none, nobody runs ssh here', ownCidr: () => Promise.resolve('198.51.100.7/32'),
    pollSeconds: 0.05, payloadBytes: 1024, payloadsPerSecond: 1000, halfCloseMs: 5000, defaultClient: 'native', fabric: 'aws', sessionIntervalMs: 5, pauseScale: 0.05, ...more,
  };
}

export function contextOf(target: Target, home: string, stack: string): LabContext {
  return { target, home, stack, lab: labFolder(home, target, stack) };
}

const style = styleFor(new Writable() as never);
const never = (): AbortSignal => new AbortController().signal;

/** `ssmlab deploy --yes --ttl 1h`; with `ttl` false without that. */
export async function runDeploy(context: LabContext, say: (line: string) => void, { dryRun = false, ttl = true } = {}): Promise<void> {
  const { target, stack } = context;
  const signal = never();
  const flags = { 'on-failure': 'rollback', 'heal': false, 'express': false } as const;
  const resources = await resourcesIn(undefined);
  const sshSourceCidr = sshSource(target, undefined, undefined);
  const keyPair = chosenKeyPair(context, {});
  const conversation = { canAsk: false, style, say, signal };
  const before = await prepared(context, { resources, sshSourceCidr, keyPair: keyPair?.keyName, expiresAt: undefined, roleArn: undefined, dryRun, yes: true, ...conversation });
  const options = { ...deployOptions(context, flags, { ...before, template: undefined, keyPair, sshSourceCidr, expiresAt: ttl ? new Date(Date.now() + 3_600_000) : undefined }, { signal, asks: () => undefined }), agentSeconds: 10 };
  const deployment = untilOpen(context, deploy(stackApi(target), options), { ...conversation, sshFrom: undefined, options });
  let next = await deployment.next();
  for (; next.done !== true; next = await deployment.next()) if (next.value.kind === 'drift') say(`${next.value.drifted.length} resources have drifted`);
  if (next.value.outcome === 'planned') return;
  await Promise.all([takeInventory(target, stack), madeInstances(stackApi(target), stack)]);
}

/** `ssmlab exec NUMBER -- echo well`. */
export async function runExec({ target, stack, lab }: LabContext, number: string): Promise<void> {
  const instance = findInstance(await takeInventory(target, stack), number);
  let said = '';
  const into = (): Writable => new Writable({ write: (chunk: Buffer, _encoding, done) => ((said += chunk.toString()), done()) });
  const status = await runLine({ target, lab, start: sessionStarter(target) }, instance, wayInto(instance), 'echo well', { stdout: into(), stderr: into(), signal: never() });
  if (status !== 0 || said.trim() !== 'well') throw new Error(`echo ended with ${status} and said ${JSON.stringify(said)}`);
}

/** A terminal without a device: what is shown, and whether it is raw yet. */
class FakeTerminal {
  shown = '';
  isRaw = false;
  readonly #input = new PassThrough();
  #wake: (() => void) | undefined;

  readonly take = () => {
    this.isRaw = true;
    const output = new Writable({ write: (chunk: Buffer, _encoding, done) => ((this.shown += chunk.toString()), this.#wake?.(), done()) });
    return { input: this.#input, output, size: () => ({ columns: 80, rows: 24 }), onResize: () => () => undefined, restore: () => void (this.isRaw = false) };
  };

  /** Types as a person does, who waits for the prompt first. `last`: the keys that end it; `between` happens before them. */
  async person(last: string, between: () => void, leave: AbortSignal): Promise<void> {
    const seen = async (what: RegExp): Promise<void> => {
      while (!what.test(this.shown) && !leave.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
    };
    leave.addEventListener('abort', () => this.#wake?.());
    await seen(/[$#>] ?$/u);
    this.#input.write("echo we''ll\r");
    await seen(/^well\r?$/mu);
    between();
    this.#input.write(last);
  }
}

/** `ssmlab connect NUMBER`: a shell, a command in it, `exit`. Of instance 1 on a machine that does not know its host keys yet; instance 4 is left by `~.`. `between`: before that. */
async function runConnect({ target, stack, lab }: LabContext, number: string, say: (line: string) => void, between: () => void = () => undefined): Promise<void> {
  if (number === '1') rmSync(lab.knownHosts, { force: true });
  const instance = findInstance(await takeInventory(target, stack), number);
  const terminal = new FakeTerminal();
  const left = new AbortController();
  const person = terminal.person(number === '4' ? '\r~.' : 'exit\r', between, left.signal);
  const shell = runShellOn({ target, lab, instance, style, say, interruption: never(), handOver: () => undefined, terminal: terminal.take }, 'native');
  const { status, error } = await shell.then((ended) => ({ status: ended, error: undefined }), (thrown: unknown) => ({ status: undefined, error: thrown }));
  left.abort();
  await person;
  if (terminal.isRaw) throw new Error('the terminal was left raw');
  if (error !== undefined) throw error;
  if (status !== 0 || !/^well\r?$/mu.test(terminal.shown)) throw new Error(`the shell ended with ${status} and showed ${JSON.stringify(terminal.shown)}`);
}

/** What a report says of its claims. Pings are left out: one may be lost on a busy machine. */
function verdictIn({ claims }: VerifyReport): string {
  const judged = claims.filter(({ claim }) => claim !== 'ping');
  const of = (verdict: string): number => judged.filter((claim) => claim.verdict === verdict).length;
  const words = [...(of('fail') > 0 ? [`${of('fail')} broken`] : []), ...(of('unknown') > 0 ? [`${of('unknown')} unknown`] : [])];
  return words.length === 0 ? 'report' : `report: ${words.join(', ')}`;
}

/** `ssmlab verify`, to its report. */
async function runVerification(context: LabContext): Promise<string> {
  const report = await runVerify({ deployed: () => Promise.resolve(context), stack: context.stack, named: [] });
  if (report.claims.length < 40) throw new Error(`verify judged ${report.claims.length} claims`);
  return verdictIn(report);
}

/** `ssmlab destroy --yes`. */
export async function runDestroy(context: LabContext, say: (line: string) => void): Promise<void> {
  const { target, stack, lab, home } = context;
  const signal = never();
  const api = stackApi(target);
  const plan = await planDestroy(api, stack);
  const end = { region: target.region, stack };
  const ends = await expiryLeft(expiryApi(target), end).catch(() => []);
  if (plan.stackId !== undefined || plan.keyNames.length > 0 || ends.length > 0) await confirmDestroy(context, plan, { ends, yes: true, canAsk: false, say, signal });
  for await (const event of destroy(api, { stack, plan, pollSeconds: target.pollSeconds, pause: pauseUntil(signal), dropExpiry: () => dropExpiry(expiryApi(target), end), expiryLeft: () => expiryLeft(expiryApi(target), end) })) {
    if (event.kind === 'again') say(event.reason);
    if (event.kind === 'unseen') say(`${event.what} could not be read: ${event.why}`);
  }
  await removeLabFolder(home, lab);
}

/** What each part does; {@link FaultProxy.part} goes on from these by itself. */
export const COMMANDS = {
  'deploy --dry-run': (context: LabContext, say: (line: string) => void) => runDeploy(context, say, { dryRun: true }),
  'deploy, the look': (context: LabContext, say: (line: string) => void) => runDeploy(context, say),
  'deploy again': (context: LabContext, say: (line: string) => void) => runDeploy(context, say, { ttl: false }),
  'exec 1': (context: LabContext) => runExec(context, '1'),
  'exec 3': (context: LabContext) => runExec(context, '3'),
  'connect 1': (context: LabContext, say: (line: string) => void) => runConnect(context, '1', say),
  'connect 3': (context: LabContext, say: (line: string) => void) => runConnect(context, '3', say),
  'connect 4': (context: LabContext, say: (line: string) => void) => runConnect(context, '4', say),
  'connect 3, its stream cut': (context: LabContext, say: (line: string) => void, proxy: FaultProxy) => runConnect(context, '3', say, () => proxy.cutStreams()),
  'verify': (context: LabContext) => runVerification(context),
  'destroy, the look': (context: LabContext, say: (line: string) => void) => runDestroy(context, say),
} as const satisfies Readonly<Record<string, (context: LabContext, say: (line: string) => void, proxy: FaultProxy) => Promise<string | void>>>;

export type Beginning = keyof typeof COMMANDS;

/** The command in whose run a part is. */
export const beginningOf = (part: string): Beginning => {
  const found = (Object.keys(COMMANDS) as Beginning[]).find((name) => name === part || (name.includes(',') && name.split(',')[0] === part.split(',')[0]));
  if (found === undefined) throw new Error(`there is no part "${part}"`);
  return found;
};

export interface Outcome {
  /** `done`, `report` of verify and what does not hold in it, `goes on` where something was said to be unknown, untried or left, or the error's code. */
  readonly end: string;
  readonly said: readonly string[];
  readonly error?: Error;
}

/** What goes on without it is said: a check that is unknown, a way that is not tried. */
const WITHOUT = /could not be read|could not be ended|is not known|is not tried|the price list (?:does not answer|may not be read)/u;

/** Runs one command through the proxy to its end; one that does not end is an error of the suite's. */
export async function runCommand(beginning: Beginning, context: LabContext, proxy: FaultProxy): Promise<Outcome> {
  proxy.part = beginning;
  const said: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`${beginning} did not end within two minutes`)), 120_000)));
  try {
    const { target, ended } = heedSessions(context.target, context.lab, (line) => said.push(line));
    const verdict = await Promise.race([COMMANDS[beginning]({ ...context, target }, (line) => said.push(line), proxy), bound]);
    await ended;
    return { end: verdict ?? (said.some((line) => WITHOUT.test(line)) ? 'goes on' : 'done'), said };
  } catch (error) {
    if (!(error instanceof SsmlabError)) throw error;
    return { end: error.code, said, error };
  } finally {
    clearTimeout(timer);
  }
}

export const hasKeyFile = ({ lab }: LabContext): boolean => existsSync(lab.keyFile);
export const homeOf = (folder: string, stack: string): string => join(folder, stack);
