/** AbortMultipartUpload: nothing is left of it. */
import type { Operation } from '../../../endpoint/operation.js';
import { requireUpload } from '../buckets.js';
import type { ObjectFiles } from '../object-files.js';
import { uploads } from '../records.js';

export const abortMultipartUpload = (files: ObjectFiles): Operation => (input, { globalState }) => {
  const upload = globalState.transact((tx) => {
    const found = requireUpload(tx, input);
    tx.delete(uploads, found.uploadId);
    return found;
  });
  files.remove(Object.values(upload.parts));
  return {};
};
