/** Changes of tags on an EC2 resource that stays. */
import type { ResourceScope } from '../resource-type.js';
import type { Structure } from '../../template/value.js';

/** Makes the tags of `resourceId` those of the new properties; system tags stay. */
export function retag(resourceId: string, properties: Structure, scope: ResourceScope): void {
  const wanted = scope.tags(properties);
  const reply = scope.call('ec2', 'DescribeTags', { Filter: [{ Name: 'resource-id', Value: [resourceId] }] });
  const present = new Map(((reply['tagSet'] ?? []) as { key: string; value: string }[]).map(({ key, value }) => [key, value]));
  const stale = [...present.keys()].filter((key) => !key.startsWith('aws:') && !wanted.some((tag) => tag.Key === key));
  if (stale.length > 0) scope.call('ec2', 'DeleteTags', { ResourceId: [resourceId], Tag: stale.map((Key) => ({ Key })) });
  // Who may not tag may still change what keeps its tags.
  const changed = wanted.filter(({ Key, Value }) => present.get(Key) !== Value);
  if (changed.length > 0) scope.call('ec2', 'CreateTags', { ResourceId: [resourceId], Tag: changed });
}

/** Puts the stack's tags, and those by which CloudFormation marks what is its own, on a resource that was imported; what else it carries stays. */
export function tagAsStack(resourceId: string, scope: ResourceScope): void {
  for (const { Tag } of scope.tagSpecification('', {})) scope.call('ec2', 'CreateTags', { ResourceId: [resourceId], Tag });
}
