/**
 * What a request needs permission for: its action on the ARNs that it is about, and other actions that it implies (service
 * authorization reference: "Actions, resources, and condition keys" of each service).
 */
import { CHANGE_SETS } from '../cloudformation/records.js';
import { ADDRESS, ROUTE_TABLE } from '../services/ec2/model.js';
import { findInstanceProfile } from '../services/iam/lookup.js';
import { roles, users } from '../services/iam/records.js';
import { DEFAULT_DOCUMENT } from '../services/ssm/documents.js';
import type { Reader } from '../state/store.js';
import type { Input } from './operation.js';
import { valueAt } from './input.js';

export interface ResourceScope {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly accountId: string;
  /** Of the region. */
  readonly state: Reader;
  readonly globalState: Reader;
}

export interface NeededPermission {
  readonly action: string;
  readonly resources: readonly string[];
  /** Condition keys of this action alone. */
  readonly keys?: Readonly<Record<string, string | undefined>> | undefined;
  /** See `authorize`. */
  readonly check?: { readonly key: string; readonly resource: string } | undefined;
}

/** EC2's id parameters and the resource type of each. */
const EC2_TYPES: Readonly<Record<string, string>> = {
  InstanceId: 'instance', VpcId: 'vpc', SubnetId: 'subnet', GroupId: 'security-group', SecurityGroupId: 'security-group', RouteTableId: 'route-table', InternetGatewayId: 'internet-gateway',
  NatGatewayId: 'natgateway', AllocationId: 'elastic-ip', VpcEndpointId: 'vpc-endpoint', NetworkInterfaceId: 'network-interface', NetworkAclId: 'network-acl',
  VolumeId: 'volume', ImageId: 'image', KeyName: 'key-pair', DhcpOptionsId: 'dhcp-options', PrefixListId: 'prefix-list', ExclusionId: 'vpc-block-public-access-exclusion',
};

/** What a Create operation makes, which a policy names by `type/*`. */
const EC2_MADE: Readonly<Record<string, string>> = {
  CreateVpc: 'vpc', CreateSubnet: 'subnet', CreateSecurityGroup: 'security-group', CreateRouteTable: 'route-table', CreateInternetGateway: 'internet-gateway', CreateNatGateway: 'natgateway', AllocateAddress: 'elastic-ip',
  CreateVpcEndpoint: 'vpc-endpoint', CreateNetworkInterface: 'network-interface', CreateNetworkAcl: 'network-acl', CreateVolume: 'volume', CreateDhcpOptions: 'dhcp-options', CreateManagedPrefixList: 'prefix-list', CreateVpcBlockPublicAccessExclusion: 'vpc-block-public-access-exclusion',
};

/** Prefixes of ids and the resource type of each, for CreateTags and DeleteTags. */
const EC2_PREFIXES: Readonly<Record<string, string>> = {
  i: 'instance', vpc: 'vpc', subnet: 'subnet', sg: 'security-group', sgr: 'security-group-rule', rtb: 'route-table', igw: 'internet-gateway', nat: 'natgateway', eipalloc: 'elastic-ip', vpce: 'vpc-endpoint', eni: 'network-interface',
  acl: 'network-acl', vol: 'volume', ami: 'image', key: 'key-pair', dopt: 'dhcp-options', pl: 'prefix-list', 'vpcbpa-exclude': 'vpc-block-public-access-exclusion',
};

/**
 * The permissions of a request. A resource is `*` for an action that has none, and where the resources are not known here:
 * only a policy for all resources allows that.
 */
export function permissionsOf(input: Input, scope: ResourceScope): NeededPermission[] {
  if (scope.service === 'ssm' && scope.operation === 'StartSession') return startSession(input, scope);
  const found = arnsOf(input, scope);
  const own = { action: `${scope.service}:${scope.operation}`, resources: found.length === 0 ? ['*'] : [...new Set(found)] };
  return [own, ...impliedBy(input, scope, own.resources)];
}

/**
 * A session needs the node, and the document where one is named. That of every session that names none is checked when the
 * policy asks for it by `ssm:SessionDocumentAccessCheck` (Session Manager, "Enforce a session document permission check").
 */
function startSession(input: Input, scope: ResourceScope): NeededPermission[] {
  const key = 'ssm:SessionDocumentAccessCheck';
  const action = 'ssm:StartSession';
  const [named = DEFAULT_DOCUMENT] = textsAt(input, 'DocumentName');
  const document = documentArn(named, scope);
  const nodes = textsAt(input, 'Target').map((id) => `arn:aws:ec2:${scope.region}:${scope.accountId}:instance/${id}`);
  return [
    { action, resources: nodes.length === 0 ? ['*'] : nodes, check: { key, resource: document } },
    ...(named === DEFAULT_DOCUMENT ? [] : [{ action, resources: [document], keys: { [key]: 'true' } }]),
  ];
}

/** Texts at a (dotted) name, through lists. */
function textsAt(input: Input, name: string): string[] {
  return name.split('.').reduce<readonly unknown[]>((values, part) => values.flatMap((value) => (isInput(value) ? flat(valueAt(value, part)) : [])), [input]).filter((value): value is string => typeof value === 'string' && value !== '');
}

