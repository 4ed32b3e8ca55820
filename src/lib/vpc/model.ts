/**
 * The neutral network document that the rules, both fabrics and (later) the snapshot speak: what decides reachability
 * in a region, with AWS's names and ids, and nothing of how it was read or stored.
 *
 * Everything is keyed by id; addresses only mean something together with a VPC (`vpc-semantics.md` V5).
 */

/** Dotted IPv4 address. */
export type Ipv4 = string;
/** IPv4 prefix in CIDR notation, host bits zero. */
export type Cidr = string;

export interface Vpc {
  readonly vpcId: string;
  /** Primary CIDR first. */
  readonly cidrs: readonly Cidr[];
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
  /** What DHCP tells guests to ask (L14): addresses, and `AmazonProvidedDNS`, which it is when absent. Empty without an option set. */
  readonly domainNameServers?: readonly string[] | undefined;
}

export interface Subnet {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly cidr: Cidr;
  readonly availabilityZone: string;
}

export type RouteTargetKind =
  | 'local'
  | 'internet-gateway'
  | 'nat-gateway'
  | 'network-interface'
  | 'vpc-endpoint'
  | 'unsupported';

export interface Route {
  /** CIDR, or a prefix list id (`pl-…`). */
  readonly destination: string;
  readonly targetKind: RouteTargetKind;
  /** `local`, `igw-…`, `nat-…`, `eni-…`, `vpce-…`, or the id of something that is not modelled. */
  readonly targetId: string;
  readonly state: 'active' | 'blackhole';
}

export interface RouteTable {
  readonly routeTableId: string;
  readonly vpcId: string;
  readonly main: boolean;
  /** Explicitly associated subnets; the others of the VPC use the main table (R3). */
  readonly subnetIds: readonly string[];
  /** Gateways whose incoming packets it routes (R13); the fabrics have none. */
  readonly gatewayIds?: readonly string[] | undefined;
  readonly routes: readonly Route[];
}

export interface NetworkAclEntry {
  readonly ruleNumber: number;
  readonly egress: boolean;
  /** `-1`, or the IANA number as a decimal string (`6`, `17`, `1`). */
  readonly protocol: string;
  /** `unknown`: AWS has a word for it that is not known here. */
  readonly action: 'allow' | 'deny' | 'unknown';
  readonly cidr: Cidr;
  /** Inclusive; TCP and UDP only. */
  readonly portRange?: { readonly from: number; readonly to: number } | undefined;
  /** -1 is any; ICMP only. */
  readonly icmp?: { readonly type: number; readonly code: number } | undefined;
}

export interface NetworkAcl {
  readonly networkAclId: string;
  readonly vpcId: string;
  readonly isDefault: boolean;
  readonly subnetIds: readonly string[];
  readonly entries: readonly NetworkAclEntry[];
}

/** One security-group rule: exactly one of `cidr`, `groupId`, `prefixListId` is set (S4). */
export interface SecurityGroupRule {
  readonly ruleId: string;
  /** `-1`, `tcp`, `udp`, `icmp`, or another protocol's number. */
  readonly protocol: string;
  /** TCP/UDP: first port. ICMP: type, -1 any. Absent for `-1`. */
  readonly fromPort?: number | undefined;
  /** TCP/UDP: last port. ICMP: code, -1 any. */
  readonly toPort?: number | undefined;
  readonly cidr?: Cidr | undefined;
  readonly groupId?: string | undefined;
  readonly prefixListId?: string | undefined;
}

export interface SecurityGroup {
  readonly groupId: string;
  readonly groupName: string;
  readonly vpcId: string;
  readonly ingress: readonly SecurityGroupRule[];
  readonly egress: readonly SecurityGroupRule[];
}

export interface NetworkInterface {
  readonly networkInterfaceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly privateIp: Ipv4;
  /** Auto-assigned address or Elastic IP that the internet gateway maps 1:1. */
  readonly publicIp?: Ipv4 | undefined;
  readonly groupIds: readonly string[];
  readonly sourceDestCheck: boolean;
  /** `unsupported`: of a service that is not modelled (a load balancer, Lambda); what answers there is unknown. */
  readonly interfaceType: 'interface' | 'nat_gateway' | 'vpc_endpoint' | 'unsupported';
  readonly macAddress: string;
  /** Further private addresses, each with the Elastic IP that is mapped to it. */
  readonly secondaryAddresses?: readonly { readonly privateIp: Ipv4; readonly publicIp?: Ipv4 | undefined }[] | undefined;
  /** Set while attached to an instance. */
  readonly instanceId?: string | undefined;
  /** Which of the instance's interfaces it is; 0, the first, when absent. */
  readonly deviceIndex?: number | undefined;
  /** False while the attached instance is not running: nothing answers there (I3). */
  readonly up: boolean;
  /** Seconds of silence after which the interface forgets an established TCP connection, 60 to 432 000; AWS's default when absent (S10). */
  readonly tcpEstablishedTimeout?: number | undefined;
}

export interface InternetGateway {
  readonly internetGatewayId: string;
  /** Absent when detached. */
  readonly vpcId?: string | undefined;
}

export interface NatGateway {
  readonly natGatewayId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly networkInterfaceId: string;
  readonly privateIp: Ipv4;
  readonly publicIp?: Ipv4 | undefined;
  readonly state: string;
}

export interface VpcEndpoint {
  readonly vpcEndpointId: string;
  readonly vpcId: string;
  readonly endpointType: 'Interface' | 'Gateway';
  /** `com.amazonaws.<region>.ssm` … */
  readonly serviceName: string;
  /** `available` when it carries traffic. */
  readonly state: string;
  readonly privateDnsEnabled: boolean;
  readonly networkInterfaceIds: readonly string[];
  readonly routeTableIds: readonly string[];
}

export interface PrefixList {
  readonly prefixListId: string;
  readonly prefixListName: string;
  readonly cidrs: readonly Cidr[];
}

/** What is left out of Block Public Access: a VPC, or a subnet. */
export interface BlockPublicAccessExclusion {
  readonly exclusionId: string;
  /** `vpc-…` or `subnet-…`. */
  readonly resourceId: string;
  /** What is allowed there all the same: `allow-egress` lets only connections out that begin inside. */
  readonly mode: 'allow-egress' | 'allow-bidirectional';
}

/** VPC Block Public Access of the account in the region (I10, I11). */
export interface BlockPublicAccess {
  readonly mode: 'off' | 'block-ingress' | 'block-bidirectional';
  /** Those in force only. */
  readonly exclusions: readonly BlockPublicAccessExclusion[];
}

/** The whole of a region's network at one moment. */
export interface NetworkModel {
  readonly region: string;
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  readonly networkAcls: readonly NetworkAcl[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly networkInterfaces: readonly NetworkInterface[];
  readonly internetGateways: readonly InternetGateway[];
  readonly natGateways: readonly NatGateway[];
  readonly vpcEndpoints: readonly VpcEndpoint[];
  readonly prefixLists: readonly PrefixList[];
  /** Off when absent. */
  readonly blockPublicAccess?: BlockPublicAccess | undefined;
}
