/** The metadata categories as a tree: what is a leaf, what is a directory, and what a directory's listing looks like. */
import type { InstanceMetadata } from './instance-metadata.js';

export interface Directory {
  readonly entries: ReadonlyMap<string, Node>;
  /** What the listing shows instead of the name, `0=MyKeyPair`. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export type Node = string | Buffer | (() => string) | Directory;

/** JSON documents that are made when they are asked for. */
export interface Documents {
  readonly profile: () => string;
  readonly credentials: () => string;
  /** What the instance itself is, and its credentials. */
  readonly identity: () => string;
  readonly identityCredentials: () => string;
}

type Draft = Readonly<Record<string, Node | undefined>>;

function directory(draft: Draft, labels?: Readonly<Record<string, string>>): Directory {
  const entries = new Map<string, Node>();
  for (const [name, node] of Object.entries(draft)) if (node !== undefined) entries.set(name, node);
  return { entries, labels };
}

/** Everything below `/latest`. Keys that the instance has no value for are absent, so that they answer 404 (L8, L11). */
export function versionTree(instance: InstanceMetadata, documents: Documents): Directory {
  return directory({
    dynamic: directory({ 'instance-identity': directory({ document: identityDocument(instance) }) }),
    'meta-data': metadataTree(instance, documents),
    'user-data': instance.userData,
  });
}

function metadataTree(instance: InstanceMetadata, documents: Documents): Directory {
  const { keyPair, instanceProfile, publicIp } = instance;
  return directory({
    'ami-id': instance.imageId,
    'ami-launch-index': String(instance.launchIndex),
    'ami-manifest-path': '(unknown)',
    'block-device-mapping': directory(instance.blockDevices ?? { ami: 'xvda', root: '/dev/xvda' }),
    events: directory({ maintenance: directory({ history: '[]', scheduled: '[]' }) }),
    hibernation: directory({ configured: 'false' }),
    hostname: instance.localHostname,
    iam: instanceProfile === undefined ? undefined : directory({
      info: documents.profile,
      'security-credentials': instanceProfile.roleName === undefined ? undefined : directory({ [instanceProfile.roleName]: documents.credentials }),
    }),
    'identity-credentials': directory({ ec2: directory({ info: documents.identity, 'security-credentials': directory({ 'ec2-instance': documents.identityCredentials }) }) }),
    'instance-action': 'none',
    'instance-id': instance.instanceId,
    'instance-life-cycle': 'on-demand',
    'instance-type': instance.instanceType,
    'local-hostname': instance.localHostname,
    'local-ipv4': instance.privateIp,
    mac: instance.macAddress,
    network: directory({ interfaces: directory({ macs: directory({ [instance.macAddress]: interfaceTree(instance) }) }) }),
    placement: directory({
      'availability-zone': instance.availabilityZone,
      'availability-zone-id': instance.availabilityZoneId,
      region: instance.region,
    }),
    profile: 'default-hvm',
    'public-hostname': publicIp === undefined ? undefined : instance.publicHostname ?? '',
    'public-ipv4': publicIp,
    'public-keys': keyPair === undefined ? undefined : directory(
      { 0: directory({ 'openssh-key': keyPair.publicKey.endsWith('\n') ? keyPair.publicKey : `${keyPair.publicKey}\n` }) },
      { 0: `0=${keyPair.name}` },
    ),
    'reservation-id': instance.reservationId,
    'security-groups': instance.securityGroups.map((group) => group.groupName).join('\n'),
    services: directory({ domain: 'amazonaws.com', partition: instance.partition ?? 'aws' }),
    system: 'nitro',
    tags: instance.options.tags === 'enabled' ? directory({ instance: directory(instance.tags) }) : undefined,
  });
}

function interfaceTree(instance: InstanceMetadata): Directory {
  const { publicIp } = instance;
  return directory({
    'device-number': '0',
    'interface-id': instance.networkInterfaceId,
    'ipv4-associations': publicIp === undefined ? undefined : directory({ [publicIp]: instance.privateIp }),
    'local-hostname': instance.localHostname,
    'local-ipv4s': instance.privateIp,
    mac: instance.macAddress,
    'owner-id': instance.accountId,
    'public-hostname': publicIp === undefined ? undefined : instance.publicHostname ?? '',
    'public-ipv4s': publicIp,
    'security-group-ids': instance.securityGroups.map((group) => group.groupId).join('\n'),
    'security-groups': instance.securityGroups.map((group) => group.groupName).join('\n'),
    'subnet-id': instance.subnetId,
    'subnet-ipv4-cidr-block': instance.subnetCidr,
    'vpc-id': instance.vpcId,
    'vpc-ipv4-cidr-block': instance.vpcCidrs[0] ?? '',
    'vpc-ipv4-cidr-blocks': instance.vpcCidrs.join('\n'),
  });
}

function identityDocument(instance: InstanceMetadata): string {
  return metadataJson({
    accountId: instance.accountId,
    architecture: instance.architecture,
    availabilityZone: instance.availabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: instance.imageId,
    instanceId: instance.instanceId,
    instanceType: instance.instanceType,
    kernelId: null,
    pendingTime: wholeSeconds(instance.launchTime),
    privateIp: instance.privateIp,
    ramdiskId: null,
    region: instance.region,
    version: '2017-09-30',
  });
}

/** JSON as the metadata service lays it out: two spaces, and a space on both sides of the colon. */
export function metadataJson(document: Readonly<Record<string, string | null>>): string {
  const lines = Object.entries(document).map(([key, value]) => `  ${JSON.stringify(key)} : ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}`;
}

/** ISO time without a fraction, as all times of the metadata service. */
export function wholeSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** What stands at the path: a leaf's bytes, a directory's listing, or undefined for 404. A trailing slash is for directories only. */
export function read(root: Directory, path: readonly string[]): string | Buffer | undefined {
  let node: Node = root;
  for (const [index, name] of path.entries()) {
    if (!isDirectory(node)) return undefined;
    if (name === '' && index === path.length - 1) break;
    const next: Node | undefined = node.entries.get(name);
    if (next === undefined) return undefined;
    node = next;
  }
  if (typeof node === 'function') return node();
  return isDirectory(node) ? listing(node) : node;
}

function listing({ entries, labels }: Directory): string {
  return [...entries].map(([name, node]) => labels?.[name] ?? (isDirectory(node) ? `${name}/` : name)).join('\n');
}

function isDirectory(node: Node): node is Directory {
  return typeof node === 'object' && 'entries' in node && node.entries instanceof Map;
}
