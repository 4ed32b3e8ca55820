/** The prefixes of VPCs and subnets, /16 to /28 (V1), and which of them a VPC may have together. */
import { formatCidr, parseCidr, prefixCovers, prefixOf, prefixesOverlap } from '../../../../lib/net/cidr.js';
import { AwsError } from '../../../endpoint/operation.js';
import type { VpcRecord } from '../model.js';

/** In canonical form, as EC2 writes it back. Throws InvalidParameterValue, or `rangeCode` for a wrong length. */
export function cidrBlock(text: string, rangeCode: 'InvalidVpc.Range' | 'InvalidSubnet.Range'): string {
  const prefix = parseCidr(text);
  if (prefix === undefined) throw new AwsError('InvalidParameterValue', `Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`);
  if (prefix.length < 16 || prefix.length > 28) throw new AwsError(rangeCode, `The CIDR '${text}' is invalid.`);
  return formatCidr(prefix);
}

/** Every IPv4 prefix of the VPC, the primary first. */
export function cidrBlocksOf(vpc: Pick<VpcRecord, 'cidrBlock' | 'secondaryCidrs'>): string[] {
  return [vpc.cidrBlock, ...(vpc.secondaryCidrs ?? []).map((secondary) => secondary.cidrBlock)];
}

/** Whether one of the VPC's prefixes holds all of this one. */
export function holdsBlock(vpc: Pick<VpcRecord, 'cidrBlock' | 'secondaryCidrs'>, block: string): boolean {
  return cidrBlocksOf(vpc).some((known) => prefixCovers(prefixOf(known), prefixOf(block)));
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(prefixOf);
/** Kept by AWS for itself. */
const RESERVED = prefixOf('198.19.0.0/16');

/** Refuses a prefix that the VPC may not have beside its own: overlapping ones, and those of other private ranges. */
export function checkSecondary(vpc: VpcRecord, block: string): void {
  const prefix = prefixOf(block);
  const rival = cidrBlocksOf(vpc).find((known) => prefixesOverlap(prefixOf(known), prefix));
  if (rival !== undefined) throw new AwsError('InvalidVpc.Conflict', `The CIDR '${block}' conflicts with the CIDR '${rival}' of the VPC '${vpc.vpcId}'.`);
  const own = PRIVATE.find((range) => prefixesOverlap(range, prefixOf(vpc.cidrBlock)));
  const wanted = PRIVATE.find((range) => prefixesOverlap(range, prefix));
  if (prefixesOverlap(RESERVED, prefix) || (own !== undefined && wanted !== undefined && own !== wanted)) {
    throw new AwsError('InvalidVpc.Range', `The CIDR '${block}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a publicly-routable CIDR.`);
  }
}
