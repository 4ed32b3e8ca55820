/** AWS::IAM::Policy: an inline policy that several roles get. */
import { liveDocument, sameLive } from '../live.js';
import { ResourceFailure } from '../../errors.js';
import type { Structure } from '../../template/value.js';
import { gone, textProperty, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { documentText, textList } from './policies.js';

function put(roles: readonly string[], properties: Structure, scope: ResourceScope): void {
  for (const RoleName of roles) {
    scope.call('iam', 'PutRolePolicy', { RoleName, PolicyName: textProperty(properties, 'PolicyName'), PolicyDocument: documentText(properties['PolicyDocument']) });
  }
}

function remove(roles: readonly string[], properties: Structure, scope: ResourceScope): void {
  for (const RoleName of roles) unlessMissing(() => scope.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName: textProperty(properties, 'PolicyName') }));
}

export const policy: ResourceType = {
  type: 'AWS::IAM::Policy',
  properties: { PolicyDocument: 'in-place', PolicyName: 'in-place', Roles: 'in-place', Groups: 'unsupported', Users: 'unsupported' },
  required: ['PolicyDocument', 'PolicyName'],
  attributes: ['Id'],
  capability: () => 'CAPABILITY_IAM',
  create(properties, scope) {
    const roles = textList(properties['Roles']);
    if (roles.length === 0) throw new ResourceFailure('At least one of [Groups,Roles,Users] must be non-empty.', 'InvalidRequest');
    put(roles, properties, scope);
    return scope.uniqueName(64);
  },
  attributesOf: (id) => ({ Id: id }),
  update(_id, properties, previous, scope) {
    const kept = properties['PolicyName'] === previous['PolicyName'] ? textList(properties['Roles']) : [];
    remove(textList(previous['Roles']).filter((name) => !kept.includes(name)), previous, scope);
    put(textList(properties['Roles']), properties, scope);
  },
  live(_id, scope, properties) {
    const PolicyName = textProperty(properties, 'PolicyName');
    const found = textList(properties['Roles']).flatMap((RoleName) => {
      const reply = unlessMissing(() => scope.call('iam', 'GetRolePolicy', { RoleName, PolicyName }));
      return reply === undefined ? [] : [{ RoleName, document: liveDocument(reply['PolicyDocument'], properties['PolicyDocument']) }];
    });
    const [first] = found;
    if (first === undefined) throw gone();
    const changed = found.find(({ document }) => !sameLive(properties['PolicyDocument'], document)) ?? first;
    return { PolicyName, PolicyDocument: changed.document, Roles: found.map(({ RoleName }) => RoleName) };
  },
  delete(_id, scope, properties) {
    remove(textList(properties['Roles']), properties, scope);
  },
};
