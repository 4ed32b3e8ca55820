/** The commands that are run on an instance to see what it can reach, as one line so that one way in carries all of them. */
import { PING_TARGET } from '../lab/lab.js';

/** Says whether the instance has a public address, as IMDS tells it. */
export const METADATA_COMMAND = 'ec2-metadata --public-ipv4';

/** Four requests in 0.6 s and a second's patience: silence costs 1.6 s (iputils). */
export const PING_COMMAND = `ping -c 4 -i 0.2 -W 1 ${PING_TARGET}`;

/** What one of the commands printed, stdout and stderr together, and its exit status. */
export interface Printed {
  readonly text: string;
  readonly status: number;
}

const MARK = 'ssmlab-probe-status';

/** One shell line that runs the commands one after the other and marks where each ends. */
export function probeLine(commands: readonly string[]): string {
  return commands.map((command) => `${command} 2>&1; echo "${MARK} $?"`).join('; ');
}

/** Takes the output of {@link probeLine} apart; undefined when it is not `count` outputs with their marks. */
export function splitProbe(output: string, count: number): Printed[] | undefined {
  // Without a line end of its own an output's last line runs into the mark.
  const parts = output.split(new RegExp(`${MARK} (\\d{1,3})\\r?\\n?`, 'u'));
  if (parts.length !== 2 * count + 1 || parts.at(-1) !== '') return undefined;
  return Array.from({ length: count }, (_, i) => ({ text: parts[2 * i] ?? '', status: Number(parts[2 * i + 1]) }));
}
