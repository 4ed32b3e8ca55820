/** ListMultipartUploads: those that were neither completed nor aborted, by key and then by age. */
import type { Operation } from '../../../endpoint/operation.js';
import { strOpt } from '../../../endpoint/input.js';
import { byKey, ownerOf, requireBucket } from '../buckets.js';
import { encoder, pageSize } from '../listing.js';
import { uploads } from '../records.js';

export const listMultipartUploads: Operation = (input, context) => {
  const { name } = requireBucket(context.globalState, input);
  const [prefix, delimiter, keyMarker, idMarker] = [strOpt(input, 'Prefix') ?? '', strOpt(input, 'Delimiter') ?? '', strOpt(input, 'KeyMarker') ?? '', strOpt(input, 'UploadIdMarker') ?? ''];
  const max = pageSize(input, 'MaxUploads');
  const encoded = encoder(input);
  const all = context.globalState.list(uploads).filter((upload) => upload.bucket === name && upload.key.startsWith(prefix))
    .toSorted((a, b) => byKey(a.key, b.key) || a.initiatedAt - b.initiatedAt || (a.uploadId < b.uploadId ? -1 : 1));
  const seen = idMarker === '' ? -1 : all.findIndex((upload) => upload.key === keyMarker && upload.uploadId === idMarker);
  const behind = seen >= 0 ? all.slice(seen + 1) : all.filter((upload) => keyMarker === '' || byKey(upload.key, keyMarker) > 0);
  const rolled = (key: string): string | undefined => {
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
  };
  const found = behind.filter((upload) => rolled(upload.key) === undefined);
  const page = found.slice(0, max);
  const last = found.length > page.length ? page.at(-1) : undefined;
  return {
    Bucket: name, KeyMarker: encoded(keyMarker), UploadIdMarker: idMarker, NextKeyMarker: encoded(last?.key), NextUploadIdMarker: last?.uploadId, Prefix: encoded(prefix),
    Delimiter: delimiter === '' ? undefined : encoded(delimiter), EncodingType: strOpt(input, 'EncodingType'), MaxUploads: max, IsTruncated: last !== undefined,
    Upload: page.map((upload) => ({ Key: encoded(upload.key), UploadId: upload.uploadId, Initiator: ownerOf(context), Owner: ownerOf(context), StorageClass: 'STANDARD', Initiated: new Date(upload.initiatedAt) })),
    CommonPrefixes: [...new Set(behind.flatMap((upload) => rolled(upload.key) ?? []))].map((each) => ({ Prefix: encoded(each) })),
  };
};
