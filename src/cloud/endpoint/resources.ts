/** The ARNs that a request is about, for policies that name resources (service authorization reference). */
import type { Input } from './operation.js';
import { valueAt } from './input.js';

export interface ResourceScope {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly accountId: string;
}

/** EC2's id parameters and the resource type of each. */
const EC2_TYPES: Readonly<Record<string, string>> = {
  InstanceId: 'instance', VpcId: 'vpc', SubnetId: 'subnet', GroupId: 'security-group', RouteTableId: 'route-table', InternetGatewayId: 'internet-gateway',
  NatGatewayId: 'natgateway', AllocationId: 'elastic-ip', VpcEndpointId: 'vpc-endpoint', NetworkInterfaceId: 'network-interface', NetworkAclId: 'network-acl',
  VolumeId: 'volume', ImageId: 'image', KeyName: 'key-pair',
};

/**
 * The resources of a request; `*` for one that has none or whose resources are not known here, which only a policy for
 * all resources allows.
 */
export function resourcesOf(input: Input, scope: ResourceScope): string[] {
  const found = arnsOf(input, scope);
  return found.length === 0 ? ['*'] : found;
}

function arnsOf(input: Input, { service, operation, region, accountId }: ResourceScope): string[] {
  const texts = (name: string): string[] => {
    const value = valueAt(input, name);
    return (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string' && item !== '');
  };
  switch (service) {
    case 'ec2':
      if (/^(Describe|RunInstances)/.test(operation)) return [];
      return Object.entries(EC2_TYPES).flatMap(([name, type]) => texts(name).map((id) => `arn:aws:ec2:${region}:${accountId}:${type}/${id}`));
    case 'ssm':
      if (/Parameter/.test(operation) && operation !== 'DescribeParameters' || operation.includes('Tags')) {
        return [...texts('Name'), ...texts('Names'), ...texts('Path'), ...texts('ResourceId')].map((name) => (name.startsWith('arn:') ? name : `arn:aws:ssm:${region}:${accountId}:parameter/${name.replace(/^\//, '')}`));
      }
      if (operation.endsWith('Document')) return texts('Name').map((name) => `arn:aws:ssm:${region}:${name.startsWith('AWS-') ? '' : accountId}:document/${name}`);
      if (/^(Resume|Terminate)Session$/.test(operation)) return texts('SessionId').map((id) => `arn:aws:ssm:${region}:${accountId}:session/${id}`);
      return [...texts('Target'), ...texts('InstanceId'), ...texts('InstanceIds')].map((id) => `arn:aws:ec2:${region}:${accountId}:instance/${id}`);
    case 'iam':
      if (operation.startsWith('List') && texts('RoleName').length === 0) return [];
      return [
        ...texts('RoleName').map((name) => `arn:aws:iam::${accountId}:role/${name}`),
        ...texts('InstanceProfileName').map((name) => `arn:aws:iam::${accountId}:instance-profile/${name}`),
      ];
    case 'ec2-instance-connect': return texts('InstanceId').map((id) => `arn:aws:ec2:${region}:${accountId}:instance/${id}`);
    // A key by its alias, or by the ciphertext it made, is known to the service alone: only a policy for all keys allows that.
    case 'kms': return texts('KeyId').filter((name) => !name.includes('alias/')).map((name) => (name.startsWith('arn:') ? name : `arn:aws:kms:${region}:${accountId}:key/${name}`));
    case 'sts': return texts('RoleArn');
    case 'cloudformation': return texts('StackName').map((name) => (name.startsWith('arn:') ? name : `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/*`));
    default: return [];
  }
}
