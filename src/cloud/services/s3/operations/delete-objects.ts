/** DeleteObjects: up to 1000 keys at once; each that the caller may not delete is told by itself. */
import { AwsError, type Input, type Operation, type OperationContext } from '../../../endpoint/operation.js';
import { boolOpt, str, strOpt, struct, structs } from '../../../endpoint/input.js';
import { requireBucket } from '../buckets.js';
import type { ObjectFiles } from '../object-files.js';
import { objectsOf } from '../records.js';
import { namesVersion } from '../versions.js';

export const deleteObjects = (files: ObjectFiles): Operation => (input, context) => {
  const document = struct(input, 'Delete');
  const named = structs(document, 'Object');
  const malformed = new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  if (named.length === 0 || named.length > 1000) throw malformed;
  const quiet = boolOpt(document, 'Quiet') === true;
  const entries = named.map((object) => ({ Key: str(object, 'Key'), VersionId: strOpt(object, 'VersionId'), error: errorOf(object, context.denied) }));
  const allowed = entries.filter(({ error }) => error === undefined);
  const removed = context.globalState.transact((tx) => {
    const { name } = requireBucket(tx, input);
    return [...new Set(allowed.map(({ Key }) => Key))].flatMap((key) => {
      const there = tx.get(objectsOf(name), key);
      if (there !== undefined) tx.delete(objectsOf(name), key);
      return there?.parts ?? [];
    });
  });
  files.remove(removed);
  return {
    Deleted: quiet ? [] : allowed.map(({ Key, VersionId }) => ({ Key, VersionId })),
    Error: entries.flatMap(({ Key, VersionId, error }) => (error === undefined ? [] : [{ Key, VersionId, Code: error.code, Message: error.message }])),
  };
};

/** Why this one is not deleted: it may not be, or there is no such version. */
function errorOf(object: Input, denied: OperationContext['denied']): AwsError | undefined {
  try {
    namesVersion(object);
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  return denied?.get(str(object, 'Key'));
}
