/** DescribeVpcBlockPublicAccessOptions, ModifyVpcBlockPublicAccessOptions: the account's mode. It holds at once; AWS takes minutes. */
import { oneOf } from '../../../endpoint/input.js';
import { changing, reading, type Scope } from '../operation.js';
import { dueAfter, WAIT } from '../waits.js';
import { ACCOUNT, blockPublicAccessRecord } from './in-force.js';
import { BLOCK_PUBLIC_ACCESS } from './records.js';

function optionsView({ state, region, accountId }: Scope) {
  const { mode, state: phase, updated } = blockPublicAccessRecord(state);
  return {
    awsAccountId: accountId,
    awsRegion: region,
    state: phase,
    internetGatewayBlockMode: mode,
    lastUpdateTimestamp: updated === undefined ? undefined : new Date(updated),
    managedBy: 'account',
    exclusionsAllowed: 'allowed',
  };
}

export const describeVpcBlockPublicAccessOptions = reading((_input, scope) => ({ vpcBlockPublicAccessOptions: optionsView(scope) }));

export const modifyVpcBlockPublicAccessOptions = changing((input, tx, context, scope) => {
  const mode = oneOf(input, 'InternetGatewayBlockMode', ['off', 'block-bidirectional', 'block-ingress']);
  tx.put(BLOCK_PUBLIC_ACCESS, ACCOUNT, { mode, state: 'update-in-progress', updated: context.now(), dueAt: dueAfter(context, WAIT.blockPublicAccess) });
  return { vpcBlockPublicAccessOptions: optionsView(scope) };
});
