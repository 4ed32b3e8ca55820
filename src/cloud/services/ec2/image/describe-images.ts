/** DescribeImages and DescribeImageAttribute: Amazon Linux 2023, as the public parameters name it. */
import { createHash } from 'node:crypto';
import { boolOpt, has, list, oneOf, str } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { images, type Image } from '../../ssm/public-parameters.js';
import { filtered, paged, type FilterTable } from '../describe.js';
import { reading, type Scope } from '../operation.js';

/** The image of that id. Throws InvalidAMIID.Malformed or InvalidAMIID.NotFound. */
export function findImage(region: string, imageId: string): Image {
  if (!/^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(imageId)) throw new AwsError('InvalidAMIID.Malformed', `Invalid id: "${imageId}" (expecting "ami-...")`);
  const image = images(region).find((candidate) => candidate.imageId === imageId);
  if (image === undefined) throw new AwsError('InvalidAMIID.NotFound', `The image id '[${imageId}]' does not exist`);
  return image;
}

/** Snapshot of the root volume; the same for an image for ever. */
export function snapshotOf(image: Image): string {
  return `snap-0${createHash('sha256').update(`snapshot/${image.imageId}`).digest('hex').slice(0, 16)}`;
}

function view(image: Image) {
  return {
    imageId: image.imageId,
    imageLocation: `amazon/${image.name}`,
    imageState: 'available',
    imageOwnerId: image.ownerId,
    imageOwnerAlias: image.ownerAlias,
    creationDate: image.creationDate,
    deprecationTime: image.deprecationTime,
    isPublic: true,
    architecture: image.architecture,
    imageType: 'machine',
    name: image.name,
    description: image.description,
    platformDetails: image.platformDetails,
    usageOperation: 'RunInstances',
    rootDeviceType: 'ebs',
    rootDeviceName: image.rootDeviceName,
    blockDeviceMapping: [{
      deviceName: image.rootDeviceName,
      ebs: { snapshotId: snapshotOf(image), volumeSize: image.volumeSize, volumeType: 'gp3', iops: 3000, throughput: 125, encrypted: false, deleteOnTermination: true },
    }],
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    enaSupport: true,
    sriovNetSupport: 'simple',
    bootMode: image.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
    imdsSupport: 'v2.0',
    deregistrationProtection: 'disabled',
    imageAllowed: true,
    freeTierEligible: true,
    productCodes: [],
    tagSet: [],
  };
}

type View = ReturnType<typeof view>;

/** Of what no image here has. */
const NONE = () => undefined;

const FILTERS: FilterTable<View> = {
  'architecture': (image) => image.architecture,
  'block-device-mapping.delete-on-termination': (image) => image.blockDeviceMapping.map((mapping) => mapping.ebs.deleteOnTermination),
  'block-device-mapping.device-name': (image) => image.blockDeviceMapping.map((mapping) => mapping.deviceName),
  'block-device-mapping.snapshot-id': (image) => image.blockDeviceMapping.map((mapping) => mapping.ebs.snapshotId),
  'block-device-mapping.volume-size': (image) => image.blockDeviceMapping.map((mapping) => mapping.ebs.volumeSize),
  'block-device-mapping.volume-type': (image) => image.blockDeviceMapping.map((mapping) => mapping.ebs.volumeType),
  'block-device-mapping.encrypted': (image) => image.blockDeviceMapping.map((mapping) => mapping.ebs.encrypted),
  'creation-date': (image) => image.creationDate,
  'free-tier-eligible': (image) => image.freeTierEligible,
  'image-allowed': (image) => image.imageAllowed,
  'kernel-id': NONE,
  'product-code': NONE,
  'product-code.type': NONE,
  'ramdisk-id': NONE,
  'source-image-id': NONE,
  'source-image-region': NONE,
  'source-instance-id': NONE,
  'state-reason-code': NONE,
  'state-reason-message': NONE,
  'description': (image) => image.description,
  'ena-support': (image) => image.enaSupport,
  'hypervisor': (image) => image.hypervisor,
  'image-id': (image) => image.imageId,
  'image-type': (image) => image.imageType,
  'is-public': (image) => image.isPublic,
  'manifest-location': (image) => image.imageLocation,
  'name': (image) => image.name,
  'owner-alias': (image) => image.imageOwnerAlias,
  'owner-id': (image) => image.imageOwnerId,
  'platform': NONE,
  'root-device-name': (image) => image.rootDeviceName,
  'root-device-type': (image) => image.rootDeviceType,
  'state': (image) => image.imageState,
  'sriov-net-support': (image) => image.sriovNetSupport,
  'virtualization-type': (image) => image.virtualizationType,
};

/** Deprecated images are shown too, asked for or not: the one release that there is must not go out of sight by its age. */
function chosen(input: Input, scope: Scope): readonly Image[] {
  boolOpt(input, 'IncludeDeprecated');
  // No image here is disabled.
  boolOpt(input, 'IncludeDisabled');
  const ids = [...new Set(list(input, 'ImageId'))];
  if (ids.length > 0 && has(input, 'MaxResults')) throw new AwsError('InvalidParameterCombination', 'The parameter imageIds cannot be used with the parameter maxResults');
  return ids.length === 0 ? images(scope.region) : ids.map((id) => findImage(scope.region, id));
}

/** `self` and accounts have no images here, and none was shared with `self`: all are Amazon's and public. */
export const describeImages = reading((input, scope) => {
  const owners = list(input, 'Owner');
  const users = list(input, 'ExecutableBy');
  const views = chosen(input, scope).map(view)
    .filter((image) => owners.length === 0 || owners.includes(image.imageOwnerId) || owners.includes(image.imageOwnerAlias))
    .filter(() => users.length === 0 || users.includes('all'));
  return paged(filtered(views, input, FILTERS), input, 'imagesSet', (image) => image.imageId, { minimum: 1, maximum: 1000 });
});

const ATTRIBUTES = [
  'description', 'kernel', 'ramdisk', 'launchPermission', 'productCodes', 'blockDeviceMapping', 'sriovNetSupport', 'bootMode', 'tpmSupport', 'uefiData', 'lastLaunchedTime',
  'imdsSupport', 'deregistrationProtection',
] as const;

/** Attributes are told to an image's owner only, and Amazon owns all that there are. */
export const describeImageAttribute = reading((input, scope) => {
  oneOf(input, 'Attribute', ATTRIBUTES);
  const { imageId } = findImage(scope.region, str(input, 'ImageId'));
  throw new AwsError('AuthFailure', `Not authorized for image:${imageId}`, { status: 403 });
});
