/**
 * Condition keys of EC2's resources (service authorization reference, "Resource types defined by Amazon EC2"): of one that is
 * there by its record, of one that the request makes (`arn:…:instance/*`) by the request.
 */
import { findImage } from '../services/ec2/image/describe-images.js';
import { INSTANCE, PROFILE_ASSOCIATION, SUBNET, VOLUME } from '../services/ec2/model.js';
import { KEY_PAIR, TAGGABLE } from '../services/ec2/noun.js';
import { findInstanceProfile } from '../services/iam/lookup.js';
import type { ConditionContext } from '../../lib/policy/condition.js';
import type { Reader } from '../state/store.js';
import { AwsError, type Input } from './operation.js';

/** The keys that are known here, in lower case: one that a resource has not is none of its type's. */
export const EC2_RESOURCE_KEYS = new RegExp(`^ec2:(?:${[
  'availabilityzone', 'vpc', 'subnet', 'instancetype', 'tenancy', 'rootdevicetype', 'ebsoptimized', 'instanceprofile', 'instancemarkettype', 'metadatahttp(?:tokens|endpoint|putresponsehoplimit)',
  'associatepublicipaddress', 'encrypted', 'volume(?:size|type|iops|throughput)', 'imagetype', 'owner', 'public', 'keypair(?:name|type)', '(?:instance|vpc|subnet|securitygroup|networkinterface|volume|image|routetable|internetgateway|natgateway|vpcendpoint|networkacl)id',
].join('|')})$`);

/** Resource types and the key that gives their id; those without one have none. */
const ID_KEYS: Readonly<Record<string, string>> = {
  'instance': 'InstanceID', 'vpc': 'VpcID', 'subnet': 'SubnetID', 'security-group': 'SecurityGroupID', 'network-interface': 'NetworkInterfaceID', 'volume': 'VolumeID', 'image': 'ImageID', 'route-table': 'RouteTableID',
  'internet-gateway': 'InternetGatewayID', 'natgateway': 'NatGatewayID', 'vpc-endpoint': 'VpcEndpointID', 'network-acl': 'NetworkAclID',
};

export interface Ec2KeyFacts {
  readonly region: string;
  readonly accountId: string;
  readonly state: Reader;
  readonly globalState: Reader;
}

export function ec2ResourceKeys(arn: string, input: Input, facts: Ec2KeyFacts): ConditionContext {
  const [type = '', id = ''] = arn.split(':').slice(5).join(':').split('/', 2);
  const found = id === '*' ? ofRequest(type, input, facts) : ofRecord(type, id, facts);
  const idKey = id === '*' ? undefined : ID_KEYS[type];
  return Object.fromEntries(Object.entries({ ...found, ...(idKey === undefined ? {} : { [idKey]: id }) }).map(([name, value]) => [`ec2:${name}`, value]));
}

/** Values by key names without their `ec2:`. */
type Keys = Readonly<Record<string, string | undefined>>;

const arnOf = (type: string, id: string | undefined, { region, accountId }: Ec2KeyFacts): string | undefined => (id === undefined ? undefined : `arn:aws:ec2:${region}:${accountId}:${type}/${id}`);

/** Where a record is: members that many records have. */
interface Placed {
  readonly vpcId?: string | undefined;
  readonly subnetId?: string | undefined;
  readonly availabilityZone?: string | undefined;
}

function placeKeys({ vpcId, subnetId, availabilityZone }: Placed, facts: Ec2KeyFacts): Keys {
  return { Vpc: arnOf('vpc', vpcId, facts), Subnet: arnOf('subnet', subnetId, facts), AvailabilityZone: availabilityZone };
}

function ofRecord(type: string, id: string, facts: Ec2KeyFacts): Keys {
  const { state } = facts;
  if (type === 'image') return imageKeys(id, facts.region);
  if (type === 'key-pair') {
    const pair = state.list(KEY_PAIR.table).find((each) => each.keyName === id);
    return { KeyPairName: id, KeyPairType: pair?.keyType };
  }
  const noun = TAGGABLE.find((each) => each.resourceType === type);
  const record: (object & Placed) | undefined = noun === undefined ? undefined : state.get(noun.table, id);
  if (record === undefined) return {};
  if (type === 'instance') return instanceKeys(id, state);
  if (type === 'vpc') return { Tenancy: 'default' };
  if (type === 'volume') return volumeKeys(id, state);
  const { Vpc, Subnet, AvailabilityZone } = placeKeys(record, facts);
  // A subnet's own id is its SubnetID, not the subnet that it is in.
  return type === 'subnet' ? { Vpc, AvailabilityZone } : { Vpc, Subnet, AvailabilityZone };
}

