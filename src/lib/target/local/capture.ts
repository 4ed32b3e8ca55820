/** Where a user's packets can be captured, and the command that captures them there: the host's tcpdump in one of the lab's namespaces. */
import type { FabricDescription, PacketNamespace } from '../../aws/ssmlab.js';
import { SsmlabError } from '../../errors.js';

/** An instance by its id, a NAT gateway (by its id, or the only one), or the internet between the gateways. */
export type CapturePoint =
  | { readonly kind: 'instance'; readonly instanceId: string }
  | { readonly kind: 'nat-gateway'; readonly natGatewayId?: string | undefined }
  | { readonly kind: 'internet' };

/** The interface that packets pass; of the internet it is every VPC's. */
const DEVICES: Readonly<Record<PacketNamespace['kind'], string>> = { 'instance': 'ens5', 'nat-gateway': 'eni', 'internet': 'any' };

/** The lab's own plumbing has addresses of class E, which no VPC and no host of the internet can have. */
const PLUMBING = 'net 240.0.0.0/4';

export interface CaptureOptions {
  readonly point: CapturePoint;
  /** Words of a pcap filter. */
  readonly filter: readonly string[];
  /** Interface; the point's own when absent. */
  readonly device?: string | undefined;
  /** Bytes of a pcap file on stdout instead of text. */
  readonly raw: boolean;
  /** Ends after so many packets. */
  readonly count?: number | undefined;
}

export interface CaptureCommands {
  /** Compiles the filter and captures nothing. */
  readonly check: readonly string[];
  readonly capture: readonly string[];
}

/** Throws `no-packets` on the computed fabric, `capture-unavailable` where tcpdump cannot work or the point is not there. */
export function captureCommands(fabric: FabricDescription, options: CaptureOptions): CaptureCommands {
  if (fabric.kind === 'computed' || fabric.uidMode === null) throw new SsmlabError('no-packets', 'the local cloud runs on the computed fabric, which sends no packets: there is nothing to capture');
  if (fabric.uidMode === 'single') {
    throw new SsmlabError('capture-unavailable', 'tcpdump gives up root\'s rights for its own user\'s, and the namespaces of this local cloud have one uid only, since an ordinary user started it', {
      hint: '`ssmlab local trace` shows one packet\'s way without tcpdump; a local cloud that root starts has many uids',
    });
  }
  const { kind, entrance } = namespaceAt(fabric, options.point);
  const words = options.filter.join(' ').trim();
  const filter = kind !== 'internet' ? words : words === '' ? `not ${PLUMBING}` : `not ${PLUMBING} and (${words})`;
  const base = [...entrance, 'tcpdump', '-n', '-i', options.device ?? DEVICES[kind]];
  const how = [...(options.raw ? ['-U', '-w', '-'] : ['-l']), ...(options.count === undefined ? [] : ['-c', String(options.count)])];
  const end = filter === '' ? [] : ['--', filter];
  return { check: [...base, '-d', ...end], capture: [...base, ...how, ...end] };
}

function namespaceAt({ namespaces }: FabricDescription, point: CapturePoint): PacketNamespace {
  const own = namespaces.filter(({ kind }) => kind === point.kind);
  const wanted = point.kind === 'instance' ? point.instanceId : point.kind === 'nat-gateway' ? point.natGatewayId : undefined;
  const [found, other] = wanted === undefined ? own : own.filter(({ id }) => id === wanted);
  if (found === undefined) {
    throw new SsmlabError('capture-unavailable', point.kind === 'instance' ? `${point.instanceId} does not run: nothing passes there` : `there is no NAT gateway${wanted === undefined ? '' : ` ${wanted}`} that is available in this region`, { hint: 'run `ssmlab list`, or capture at `internet`' });
  }
  if (other !== undefined) throw new SsmlabError('usage', `there are several NAT gateways: ${own.map(({ id }) => id).join(', ')}`, { hint: 'name one by its id' });
  return found;
}
