/** AWS::SSM::Parameter. */
import { renamed } from '../live.js';
import { valueAt } from '../../../endpoint/input.js';
import { given, replyItem, unlessMissing, textProperty, type ResourceType } from '../resource-type.js';

const SETTINGS = ['AllowedPattern', 'DataType', 'Description', 'Tier', 'Type', 'Value'];

export const parameter: ResourceType = {
  type: 'AWS::SSM::Parameter',
  properties: {
    AllowedPattern: 'in-place', DataType: 'in-place', Description: 'in-place', Name: 'replacement', Tier: 'in-place', Type: 'in-place', Value: 'in-place', Tags: 'unsupported', Policies: 'unsupported',
  },
  required: ['Type', 'Value'],
  attributes: ['Type', 'Value'],
  identifiers: ['Name'],
  create(properties, scope) {
    const name = properties['Name'] === undefined ? scope.uniqueName(255) : textProperty(properties, 'Name');
    scope.call('ssm', 'PutParameter', { Name: name, ...given(properties, SETTINGS) });
    return name;
  },
  attributesOf(name, scope) {
    const found = scope.call('ssm', 'GetParameter', { Name: name });
    return { Type: String(valueAt(found, 'Parameter.Type')), Value: String(valueAt(found, 'Parameter.Value')) };
  },
  update(name, properties, _previous, scope) {
    scope.call('ssm', 'PutParameter', { Name: name, Overwrite: true, ...given(properties, SETTINGS) });
  },
  live(name, scope) {
    const found = scope.call('ssm', 'GetParameter', { Name: name });
    const described = replyItem(scope.call('ssm', 'DescribeParameters', { ParameterFilters: [{ Key: 'Name', Values: [name] }] }), 'Parameters');
    return { ...renamed(found, { Name: 'Parameter.Name', Type: 'Parameter.Type', Value: 'Parameter.Value', DataType: 'Parameter.DataType' }), ...renamed(described, { Description: 'Description', Tier: 'Tier', AllowedPattern: 'AllowedPattern' }) };
  },
  delete(name, scope) {
    unlessMissing(() => scope.call('ssm', 'DeleteParameter', { Name: name }));
  },
};