const flat = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);
const isInput = (value: unknown): value is Input => typeof value === 'object' && value !== null && !Array.isArray(value);

function arnsOf(input: Input, scope: ResourceScope): string[] {
  const { service, operation, region, accountId } = scope;
  const texts = (name: string): string[] => textsAt(input, name);
  switch (service) {
    case 'ec2': return ec2Arns(input, scope);
    case 'ssm':
      if (/^DescribeParameters$|^Describe|^List/.test(operation) && operation !== 'DescribeDocument' && operation !== 'ListTagsForResource') return [];
      if (operation.includes('Parameter') || operation.includes('Tags')) {
        return [...texts('Name'), ...texts('Names'), ...texts('Path'), ...texts('ResourceId')].map((name) => (name.startsWith('arn:') ? name : `arn:aws:ssm:${region}:${accountId}:parameter/${name.replace(/^\//, '')}`));
      }
      if (operation.endsWith('ServiceSetting')) return texts('SettingId').map((id) => (id.startsWith('arn:') ? id : `arn:aws:ssm:${region}:${accountId}:servicesetting${id}`));
      if (operation.endsWith('Document')) return texts('Name').map((name) => documentArn(name, scope));
      if (/^(Resume|Terminate)Session$/.test(operation)) return texts('SessionId').map((id) => `arn:aws:ssm:${region}:${accountId}:session/${id}`);
      return [...[...texts('Target'), ...texts('InstanceId'), ...texts('InstanceIds')].map((id) => `arn:aws:ec2:${region}:${accountId}:instance/${id}`), ...(operation === 'SendCommand' ? texts('DocumentName').map((name) => documentArn(name, scope)) : [])];
    case 'iam': return iamArns(input, scope);
    case 'ec2-instance-connect': return texts('InstanceId').map((id) => `arn:aws:ec2:${region}:${accountId}:instance/${id}`);
    // A key by its alias, or by the ciphertext it made, is known to the service alone: only a policy for all keys allows that.
    case 'kms': return texts('KeyId').filter((name) => !name.includes('alias/')).map((name) => (name.startsWith('arn:') ? name : `arn:aws:kms:${region}:${accountId}:key/${name}`));
    // Which groups there are is asked of all of them.
    case 'logs': return operation === 'DescribeLogGroups' ? [] : [...texts('logGroupName').map((name) => `arn:aws:logs:${region}:${accountId}:log-group:${name}`), ...texts('resourceArn')];
    case 'sts': return texts('RoleArn');
    case 'scheduler': {
      const arn = (path: string): string => `arn:aws:scheduler:${region}:${accountId}:${path}`;
      if (operation.includes('Group')) return texts('Name').map((name) => arn(`schedule-group/${name}`));
      return texts('Name').map((name) => arn(`schedule/${texts('GroupName')[0] ?? 'default'}/${name}`));
    }
    case 'cloudformation':
      if (/^(ListStacks|ValidateTemplate|DescribeStacks|EstimateTemplateCost)$/.test(operation) && texts('StackName').length === 0) return [];
      // A change set's resource is its stack, also where the request names it by its ARN alone.
      return [...texts('StackName').map((name) => (name.startsWith('arn:') ? name : `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/*`)), ...texts('ChangeSetName').flatMap((name) => scope.state.get(CHANGE_SETS, name)?.stackId ?? [])];
    default: return [];
  }
}

const documentArn = (name: string, { region, accountId }: ResourceScope): string => name.startsWith('arn:') ? name : `arn:aws:ssm:${region}:${name.startsWith('AWS-') ? '' : accountId}:document/${name}`;

function ec2Arns(input: Input, scope: ResourceScope): string[] {
  const { operation, region, accountId } = scope;
  const arn = (type: string, id: string): string => `arn:aws:ec2:${region}:${type === 'image' ? '' : accountId}:${type}/${id}`;
  if (/^(Describe|Get|Search)/.test(operation)) return [];
  if (operation === 'RunInstances') {
    const at = (...names: readonly string[]): string[] => names.flatMap((name) => textsAt(input, name));
    return [
      ...at('ImageId').map((id) => arn('image', id)), arn('instance', '*'), ...at('SubnetId', 'NetworkInterface.SubnetId').map((id) => arn('subnet', id)),
      ...at('SecurityGroupId', 'NetworkInterface.SecurityGroupId').map((id) => arn('security-group', id)), arn('network-interface', '*'), arn('volume', '*'), ...at('KeyName').map((name) => arn('key-pair', name)),
    ];
  }
  if (operation === 'CreateTags' || operation === 'DeleteTags') {
    return textsAt(input, 'ResourceId').map((id) => arn(EC2_PREFIXES[id.slice(0, id.lastIndexOf('-'))] ?? '*', id));
  }
  const made = EC2_MADE[operation];
  return [
    ...(made === undefined ? [] : [arn(made, '*')]),
    ...Object.entries(EC2_TYPES).flatMap(([name, type]) => textsAt(input, name).map((id) => arn(type, id))),
    ...textsAt(input, 'AssociationId').flatMap((id) => associated(id, scope.state)).map(([type, id]) => arn(type, id)),
  ];
}

