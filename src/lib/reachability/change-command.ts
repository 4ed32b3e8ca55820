/** A change as a sentence and as the words of an `aws` command. Pure; what is printed of it is quoted and escaped by who prints. */
import type { Snapshot } from '../inventory/snapshot/snapshot.js';
import { type Change, CORE_POLICY, corePolicyArn, type Peer } from './change.js';

/** The one change that opens a way. */
export interface Remedy {
  readonly change: Change;
  /** What it does, as a sentence without its period: `let sg-… reach sg-… on tcp/443`. */
  readonly sentence: string;
  /** The words of the command, unquoted: `aws`, `ec2`, … */
  readonly command: readonly string[];
}

type Names = Pick<Snapshot, 'network' | 'names' | 'region'>;

export function remedyOf(change: Change, snapshot: Names): Remedy {
  return { change, sentence: sentenceOf(change, snapshot), command: ['aws', ...wordsOf(change, snapshot.region)] };
}

/** The id, with what it is called: its `Name` tag, or a group's own name. */
export function idText(id: string, { network, names }: Names): string {
  const name = names[id] ?? network.securityGroups.find((group) => group.groupId === id)?.groupName ?? '';
  return name === '' ? id : `${id} (${name})`;
}

const peerText = (peer: Peer, snapshot: Names): string => ('cidr' in peer ? peer.cidr : idText(peer.groupId, snapshot));

const whatText = (protocol: string, port: number | undefined): string => (port === undefined ? (protocol === 'icmp' ? 'an echo request' : protocol) : `${protocol}/${port}`);

function sentenceOf(change: Change, snapshot: Names): string {
  const named = (id: string): string => idText(id, snapshot);
  switch (change.kind) {
    case 'authorize': {
      const { direction, groupId, protocol, port, peer } = change;
      const [verb, way] = direction === 'ingress' ? ['admit', 'from'] : ['let out', 'to'];
      return `${named(groupId)} has to ${verb} ${whatText(protocol, port)} ${way} ${peerText(peer, snapshot)}`;
    }
    case 'create-route': return `${named(change.routeTableId)} needs a route for ${change.destination} to ${named(change.targetId)}`;
    case 'replace-route': return `the route for ${change.destination} in ${named(change.routeTableId)} has to lead to ${named(change.targetId)}`;
    case 'associate-route-table': return `${named(change.subnetId)} needs a route table that leads there, such as ${named(change.routeTableId)}; it has none of its own`;
    case 'attach-internet-gateway': return `${named(change.internetGatewayId)} has to be attached to ${named(change.vpcId)}`;
    case 'create-acl-entry': {
      const { networkAclId, egress, ruleNumber, cidr, protocol, ports } = change;
      const name = { '6': 'tcp', '17': 'udp', '1': 'icmp' }[protocol] ?? 'everything';
      const what = ports === undefined ? name : `${name}/${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`;
      return `${named(networkAclId)} has to let ${what} ${egress ? 'out to' : 'in from'} ${cidr}, by an entry numbered ${ruleNumber}`;
    }
    case 'vpc-attribute': return `${named(change.vpcId)} needs ${change.attribute}`;
    case 'associate-dhcp-options': return `${named(change.vpcId)} needs DHCP options that name a server that answers, such as ${change.dhcpOptionsId} (${change.servers.join(', ')}); instances have it when they renew their lease, or start anew`;
    case 'private-dns': return `${named(change.vpcEndpointId)} needs private DNS, so that the service's own name leads to it`;
    case 'reset-endpoint-policy': return `${named(change.vpcEndpointId)} needs the default policy, full access, for what its own refuses`;
    case 'create-endpoint': return `${named(change.vpcId)} needs an interface endpoint for ${change.serviceName} (AWS charges for it by the hour)`;
    case 'source-dest-check-off': return `${change.networkInterfaceId} has to carry what is not its own: its source/destination check has to be off`;
    case 'exclude-subnet': return `${named(change.subnetId)} has to be left out of VPC Block Public Access (${change.mode})`;
    // Whether one is assigned is an attribute of its interface, which no snapshot has.
    case 'start-instance': return `${named(change.instanceId)} has to run${change.withAddress ? '; its public address comes with the start where it is assigned automatically, as in the lab' : ''}`;
    case 'metadata-on': return `${named(change.instanceId)} needs its metadata service, which its agent has its credentials from`;
    case 'associate-profile': return `${named(change.instanceId)} needs an instance profile, such as ${change.profileName}`;
    case 'add-role': return `the instance profile ${change.profileName} needs a role, such as ${change.roleName}`;
    case 'attach-core-policy': return `the role ${change.roleName} needs what ${CORE_POLICY} allows`;
    default: return `the role ${change.roleName} has to trust ec2.amazonaws.com`;
  }
}

