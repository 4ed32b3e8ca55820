/** What parameters of AWS's own types name, and its attributes: for Fn::RefAll, Fn::ValueOf and Fn::ValueOfAll of rules. */
import { valueAt } from '../../endpoint/input.js';
import type { OperationContext, Output } from '../../endpoint/operation.js';
import { validationError } from '../errors.js';
import type { RuleScope } from '../intrinsics/rules.js';
import { callNow } from '../service-call.js';
import type { Template } from '../template/template.js';
import { isList, textOf, type Value } from '../template/value.js';
import { replyText } from '../resources/resource-type.js';
import { itemType } from './types.js';

interface Kind {
  readonly operation: string;
  readonly set: string;
  readonly id: string;
  /** Attributes that Fn::ValueOf knows beside `Tags.KEY`. */
  readonly attributes: { readonly [name: string]: (found: Output, context: OperationContext) => string };
  readonly tagged?: boolean | undefined;
}

/** Id of a VPC's default ACL or group. */
const ofVpc = (operation: string, set: string, id: string, filter: string, value: string) => (found: Output, context: OperationContext) => {
  const [item] = (callNow(context, 'ec2', operation, { Filter: [{ Name: 'vpc-id', Value: [found['vpcId']] }, { Name: filter, Value: [value] }] })[set] ?? []) as Output[];
  return item === undefined ? '' : replyText(item, id);
};

/** Rules reference, "Fn::ValueOf", supported attributes. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['AWS::EC2::VPC::Id', {
    operation: 'DescribeVpcs', set: 'vpcSet', id: 'vpcId', tagged: true,
    attributes: {
      DefaultNetworkAcl: ofVpc('DescribeNetworkAcls', 'networkAclSet', 'networkAclId', 'default', 'true'),
      DefaultSecurityGroup: ofVpc('DescribeSecurityGroups', 'securityGroupInfo', 'groupId', 'group-name', 'default'),
    },
  }],
  ['AWS::EC2::Subnet::Id', { operation: 'DescribeSubnets', set: 'subnetSet', id: 'subnetId', tagged: true, attributes: { AvailabilityZone: (found) => replyText(found, 'availabilityZone'), VpcId: (found) => replyText(found, 'vpcId') } }],
  ['AWS::EC2::SecurityGroup::Id', { operation: 'DescribeSecurityGroups', set: 'securityGroupInfo', id: 'groupId', attributes: {} }],
  ['AWS::EC2::KeyPair::KeyName', { operation: 'DescribeKeyPairs', set: 'keySet', id: 'keyName', attributes: {} }],
]);

function kindOf(type: string, fn: string): Kind {
  const kind = KINDS.get(itemType(type) ?? type);
  if (kind === undefined) throw validationError(`Template error: ${fn} is not for the parameter type ${type}; it is for ${[...KINDS.keys()].join(', ')}`);
  return kind;
}

function everything(kind: Kind, context: OperationContext): Output[] {
  return (callNow(context, 'ec2', kind.operation, {})[kind.set] ?? []) as Output[];
}

function attributeOf(kind: Kind, found: Output, attribute: string, context: OperationContext): string {
  if (kind.tagged === true && attribute.startsWith('Tags.')) {
    const key = attribute.slice('Tags.'.length);
    return ((valueAt(found, 'tagSet') ?? []) as { key: string; value: string }[]).find((tag) => tag.key === key)?.value ?? '';
  }
  const read = Object.hasOwn(kind.attributes, attribute) ? kind.attributes[attribute] : undefined;
  if (read === undefined) throw validationError(`Template error: Fn::ValueOf knows no attribute ${attribute} here; there are ${[...Object.keys(kind.attributes), ...(kind.tagged === true ? ['Tags.KEY'] : [])].join(', ') || 'none'}`);
  return read(found, context);
}

/** What the rules of a template see. */
export function ruleScope(template: Template, ref: (name: string) => Value | undefined, context: OperationContext): RuleScope {
  return {
    ref,
    refAll: (type) => {
      const kind = kindOf(type, 'Fn::RefAll');
      return everything(kind, context).map((found) => replyText(found, kind.id));
    },
    valueOf: (parameter, attribute) => {
      const declared = template.parameters.get(parameter);
      if (declared === undefined) throw validationError(`Template format error: Unresolved dependencies [${parameter}] in the Rules block of the template`);
      const kind = kindOf(declared.type, 'Fn::ValueOf');
      const value = ref(parameter) ?? [];
      const wanted = (isList(value) ? value : [value]).map(textOf);
      return everything(kind, context).filter((found) => wanted.includes(replyText(found, kind.id))).map((found) => attributeOf(kind, found, attribute, context));
    },
    valueOfAll: (type, attribute) => {
      const kind = kindOf(type, 'Fn::ValueOfAll');
      return everything(kind, context).map((found) => attributeOf(kind, found, attribute, context));
    },
  };
}
