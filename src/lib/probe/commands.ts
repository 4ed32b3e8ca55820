/** The commands that are run on an instance to see what it can reach, in one line and all at once, so that one way in carries all of them. */
import { CHECKIP_HOST, PING_TARGET } from '../lab/lab.js';
import { AGENT_SERVICES } from '../reachability/way-in.js';

/** Says whether the instance has a public address, as IMDS tells it. */
export const METADATA_COMMAND = 'ec2-metadata --public-ipv4';

/** Four requests in 0.6 s and a second's patience: silence costs 1.6 s (iputils). The others take no longer. */
export const PING_COMMAND = `ping -c 4 -i 0.2 -W 1 ${PING_TARGET}`;

/** Has a server in the internet say whom it sees. */
export const EGRESS_COMMAND = `curl -sS --connect-timeout 1.5 --max-time 3 http://${CHECKIP_HOST}/`;

/** Has the instance's resolver say which addresses a name has. glibc waits 5 s for a resolver that is silent. */
export const addressCommand = (name: string): string => `timeout 1.6 getent ahostsv4 ${name}`;

/** `ssm.ap-northeast-1.amazonaws.com`; in China `.amazonaws.com.cn`. */
export const serviceHost = (service: string, region: string): string => `${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** The names of the services that an agent has to reach. */
export const serviceHosts = (region: string): readonly string[] => AGENT_SERVICES.map((service) => serviceHost(service, region));

/** What one of the commands printed, stdout and stderr together, and its exit status. */
export interface Printed {
  readonly text: string;
  readonly status: number;
}

const MARK = 'ssmlab-probe';

/** Of what a command prints so many bytes are kept: with them a line of ours stays below the 4096 that a pipe takes whole. */
const MOST_PRINTED = 2700;

/**
 * One shell line that runs the commands beside each other and ends with the last of them. What each printed is one line
 * with its place, in base64: a shell writes line by line, and lines of several that end at once would mingle.
 */
export function probeLine(commands: readonly string[]): string {
  const run = (command: string, i: number): string => `{ o=$(${command} 2>&1); s=$?; printf '${MARK} %s %s %s\\n' ${i} $s "$(printf '%s' "$o" | head -c ${MOST_PRINTED} | base64 -w 0)"; } &`;
  return `${commands.map(run).join(' ')} wait`;
}

/** Takes the output of {@link probeLine} apart, in the order of its commands; undefined when it is not `count` whole lines of its kind. */
export function splitProbe(output: string, count: number): Printed[] | undefined {
  const found = new Map<number, Printed>();
  const lines = output.split(/\r?\n/u);
  // The last line is whole only with its end.
  if (lines.pop() !== '') return undefined;
  for (const line of lines) {
    const [, at, status, base64 = ''] = new RegExp(`^${MARK} (\\d+) (\\d{1,3}) ((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$`, 'u').exec(line) ?? [];
    const place = Number(at);
    if (at === undefined || place >= count || found.has(place)) return undefined;
    const text = Buffer.from(base64, 'base64').toString('utf8');
    found.set(place, { text: text === '' ? '' : `${text}\n`, status: Number(status) });
  }
  const outputs = Array.from({ length: count }, (_, i) => found.get(i));
  return outputs.every((each) => each !== undefined) ? outputs : undefined;
}
