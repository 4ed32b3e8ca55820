/** DeleteObject: succeeds also when there was none. */
import type { Operation } from '../../../endpoint/operation.js';
import { str } from '../../../endpoint/input.js';
import { requireBucket } from '../buckets.js';
import type { ObjectFiles } from '../object-files.js';
import { objectsOf } from '../records.js';
import { namesVersion, NULL_VERSION } from '../versions.js';

export const deleteObject = (files: ObjectFiles): Operation => (input, { globalState }) => {
  const named = namesVersion(input);
  const removed = globalState.transact((tx) => {
    const { name } = requireBucket(tx, input);
    const key = str(input, 'Key');
    const there = tx.get(objectsOf(name), key);
    if (there !== undefined) tx.delete(objectsOf(name), key);
    return there;
  });
  files.remove(removed?.parts ?? []);
  return { VersionId: named ? NULL_VERSION : undefined };
};
