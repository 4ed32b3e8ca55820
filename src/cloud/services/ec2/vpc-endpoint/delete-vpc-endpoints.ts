/** DeleteVpcEndpoints: unknown ids come back in `unsuccessful`, the others go; gateway routes go with them. */
import { listOf1 } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import { VPC_ENDPOINT as TABLE } from '../model.js';
import { find, VPC_ENDPOINT } from '../noun.js';
import { changing } from '../operation.js';
import { dueAfter, WAIT } from '../waits.js';
import { removeRoutes } from './parts.js';

export const deleteVpcEndpoints = changing((input, tx, context) => {
  const unsuccessful: { resourceId: string; error: { code: string; message: string } }[] = [];
  for (const resourceId of listOf1(input, 'VpcEndpointId')) {
    try {
      const endpoint = find(tx, VPC_ENDPOINT, resourceId);
      removeRoutes(tx, endpoint.vpcEndpointId, endpoint.routeTableIds);
      if (endpoint.state !== 'deleting') tx.put(TABLE, resourceId, { ...endpoint, state: 'deleting', dueAt: dueAfter(context, WAIT.vpcEndpointDelete) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      unsuccessful.push({ resourceId, error: { code: error.code, message: error.message } });
    }
  }
  return { unsuccessful };
});
