/** ssmlab's own service, which AWS does not have: the local cloud's data plane, for the tool to look into. The lab's own keys only. */
import { AwsError, type Operation, type Service } from '../../endpoint/operation.js';
import { approveSsoLogin } from './approve-sso-login.js';
import { describeFabric } from './describe-fabric.js';
import { setInstanceTypeOfferings } from './set-instance-type-offerings.js';
import { setServiceQuota } from './set-service-quota.js';
import { setWanConditions } from './set-wan-conditions.js';
import { traceFlow } from './trace-flow.js';

/** A policy that allows `*` to a role or a user does not mean this: it would tell a guest of the host's processes. */
const forTheLab = (operation: Operation): Operation => async (input, context) => {
  if (context.caller.kind !== 'lab' || context.origin.kind !== 'loopback') throw new AwsError('AccessDeniedException', `${context.caller.arn} may not look into the local cloud: only the lab's own keys may, on the endpoint`);
  return operation(input, context);
};

export const ssmlab: Service = {
  name: 'ssmlab',
  protocol: 'json',
  targetPrefix: 'Ssmlab',
  operations: {
    ApproveSsoLogin: forTheLab(approveSsoLogin),
    DescribeFabric: forTheLab(describeFabric),
    SetInstanceTypeOfferings: forTheLab(setInstanceTypeOfferings),
    SetServiceQuota: forTheLab(setServiceQuota),
    SetWanConditions: forTheLab(setWanConditions),
    TraceFlow: forTheLab(traceFlow),
  },
};
