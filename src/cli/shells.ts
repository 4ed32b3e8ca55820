/** A shell of an instance on this process's terminal: by SSH, or by Session Manager with one of two clients. */
import { terminateSession } from '../lib/aws/ssm.js';
import { SsmlabError } from '../lib/errors.js';
import type { KnownInstance } from '../lib/inventory/instance.js';
import { SSH_USER } from '../lib/lab/lab.js';
import { chooseClient, interactiveRequest, openChannel, pluginSession, sessionStarter, startOn } from '../lib/probe/session-way.js';
import { openSsh } from '../lib/probe/ssh-way.js';
import { pathText } from '../lib/report/list.js';
import { printable } from '../lib/report/printable.js';
import type { Style } from '../lib/report/style.js';
import { runPlugin } from '../lib/session/plugin.js';
import { runShell } from '../lib/session/shell.js';
import { sshShell } from '../lib/ssh/client.js';
import type { LabFolder } from '../lib/target/lab-folder.js';
import type { Target } from '../lib/target/target.js';
import { beforeSignals } from './last-will.js';
import { lossNotice } from './loss-notice.js';
import { takeTerminal } from './terminal.js';

export interface ShellOptions {
  readonly target: Target;
  readonly lab: LabFolder;
  readonly instance: KnownInstance;
  readonly style: Style;
  /** Talk, on stderr. */
  readonly say: (line: string) => void;
  /** From here on Ctrl-C belongs to the remote side. */
  readonly handOver: () => void;
}

/** The one line above a shell: the way, the instance, what it goes through. */
export function shellHeader({ instance, style }: Pick<ShellOptions, 'instance' | 'style'>, way: string, last: readonly string[]): string {
  const through = instance.path === 'none' ? 'no known path' : `through the ${pathText(instance)}${instance.path === 'vpc-endpoint' ? 's' : ''}`;
  return [style.strong(way), `${printable(instance.name)} (${instance.instanceId})`, through, ...last].join(` ${style.separator} `);
}

/** The terminal in the shape that both kinds of shell take. */
function terminalOf(raw: ReturnType<typeof takeTerminal>) {
  return { stdin: raw.input, stdout: raw.output, size: raw.size, onResize: raw.onResize };
}

/** Exit status: the remote shell's own. */
export async function shellOverSsh({ target, lab, instance, style, say, handOver }: ShellOptions): Promise<number> {
  const client = await openSsh(target, lab, instance);
  say(shellHeader({ instance, style }, 'SSH', [`${SSH_USER}@${instance.publicIpv4 ?? ''} with the lab's key`]));
  handOver();
  const raw = takeTerminal();
  try {
    const { exitCode } = await sshShell(client, { ...terminalOf(raw), term: process.env['TERM'] ?? 'xterm-256color' }, instance.name);
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
function fromPrompt(raw: ReturnType<typeof takeTerminal>, error: unknown): unknown {
  raw.restore();
  process.stderr.write('\n');
  return error;
}

/** A shell that is left says nothing: with words it is the service that ended the session. */
const endedFromOutside = ({ name }: KnownInstance, words: string): SsmlabError =>
  new SsmlabError('session-failed', `the session on ${name} was ended: ${words.replace(/\.+$/u, '')}`, { hint: '`ssmlab list` shows whether the instance is there and its agent connected' });

/** Exit status 0: a session has none of its own. `session-failed` when it was not the shell or the user that ended it. `line`: a command in place of a shell. */
export async function shellOverSession({ target, instance, style, say, handOver }: ShellOptions, asked: 'auto' | 'plugin' | 'native', line?: string): Promise<number> {
  const request = line === undefined ? { instanceId: instance.instanceId } : interactiveRequest(instance.instanceId, line);
  const session = await startOn(sessionStarter(target), instance, request);
  const client = await chooseClient(asked, session.streamUrl);
  const header = shellHeader({ instance, style }, 'Session Manager', client === 'native' ? ['native client', '~. ends it'] : ['AWS\'s session-manager-plugin']);
  if (client === 'plugin') {
    say(header);
    handOver();
    const terminate = (): Promise<void> => terminateSession(target, session.sessionId).catch(() => undefined);
    const offSignals = beforeSignals(terminate);
    // The plugin says nothing of how it ended, and ends no session that it leaves (`protocol.md` §1.3).
    await runPlugin(await pluginSession(target, session, request)).finally(() => terminate().finally(offSignals));
    return 0;
  }
  let raw: ReturnType<typeof takeTerminal> | undefined;
  // A raw terminal does not begin lines by itself.
  const notice = lossNotice((line) => void process.stderr.write(raw === undefined ? `${line}\n` : `\r\n${line}\r\n`), '~. leaves');
  const channel = await openChannel(target, session, { ...notice, instanceId: instance.instanceId });
  // Who leaves is done with it; the service would keep the session until it times out.
  const terminate = async (): Promise<void> => {
    channel.close();
    if (!channel.over) await terminateSession(target, session.sessionId).catch(() => undefined);
  };
  const offSignals = beforeSignals(terminate);
  say(header);
  // What the agent has to say of it: that it is encrypted with KMS.
  if (channel.customerMessage !== '') say(printable(channel.customerMessage));
  handOver();
  raw = takeTerminal();
  try {
    const { by, output } = await runShell(channel, terminalOf(raw));
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
