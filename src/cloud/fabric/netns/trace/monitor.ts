/** Listens to the kernel's tracing in one namespace, with the rules that switch it on, for as long as it is wanted. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { searchPath } from '../launch.js';
import { dropTable } from './rules.js';
import { PacketReader, type TracedPacket } from './packets.js';

/**
 * Subscribed is who stands in the kernel's list of netlink sockets (netfilter is 12) with the group for traces (bit 8). What is left
 * to do when the listener ends, this shell does: also when it is told to by its input's end.
 */
const SCRIPT = `set -e
nft -f - <<'NFT'
RULES
NFT
stdbuf -oL nft -n monitor trace &
monitor=$!
trap 'kill $monitor 2>/dev/null || :; printf "%s\\n" "DROP" | nft -f -' EXIT
until grep -Eq '^[0-9a-f]+ 12 +[0-9]+ +[0-9a-f]{5}[13579bdf][0-9a-f]{2} ' /proc/net/netlink; do
  kill -0 $monitor
  sleep 0.01
done
echo ready >&2
read -r _ || :
`;

export interface Monitor {
  readonly packets: () => readonly TracedPacket[];
  /** Takes the rules back; resolves when nothing of it is left. */
  readonly stop: () => Promise<void>;
}

/** `entrance`: argv that leads into the namespace. Rejects when the kernel does not take the rules. */
export async function startMonitor(entrance: readonly string[], rules: string, onPacket: () => void): Promise<Monitor> {
  const script = SCRIPT.replace('RULES', () => rules.trimEnd()).replace('DROP', () => dropTable().replace('\n', '" "'));
  const [program = '', ...args] = entrance;
  const child = spawn(program, [...args, 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: searchPath() }, detached: true });
  const reader = new PacketReader();
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(() => undefined, () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    reader.line(line);
    onPacket();
  });
  let said = '';
  // On the other output: what nft prints need not come in whole lines.
  const ready = new Promise<boolean>((resolve) => {
    void ended.then(() => resolve(false));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-500);
      if (/^ready$/mu.test(said)) resolve(true);
    });
  });
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  if (!(await ready)) throw new Error(`the kernel's tracing could not be switched on: ${said.trim() || 'nft monitor ended'}`);
  return { packets: () => reader.packets, stop };
}
