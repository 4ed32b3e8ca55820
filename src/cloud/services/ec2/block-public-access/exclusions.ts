/**
 * CreateVpcBlockPublicAccessExclusion, ModifyVpcBlockPublicAccessExclusion, DeleteVpcBlockPublicAccessExclusion and
 * DescribeVpcBlockPublicAccessExclusions: what is left out, a VPC or a subnet each. Of the refusals AWS documents only that of an unknown id.
 */
import { oneOf, str, strOpt } from '../../../endpoint/input.js';
import { AwsError, type Input } from '../../../endpoint/operation.js';
import type { Reader } from '../../../state/store.js';
import { describe } from '../describe.js';
import { BLOCK_PUBLIC_ACCESS_EXCLUSION, find, newId, SUBNET, VPC } from '../noun.js';
import { changing, reading, type Scope } from '../operation.js';
import { tagsFor } from '../tags.js';
import { dueAfter, WAIT } from '../waits.js';
import { BLOCK_PUBLIC_ACCESS_EXCLUSION as TABLE, type BlockPublicAccessExclusionRecord } from './records.js';

/** Of an account in a region (VPC user guide, "Amazon VPC quotas"). */
const LIMIT = 50;
const MODES = ['allow-bidirectional', 'allow-egress'] as const;

function exclusionView(record: BlockPublicAccessExclusionRecord, { region, accountId }: Scope) {
  const at = (time: number | undefined): Date | undefined => (time === undefined ? undefined : new Date(time));
  return {
    exclusionId: record.exclusionId,
    internetGatewayExclusionMode: record.mode,
    resourceArn: `arn:aws:ec2:${region}:${accountId}:${record.resourceId.startsWith('vpc-') ? 'vpc' : 'subnet'}/${record.resourceId}`,
    state: record.state,
    creationTimestamp: at(record.created),
    lastUpdateTimestamp: at(record.updated),
    deletionTimestamp: at(record.deleted),
    tagSet: record.tags,
  };
}

type ExclusionView = ReturnType<typeof exclusionView>;

/** The VPC or the subnet that the request names: one of them, which is there. */
function resourceOf(state: Reader, input: Input): string {
  const vpcId = strOpt(input, 'VpcId');
  const subnetId = strOpt(input, 'SubnetId');
  if (vpcId !== undefined && subnetId !== undefined) throw new AwsError('InvalidParameterCombination', 'The parameter VpcId cannot be used with the parameter SubnetId');
  if (subnetId !== undefined) return find(state, SUBNET, subnetId).subnetId;
  if (vpcId === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter VpcId or SubnetId');
  return find(state, VPC, vpcId).vpcId;
}

export const createVpcBlockPublicAccessExclusion = changing((input, tx, context, scope) => {
  const resourceId = resourceOf(tx, input);
  const mode = oneOf(input, 'InternetGatewayExclusionMode', MODES);
  const present = tx.list(TABLE).filter((each) => each.state !== 'delete-complete');
  if (present.some((each) => each.resourceId === resourceId)) throw new AwsError('InvalidParameterValue', `An exclusion for ${resourceId} already exists.`);
  if (present.length >= LIMIT) throw new AwsError('VpcBlockPublicAccessExclusionLimitExceeded', `The maximum number of exclusions (${LIMIT}) has been reached.`);
  const record: BlockPublicAccessExclusionRecord = {
    exclusionId: newId('vpcbpa-exclude'), resourceId, mode, state: 'create-in-progress', created: context.now(), updated: context.now(),
    tags: tagsFor(input, BLOCK_PUBLIC_ACCESS_EXCLUSION.resourceType), dueAt: dueAfter(context, WAIT.blockPublicAccess),
  };
  tx.put(TABLE, record.exclusionId, record);
  return { vpcBlockPublicAccessExclusion: exclusionView(record, scope) };
});

/** One that is there and is not on its way out. */
function present(state: Reader, input: Input): BlockPublicAccessExclusionRecord {
  const record = find(state, BLOCK_PUBLIC_ACCESS_EXCLUSION, str(input, 'ExclusionId'));
  if (record.state === 'delete-in-progress' || record.state === 'delete-complete') throw new AwsError('IncorrectState', `The exclusion ${record.exclusionId} is in the state ${record.state}.`);
  return record;
}

export const modifyVpcBlockPublicAccessExclusion = changing((input, tx, context, scope) => {
  const record: BlockPublicAccessExclusionRecord = {
    ...present(tx, input), mode: oneOf(input, 'InternetGatewayExclusionMode', MODES), state: 'update-in-progress', updated: context.now(), dueAt: dueAfter(context, WAIT.blockPublicAccess),
  };
  tx.put(TABLE, record.exclusionId, record);
  return { vpcBlockPublicAccessExclusion: exclusionView(record, scope) };
});

export const deleteVpcBlockPublicAccessExclusion = changing((input, tx, context, scope) => {
  const record: BlockPublicAccessExclusionRecord = { ...present(tx, input), state: 'delete-in-progress', updated: context.now(), dueAt: dueAfter(context, WAIT.blockPublicAccess) };
  tx.put(TABLE, record.exclusionId, record);
  return { vpcBlockPublicAccessExclusion: exclusionView(record, scope) };
});

const FILTERS = {
  'internet-gateway-exclusion-mode': (view: ExclusionView) => view.internetGatewayExclusionMode,
  'resource-arn': (view: ExclusionView) => view.resourceArn,
  'state': (view: ExclusionView) => view.state,
};

export const describeVpcBlockPublicAccessExclusions = reading((input, scope) => describe(input, scope, {
  noun: BLOCK_PUBLIC_ACCESS_EXCLUSION, ids: 'ExclusionId', set: 'vpcBlockPublicAccessExclusionSet', view: exclusionView, filters: FILTERS,
}));
