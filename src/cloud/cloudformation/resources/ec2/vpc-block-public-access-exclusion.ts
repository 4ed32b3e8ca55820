/** AWS::EC2::VPCBlockPublicAccessExclusion: a VPC or a subnet that Block Public Access leaves out. */
import { ResourceFailure } from '../../errors.js';
import { liveTags, renamed } from '../live.js';
import { given, gone, replyItem, replyList, replyText, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { retag, tagAsStack } from './tagging.js';

const SET = 'vpcBlockPublicAccessExclusionSet';

function describe(exclusionId: string, scope: ResourceScope) {
  return replyItem(scope.call('ec2', 'DescribeVpcBlockPublicAccessExclusions', { ExclusionId: [exclusionId] }), SET);
}

export const vpcBlockPublicAccessExclusion: ResourceType = {
  type: 'AWS::EC2::VPCBlockPublicAccessExclusion',
  properties: { InternetGatewayExclusionMode: 'in-place', SubnetId: 'replacement', Tags: 'in-place', VpcId: 'replacement' },
  required: ['InternetGatewayExclusionMode'],
  attributes: ['ExclusionId'],
  identifiers: ['ExclusionId'],
  create(properties, scope) {
    const reply = scope.call('ec2', 'CreateVpcBlockPublicAccessExclusion', {
      ...given(properties, ['InternetGatewayExclusionMode', 'SubnetId', 'VpcId']), TagSpecification: scope.tagSpecification('vpc-block-public-access-exclusion', properties),
    });
    return replyText(reply, 'vpcBlockPublicAccessExclusion.exclusionId');
  },
  settled(exclusionId, scope) {
    const state = replyText(describe(exclusionId, scope), 'state');
    if (state.startsWith('delete-') || state.endsWith('-failed')) throw new ResourceFailure(`Exclusion ${exclusionId} is in state ${state}`, 'NotStabilized');
    return state.endsWith('-complete');
  },
  attributesOf: (exclusionId) => ({ ExclusionId: exclusionId }),
  update(exclusionId, properties, _previous, scope) {
    scope.call('ec2', 'ModifyVpcBlockPublicAccessExclusion', { ExclusionId: exclusionId, ...given(properties, ['InternetGatewayExclusionMode']) });
    retag(exclusionId, properties, scope);
  },
  live(exclusionId, scope, properties) {
    const found = describe(exclusionId, scope);
    if (replyText(found, 'state').startsWith('delete-')) throw gone();
    const [kind, id = ''] = (replyText(found, 'resourceArn').split(':').at(-1) ?? '').split('/');
    return { ...renamed(found, { InternetGatewayExclusionMode: 'internetGatewayExclusionMode' }), [kind === 'vpc' ? 'VpcId' : 'SubnetId']: id, ...liveTags(found, scope, properties) };
  },
  adopt: tagAsStack,
  delete(exclusionId, scope) {
    unlessMissing(() => scope.call('ec2', 'DeleteVpcBlockPublicAccessExclusion', { ExclusionId: exclusionId }));
  },
  deleted(exclusionId, scope) {
    const reply = unlessMissing(() => scope.call('ec2', 'DescribeVpcBlockPublicAccessExclusions', { ExclusionId: [exclusionId] }));
    const [found] = reply === undefined ? [] : replyList(reply, SET);
    return found === undefined || found['state'] === 'delete-complete';
  },
};
