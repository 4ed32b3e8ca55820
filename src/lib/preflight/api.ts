/** The calls that a preflight makes, bound to a target; a test passes its own. */
import * as account from '../aws/account.js';
import { findStack } from '../aws/cloudformation.js';
import { findKeyPair, keyPairsLike } from '../aws/ec2.js';
import { notAllowed, roleArn } from '../aws/iam.js';
import { hostManagementRole } from '../aws/ssm.js';
import { callerIdentity } from '../aws/sts.js';
import type { Target } from '../target/target.js';

type Bound<Call> = Call extends (target: Target, ...args: infer Args) => infer Result ? (...args: Args) => Result : never;

export interface PreflightApi {
  readonly callerIdentity: Bound<typeof callerIdentity>;
  readonly roleArn: Bound<typeof roleArn>;
  readonly notAllowed: Bound<typeof notAllowed>;
  readonly availabilityZones: Bound<typeof account.availabilityZones>;
  readonly offeredZones: Bound<typeof account.offeredZones>;
  readonly endpointServiceZones: Bound<typeof account.endpointServiceZones>;
  readonly metadataDefaults: Bound<typeof account.metadataDefaults>;
  readonly blockPublicAccess: Bound<typeof account.blockPublicAccess>;
  readonly usage: Bound<typeof account.usage>;
  readonly quota: Bound<typeof account.quota>;
  readonly hostManagementRole: Bound<typeof hostManagementRole>;
  readonly findStack: Bound<typeof findStack>;
  readonly findKeyPair: Bound<typeof findKeyPair>;
  readonly keyPairsLike: Bound<typeof keyPairsLike>;
}

/** The real calls. */
export function preflightApi(target: Target): PreflightApi {
  return {
    callerIdentity: () => callerIdentity(target),
    roleArn: (...args) => roleArn(target, ...args),
    notAllowed: (...args) => notAllowed(target, ...args),
    availabilityZones: () => account.availabilityZones(target),
    offeredZones: (...args) => account.offeredZones(target, ...args),
    endpointServiceZones: (...args) => account.endpointServiceZones(target, ...args),
    metadataDefaults: () => account.metadataDefaults(target),
    blockPublicAccess: () => account.blockPublicAccess(target),
    usage: () => account.usage(target),
    quota: (...args) => account.quota(target, ...args),
    hostManagementRole: () => hostManagementRole(target),
    findStack: (...args) => findStack(target, ...args),
    findKeyPair: (...args) => findKeyPair(target, ...args),
    keyPairsLike: (...args) => keyPairsLike(target, ...args),
  };
}
