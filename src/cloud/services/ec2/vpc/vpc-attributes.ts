/** DescribeVpcAttribute and ModifyVpcAttribute: the two DNS attributes (L3, L4). */
import { bool, has, oneOf, str } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { VPC as TABLE } from '../model.js';
import { find, VPC } from '../noun.js';
import { changing, DONE, reading, refuse } from '../operation.js';

export const describeVpcAttribute = reading((input, scope) => {
  const vpc = find(scope.state, VPC, str(input, 'VpcId'));
  const attribute = oneOf(input, 'Attribute', ['enableDnsSupport', 'enableDnsHostnames', 'enableNetworkAddressUsageMetrics']);
  return { vpcId: vpc.vpcId, [attribute]: { value: attribute === 'enableNetworkAddressUsageMetrics' ? false : vpc[attribute] } };
});

export const modifyVpcAttribute = changing((input, tx) => {
  refuse(input, ['EnableNetworkAddressUsageMetrics']);
  const vpc = find(tx, VPC, str(input, 'VpcId'));
  const support = has(input, 'EnableDnsSupport');
  const hostnames = has(input, 'EnableDnsHostnames');
  if (!support && !hostnames) throw new AwsError('MissingParameter', 'The request must contain the parameter enableDnsSupport or enableDnsHostnames');
  if (support && hostnames) throw new AwsError('InvalidParameterCombination', 'Only one attribute may be specified');
  tx.put(TABLE, vpc.vpcId, support
    ? { ...vpc, enableDnsSupport: bool(input, 'EnableDnsSupport.Value') }
    : { ...vpc, enableDnsHostnames: bool(input, 'EnableDnsHostnames.Value') });
  return DONE;
});
