/** What ec2-metadata prints, as amazon-ec2-utils does (aws-facts.md §3): for each kind of guest's own ec2-metadata. */

export const TOKEN_FAILED = '[ERROR] Could not get IMDSv2 token. Instance Metadata might have been disabled or this is not an EC2 instance.';

export interface MetadataItem {
  readonly label: string;
  readonly path: string;
  readonly short: string;
  readonly long: string;
  readonly shown?: 'device-mapping' | 'public-keys' | 'tags' | undefined;
  readonly root?: 'user-data' | undefined;
}

/** In the order of --all. */
export const METADATA_ITEMS: readonly MetadataItem[] = [
  { label: 'ami-id', path: 'ami-id', short: 'a', long: 'ami-id' },
  { label: 'ami-launch-index', path: 'ami-launch-index', short: 'l', long: 'ami-launch-index' },
  { label: 'ami-manifest-path', path: 'ami-manifest-path', short: 'm', long: 'ami-manifest-path' },
  { label: 'ancestor-ami-ids', path: 'ancestor-ami-ids', short: 'n', long: 'ancestor-ami-ids' },
  { label: 'block-device-mapping', path: 'block-device-mapping', short: 'b', long: 'block-device-mapping', shown: 'device-mapping' },
  { label: 'instance-id', path: 'instance-id', short: 'i', long: 'instance-id' },
  { label: 'instance-type', path: 'instance-type', short: 't', long: 'instance-type' },
  { label: 'local-hostname', path: 'local-hostname', short: 'h', long: 'local-hostname' },
  { label: 'local-ipv4', path: 'local-ipv4', short: 'o', long: 'local-ipv4' },
  { label: 'kernel-id', path: 'kernel-id', short: 'k', long: 'kernel-id' },
  { label: 'placement', path: 'placement/availability-zone', short: 'z', long: 'availability-zone' },
  { label: 'region', path: 'placement/region', short: 'R', long: 'region' },
  { label: 'partition', path: 'services/partition', short: 'P', long: 'partition' },
  { label: 'product-codes', path: 'product-codes', short: 'c', long: 'product-codes' },
  { label: 'public-hostname', path: 'public-hostname', short: 'p', long: 'public-hostname' },
  { label: 'public-ipv4', path: 'public-ipv4', short: 'v', long: 'public-ipv4' },
  { label: 'public-keys', path: 'public-keys/', short: 'u', long: 'public-keys', shown: 'public-keys' },
  { label: 'ramdisk-id', path: 'ramdisk-id', short: 'r', long: 'ramdisk-id' },
  { label: 'reservation-id', path: 'reservation-id', short: 'e', long: 'reservation-id' },
  { label: 'security-groups', path: 'security-groups', short: 's', long: 'security-groups' },
  { label: 'user-data', path: 'user-data', short: 'd', long: 'user-data', root: 'user-data' },
  { label: 'tags', path: 'tags/instance', short: 'g', long: 'tags', shown: 'tags' },
];

export const METADATA_HELP = `Usage: ec2-metadata <option>
Options:
--all                     Show all metadata information for this host (also default).
${METADATA_ITEMS.map((item) => `-${item.short}/--${item.long}`).join('\n')}
--path PATH               Show the value at a path of the metadata.
--quiet                   Suppress the labels.
--help                    Show this text.
`;
