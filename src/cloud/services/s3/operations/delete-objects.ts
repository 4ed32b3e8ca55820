/** DeleteObjects: up to 1000 keys at once; each that the caller may not delete is told by itself. */
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { boolOpt, str, strOpt, struct, structs } from '../../../endpoint/input.js';
import { requireBucket } from '../buckets.js';
import type { ObjectFiles } from '../object-files.js';
import { objectsOf } from '../records.js';

export const deleteObjects = (files: ObjectFiles): Operation => (input, context) => {
  const document = struct(input, 'Delete');
  const named = structs(document, 'Object');
  const malformed = new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  if (named.length === 0 || named.length > 1000) throw malformed;
  if (named.some((object) => strOpt(object, 'VersionId') !== undefined)) throw new AwsError('NotImplemented', 'The local cloud does not have object versions.', { status: 501 });
  const quiet = boolOpt(document, 'Quiet') === true;
  const denied = (key: string): AwsError | undefined => context.denied?.get(key);
  const keys = named.map((object) => str(object, 'Key'));
  const allowed = keys.filter((key) => denied(key) === undefined);
  const removed = context.globalState.transact((tx) => {
    const { name } = requireBucket(tx, input);
    return [...new Set(allowed)].flatMap((key) => {
      const there = tx.get(objectsOf(name), key);
      if (there !== undefined) tx.delete(objectsOf(name), key);
      return there?.parts ?? [];
    });
  });
  files.remove(removed);
  return {
    Deleted: quiet ? [] : allowed.map((Key) => ({ Key })),
    Error: keys.flatMap((Key) => {
      const error = denied(Key);
      return error === undefined ? [] : [{ Key, Code: error.code, Message: error.message }];
    }),
  };
};
