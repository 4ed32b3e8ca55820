/** Records of EC2 and their tables, as the journal keeps them; what can be derived (route states, DNS names) is not stored. */
import { table } from '../../state/store.js';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What every taggable record has. */
export interface Tagged {
  readonly tags: readonly Tag[];
}

export interface VpcRecord extends Tagged {
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly cidrAssociationId: string;
  /** Associated after the creation (AssociateVpcCidrBlock). */
  readonly secondaryCidrs?: readonly { readonly associationId: string; readonly cidrBlock: string }[] | undefined;
  /** `default` when the VPC has no set. */
  readonly dhcpOptionsId: string;
  readonly instanceTenancy: 'default' | 'dedicated';
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
}

export interface DhcpOptionsRecord extends Tagged {
  readonly dhcpOptionsId: string;
  readonly configurations: readonly { readonly key: string; readonly values: readonly string[] }[];
}

export interface SubnetRecord extends Tagged {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly availabilityZone: string;
  readonly mapPublicIpOnLaunch: boolean;
  /** Every subnet is associated with exactly one network ACL. */
  readonly networkAclId: string;
  readonly networkAclAssociationId: string;
}

/** Addresses of a subnet that EC2 chooses for nobody: `explicit` ones are asked for, `prefix` ones are for prefixes. */
export interface SubnetCidrReservationRecord extends Tagged {
  readonly subnetCidrReservationId: string;
  readonly subnetId: string;
  readonly cidr: string;
  readonly reservationType: 'prefix' | 'explicit';
  readonly description?: string | undefined;
}

export interface InternetGatewayRecord extends Tagged {
  readonly internetGatewayId: string;
  readonly vpcId?: string | undefined;
}

/** A route without its state, which follows from its target (R6). */
export interface RouteRecord {
  /** CIDR in canonical form, or `pl-…`. */
  readonly destination: string;
  /** `local`, `igw-…`, `nat-…`, `eni-…` or `vpce-…`. */
  readonly target: string;
  readonly origin: 'CreateRouteTable' | 'CreateRoute';
}

export interface PrefixListEntry {
  readonly cidr: string;
  readonly description?: string | undefined;
}

/** A prefix list of the customer; AWS's own are derived from the region. */
export interface PrefixListRecord extends Tagged {
  readonly prefixListId: string;
  readonly prefixListName: string;
  readonly addressFamily: 'IPv4' | 'IPv6';
  readonly maxEntries: number;
  readonly state: `${'create' | 'modify' | 'restore'}-${'in-progress' | 'complete'}` | 'delete-in-progress';
  /** Entries of every version; the last is the one in force, and its number is the list's length. */
  readonly versions: readonly (readonly PrefixListEntry[])[];
  readonly dueAt?: number | undefined;
}

export interface RouteTableAssociation {
  readonly associationId: string;
  readonly main: boolean;
  /** Absent for the main association. */
  readonly subnetId?: string | undefined;
}

export interface RouteTableRecord extends Tagged {
  readonly routeTableId: string;
  readonly vpcId: string;
  readonly routes: readonly RouteRecord[];
  readonly associations: readonly RouteTableAssociation[];
}

export interface SecurityGroupRecord extends Tagged {
  readonly groupId: string;
  readonly groupName: string;
  readonly description: string;
  readonly vpcId: string;
}

export interface SecurityGroupRuleRecord extends Tagged {
  readonly securityGroupRuleId: string;
  readonly groupId: string;
  readonly isEgress: boolean;
  /** `-1`, `tcp`, `udp`, `icmp`, `icmpv6` or a decimal number. */
  readonly ipProtocol: string;
  /** -1 when the protocol has no ports (or all ICMP types). */
  readonly fromPort: number;
  readonly toPort: number;
  readonly cidrIpv4?: string | undefined;
  readonly cidrIpv6?: string | undefined;
  readonly prefixListId?: string | undefined;
  readonly referencedGroupId?: string | undefined;
  readonly description?: string | undefined;
}

export interface NetworkAclEntryRecord {
  readonly ruleNumber: number;
  readonly egress: boolean;
  /** `-1` or a decimal IANA number. */
  readonly protocol: string;
  readonly ruleAction: 'allow' | 'deny';
  readonly cidrBlock?: string | undefined;
  readonly ipv6CidrBlock?: string | undefined;
  readonly portRange?: { readonly from: number; readonly to: number } | undefined;
  readonly icmpTypeCode?: { readonly type: number; readonly code: number } | undefined;
}

export interface NetworkAclRecord extends Tagged {
  readonly networkAclId: string;
  readonly vpcId: string;
  readonly isDefault: boolean;
  readonly entries: readonly NetworkAclEntryRecord[];
}

export interface AddressRecord extends Tagged {
  readonly allocationId: string;
  readonly publicIp: string;
  readonly associationId?: string | undefined;
  readonly networkInterfaceId?: string | undefined;
  /** Its reverse DNS name, with the root's dot. */
  readonly ptrRecord?: string | undefined;
  /** The private address that it is mapped to. */
  readonly privateIpAddress?: string | undefined;
}

