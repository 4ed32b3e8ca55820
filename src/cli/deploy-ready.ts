/** The end of a deploy: each way in is opened once before it is called deployed. */
import { takeInventory } from '../lib/inventory/inventory.js';
import { cidrContains, parseCidr } from '../lib/net/cidr.js';
import { doorsOf } from '../lib/probe/doors.js';
import { sessionStarter } from '../lib/probe/session-way.js';
import { printable } from '../lib/report/printable.js';
import type { Style } from '../lib/report/style.js';
import type { DeployEvent, DeployOptions, DeployResult } from '../lib/stack/deploy.js';
import { few } from '../lib/stack/few.js';
import { pauseUntil } from '../lib/stack/pause.js';
import { type Door, type ReadyEvent, untilReady } from '../lib/stack/ready.js';
import { addressSeenIfKnown } from '../lib/target/address-seen.js';
import { socksProxy } from '../lib/target/socks-proxy.js';
import type { LabContext } from './lab-context.js';
import { doneLine, untriedLine, waitingLine } from './resource-groups.js';

const LABEL = { 'ssh-key-pair': 'SSH', 'session-manager': 'sessions' } as const;
const WELL = { 'ssh-key-pair': 'by its key, host key pinned', 'session-manager': 'opened and ended' } as const;

/** Events → lines: a reason at once, a way that is open when it is the last of its kind. */
export function readyProgress(style: Style): (event: ReadyEvent, all: readonly ReadyEvent['door'][]) => string[] {
  const done: Record<keyof typeof LABEL, string[]> = { 'ssh-key-pair': [], 'session-manager': [] };
  return (event, all) => {
    const { way, name } = event.door;
    if (event.kind === 'shut') return [waitingLine(style, LABEL[way], `${printable(name)}: ${printable(event.why)}`)];
    if (event.kind === 'untried') return [untriedLine(style, LABEL[way], `${printable(name)} is not tried: ${printable(event.why)}`)];
    done[way].push(name);
    const meant = all.filter((door) => door.way === way).length;
    return done[way].length < meant ? [] : [doneLine(style, LABEL[way], `${few(done[way].toSorted((a, b) => a.localeCompare(b)).map(printable))} ${WELL[way]}`)];
  };
}

/** Why SSH is not expected to answer here, as a clause; undefined where this machine is let in. */
export async function outsideOf({ target }: Pick<LabContext, 'target'>, sshFrom: string | undefined): Promise<string | undefined> {
  if (target.endpoint !== undefined && target.proxyCommand === undefined && socksProxy('') === undefined) return 'AWS_ENDPOINT_URL leads elsewhere than to AWS, and ALL_PROXY names no way into its network';
  const open = sshFrom === undefined ? undefined : parseCidr(sshFrom);
  if (sshFrom === undefined || open === undefined || open.length === 0) return undefined;
  const here = await addressSeenIfKnown(target.fabric, target);
  if (here !== null && cidrContains(sshFrom, here)) return undefined;
  return `port 22 is open from ${sshFrom} only, and this machine is ${here === null ? 'not known to be there' : `seen as ${here}`}`;
}

export interface Readiness {
  readonly sshFrom: string | undefined;
  readonly options: Pick<DeployOptions, 'agentSeconds' | 'pollSeconds'>;
  readonly style: Style;
  readonly say: (line: string) => void;
  /** Ctrl-C ends what is being tried. */
  readonly signal: AbortSignal;
}

/**
 * The same deployment, over when the ways into what it made have been opened: SSH while the agents are waited for, sessions when they are online.
 * A lab that was there and stays as it is may be shut on purpose: nothing of it is tried.
 */
export async function* untilOpen({ target, lab, stack }: LabContext, deployment: AsyncGenerator<DeployEvent, DeployResult>, { sshFrom, options, style, say, signal: interruption }: Readiness): AsyncGenerator<DeployEvent, DeployResult> {
  const leave = new AbortController();
  const signal = AbortSignal.any([interruption, leave.signal]);
  const open = async (doors: readonly Door[]): Promise<void> => {
    const lines = readyProgress(style);
    for await (const event of untilReady(doors, { ...options, pause: pauseUntil(signal), seconds: options.agentSeconds, quietSeconds: 2 })) {
      for (const line of lines(event, doors)) say(line);
    }
  };
  const look = async (): Promise<Door[]> => doorsOf({ target, lab, instances: await takeInventory(target, stack, { mayBeNone: true }), start: sessionStarter(target), outside: await outsideOf({ target }, sshFrom), signal });
  const isSsh = ({ way }: Door): boolean => way === 'ssh-key-pair';
  let made = false;
  let doors: Promise<Door[]> | undefined;
  let ssh: Promise<void> | undefined;
  try {
    let next = await deployment.next();
    for (; next.done !== true; next = await deployment.next()) {
      made ||= next.value.kind === 'started' || next.value.kind === 'joined';
      if (made && next.value.kind === 'agents' && ssh === undefined) {
        doors = look();
        ssh = doors.then((all) => open(all.filter(isSsh)));
        // It is told below, unless the deployment itself fails before.
        ssh.catch(() => undefined);
      }
      yield next.value;
    }
    await Promise.all([ssh, doors?.then((all) => open(all.filter((door) => !isSsh(door))))]);
    return next.value;
  } finally {
    leave.abort();
  }
}
