/** CreateTags, DeleteTags, DescribeTags over everything that carries tags. */
import { has, listOf1, structs, str, strOpt, tags as readTags } from '../../../endpoint/input.js';
import { AwsError } from '../../../endpoint/operation.js';
import type { Reader, Transaction } from '../../../state/store.js';
import { filtered, paged, type FilterTable } from '../describe.js';
import type { Tag, Tagged } from '../model.js';
import { find, TAGGABLE, type Noun } from '../noun.js';
import { changing, DONE, reading } from '../operation.js';
import { checkTags, isSystemTag, mergeTags } from '../tags.js';

function nounOf(id: string): Noun<Tagged> {
  const prefix = id.slice(0, Math.max(id.lastIndexOf('-'), 0));
  const noun = TAGGABLE.find((candidate) => candidate.prefix === prefix);
  if (noun === undefined) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
  return noun;
}

/** All ids are judged before the first record changes. */
function resourcesOf(state: Reader, ids: readonly string[]): { readonly id: string; readonly noun: Noun<Tagged>; readonly record: Tagged }[] {
  return [...new Set(ids)].map((id) => {
    const noun = nounOf(id);
    return { id, noun, record: find(state, noun, id) };
  });
}

function putTags(tx: Transaction, noun: Noun<Tagged>, id: string, record: Tagged, tags: readonly Tag[]): void {
  tx.put(noun.table, id, { ...record, tags });
}

export const createTags = changing((input, tx) => {
  const added = readTags(input);
  if (added.length === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter tagSet');
  checkTags(added);
  for (const { id, noun, record } of resourcesOf(tx, listOf1(input, 'ResourceId'))) putTags(tx, noun, id, record, mergeTags(record.tags, added));
  return DONE;
});

export const deleteTags = changing((input, tx) => {
  // A tag without value goes whatever its value; without any tag all user-made ones go.
  const wanted = structs(input, 'Tag').map((tag) => ({ key: str(tag, 'Key'), value: has(tag, 'Value') ? strOpt(tag, 'Value') : undefined }));
  const goes = (tag: Tag) => (wanted.length === 0 ? !isSystemTag(tag.key) : wanted.some(({ key, value }) => key === tag.key && (value === undefined || value === tag.value)));
  for (const { id, noun, record } of resourcesOf(tx, listOf1(input, 'ResourceId'))) putTags(tx, noun, id, record, record.tags.filter((tag) => !goes(tag)));
  return DONE;
});

interface TagView {
  readonly resourceId: string;
  readonly resourceType: string;
  readonly key: string;
  readonly value: string;
}

const FILTERS: FilterTable<TagView> = {
  'key': (tag) => tag.key,
  'resource-id': (tag) => tag.resourceId,
  'resource-type': (tag) => tag.resourceType,
  'value': (tag) => tag.value,
};

export const describeTags = reading((input, scope) => {
  const all = TAGGABLE.flatMap((noun) => scope.state.list(noun.table).flatMap((record: Tagged) => record.tags.map(({ key, value }): TagView => ({
    resourceId: String((record as unknown as { readonly [member: string]: unknown })[noun.id]), resourceType: noun.resourceType, key, value,
  }))));
  // `tag:KEY` looks at a view's tagSet: here every row is its own.
  const rows = all.map((row) => ({ ...row, tagSet: [{ key: row.key, value: row.value }] }));
  const found = filtered(rows, input, FILTERS).map(({ tagSet: _tagSet, ...row }) => row);
  return paged(found, input, 'tagSet', (row) => `${row.resourceId}/${row.key}`);
});
