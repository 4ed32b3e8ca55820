/** AWS::EC2::VPCBlockPublicAccessOptions: the account's mode in the region, by the account's id; without the resource it is off. */
import { renamed } from '../live.js';
import { given, replyText, type ResourceScope, type ResourceType } from '../resource-type.js';

const describe = (scope: ResourceScope) => scope.call('ec2', 'DescribeVpcBlockPublicAccessOptions', {});
const modify = (scope: ResourceScope, input: Parameters<ResourceScope['call']>[2]) => scope.call('ec2', 'ModifyVpcBlockPublicAccessOptions', input);
const isSettled = (scope: ResourceScope): boolean => replyText(describe(scope), 'vpcBlockPublicAccessOptions.state') !== 'update-in-progress';

export const vpcBlockPublicAccessOptions: ResourceType = {
  type: 'AWS::EC2::VPCBlockPublicAccessOptions',
  properties: { InternetGatewayBlockMode: 'in-place' },
  required: ['InternetGatewayBlockMode'],
  attributes: ['AccountId', 'ExclusionsAllowed'],
  identifiers: ['AccountId'],
  create(properties, scope) {
    modify(scope, given(properties, ['InternetGatewayBlockMode']));
    return scope.accountId;
  },
  settled: (_accountId, scope) => isSettled(scope),
  attributesOf: (accountId, scope) => ({ AccountId: accountId, ExclusionsAllowed: replyText(describe(scope), 'vpcBlockPublicAccessOptions.exclusionsAllowed') }),
  update(_accountId, properties, _previous, scope) {
    modify(scope, given(properties, ['InternetGatewayBlockMode']));
  },
  live: (_accountId, scope) => renamed(describe(scope), { InternetGatewayBlockMode: 'vpcBlockPublicAccessOptions.internetGatewayBlockMode' }),
  delete(_accountId, scope) {
    modify(scope, { InternetGatewayBlockMode: 'off' });
  },
  deleted: (_accountId, scope) => isSettled(scope),
};
