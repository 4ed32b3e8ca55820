/** AWS's session-manager-plugin as another client: found on PATH, its version asked, run on the terminal. Source: `protocol.md` §1. */
import { delimiter } from 'node:path';
import { SsmlabError } from '../errors.js';
import { compareVersions } from '../protocol/handshake.js';
import { isLoopback } from '../net/loopback-url.js';

/** The oldest version that AWS still supports (§0). */
const MINIMUM_PLUGIN_VERSION = '1.2.764.0';
/** The first that takes the token by variable (§0): older ones would show it to every user of the machine. */
const FIRST_BY_VARIABLE = '1.2.536.0';
/** The first that connects to AWS's own hosts only (§0). */
const FIRST_AWS_ONLY = '1.2.889.0';
const PROGRAM = 'session-manager-plugin';
const RESPONSE_VARIABLE = 'AWS_SSM_START_SESSION_RESPONSE';
const VERSION_TIMEOUT_MS = 5_000;
const WATCH_MS = 15_000;
/** From SIGTERM to SIGKILL. */
const KILL_MS = 2_000;

export interface Plugin {
  readonly version: string;
}

/** Why this plugin cannot open the stream, undefined when it can. */
export function pluginObstacle({ version }: Plugin, streamUrl: string): string | undefined {
  const loopback = URL.canParse(streamUrl) && isLoopback(new URL(streamUrl));
  if (!loopback && compareVersions(version, MINIMUM_PLUGIN_VERSION) < 0) return `${PROGRAM} ${version} is older than ${MINIMUM_PLUGIN_VERSION}, the oldest that AWS supports`;
  if (compareVersions(version, FIRST_BY_VARIABLE) < 0) return `${PROGRAM} ${version} is older than ${FIRST_BY_VARIABLE}, the first that takes a token out of sight of other users`;
  if (loopback && compareVersions(version, FIRST_AWS_ONLY) >= 0) return `${PROGRAM} ${version} opens streams of AWS only: on the local cloud it has to be older than ${FIRST_AWS_ONLY}`;
  return undefined;
}

/** Without the folder that `local env` appended: what stands there under the plugin's name is our own client. */
function withoutStandIn(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = environment['SSMLAB_PATH_FOLDER'];
  return ours === undefined ? environment : { ...environment, PATH: (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ours).join(delimiter) };
}

/** The plugin on PATH, undefined when there is none that says its version. */
export async function findPlugin(environment: NodeJS.ProcessEnv = process.env): Promise<Plugin | undefined> {
  const { execa } = await import('execa');
  const result = await execa(PROGRAM, ['--version'], { env: withoutStandIn(environment), extendEnv: false, timeout: VERSION_TIMEOUT_MS, reject: false, stdin: 'ignore' });
  const version = /^\d+(?:\.\d+){1,3}$/m.exec(result.stdout ?? '')?.[0];
  if (result.failed || version === undefined) return undefined;
  return { version };
}

/** The plugin on PATH that can open such a stream. Throws `plugin-missing`, `plugin-failed`. */
export async function usablePlugin(streamUrl: string, environment: NodeJS.ProcessEnv = process.env): Promise<Plugin> {
  const plugin = await findPlugin(environment);
  if (plugin === undefined) throw new SsmlabError('plugin-missing', `${PROGRAM} is not on PATH`);
  const obstacle = pluginObstacle(plugin, streamUrl);
  if (obstacle !== undefined) throw new SsmlabError('plugin-failed', obstacle, { hint: 'use another version of it, or --client native' });
  return plugin;
}

export interface PluginSession {
  readonly sessionId: string;
  readonly tokenValue: string;
  readonly streamUrl: string;
  readonly region: string;
  /** Absent or empty: none. */
  readonly profile?: string | undefined;
  /** The StartSession request; only Target is read. */
  readonly request: { readonly Target: string; readonly DocumentName?: string | undefined; readonly Parameters?: Readonly<Record<string, readonly string[]>> | undefined };
  /** SSM's endpoint; the region's own when absent. */
  readonly endpoint?: string | undefined;
  /** Asks the service, now and then, whether the session is over: the plugin does not notice a dead stream (`protocol.md` §9). */
  readonly isOver?: (() => Promise<boolean>) | undefined;
  /** How often; default 15 000. */
  readonly watchMs?: number | undefined;
  /** Default: this process's. Credentials for the plugin's own calls go in here. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

/** Runs the plugin on this process's terminal to its end. Throws `plugin-missing`, `plugin-failed`. */
export async function runPlugin(session: PluginSession): Promise<void> {
  const environment = withoutStandIn(session.environment ?? process.env);
  const plugin = await usablePlugin(session.streamUrl, environment);
  const { execa } = await import('execa');
  // By variable and not by argument: every user of the machine can read arguments, and the token opens a shell.
  const response = JSON.stringify({ SessionId: session.sessionId, TokenValue: session.tokenValue, StreamUrl: session.streamUrl });
  const argv = [RESPONSE_VARIABLE, session.region, 'StartSession', session.profile ?? '', JSON.stringify(session.request), session.endpoint ?? `https://ssm.${session.region}.amazonaws.com`];
  // The terminal sends its signals to the plugin too, which passes them on: they must not end us first.
  const signals = process.platform === 'win32' ? (['SIGINT'] as const) : (['SIGINT', 'SIGQUIT', 'SIGTSTP'] as const);
  const ignore = (): void => undefined;
  for (const signal of signals) process.on(signal, ignore);
  const restore = await terminalSettings();
  const running = execa(PROGRAM, argv, { stdio: 'inherit', env: { ...environment, [RESPONSE_VARIABLE]: response }, extendEnv: false, reject: false, cleanup: true, forceKillAfterDelay: KILL_MS });
  const watch = superviseSession(session, () => void running.kill());
  try {
    const result = await running;
    if (watch.hung()) throw new SsmlabError('plugin-failed', `${PROGRAM} ${plugin.version} did not notice that session ${session.sessionId} is over, and was ended`);
    if (result.failed) throw new SsmlabError('plugin-failed', `${PROGRAM} ${plugin.version} ${result.signal === undefined ? `exited with ${result.exitCode ?? result.code ?? 'an error'}` : `was ended by ${result.signal}`}`);
  } finally {
    watch.stop();
    await restore();
    for (const signal of signals) process.off(signal, ignore);
  }
}

/** Calls `onHung`, once, when the service says twice in a row that the session is over and the plugin is still there. */
function superviseSession({ isOver, watchMs = WATCH_MS }: PluginSession, onHung: () => void): { readonly hung: () => boolean; readonly stop: () => void } {
  let over = 0;
  const ask = async (): Promise<void> => {
    try {
      over = (await isOver?.()) === true ? over + 1 : 0;
    } catch (error) {
      // Who may not ask goes without; an outage is no answer.
      if (error instanceof SsmlabError && error.code === 'access-denied') clearInterval(timer);
    }
    if (over < 2) return;
    clearInterval(timer);
    onHung();
  };
  const timer = setInterval(() => void ask(), watchMs).unref();
  return { hung: () => over >= 2, stop: () => clearInterval(timer) };
}

/** What gives the terminal back as it is now: the plugin leaves it without line editing (`protocol.md` §6). */
async function terminalSettings(): Promise<() => Promise<void>> {
  if (!process.stdin.isTTY) return async () => undefined;
  const { execa } = await import('execa');
  const stty = (argument: string) => execa('stty', [argument], { stdin: 'inherit', stderr: 'ignore', reject: false });
  const { stdout, failed } = await stty('-g');
  return async () => {
    if (!failed && stdout !== '') await stty(stdout.trim());
  };
}
