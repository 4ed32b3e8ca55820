/** A shell of an instance on this process's terminal: by SSH, or by Session Manager with one of two clients. */
import type { Readable, Writable } from 'node:stream';
import { endSession, type SessionRequest, type StartedSession } from '../lib/aws/ssm.js';
import { SsmlabError } from '../lib/errors.js';
import type { KnownInstance } from '../lib/inventory/instance.js';
import { SSH_USER } from '../lib/lab/lab.js';
import { type ChannelOptions, chooseClient, interactiveRequest, openChannel, pluginSession, sessionStarter, startOn } from '../lib/probe/session-way.js';
import { wayInto } from '../lib/probe/run-line.js';
import { openSsh } from '../lib/probe/ssh-way.js';
import { pathText } from '../lib/report/list.js';
import { printable } from '../lib/report/printable.js';
import type { Style } from '../lib/report/style.js';
import type { DataChannel } from '../lib/session/data-channel.js';
import { runPlugin, usablePlugin } from '../lib/session/plugin.js';
import { runShell } from '../lib/session/shell.js';
import { sshShell } from '../lib/ssh/client.js';
import type { Questions } from '../lib/ssh/questions.js';
import type { LabFolder } from '../lib/target/lab-folder.js';
import type { Target } from '../lib/target/target.js';
import { beforeSignals, opening } from './last-will.js';
import { lossNotice } from './loss-notice.js';
import { type RawTerminal, sizeOf, takeTerminal } from './terminal.js';
import { expectTyping } from './transfers.js';

export interface ShellOptions {
  readonly target: Target;
  readonly lab: LabFolder;
  readonly instance: KnownInstance;
  readonly style: Style;
  /** Absent where nobody is there to be asked. */
  readonly ask?: Questions | undefined;
  /** Talk, on stderr. */
  readonly say: (line: string) => void;
  /** Ctrl-C, until that. */
  readonly interruption: AbortSignal;
  /** From here on Ctrl-C belongs to the remote side. */
  readonly handOver: () => void;
  /** Takes the terminal; this process's own when absent. */
  readonly terminal?: (() => ShellRawTerminal) | undefined;
}

/** What a shell has of a terminal that was taken, see `takeTerminal`. */
export type ShellRawTerminal = Omit<RawTerminal, 'input' | 'output'> & { readonly input: Readable; readonly output: Writable };

/** The one line above a shell: the way, the instance, what it goes through. */
function shellHeader({ instance, style }: Pick<ShellOptions, 'instance' | 'style'>, way: string, last: readonly string[]): string {
  const through = instance.path === 'none' ? 'no known path' : `through the ${pathText(instance)}${instance.path === 'vpc-endpoint' ? 's' : ''}`;
  return [style.strong(way), `${printable(instance.name)} (${instance.instanceId})`, through, ...last].join(` ${style.separator} `);
}

const take = ({ terminal = takeTerminal }: Pick<ShellOptions, 'terminal'>): ShellRawTerminal => terminal();

/** The terminal in the shape that both kinds of shell take. */
function terminalOf(raw: ShellRawTerminal) {
  return { stdin: raw.input, firstKeys: raw.firstKeys, stdout: raw.output, showNow: raw.showNow, size: raw.size, onResize: raw.onResize };
}

/** Exit status: the remote shell's own, or that of `line`, a command in its place. */
async function shellOverSsh(shell: ShellOptions, line?: string): Promise<number> {
  const { instance, style, say, handOver } = shell;
  const client = await openSsh(shell, instance);
  say(shellHeader({ instance, style }, 'SSH', [`${SSH_USER}@${instance.publicIpv4 ?? ''} with the lab's key`]));
  handOver();
  const raw = take(shell);
  try {
    const { exitCode } = await sshShell(client, { ...terminalOf(raw), term: process.env['TERM'] ?? 'xterm-256color', line }, instance.name);
    raw.restore();
    say(`Connection closed (exit status ${exitCode ?? 'unknown'}).`);
    return exitCode ?? 0;
  } catch (error) {
    throw fromPrompt(raw, error);
  } finally {
    raw.restore();
    client.end();
  }
}

/** The error as it is; it is told on a line of its own, not behind the prompt that the far side left. */
function fromPrompt(raw: ShellRawTerminal, error: unknown): unknown {
  raw.restore();
  process.stderr.write('\n');
  return error;
}