/** An Elastic IP as the interface that wears it knows it. */
export interface WornAddress {
  readonly allocationId: string;
  readonly associationId: string;
  readonly publicIp: string;
}

/** A private address beside the primary one; each may have an Elastic IP of its own. */
export interface SecondaryAddress {
  readonly privateIpAddress: string;
  readonly elasticIp?: WornAddress | undefined;
}

export interface NatGatewayRecord extends Tagged {
  readonly natGatewayId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly connectivityType: 'public' | 'private';
  readonly state: 'pending' | 'failed' | 'available' | 'deleting' | 'deleted';
  readonly createTime: number;
  readonly deleteTime?: number | undefined;
  readonly failureCode?: string | undefined;
  readonly failureMessage?: string | undefined;
  readonly allocationId?: string | undefined;
  readonly associationId?: string | undefined;
  readonly publicIp?: string | undefined;
  readonly networkInterfaceId?: string | undefined;
  readonly privateIp?: string | undefined;
  readonly dueAt?: number | undefined;
}

export interface VpcEndpointRecord extends Tagged {
  readonly vpcEndpointId: string;
  readonly vpcEndpointType: 'Interface' | 'Gateway';
  readonly vpcId: string;
  readonly serviceName: string;
  readonly state: 'pending' | 'available' | 'deleting';
  readonly policyDocument: string;
  readonly privateDnsEnabled: boolean;
  readonly subnetIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly routeTableIds: readonly string[];
  readonly networkInterfaceIds: readonly string[];
  /** Eight characters in the endpoint's own DNS names. */
  readonly dnsLabel: string;
  readonly creationTimestamp: number;
  readonly dueAt?: number | undefined;
}

export interface NetworkInterfaceRecord extends Tagged {
  readonly networkInterfaceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly description: string;
  readonly interfaceType: 'interface' | 'nat_gateway' | 'vpc_endpoint';
  readonly requesterManaged: boolean;
  readonly macAddress: string;
  readonly privateIpAddress: string;
  readonly groupIds: readonly string[];
  readonly sourceDestCheck: boolean;
  /** Seconds of silence after which flows are forgotten, as they were set (S10). */
  readonly connectionTracking?: { readonly tcpEstablishedTimeout?: number | undefined; readonly udpStreamTimeout?: number | undefined; readonly udpTimeout?: number | undefined } | undefined;
  /** Whether a start brings an automatic public address (V10, V11). */
  readonly assignsPublicIp: boolean;
  /** Automatic public address, released on stop. */
  readonly autoPublicIp?: string | undefined;
  /** Elastic IP of the primary address; displaces the automatic one. */
  readonly elasticIp?: WornAddress | undefined;
  readonly secondaryAddresses?: readonly SecondaryAddress[] | undefined;
  readonly attachment?: {
    readonly attachmentId: string;
    /** Absent for interfaces of AWS services. */
    readonly instanceId?: string | undefined;
    readonly deviceIndex: number;
    readonly attachTime: number;
    readonly deleteOnTermination: boolean;
  } | undefined;
}

export type InstanceStateName = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface MetadataOptions {
  readonly httpTokens: 'optional' | 'required';
  readonly httpPutResponseHopLimit: number;
  readonly httpEndpoint: 'enabled' | 'disabled';
  readonly httpProtocolIpv6: 'enabled' | 'disabled';
  readonly instanceMetadataTags: 'enabled' | 'disabled';
}

/** What an instance may be told beside its network and volumes; absent members are as the type or the account has them. */
export interface InstanceOptions {
  readonly cpuOptions?: { readonly coreCount: number; readonly threadsPerCore: number } | undefined;
  /** Burstable types; `unlimited` when absent. */
  readonly cpuCredits?: 'standard' | 'unlimited' | undefined;
  readonly autoRecovery?: 'default' | 'disabled' | undefined;
  readonly capacityReservationPreference?: 'open' | 'none' | undefined;
}

export interface InstanceRecord extends Tagged, InstanceOptions {
  readonly instanceId: string;
  readonly reservationId: string;
  readonly ownerId: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly architecture: 'arm64' | 'x86_64';
  readonly launchIndex: number;
  readonly launchTime: number;
  readonly state: InstanceStateName;
  readonly stateReason?: { readonly code: string; readonly message: string } | undefined;
  /** `User initiated (2026-11-24 01:02:03 GMT)` after a stop or terminate. */
  readonly stateTransitionReason: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly privateIpAddress: string;
  /** Primary interface; gone when terminated. */
  readonly networkInterfaceId: string;
  readonly keyName?: string | undefined;
  /** The key pair's public half at launch: deleting the key pair does not lock anyone out. */
  readonly publicKey?: string | undefined;
  readonly metadataOptions: MetadataOptions;
  /** Base64. */
  readonly userData?: string | undefined;
  readonly clientToken?: string | undefined;
  readonly rootDeviceName: string;
  readonly monitoring: boolean;
  readonly ebsOptimized: boolean;
  readonly disableApiTermination: boolean;
  readonly disableApiStop: boolean;
  readonly instanceInitiatedShutdownBehavior: 'stop' | 'terminate';
  /** Counts starts and reboots: a guest of another count is another boot. */
  readonly bootCount: number;
  /** When it last became running; status checks initialise for a while after it (E4). */
  readonly runningSince?: number | undefined;
  /** How long status checks stay `initializing`, milliseconds. */
  readonly statusCheckDelay: number;
  readonly dueAt?: number | undefined;
}

