/**
 * Every operation of the dispatch tables, used once at least the way clients use it. A new operation needs one line here,
 * in the file of its service; the suite fails and names it until it has one.
 */
import { account } from './account.js';
import { cloudformation } from './cloudformation.js';
import { ec2Changes, ec2First, ec2Last } from './ec2.js';
import { federation } from './federation.js';
import { iamFirst, iamIdentities, iamLast } from './iam.js';
import { kms } from './kms.js';
import { logs } from './logs.js';
import { network } from './network.js';
import { pricing } from './pricing.js';
import { quotas } from './quotas.js';
import { s3 } from './s3.js';
import { scheduler } from './scheduler.js';
import { ssm } from './ssm.js';
import type { Step } from './step.js';

export const SCENARIO: readonly Step[] = [...iamFirst, ...iamIdentities, ...federation, ...account, ...ec2First, ...ssm, ...ec2Changes, ...network, ...kms, ...logs, ...quotas, ...scheduler, ...pricing, ...s3, ...cloudformation, ...ec2Last, ...iamLast];

/** Operations of agents, which no public model has; the tests of the agent and the lab's use them. */
export const NOT_PUBLIC: readonly string[] = ['ssm.UpdateInstanceInformation', 'ssm.ListInstanceAssociations', 'ssm.RegisterManagedInstance', 'ssm.RequestManagedInstanceRoleToken'];
