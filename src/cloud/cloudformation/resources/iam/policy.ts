/** AWS::IAM::Policy: an inline policy that several roles, users and groups get. */
import { liveDocument, sameLive } from '../live.js';
import { ResourceFailure } from '../../errors.js';
import type { Structure } from '../../template/value.js';
import { gone, textProperty, unlessMissing, type ResourceScope, type ResourceType } from '../resource-type.js';
import { documentText, HOLDERS, textList, type Holder } from './policies.js';

/** Who is to have it: the property that says so, the kind, the name. */
interface Owner {
  readonly property: string;
  readonly kind: Holder;
  readonly name: string;
}

function owners(properties: Structure): Owner[] {
  return Object.entries(HOLDERS).flatMap(([property, kind]) => textList(properties[property]).map((name) => ({ property, kind, name })));
}

function put(to: readonly Owner[], properties: Structure, scope: ResourceScope): void {
  for (const { kind, name } of to) {
    scope.call('iam', `Put${kind}Policy`, { [`${kind}Name`]: name, PolicyName: textProperty(properties, 'PolicyName'), PolicyDocument: documentText(properties['PolicyDocument']) });
  }
}

function remove(from: readonly Owner[], properties: Structure, scope: ResourceScope): void {
  for (const { kind, name } of from) unlessMissing(() => scope.call('iam', `Delete${kind}Policy`, { [`${kind}Name`]: name, PolicyName: textProperty(properties, 'PolicyName') }));
}

export const policy: ResourceType = {
  type: 'AWS::IAM::Policy',
  properties: { PolicyDocument: 'in-place', PolicyName: 'in-place', Groups: 'in-place', Roles: 'in-place', Users: 'in-place' },
  required: ['PolicyDocument', 'PolicyName'],
  attributes: ['Id'],
  capability: () => 'CAPABILITY_IAM',
  create(properties, scope) {
    const to = owners(properties);
    if (to.length === 0) throw new ResourceFailure('At least one of [Groups,Roles,Users] must be non-empty.', 'InvalidRequest');
    put(to, properties, scope);
    return scope.uniqueName(64);
  },
  attributesOf: (id) => ({ Id: id }),
  update(_id, properties, previous, scope) {
    const kept = properties['PolicyName'] === previous['PolicyName'] ? owners(properties) : [];
    remove(owners(previous).filter((old) => !kept.some(({ kind, name }) => kind === old.kind && name === old.name)), previous, scope);
    put(owners(properties), properties, scope);
  },
  live(_id, scope, properties) {
    const PolicyName = textProperty(properties, 'PolicyName');
    const found = owners(properties).flatMap((owner) => {
      const reply = unlessMissing(() => scope.call('iam', `Get${owner.kind}Policy`, { [`${owner.kind}Name`]: owner.name, PolicyName }));
      return reply === undefined ? [] : [{ ...owner, document: liveDocument(reply['PolicyDocument'], properties['PolicyDocument']) }];
    });
    const [first] = found;
    if (first === undefined) throw gone();
    const changed = found.find(({ document }) => !sameLive(properties['PolicyDocument'], document)) ?? first;
    const names = Object.keys(HOLDERS).map((property) => [property, found.filter((owner) => owner.property === property).map(({ name }) => name)] as const);
    return { PolicyName, PolicyDocument: changed.document, ...Object.fromEntries(names) };
  },
  delete(_id, scope, properties) {
    remove(owners(properties), properties, scope);
  },
};