/** The account's defaults for IMDS in this region; absent members are no preference. */
export type MetadataDefaultsRecord = Partial<Omit<MetadataOptions, 'httpProtocolIpv6'>>;

/** What the instance wrote to its serial console in its last boot. */
export interface ConsoleOutputRecord {
  readonly text: string;
  /** When the last of it was written. */
  readonly timestamp: number;
}

export interface ProfileAssociationRecord {
  readonly associationId: string;
  readonly instanceId: string;
  readonly arn: string;
  /** AIPA… */
  readonly profileId: string;
  readonly timestamp: number;
}

export interface VolumeRecord extends Tagged {
  readonly volumeId: string;
  /** GiB. */
  readonly size: number;
  readonly volumeType: string;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string | undefined;
  readonly snapshotId: string;
  readonly availabilityZone: string;
  readonly createTime: number;
  readonly attachment?: { readonly instanceId: string; readonly device: string; readonly attachTime: number; readonly deleteOnTermination: boolean } | undefined;
  /** The last change of what it is. */
  readonly modification?: { readonly startTime: number; readonly original: VolumeShape; readonly target: VolumeShape } | undefined;
}

export type VolumeShape = Pick<VolumeRecord, 'size' | 'volumeType' | 'iops' | 'throughput'>;

export interface KeyPairRecord extends Tagged {
  readonly keyPairId: string;
  readonly keyName: string;
  readonly keyType: 'rsa' | 'ed25519';
  readonly keyFingerprint: string;
  /** OpenSSH line: type, base64, comment if any. */
  readonly publicKey: string;
  readonly createTime: number;
}

/** What a ClientToken made, so that a repeated request finds it again. */
export interface ClientTokenRecord {
  /** SHA-256 of the rest of the request. */
  readonly request: string;
  readonly ids: readonly string[];
}

/** A public address in use; kept for all regions together, since the internet has one address space. */
export interface PublicAddressRecord {
  readonly publicIp: string;
  readonly region: string;
}

/** Where the search for the next public address begins: an address just released does not come back at once (V11). */
export interface PublicAddressCursor {
  readonly next: number;
}

export const VPC = table<VpcRecord>('ec2/vpc');
export const DHCP_OPTIONS = table<DhcpOptionsRecord>('ec2/dhcp-options');
export const PREFIX_LIST = table<PrefixListRecord>('ec2/prefix-list');
export const SUBNET = table<SubnetRecord>('ec2/subnet');
export const SUBNET_CIDR_RESERVATION = table<SubnetCidrReservationRecord>('ec2/subnet-cidr-reservation');
export const INTERNET_GATEWAY = table<InternetGatewayRecord>('ec2/internet-gateway');
export const ROUTE_TABLE = table<RouteTableRecord>('ec2/route-table');
export const SECURITY_GROUP = table<SecurityGroupRecord>('ec2/security-group');
export const SECURITY_GROUP_RULE = table<SecurityGroupRuleRecord>('ec2/security-group-rule');
export const NETWORK_ACL = table<NetworkAclRecord>('ec2/network-acl');
export const ADDRESS = table<AddressRecord>('ec2/address');
export const NAT_GATEWAY = table<NatGatewayRecord>('ec2/nat-gateway');
export const VPC_ENDPOINT = table<VpcEndpointRecord>('ec2/vpc-endpoint');
export const NETWORK_INTERFACE = table<NetworkInterfaceRecord>('ec2/network-interface');
export const INSTANCE = table<InstanceRecord>('ec2/instance');
export const METADATA_DEFAULTS = table<MetadataDefaultsRecord>('ec2/instance-metadata-defaults');
export const CONSOLE_OUTPUT = table<ConsoleOutputRecord>('ec2/console-output');
export const PROFILE_ASSOCIATION = table<ProfileAssociationRecord>('ec2/iam-instance-profile-association');
export const VOLUME = table<VolumeRecord>('ec2/volume');
export const KEY_PAIR = table<KeyPairRecord>('ec2/key-pair');
export const CLIENT_TOKEN = table<ClientTokenRecord>('ec2/client-token');
/** In the store without a region. */
export const PUBLIC_ADDRESS = table<PublicAddressRecord>('ec2/public-address');
export const PUBLIC_ADDRESS_CURSOR = table<PublicAddressCursor>('ec2/public-address-cursor');
