/** CreateSubnet: inside the VPC, overlapping no other subnet of it (V1, c23). */
import { prefixesOverlap, prefixOf } from '../../../../lib/net/cidr.js';
import { str, strOpt } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import { onlyDefault } from '../../../endpoint/unsupported.js';
import { NETWORK_ACL, SUBNET, type SubnetRecord } from '../model.js';
import { find, newId, VPC } from '../noun.js';
import { changing, invalidValue, refuse } from '../operation.js';
import { zonesOf } from '../region/zones.js';
import { tagsFor } from '../tags.js';
import { cidrBlock, holdsBlock } from '../vpc/cidr-block.js';
import { subnetView } from './view.js';

/** The zone by name or id; the region's first when none is asked for. */
function zoneFor(input: Input, region: string): string {
  const zones = zonesOf(region);
  for (const [parameter, member] of [['AvailabilityZone', 'zoneName'], ['AvailabilityZoneId', 'zoneId']] as const) {
    const wanted = strOpt(input, parameter);
    if (wanted === undefined) continue;
    const zone = zones.find((candidate) => candidate[member] === wanted);
    if (zone === undefined) {
      throw invalidValue(wanted, parameter === 'AvailabilityZone' ? 'availabilityZone' : 'availabilityZoneId', `Subnets can currently only be created in the following availability zones: ${zones.map((one) => one[member]).join(', ')}.`);
    }
    return zone.zoneName;
  }
  return zones[0]?.zoneName ?? `${region}a`;
}

export const createSubnet = changing((input, tx, context, scope) => {
  refuse(input, ['Ipv6CidrBlock', 'OutpostArn', 'Ipv4IpamPoolId', 'Ipv6IpamPoolId', 'Ipv4NetmaskLength', 'Ipv6NetmaskLength']);
  onlyDefault(input, { Ipv6Native: 'false' });
  const vpc = find(tx, VPC, str(input, 'VpcId'));
  const block = cidrBlock(str(input, 'CidrBlock'), 'InvalidSubnet.Range');
  const prefix = prefixOf(block);
  if (!holdsBlock(vpc, block)) throw new AwsError('InvalidSubnet.Range', `The CIDR '${block}' is invalid.`);
  if (tx.list(SUBNET).some((other) => other.vpcId === vpc.vpcId && prefixesOverlap(prefixOf(other.cidrBlock), prefix))) {
    throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${block}' conflicts with another subnet`);
  }
  const acl = tx.list(NETWORK_ACL).find((candidate) => candidate.vpcId === vpc.vpcId && candidate.isDefault);
  const subnet: SubnetRecord = {
    subnetId: newId('subnet'),
    vpcId: vpc.vpcId,
    cidrBlock: block,
    availabilityZone: zoneFor(input, context.region),
    mapPublicIpOnLaunch: false,
    networkAclId: acl?.networkAclId ?? '',
    networkAclAssociationId: newId('aclassoc'),
    tags: tagsFor(input, 'subnet'),
  };
  tx.put(SUBNET, subnet.subnetId, subnet);
  return { subnet: subnetView(subnet, scope) };
});
