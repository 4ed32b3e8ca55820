/** The calls that the life of a stack needs, bound to a target; a test passes its own. */
import * as changeSets from '../aws/change-sets.js';
import * as cloudformation from '../aws/cloudformation.js';
import * as ec2 from '../aws/ec2.js';
import * as left from '../aws/ec2-left.js';
import * as logs from '../aws/logs.js';
import { describeAgents, managedNodes, sessionLogs } from '../aws/ssm.js';
import type { Target } from '../target/target.js';

type Bound<Call> = Call extends (target: Target, ...args: infer Args) => infer Result ? (...args: Args) => Result : never;

export interface StackApi {
  readonly findStack: Bound<typeof cloudformation.findStack>;
  readonly createStack: Bound<typeof cloudformation.createStack>;
  readonly deleteStack: Bound<typeof cloudformation.deleteStack>;
  readonly stackEvents: Bound<typeof cloudformation.stackEvents>;
  readonly stackResources: Bound<typeof cloudformation.stackResources>;
  readonly createChangeSet: Bound<typeof changeSets.createChangeSet>;
  readonly describeChangeSet: Bound<typeof changeSets.describeChangeSet>;
  readonly executeChangeSet: Bound<typeof changeSets.executeChangeSet>;
  readonly deleteChangeSet: Bound<typeof changeSets.deleteChangeSet>;
  readonly listChangeSets: Bound<typeof changeSets.listChangeSets>;
  readonly templateParameters: Bound<typeof cloudformation.templateParameters>;
  readonly findKeyPair: Bound<typeof ec2.findKeyPair>;
  readonly keyPairsLike: Bound<typeof ec2.keyPairsLike>;
  readonly importKeyPair: Bound<typeof ec2.importKeyPair>;
  readonly deleteKeyPair: Bound<typeof ec2.deleteKeyPair>;
  readonly describeInstances: Bound<typeof ec2.describeInstances>;
  readonly describeAddresses: Bound<typeof ec2.describeAddresses>;
  readonly natGateways: Bound<typeof left.natGateways>;
  readonly vpcEndpoints: Bound<typeof left.vpcEndpoints>;
  readonly volumesOf: Bound<typeof left.volumesOf>;
  readonly volumesThere: Bound<typeof left.volumesThere>;
  readonly strangersIn: Bound<typeof left.strangersIn>;
  readonly describeVpcIds: Bound<typeof ec2.describeVpcIds>;
  readonly describeAgents: Bound<typeof describeAgents>;
  readonly managedNodes: Bound<typeof managedNodes>;
  readonly sessionLogs: Bound<typeof sessionLogs>;
  readonly logGroups: Bound<typeof logs.logGroups>;
  readonly logGroupTags: Bound<typeof logs.logGroupTags>;
}

/** The real calls. */
export function stackApi(target: Target): StackApi {
  return {
    findStack: (...args) => cloudformation.findStack(target, ...args),
    createStack: (...args) => cloudformation.createStack(target, ...args),
    deleteStack: (...args) => cloudformation.deleteStack(target, ...args),
    stackEvents: (...args) => cloudformation.stackEvents(target, ...args),
    stackResources: (...args) => cloudformation.stackResources(target, ...args),
    createChangeSet: (...args) => changeSets.createChangeSet(target, ...args),
    describeChangeSet: (...args) => changeSets.describeChangeSet(target, ...args),
    executeChangeSet: (...args) => changeSets.executeChangeSet(target, ...args),
    deleteChangeSet: (...args) => changeSets.deleteChangeSet(target, ...args),
    listChangeSets: (...args) => changeSets.listChangeSets(target, ...args),
    templateParameters: (...args) => cloudformation.templateParameters(target, ...args),
    findKeyPair: (...args) => ec2.findKeyPair(target, ...args),
    keyPairsLike: (...args) => ec2.keyPairsLike(target, ...args),
    importKeyPair: (...args) => ec2.importKeyPair(target, ...args),
    deleteKeyPair: (...args) => ec2.deleteKeyPair(target, ...args),
    describeInstances: (...args) => ec2.describeInstances(target, ...args),
    describeAddresses: (...args) => ec2.describeAddresses(target, ...args),
    natGateways: (...args) => left.natGateways(target, ...args),
    vpcEndpoints: (...args) => left.vpcEndpoints(target, ...args),
    volumesOf: (...args) => left.volumesOf(target, ...args),
    volumesThere: (...args) => left.volumesThere(target, ...args),
    strangersIn: (...args) => left.strangersIn(target, ...args),
    describeVpcIds: (...args) => ec2.describeVpcIds(target, ...args),
    describeAgents: (...args) => describeAgents(target, ...args),
    managedNodes: (...args) => managedNodes(target, ...args),
    sessionLogs: () => sessionLogs(target),
    logGroups: (...args) => logs.logGroups(target, ...args),
    logGroupTags: (...args) => logs.logGroupTags(target, ...args),
  };
}
