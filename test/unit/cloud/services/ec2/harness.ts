/** EC2 in memory for tests: a clock that stands still, IAM with one profile, and a lab of two VPCs with one range. */
import { AwsError, type Input, type OperationContext, type Output } from '../../../../../src/cloud/endpoint/operation.js';
import { createRegionCipher, makeCipherSecret } from '../../../../../src/cloud/keys/region-cipher.js';
import { advance, ec2 } from '../../../../../src/cloud/services/ec2/ec2.js';
import { images } from '../../../../../src/cloud/services/ssm/public-parameters.js';
import { Memory } from '../../../../../src/cloud/state/memory.js';
import type { Store } from '../../../../../src/cloud/state/store.js';

export const ACCOUNT = '123456789012';
export const PROFILE_ARN = `arn:aws:iam::${ACCOUNT}:instance-profile/lab`;
export const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE7x1xKVmM4wXQwGSpnkWo9uT5oOKZ7N8VAf+NgdHgS3 me@here';

const cipher = createRegionCipher(makeCipherSecret());

type Reply = Record<string, never>;

export class Region {
  readonly state: Store;
  readonly globalState: Store;
  readonly region: string;
  /** Milliseconds since the epoch. */
  now = Date.UTC(2026, 10, 24);
  pace = 1;

  constructor(region = 'ap-northeast-1', memory = new Memory()) {
    this.region = region;
    this.state = memory.scope(region);
    this.globalState = memory.scope('aws-global');
  }

  get context(): OperationContext {
    return {
      region: this.region,
      accountId: ACCOUNT,
      caller: { accountId: ACCOUNT, accessKeyId: 'AKIAX', arn: `arn:aws:iam::${ACCOUNT}:user/lab`, userId: 'AIDAX', kind: 'lab' },
      origin: { kind: 'loopback' },
      requestId: 'r',
      state: this.state,
      globalState: this.globalState,
      runtime: { pace: this.pace, cipher } as OperationContext['runtime'],
      now: () => this.now,
      call: (service, operation, input) => {
        if (service !== 'iam' || operation !== 'GetInstanceProfile' || input['InstanceProfileName'] !== 'lab') throw new AwsError('NoSuchEntity', 'no such profile', { status: 404 });
        return { InstanceProfile: { Arn: PROFILE_ARN, InstanceProfileId: 'AIPAEXAMPLE', Roles: [] } };
      },
    };
  }

  /** Runs an operation; its reply may be walked into without ceremony. */
  call(operation: string, input: Input = {}): Reply & Output {
    const found = ec2.operations[operation];
    if (found === undefined) throw new Error(`no operation ${operation}`);
    const output = found(input, this.context);
    if (output instanceof Promise) throw new Error(`${operation} is asynchronous`);
    return output as Reply & Output;
  }

  /** A member deep in a reply: `at('DescribeVpcs', {}, 'vpcSet', 0, 'vpcId')`. */
  at(operation: string, input: Input, ...path: readonly (string | number)[]): unknown {
    return path.reduce<unknown>((value, name) => (value as Record<string | number, unknown> | undefined)?.[name], this.call(operation, input));
  }

  id(operation: string, input: Input, ...path: readonly (string | number)[]): string {
    const value = this.at(operation, input, ...path);
    if (typeof value !== 'string') throw new Error(`${operation} gave ${JSON.stringify(value)} at ${path.join('.')}`);
    return value;
  }

  /** Lets time pass until nothing is due within `milliseconds`. */
  pass(milliseconds = 5000): void {
    const end = this.now + milliseconds;
    for (;;) {
      const next = advance(this.state, this.now);
      if (next === undefined || next > end) break;
      this.now = next;
    }
    this.now = end;
  }

  /** Code of the error that the call throws. */
  code(operation: string, input: Input = {}): string {
    return this.#error(operation, input)?.code ?? 'no error';
  }

  /** Its message; empty when it throws none. */
  message(operation: string, input: Input = {}): string {
    return this.#error(operation, input)?.message ?? '';
  }

  #error(operation: string, input: Input): AwsError | undefined {
    try {
      this.call(operation, input);
    } catch (error) {
      if (error instanceof AwsError) return error;
      throw error;
    }
    return undefined;
  }
}

export function imageId(architecture = 'arm64', region = 'ap-northeast-1'): string {
  return images(region).find((image) => image.architecture === architecture && image.standard)?.imageId ?? '';
}

export interface Lab {
  readonly region: Region;
  readonly vpc1: string;
  readonly vpc2: string;
  readonly publicSubnet: string;
  readonly privateSubnet1: string;
  readonly privateSubnet2: string;
  readonly igw: string;
  readonly allocation: string;
  readonly nat: string;
  readonly publicTable: string;
  readonly privateTable: string;
  readonly groups: readonly [string, string, string, string];
  readonly endpoints: readonly string[];
  readonly instances: readonly [string, string, string, string];
}

