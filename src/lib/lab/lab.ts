/** The lab as data: its four instances, the way into each, and what each must show. The only place that knows there are four. */
import { LAB_TEMPLATE } from './template.js';

/** How packets leave the instance's subnet. */
export type Path = 'internet-gateway' | 'nat-gateway' | 'vpc-endpoint' | 'none';

/** How a shell on it is opened. */
export type Auth = 'ssh-key-pair' | 'session-manager' | 'none';

export interface LabInstance {
  /** 1 to 4, as the lab counts them. */
  readonly number: number;
  /** In the template; its Name tag is the same. */
  readonly logicalId: string;
  readonly path: Exclude<Path, 'none'>;
  readonly auth: Exclude<Auth, 'none'>;
  /** Logical id of its subnet. */
  readonly subnet: string;
  /** Logical id of its VPC. */
  readonly vpc: string;
  /** Logical id of its security group. */
  readonly securityGroup: string;
  /** TCP port that its security group admits from outside; undefined when nothing comes in, which is the lab's point. */
  readonly inboundPort: number | undefined;
  /** Whether it has a key pair. Exactly the SSH one has. */
  readonly keyPair: boolean;
  /** Whether it wears the instance profile. */
  readonly instanceProfile: boolean;
  /** What it has to print when it is asked (`lab.md`, "What must be seen on each of them"). */
  readonly shows: {
    /** `ec2-metadata --public-ipv4`: its own address, or `not available`. */
    readonly publicIpv4: boolean;
    /** `ping 8.8.8.8`: every request is answered, or none and in silence. */
    readonly ping: boolean;
    /** What a server in the internet sees it as: itself, the NAT gateway, or nobody. It proves which way the packets took. */
    readonly egress: 'own-address' | 'nat-gateway' | 'none';
    /** Whose addresses the names of Systems Manager have inside: the service's own, or the VPC endpoints'. */
    readonly services: 'public' | 'endpoint';
  };
}

const PUBLIC = { path: 'internet-gateway', subnet: 'PublicSubnet', vpc: 'VPC1', shows: { publicIpv4: true, ping: true, egress: 'own-address', services: 'public' } } as const;
const MANAGED = { auth: 'session-manager', inboundPort: undefined, keyPair: false, instanceProfile: true } as const;

/** In the lab's order. */
export const LAB_INSTANCES: readonly LabInstance[] = [
  { number: 1, logicalId: 'Instance1', ...PUBLIC, auth: 'ssh-key-pair', securityGroup: 'InstanceSecurityGroup1', inboundPort: 22, keyPair: true, instanceProfile: false },
  { number: 2, logicalId: 'Instance2', ...PUBLIC, ...MANAGED, securityGroup: 'InstanceSecurityGroup2' },
  { number: 3, logicalId: 'Instance3', path: 'nat-gateway', ...MANAGED, subnet: 'PrivateSubnet1', vpc: 'VPC1', securityGroup: 'InstanceSecurityGroup2', shows: { publicIpv4: false, ping: true, egress: 'nat-gateway', services: 'public' } },
  { number: 4, logicalId: 'Instance4', path: 'vpc-endpoint', ...MANAGED, subnet: 'PrivateSubnet2', vpc: 'VPC2', securityGroup: 'InstanceSecurityGroup3', shows: { publicIpv4: false, ping: false, egress: 'none', services: 'endpoint' } },
];

/** Name of the stack when the user gives none. */
export const DEFAULT_STACK_NAME = 'ssmlab';

/**
 * Name under which a public key of the lab is imported: per stack, so that two labs in one region have two key pairs, and per key, so that two people who
 * deploy one name at once have two, of which the stack takes one. `digest`: eight hex digits that tell the key from others.
 */
export function keyPairName(stackName: string, digest: string): string {
  return `${stackName}-key-${digest}`;
}

/** Whether a key pair is called as a lab of the stack calls its own; labs of before had one without the digest. */
export function isKeyPairName(stackName: string, keyName: string): boolean {
  return keyName.startsWith(`${stackName}-key`) && /^(?:-[0-9a-f]{8})?$/u.test(keyName.slice(`${stackName}-key`.length));
}

/** The same as EC2's filters have it; wider than {@link isKeyPairName}. */
export const keyPairPatterns = (stackName: string): string[] => [`${stackName}-key`, `${stackName}-key-*`];

/** User that the key pair lets in. */
export const SSH_USER = 'ec2-user';

/** Address that the lab pings from every instance. */
export const PING_TARGET = '8.8.8.8';

/** Host that tells who asks under which address it sees them: AWS's own, on port 80. */
export const CHECKIP_HOST = 'checkip.amazonaws.com';

/** Address of this machine in the local cloud's internet, which is the default of the template's SSHSourceCidr. */
export const LOCAL_ADDRESS = '198.51.100.7';

/** Tag on every resource of the template that takes tags. */
export const LAB_TAG = { key: 'ssmlab', value: 'true' } as const;

/** Capability that the template needs: it makes a role, under a name that CloudFormation chooses. */
export const CAPABILITIES = ['CAPABILITY_IAM'] as const;

/** Parameters of the template that the tool sets. */
export interface LabParameters {
  readonly keyName: string;
  /** Who may open SSH to instance 1; the template's default when absent. */
  readonly sshSourceCidr?: string | undefined;
  /** `AWS::SSM::Parameter::Value` name of another image. */
  readonly imageId?: string | undefined;
  readonly instanceType?: string | undefined;
  /** Zones of the two VPCs' subnets; the region's first and second when absent. */
  readonly vpc1Zone?: string | undefined;
  readonly vpc2Zone?: string | undefined;
}

/** As CreateStack takes them, `ParameterKey` → `ParameterValue`; what is absent keeps the template's default. */
export function templateParameters(parameters: LabParameters): { readonly [key: string]: string } {
  const given: { [key: string]: string | undefined } = {
    KeyName: parameters.keyName,
    SSHSourceCidr: parameters.sshSourceCidr,
    ImageId: parameters.imageId,
    InstanceType: parameters.instanceType,
    VPC1Zone: parameters.vpc1Zone,
    VPC2Zone: parameters.vpc2Zone,
  };
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The CloudFormation template, YAML, as `ssmlab template` prints it. */
export function templateBody(): string {
  return LAB_TEMPLATE;
}
