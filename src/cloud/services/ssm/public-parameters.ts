/** Amazon Linux 2023's images and the public parameters under /aws/service/ami-amazon-linux-latest, both from one table (`aws-facts.md` §2). */
import { createHash } from 'node:crypto';

export type Architecture = 'arm64' | 'x86_64';

export interface Image {
  /** `ami-` and 17 hex digits; the same for a region and a release for ever. */
  readonly imageId: string;
  /** `al2023-ami-2023.12.20261109.0-kernel-6.18-arm64` */
  readonly name: string;
  readonly description: string;
  readonly architecture: Architecture;
  /** ISO 8601. */
  readonly creationDate: string;
  /** ISO 8601, 90 days after creation. */
  readonly deprecationTime: string;
  readonly ownerId: string;
  readonly ownerAlias: 'amazon';
  readonly platformDetails: string;
  readonly rootDeviceName: string;
  /** GiB. */
  readonly volumeSize: number;
  /** True for the standard image, which has the agent. */
  readonly standard: boolean;
}

export interface PublicParameter {
  readonly name: string;
  readonly value: string;
  readonly version: number;
  readonly arn: string;
  readonly type: 'String';
  readonly dataType: 'text';
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

/** Where the parameters live. */
const PUBLIC_PATH = '/aws/service/ami-amazon-linux-latest';

/** The one release that the local cloud has; bump it to publish a new one. */
const RELEASE = { number: '2023.12.20261109.0', created: Date.UTC(2026, 10, 9, 21, 4, 17), version: 128 };
/** Kernel of the `kernel-default` names since 2026-08-17. */
const DEFAULT_KERNEL = '6.18';
const KERNELS = ['6.1', '6.12', '6.18'] as const;
const ARCHITECTURES: readonly Architecture[] = ['arm64', 'x86_64'];
/** Account that publishes Amazon Linux. */
const AMAZON = '137112412989';
const DAY = 86_400_000;

interface Flavour {
  readonly standard: boolean;
  readonly prefix: 'al2023-ami' | 'al2023-ami-minimal';
}

const FLAVOURS: readonly Flavour[] = [
  { standard: true, prefix: 'al2023-ami' },
  { standard: false, prefix: 'al2023-ami-minimal' },
];

function image(region: string, flavour: Flavour, kernel: string, architecture: Architecture): Image {
  const name = `${flavour.prefix}-${RELEASE.number}-kernel-${kernel}-${architecture}`;
  const digest = createHash('sha256').update(`${region}/${name}`).digest('hex');
  return {
    imageId: `ami-0${digest.slice(0, 16)}`,
    name,
    description: `Amazon Linux 2023 ${flavour.standard ? 'AMI' : 'minimal AMI'} ${RELEASE.number} ${architecture} HVM kernel-${kernel}`,
    architecture,
    creationDate: new Date(RELEASE.created).toISOString(),
    deprecationTime: new Date(RELEASE.created + 90 * DAY).toISOString(),
    ownerId: AMAZON,
    ownerAlias: 'amazon',
    platformDetails: 'Linux/UNIX',
    rootDeviceName: '/dev/xvda',
    volumeSize: flavour.standard ? 8 : 2,
    standard: flavour.standard,
  };
}

/** The images that a region offers. */
export function images(region: string): readonly Image[] {
  return FLAVOURS.flatMap((flavour) =>
    KERNELS.flatMap((kernel) => ARCHITECTURES.map((architecture) => image(region, flavour, kernel, architecture))));
}

/** All public parameters of a region, by name. */
export function publicParameters(region: string): readonly PublicParameter[] {
  return FLAVOURS.flatMap((flavour) =>
    ['default', ...KERNELS].flatMap((kernel) => ARCHITECTURES.map((architecture) => {
      const leaf = `${flavour.prefix}-kernel-${kernel}-${architecture}`;
      return {
        name: `${PUBLIC_PATH}/${leaf}`,
        value: image(region, flavour, kernel === 'default' ? DEFAULT_KERNEL : kernel, architecture).imageId,
        version: RELEASE.version,
        arn: `arn:aws:ssm:${region}::parameter${PUBLIC_PATH}/${leaf}`,
        type: 'String' as const,
        dataType: 'text' as const,
        lastModified: RELEASE.created,
      };
    })));
}

/** The public parameter of that full name, undefined when there is none. */
export function publicParameter(region: string, name: string): PublicParameter | undefined {
  return publicParameters(region).find((parameter) => parameter.name === name);
}
