/** ssm:AddTagsToResource, ssm:ListTagsForResource, ssm:RemoveTagsFromResource: of parameters, the only taggable resources of ssm here. */
import { AwsError, type Input, type Operation } from '../../../endpoint/operation.js';
import { requiredString, strings } from '../../../endpoint/typed-input.js';
import type { Reader } from '../../../state/store.js';
import { PARAMETERS, type ParameterRecord } from '../records.js';
import { joinTags, readTags } from '../tags.js';

const TYPES = ['Document', 'ManagedInstance', 'MaintenanceWindow', 'Parameter', 'PatchBaseline', 'OpsItem', 'OpsMetadata', 'Automation', 'Association'];

function resource(state: Reader, input: Input): ParameterRecord {
  const type = requiredString(input, 'ResourceType', { oneOf: TYPES });
  const id = requiredString(input, 'ResourceId');
  if (type !== 'Parameter') throw new AwsError('InvalidResourceType', `The local cloud has no taggable resource of type ${type}.`);
  const record = state.get(PARAMETERS, id);
  if (record === undefined) throw new AwsError('InvalidResourceId', `The resource ID "${id}" is not valid. Verify that you entered the correct ID and try again.`);
  return record;
}

export const addTagsToResource: Operation = (input, context) => context.state.transact((tx) => {
  const record = resource(tx, input);
  const tags = readTags(input, true);
  tx.put(PARAMETERS, record.name, { ...record, tags: joinTags(record.tags ?? [], tags) });
  return {};
});

export const listTagsForResource: Operation = (input, context) => ({ TagList: resource(context.state, input).tags ?? [] });

export const removeTagsFromResource: Operation = (input, context) => context.state.transact((tx) => {
  const record = resource(tx, input);
  const keys = strings(input, 'TagKeys', { min: 1 });
  tx.put(PARAMETERS, record.name, { ...record, tags: (record.tags ?? []).filter((tag) => !keys.includes(tag.Key)) });
  return {};
});
