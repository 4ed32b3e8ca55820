/** Starts programs in instances' namespaces, from outside the lab: their pipes are this process's own, and they end with the lab. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { GuestNamespaces, NamespaceProcess } from './guest-namespaces.js';
import type { HolderClient } from './holder-client.js';
import { NETWORK_NAMESPACES, USER_NAMESPACES } from './holder/protocol.js';
import { searchPath } from './launch.js';
import { onLines } from './lines.js';

/** How often it is looked whether a program is there, milliseconds; it takes a few. */
const LOOK_MS = 2;

export interface GuestProcessOptions {
  readonly holder: HolderClient;
  /** Name of the instance's namespace; undefined where there is none. */
  readonly namespaceOf: (networkInterfaceId: string) => string | undefined;
  /** Makes the instance's namespaces anew, under another name. */
  readonly renew: (networkInterfaceId: string) => Promise<void>;
  /** What the programs say, one line each. */
  readonly log: (line: string) => void;
}

export function guestNamespaces({ holder, namespaceOf, renew, log }: GuestProcessOptions): GuestNamespaces {
  /** Namespaces in which something was started. */
  const used = new Set<string>();
  return {
    uidMode: holder.uidMode,
    renew: async (networkInterfaceId) => {
      const namespace = namespaceOf(networkInterfaceId);
      if (namespace !== undefined && used.delete(namespace)) await renew(networkInterfaceId);
    },
    start: async (networkInterfaceId, argv, script) => {
      const namespace = namespaceOf(networkInterfaceId);
      if (namespace === undefined) throw new Error(`network interface ${networkInterfaceId} is on no running instance`);
      used.add(namespace);
      return startIn(holder, namespace, argv, script, log);
    },
  };
}

async function startIn(holder: HolderClient, namespace: string, argv: readonly string[], script: string, log: (line: string) => void): Promise<NamespaceProcess> {
  // With one uid, who enters has no right to change to another, nor to drop groups.
  const keep = holder.uidMode === 'single' ? ['--preserve-credentials'] : [];
  const outer = ['-t', String(holder.firstProcess), '-U', '-m', '-p', ...keep];
  const inner = [`--user=${USER_NAMESPACES}/${namespace}`, `--net=${NETWORK_NAMESPACES}/${namespace}`, ...keep];
  const child = spawn('nsenter', [...outer, 'nsenter', ...inner, '--', ...argv], { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: searchPath() }, detached: true });
  let said = '';
  onLines(child, (line) => {
    said = `${said}\n${line}`.slice(-1000);
    log(`${namespace}: ${line}`);
  });
  const exited = once(child, 'close').then(() => undefined, () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.end(script);
  const hostPid = await pidInside(child);
  if (hostPid === undefined) {
    await exited;
    throw new Error(`${argv[0]} did not start in ${namespace}: ${said.trim() || `status ${child.exitCode ?? child.signalCode}`}`);
  }
  return {
    hostPid,
    exited,
    kill: () => {
      // Gone already, or about to be.
      if (child.exitCode !== null || child.signalCode !== null) return;
      try {
        process.kill(hostPid, 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    },
  };
}

/** `nsenter` stays outside and waits; the program is its child. Undefined when it ended before. */
async function pidInside({ pid, exitCode }: ChildProcess): Promise<number | undefined> {
  if (pid === undefined || exitCode !== null) return undefined;
  for (;;) {
    let children: string;
    try {
      children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
      if (/^State:\s+Z/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return undefined;
    } catch {
      return undefined;
    }
    if (children !== '') return Number(children.split(' ')[0]);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