function makeVpc(region: Region): string {
  const vpcId = region.id('CreateVpc', { CidrBlock: '10.0.0.0/16' }, 'vpc', 'vpcId');
  region.call('ModifyVpcAttribute', { VpcId: vpcId, EnableDnsHostnames: { Value: 'true' } });
  return vpcId;
}

/** The lab of `facts/lab.md`, made by the API and settled. */
export function makeLab(region = new Region()): Lab {
  const vpc1 = makeVpc(region);
  const vpc2 = makeVpc(region);
  const subnet = (VpcId: string, CidrBlock: string, zone: string) => region.id('CreateSubnet', { VpcId, CidrBlock, AvailabilityZone: `${region.region}${zone}` }, 'subnet', 'subnetId');
  const publicSubnet = subnet(vpc1, '10.0.1.0/24', 'a');
  const privateSubnet1 = subnet(vpc1, '10.0.2.0/24', 'a');
  const privateSubnet2 = subnet(vpc2, '10.0.3.0/24', 'c');
  const igw = region.id('CreateInternetGateway', {}, 'internetGateway', 'internetGatewayId');
  region.call('AttachInternetGateway', { InternetGatewayId: igw, VpcId: vpc1 });
  const table = (SubnetId: string, target: Input) => {
    const id = region.id('CreateRouteTable', { VpcId: vpc1 }, 'routeTable', 'routeTableId');
    region.call('CreateRoute', { RouteTableId: id, DestinationCidrBlock: '0.0.0.0/0', ...target });
    region.call('AssociateRouteTable', { RouteTableId: id, SubnetId });
    return id;
  };
  const publicTable = table(publicSubnet, { GatewayId: igw });
  const allocation = region.id('AllocateAddress', { Domain: 'vpc' }, 'allocationId');
  const nat = region.id('CreateNatGateway', { SubnetId: publicSubnet, AllocationId: allocation }, 'natGateway', 'natGatewayId');
  const privateTable = table(privateSubnet1, { NatGatewayId: nat });
  const group = (VpcId: string, GroupName: string) => region.id('CreateSecurityGroup', { VpcId, GroupName, GroupDescription: 'of the lab' }, 'groupId');
  const groups = [group(vpc1, 'one'), group(vpc1, 'two'), group(vpc2, 'three'), group(vpc2, 'endpoints')] as const;
  region.call('AuthorizeSecurityGroupIngress', { GroupId: groups[0], IpPermissions: [{ IpProtocol: 'tcp', FromPort: '22', ToPort: '22', IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'ssh' }] }] });
  region.call('AuthorizeSecurityGroupIngress', { GroupId: groups[3], IpPermissions: [{ IpProtocol: 'tcp', FromPort: '443', ToPort: '443', Groups: [{ GroupId: groups[2] }] }] });
  const endpoints = ['ssm', 'ssmmessages', 'ec2messages'].map((service) => region.id('CreateVpcEndpoint', {
    VpcEndpointType: 'Interface', VpcId: vpc2, ServiceName: `com.amazonaws.${region.region}.${service}`, SubnetId: [privateSubnet2], SecurityGroupId: [groups[3]], PrivateDnsEnabled: 'true',
  }, 'vpcEndpoint', 'vpcEndpointId'));
  region.call('ImportKeyPair', { KeyName: 'MyKeyPair', PublicKeyMaterial: Buffer.from(PUBLIC_KEY).toString('base64') });
  const run = (SubnetId: string, groupId: string, more: Input, isPublic = false) => region.id('RunInstances', {
    ImageId: imageId('arm64', region.region), InstanceType: 't4g.nano', MinCount: '1', MaxCount: '1',
    NetworkInterface: [{ DeviceIndex: '0', SubnetId, SecurityGroupId: [groupId], AssociatePublicIpAddress: String(isPublic) }], ...more,
  }, 'instancesSet', 0, 'instanceId');
  const profile = { IamInstanceProfile: { Name: 'lab' } };
  const instances = [
    run(publicSubnet, groups[0], { KeyName: 'MyKeyPair' }, true),
    run(publicSubnet, groups[1], profile, true),
    run(privateSubnet1, groups[1], profile),
    run(privateSubnet2, groups[2], profile),
  ] as const;
  region.pass();
  return { region, vpc1, vpc2, publicSubnet, privateSubnet1, privateSubnet2, igw, allocation, nat, publicTable, privateTable, groups, endpoints, instances };
}