function wordsOf(change: Change, region: string): string[] {
  switch (change.kind) {
    case 'authorize': return ['ec2', `authorize-security-group-${change.direction}`, '--group-id', change.groupId, ...permissionWords(change)];
    case 'create-route':
    case 'replace-route': {
      const { kind, routeTableId, destination, targetKind, targetId } = change;
      return ['ec2', kind, '--route-table-id', routeTableId, '--destination-cidr-block', destination, targetKind === 'nat-gateway' ? '--nat-gateway-id' : '--gateway-id', targetId];
    }
    case 'associate-route-table': return ['ec2', 'associate-route-table', '--route-table-id', change.routeTableId, '--subnet-id', change.subnetId];
    case 'attach-internet-gateway': return ['ec2', 'attach-internet-gateway', '--internet-gateway-id', change.internetGatewayId, '--vpc-id', change.vpcId];
    case 'create-acl-entry': {
      const { networkAclId, egress, ruleNumber, protocol, ports, cidr } = change;
      // Without them EC2 refuses an entry for ICMP.
      const more = protocol === '1' ? ['--icmp-type-code', 'Type=-1,Code=-1'] : ports === undefined ? [] : ['--port-range', `From=${ports.from},To=${ports.to}`];
      return ['ec2', 'create-network-acl-entry', '--network-acl-id', networkAclId, egress ? '--egress' : '--ingress', '--rule-number', String(ruleNumber), '--protocol', protocol, ...more, '--cidr-block', cidr, '--rule-action', 'allow'];
    }
    case 'vpc-attribute': return ['ec2', 'modify-vpc-attribute', '--vpc-id', change.vpcId, change.attribute === 'enableDnsSupport' ? '--enable-dns-support' : '--enable-dns-hostnames'];
    case 'associate-dhcp-options': return ['ec2', 'associate-dhcp-options', '--dhcp-options-id', change.dhcpOptionsId, '--vpc-id', change.vpcId];
    case 'private-dns': return ['ec2', 'modify-vpc-endpoint', '--vpc-endpoint-id', change.vpcEndpointId, '--private-dns-enabled'];
    case 'reset-endpoint-policy': return ['ec2', 'modify-vpc-endpoint', '--vpc-endpoint-id', change.vpcEndpointId, '--reset-policy'];
    case 'create-endpoint': return [
      'ec2', 'create-vpc-endpoint', '--vpc-endpoint-type', 'Interface', '--vpc-id', change.vpcId, '--service-name', change.serviceName, '--subnet-ids', change.subnetId,
      '--security-group-ids', ...change.groupIds, '--private-dns-enabled',
    ];
    case 'source-dest-check-off': return ['ec2', 'modify-network-interface-attribute', '--network-interface-id', change.networkInterfaceId, '--no-source-dest-check'];
    case 'exclude-subnet': return ['ec2', 'create-vpc-block-public-access-exclusion', '--subnet-id', change.subnetId, '--internet-gateway-exclusion-mode', change.mode];
    case 'start-instance': return ['ec2', 'start-instances', '--instance-ids', change.instanceId];
    case 'metadata-on': return ['ec2', 'modify-instance-metadata-options', '--instance-id', change.instanceId, '--http-endpoint', 'enabled'];
    case 'associate-profile': return ['ec2', 'associate-iam-instance-profile', '--instance-id', change.instanceId, '--iam-instance-profile', `Name=${change.profileName}`];
    case 'add-role': return ['iam', 'add-role-to-instance-profile', '--instance-profile-name', change.profileName, '--role-name', change.roleName];
    case 'attach-core-policy': return ['iam', 'attach-role-policy', '--role-name', change.roleName, '--policy-arn', corePolicyArn(region)];
    default: return ['iam', 'update-assume-role-policy', '--role-name', change.roleName, '--policy-document', change.trust];
  }
}

function permissionWords({ direction, protocol, port, peer }: Extract<Change, { readonly kind: 'authorize' }>): string[] {
  // The short form knows source groups of ingress only, and no ICMP types.
  if (port !== undefined && ('cidr' in peer || direction === 'ingress')) {
    return ['--protocol', protocol, '--port', String(port), ...('cidr' in peer ? ['--cidr', peer.cidr] : ['--source-group', peer.groupId])];
  }
  const ports = port === undefined ? 'FromPort=8,ToPort=0' : `FromPort=${port},ToPort=${port}`;
  const who = 'cidr' in peer ? `IpRanges=[{CidrIp=${peer.cidr}}]` : `UserIdGroupPairs=[{GroupId=${peer.groupId}}]`;
  return ['--ip-permissions', `IpProtocol=${protocol},${ports},${who}`];
}
