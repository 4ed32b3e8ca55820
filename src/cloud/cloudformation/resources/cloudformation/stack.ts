/** AWS::CloudFormation::Stack: a stack in a stack; its attributes are the child's outputs. */
import { validationError } from '../../errors.js';
import { isStructure, textOf, type Structure } from '../../template/value.js';
import { liveTags } from '../live.js';
import { gone, ownTags, textProperty, type NestedRequest, type ResourceType } from '../resource-type.js';

function parameters(properties: Structure): NestedRequest['parameters'] {
  const declared = properties['Parameters'] ?? {};
  const wrong = () => validationError('Value of property Parameters must be an object with String (or simple type) properties');
  if (!isStructure(declared)) throw wrong();
  return Object.entries(declared).map(([key, value]) => {
    if (typeof value === 'object') throw wrong();
    return { key, value: textOf(value) };
  });
}

/** What the properties ask for. Throws AwsError with the words of the event. */
export function nestedRequest(properties: Structure): NestedRequest {
  const minutes = properties['TimeoutInMinutes'];
  if (minutes !== undefined && !/^[1-9]\d{0,8}$/.test(textOf(minutes))) throw validationError('Value of property TimeoutInMinutes must be a positive Integer');
  const topics = properties['NotificationARNs'] ?? [];
  if (!Array.isArray(topics)) throw validationError('Value of property NotificationARNs must be of type List of String');
  return {
    templateUrl: textProperty(properties, 'TemplateURL'),
    parameters: parameters(properties),
    tags: ownTags(properties),
    notificationArns: topics.map(String),
    timeoutInMinutes: minutes === undefined ? undefined : Number(minutes),
  };
}

export const stack: ResourceType = {
  type: 'AWS::CloudFormation::Stack',
  properties: {
    TemplateURL: 'in-place', Parameters: 'in-place', Tags: 'in-place', TimeoutInMinutes: 'in-place', NotificationARNs: 'in-place',
  },
  required: ['TemplateURL'],
  attributes: [],
  namedAttributes: /^Outputs\.[A-Za-z0-9]{1,255}$/,
  // What the URL leads to may have changed, here or further down.
  alwaysUpdated: true,
  create: (properties, scope) => scope.nested.create(nestedRequest(properties)),
  settled: (stackId, scope) => scope.nested.settled(stackId),
  attributesOf: (stackId, scope) => scope.nested.outputs(stackId),
  update(stackId, properties, _previous, scope) {
    scope.nested.update(stackId, nestedRequest(properties));
  },
  // Where the template lies is not told of a stack that is there. What is in the stack is its own drift: "Resource type support" lists the type itself.
  unread: ['TemplateURL'],
  live(stackId, scope, properties) {
    const standing = scope.nested.standing(stackId);
    if (standing === undefined) throw gone();
    const { Parameters: declared = {} } = properties;
    const given = (key: string) => (isStructure(declared) && Object.hasOwn(declared, key) ? declared[key] : undefined);
    const tagSet = standing.tags.map(({ Key: key, Value: value }) => ({ key, value }));
    return {
      // A NoEcho parameter cannot be read back, so that it counts as what it was given as.
      Parameters: Object.fromEntries(standing.parameters.map(({ key, value }) => [key, value ?? given(key) ?? ''])),
      NotificationARNs: [...standing.notificationArns],
      ...(standing.timeoutInMinutes === undefined ? {} : { TimeoutInMinutes: standing.timeoutInMinutes }),
      ...liveTags({ tagSet }, scope, properties),
    };
  },
  delete(stackId, scope) {
    scope.nested.remove(stackId);
  },
  deleted: (stackId, scope) => scope.nested.removed(stackId),
};
