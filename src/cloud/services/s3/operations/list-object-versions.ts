/** ListObjectVersions: of buckets without versioning, the one version of each object. */
import { strOpt } from '../../../endpoint/input.js';
import { AwsError, type Operation } from '../../../endpoint/operation.js';
import { ownerOf, requireBucket } from '../buckets.js';
import { shownEntry } from '../listed.js';
import { encoder, listPage, pageSize } from '../listing.js';
import { objectsOf } from '../records.js';
import { NULL_VERSION } from '../versions.js';

export const listObjectVersions: Operation = (input, context) => {
  const bucket = requireBucket(context.globalState, input);
  const [prefix, delimiter, keyMarker, versionMarker] = [strOpt(input, 'Prefix') ?? '', strOpt(input, 'Delimiter') ?? '', strOpt(input, 'KeyMarker') ?? '', strOpt(input, 'VersionIdMarker')];
  if (versionMarker !== undefined && keyMarker === '') throw new AwsError('InvalidArgument', 'A version-id marker cannot be specified without a key marker.', { members: { ArgumentName: 'version-id-marker', ArgumentValue: versionMarker } });
  const max = pageSize(input, 'MaxKeys');
  const encoded = encoder(input);
  // Behind the one version of a key is the next key, whichever version the marker names.
  const found = listPage(context.globalState.list(objectsOf(bucket.name)), (object) => object.key, { prefix, delimiter, after: keyMarker, max });
  const lastIsKey = found.next !== undefined && found.items.at(-1)?.key === found.next;
  return {
    Name: bucket.name,
    Prefix: encoded(prefix),
    KeyMarker: encoded(keyMarker),
    VersionIdMarker: versionMarker ?? '',
    NextKeyMarker: encoded(found.next),
    NextVersionIdMarker: lastIsKey ? NULL_VERSION : undefined,
    MaxKeys: max,
    Delimiter: delimiter === '' ? undefined : encoded(delimiter),
    EncodingType: strOpt(input, 'EncodingType'),
    IsTruncated: found.next !== undefined,
    Version: found.items.map((object) => ({ ...shownEntry(object, encoded, ownerOf(context)), VersionId: NULL_VERSION, IsLatest: true })),
    CommonPrefixes: found.commonPrefixes.map((each) => ({ Prefix: encoded(each) })),
  };
};