/** What an association binds, type and id; none where it is not there, or of a kind without resource types here. */
function associated(associationId: string, state: Reader): (readonly [type: string, id: string])[] {
  return [
    ...state.list(ROUTE_TABLE).flatMap(({ routeTableId, associations }) => (associations.some((association) => association.associationId === associationId) ? [['route-table', routeTableId] as const] : [])),
    ...state.list(ADDRESS).flatMap((address) => (address.associationId === associationId ? [['elastic-ip', address.allocationId] as const] : [])),
  ];
}

function iamArns(input: Input, { operation, accountId, globalState }: ResourceScope): string[] {
  const texts = (name: string): string[] => textsAt(input, name);
  const path = textsAt(input, 'Path')[0] ?? '/';
  const named = [
    ...texts('RoleName').map((name) => globalState.get(roles, name)?.arn ?? `arn:aws:iam::${accountId}:role${path}${name}`),
    ...texts('UserName').map((name) => globalState.get(users, name)?.arn ?? `arn:aws:iam::${accountId}:user${path}${name}`),
    ...texts('GroupName').map((name) => `arn:aws:iam::${accountId}:group/${name}`),
    ...texts('InstanceProfileName').map((name) => findInstanceProfile(globalState, name)?.arn ?? `arn:aws:iam::${accountId}:instance-profile${path}${name}`),
  ];
  // The attachment is the holder's to allow; which policy may be attached is a condition (iam:PolicyARN).
  if (named.length > 0) return operation.includes('InstanceProfile') ? named.filter((arn) => arn.includes(':instance-profile/') || operation === 'ListInstanceProfilesForRole') : named;
  if (operation === 'CreatePolicy') return texts('PolicyName').map((name) => `arn:aws:iam::${accountId}:policy${path}${name}`);
  if (operation === 'CreateVirtualMFADevice') return texts('VirtualMFADeviceName').map((name) => `arn:aws:iam::${accountId}:mfa${path}${name}`);
  if (operation === 'CreateOpenIDConnectProvider') return texts('Url').map((url) => `arn:aws:iam::${accountId}:oidc-provider/${url.replace(/^https:\/\//, '').replace(/\/$/, '')}`);
  return [...texts('PolicyArn'), ...texts('PolicySourceArn'), ...texts('OpenIDConnectProviderArn'), ...texts('SerialNumber')];
}

/** PassRole for the role that an instance gets, and CreateTags for tags at creation. */
function impliedBy(input: Input, { service, operation, globalState }: ResourceScope, resources: readonly string[]): NeededPermission[] {
  const implied: NeededPermission[] = [];
  if (service === 'ec2' && /^(RunInstances|AssociateIamInstanceProfile|ReplaceIamInstanceProfileAssociation)$/.test(operation)) {
    const passed = [...textsAt(input, 'IamInstanceProfile.Arn'), ...textsAt(input, 'IamInstanceProfile.Name')].flatMap((name) => findInstanceProfile(globalState, name)?.roleName ?? []).flatMap((name) => globalState.get(roles, name)?.arn ?? []);
    if (passed.length > 0) implied.push({ action: 'iam:PassRole', resources: passed, keys: { 'iam:PassedToService': 'ec2.amazonaws.com' } });
  }
  if (service === 'scheduler' && /^(Create|Update)Schedule$/.test(operation)) implied.push({ action: 'iam:PassRole', resources: textsAt(input, 'Target.RoleArn'), keys: { 'iam:PassedToService': 'scheduler.amazonaws.com' } });
  if (service === 'ssm' && operation === 'UpdateServiceSetting') {
    const passed = textsAt(input, 'SettingValue').flatMap((value) => globalState.get(roles, value.split('/').at(-1) ?? '')?.arn ?? []);
    if (passed.length > 0) implied.push({ action: 'iam:PassRole', resources: passed, keys: { 'iam:PassedToService': 'ssm.amazonaws.com' } });
  }
  const serviceRole = service === 'cloudformation' ? textsAt(input, 'RoleARN') : [];
  if (serviceRole.length > 0) implied.push({ action: 'iam:PassRole', resources: serviceRole, keys: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } });
  if (service === 'iam' && operation === 'AddRoleToInstanceProfile') {
    implied.push({ action: 'iam:PassRole', resources: textsAt(input, 'RoleName').flatMap((name) => globalState.get(roles, name)?.arn ?? []), keys: { 'iam:PassedToService': 'ec2.amazonaws.com' } });
  }
  if (service === 'ec2' && operation !== 'CreateTags' && textsAt(input, 'TagSpecification.ResourceType').length > 0) {
    const types = textsAt(input, 'TagSpecification.ResourceType');
    const tagged = resources.filter((arn) => types.some((type) => arn.endsWith(`:${type}/*`)));
    if (tagged.length > 0) implied.push({ action: 'ec2:CreateTags', resources: tagged, keys: { 'ec2:CreateAction': operation } });
  }
  return implied;
}