function imageKeys(id: string, region: string): Keys {
  try {
    const image = findImage(region, id);
    return { ImageType: 'machine', Owner: image.ownerId, Public: 'true', RootDeviceType: 'ebs' };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // That the image is not there is the operation's to say.
    return {};
  }
}

function instanceKeys(id: string, state: Reader): Keys {
  const instance = state.get(INSTANCE, id);
  if (instance === undefined) return {};
  const { metadataOptions } = instance;
  return {
    InstanceType: instance.instanceType, AvailabilityZone: instance.availabilityZone, Tenancy: 'default', RootDeviceType: 'ebs', EbsOptimized: String(instance.ebsOptimized), InstanceMarketType: 'on-demand',
    InstanceProfile: state.list(PROFILE_ASSOCIATION).find((association) => association.instanceId === id)?.arn,
    MetadataHttpTokens: metadataOptions.httpTokens, MetadataHttpEndpoint: metadataOptions.httpEndpoint, MetadataHttpPutResponseHopLimit: String(metadataOptions.httpPutResponseHopLimit),
  };
}

function volumeKeys(id: string, state: Reader): Keys {
  const volume = state.get(VOLUME, id);
  if (volume === undefined) return {};
  const { availabilityZone, encrypted, size, volumeType, iops, throughput } = volume;
  return { AvailabilityZone: availabilityZone, Encrypted: String(encrypted), VolumeSize: String(size), VolumeType: volumeType, VolumeIops: iops?.toString(), VolumeThroughput: throughput?.toString() };
}

/** What the request says of a resource that it makes. */
function ofRequest(type: string, input: Input, facts: Ec2KeyFacts): Keys {
  const first = (value: unknown): unknown => (Array.isArray(value) ? (value as unknown[])[0] : value);
  const at = (path: string): string | undefined => {
    const value = path.split('.').reduce<unknown>((inner, name) => (typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name) ? first(Reflect.get(inner, name)) : undefined), input);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  };
  const subnet = facts.state.get(SUBNET, at('SubnetId') ?? at('NetworkInterface.SubnetId') ?? '');
  const placed = placeKeys({ vpcId: at('VpcId') ?? subnet?.vpcId, subnetId: subnet?.subnetId, availabilityZone: subnet?.availabilityZone ?? at('Placement.AvailabilityZone') ?? at('AvailabilityZone') }, facts);
  switch (type) {
    case 'instance': {
      const profile = at('IamInstanceProfile.Arn') ?? at('IamInstanceProfile.Name');
      return {
        InstanceType: at('InstanceType'), AvailabilityZone: placed['AvailabilityZone'], Tenancy: at('Placement.Tenancy') ?? 'default', RootDeviceType: 'ebs', EbsOptimized: at('EbsOptimized') ?? 'false',
        InstanceProfile: profile === undefined ? undefined : (findInstanceProfile(facts.globalState, profile)?.arn ?? profile), InstanceMarketType: 'on-demand',
        MetadataHttpTokens: at('MetadataOptions.HttpTokens'), MetadataHttpEndpoint: at('MetadataOptions.HttpEndpoint'), MetadataHttpPutResponseHopLimit: at('MetadataOptions.HttpPutResponseHopLimit'),
      };
    }
    case 'network-interface': return { ...placed, AssociatePublicIpAddress: at('NetworkInterface.AssociatePublicIpAddress') };
    case 'volume': return {
      AvailabilityZone: placed['AvailabilityZone'], Encrypted: at('Encrypted') ?? at('BlockDeviceMapping.Ebs.Encrypted') ?? 'false', VolumeSize: at('Size') ?? at('BlockDeviceMapping.Ebs.VolumeSize'),
      VolumeType: at('VolumeType') ?? at('BlockDeviceMapping.Ebs.VolumeType'), VolumeIops: at('Iops') ?? at('BlockDeviceMapping.Ebs.Iops'), VolumeThroughput: at('Throughput') ?? at('BlockDeviceMapping.Ebs.Throughput'),
    };
    case 'vpc': return { Tenancy: at('InstanceTenancy') ?? 'default' };
    case 'subnet': return { Vpc: placed['Vpc'], AvailabilityZone: at('AvailabilityZone') };
    case 'key-pair': return { KeyPairName: at('KeyName'), KeyPairType: at('KeyType') };
    default: return { Vpc: placed['Vpc'] };
  }
}
