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

/**
 * One shell line that runs the commands beside each other and ends with the last of them. What each printed comes whole,
 * between marks with its place: the order is that in which they end.
 */
export function probeLine(commands: readonly string[]): string {
  const run = (command: string, i: number): string => `{ o=$(${command} 2>&1); printf '${MARK} %s %s\\n%s\\n${MARK}-end %s\\n' ${i} $? "$o" ${i}; } &`;
  return `${commands.map(run).join(' ')} wait`;
}

/** Takes the output of {@link probeLine} apart, in the order of its commands; undefined when it is not `count` whole outputs between their marks. */
export function splitProbe(output: string, count: number): Printed[] | undefined {
  const part = new RegExp(`${MARK} (\\d+) (\\d{1,3})\\r?\\n([^]*?)\\r?\\n${MARK}-end \\1\\r?\\n`, 'uy');
  const found = new Map<number, Printed>();
  while (part.lastIndex < output.length) {
    const match = part.exec(output);
    if (match === null) return undefined;
    const [place, status, text = ''] = [Number(match[1]), Number(match[2]), match[3]];
    if (place >= count || found.has(place)) return undefined;
    found.set(place, { text: text === '' ? '' : `${text}\n`, status });
  }
  const outputs = Array.from({ length: count }, (_, i) => found.get(i));
  return outputs.every((each) => each !== undefined) ? outputs : undefined;
}
