/** GetObjectTagging, PutObjectTagging, DeleteObjectTagging. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireObject } from '../buckets.js';
import { documentTags } from '../object-headers.js';
import { objectsOf, type TagRecord } from '../records.js';

export const getObjectTagging: Operation = (input, { globalState }) => ({ TagSet: { Tag: requireObject(globalState, input).tags.map(({ key, value }) => ({ Key: key, Value: value })) } });

const retag = (tagsOf: (input: Parameters<Operation>[0]) => readonly TagRecord[]): Operation => (input, { globalState }) => {
  const tags = tagsOf(input);
  globalState.transact((tx) => {
    const object = requireObject(tx, input);
    tx.put(objectsOf(str(input, 'Bucket')), object.key, { ...object, tags });
  });
  return {};
};

export const putObjectTagging = retag((input) => documentTags(input, 10));
export const deleteObjectTagging = retag(() => []);