/** A shell that is left says nothing: with words it is the service that ended the session. */
const endedFromOutside = ({ name }: KnownInstance, words: string): SsmlabError =>
  new SsmlabError('session-failed', `the session on ${name} was ended: ${words.replace(/\.+$/u, '')}`, { hint: '`ssmlab list` shows whether the instance is there and its agent connected' });

/** A session on its way to a shell: by AWS's plugin, or with the built-in client's channel. */
type Opened = { readonly session: StartedSession } & ({ readonly client: 'plugin' } | { readonly client: 'native'; readonly channel: DataChannel });

/** Starts it and chooses the client. Nothing is left at the service when `signal` comes first. */
async function openShell({ target, instance }: ShellOptions, request: SessionRequest, asked: 'auto' | 'plugin' | 'native', options: ChannelOptions & { readonly signal: AbortSignal }): Promise<Opened> {
  const session = await startOn(sessionStarter(target), instance, request);
  const client = await chooseClient(target, asked, session.streamUrl);
  if (client === 'native') {
    return { client, session, channel: await openChannel(target, session, { ...options, instanceId: instance.instanceId, size: sizeOf(process.stdout) }) };
  }
  if (options.signal.aborted) await endSession(target, session.sessionId);
  options.signal.throwIfAborted();
  return { client, session };
}

/** Exit status 0: a session has none of its own. `session-failed` when it was not the shell or the user that ended it. `line`: a command in place of a shell. */
async function shellOverSession(shell: ShellOptions, asked: 'auto' | 'plugin' | 'native', line?: string): Promise<number> {
  const { target, instance, say, interruption, handOver } = shell;
  const request = line === undefined ? { instanceId: instance.instanceId } : interactiveRequest(instance.instanceId, line, sizeOf(process.stdout));
  // No session is started that nobody could open.
  if (asked === 'plugin') await usablePlugin(target.endpoint ?? `https://ssmmessages.${target.region}.amazonaws.com`);
  let raw: ShellRawTerminal | undefined;
  // A raw terminal does not begin lines by itself.
  const notice = lossNotice((text) => void process.stderr.write(raw === undefined ? `${text}\n` : `\r\n${text}\r\n`), '~. leaves');
  const opened = await opening((signal) => openShell(shell, request, asked, { ...notice, signal }), interruption);
  const { sessionId } = opened.session;
  const header = shellHeader(shell, 'Session Manager', opened.client === 'native' ? ['native client', '~. ends it'] : ['AWS\'s session-manager-plugin']);
  if (opened.client === 'plugin') {
    say(header);
    handOver();
    const terminate = (): Promise<void> => endSession(target, sessionId);
    const offSignals = beforeSignals(terminate);
    // The plugin says nothing of how it ended, and ends no session that it leaves (`protocol.md` §1.3).
    await runPlugin(await pluginSession(target, opened.session, request)).finally(() => terminate().finally(offSignals));
    return 0;
  }
  const { channel } = opened;
  // Who leaves is done with it; the service would keep the session until it times out.
  const terminate = async (): Promise<void> => {
    channel.close();
    if (!channel.over) await endSession(target, sessionId);
  };
  const offSignals = beforeSignals(terminate);
  say(header);
  // What the agent has to say of it: that it is encrypted with KMS.
  if (channel.customerMessage !== '') say(printable(channel.customerMessage));
  handOver();
  raw = take(shell);
  try {
    const running = runShell(channel, terminalOf(raw));
    // What the engine is told is of this process, whose terminal it is.
    if (shell.terminal === undefined) expectTyping();
    const { by, output } = await running;
    raw.restore();
    if (output !== '') throw endedFromOutside(instance, output);
    say(`${by === 'remote' ? '' : '\n'}Session ended.`);
    return 0;
  } catch (error) {
    throw fromPrompt(raw, error);
  } finally {
    notice.stop();
    raw.restore();
    await terminate();
    offSignals();
  }
}

/** A shell over the instance's own way in, or `line` in its place. Resolves to the exit status: by SSH the remote one, 0 of a session. `asked`: a session's client. */
export const runShellOn = (shell: ShellOptions, asked: 'auto' | 'plugin' | 'native', line?: string): Promise<number> =>
  (wayInto(shell.instance) === 'ssh-key-pair' ? shellOverSsh(shell, line) : shellOverSession(shell, asked, line));
