/** ModifyVpcTenancy: to `default`, the only way there is. */
import { oneOf, str } from '../../../endpoint/input.js';
import { VPC as TABLE } from '../model.js';
import { find, VPC } from '../noun.js';
import { changing } from '../operation.js';

export const modifyVpcTenancy = changing((input, tx) => {
  const vpc = find(tx, VPC, str(input, 'VpcId'));
  tx.put(TABLE, vpc.vpcId, { ...vpc, instanceTenancy: oneOf(input, 'InstanceTenancy', ['default']) });
  return { return: true };
});
