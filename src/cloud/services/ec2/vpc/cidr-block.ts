/** The prefix of a VPC or subnet, /16 to /28 (V1). */
import { formatCidr, parseCidr } from '../../../../lib/net/cidr.js';
import { AwsError } from '../../../endpoint/operation.js';

/** In canonical form, as EC2 writes it back. Throws InvalidParameterValue, or `rangeCode` for a wrong length. */
export function cidrBlock(text: string, rangeCode: 'InvalidVpc.Range' | 'InvalidSubnet.Range'): string {
  const prefix = parseCidr(text);
  if (prefix === undefined) throw new AwsError('InvalidParameterValue', `Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`);
  if (prefix.length < 16 || prefix.length > 28) throw new AwsError(rangeCode, `The CIDR '${text}' is invalid.`);
  return formatCidr(prefix);
}
