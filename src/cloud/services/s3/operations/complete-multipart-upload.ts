/** CompleteMultipartUpload: the parts named, in ascending order, become the object; the others are thrown away. */
import { AwsError, type Input, type Operation } from '../../../endpoint/operation.js';
import { int, str, strOpt, struct, structs } from '../../../endpoint/input.js';
import { CHECKSUM_HEADERS } from '../../../endpoint/rest/checksum.js';
import { requireUpload, wholeSecond } from '../buckets.js';
import { checkWriteConditions } from '../conditions.js';
import { MIN_PART_BYTES } from '../limits.js';
import { multipartChecksum, multipartEtag } from '../multipart-digest.js';
import type { ObjectFiles } from '../object-files.js';
import { objectsOf, uploads, type UploadPartRecord, type UploadRecord } from '../records.js';

export const completeMultipartUpload = (files: ObjectFiles): Operation => (input, context) => {
  const completed = context.globalState.transact((tx) => {
    const upload = requireUpload(tx, input);
    const there = tx.get(objectsOf(upload.bucket), upload.key);
    checkWriteConditions(input, there);
    const parts = partsOf(upload, struct(input, 'CompleteMultipartUpload'));
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const declared = strOpt(input, 'MpuObjectSize');
    if (declared !== undefined && Number(declared) !== size) throw new AwsError('InvalidRequest', 'The provided \'x-amz-mp-object-size\' header does not match what was computed.');
    const type = strOpt(input, 'ChecksumType');
    if (type !== undefined && type !== upload.checksumType) throw new AwsError('InvalidRequest', `The upload was created using the ${upload.checksumType ?? 'no'} checksum mode. The complete request must use the same checksum mode.`);
    const etag = multipartEtag(parts);
    const checksum = multipartChecksum(upload, parts);
    const claimed = claimedChecksum(input, checksum?.algorithm);
    if (claimed !== undefined && claimed.replace(/-\d+$/, '') !== checksum?.value.replace(/-\d+$/, '')) throw new AwsError('BadDigest', `The ${checksum?.algorithm ?? ''} you specified did not match the calculated checksum.`);
    tx.put(objectsOf(upload.bucket), upload.key, {
      key: upload.key, size, etag, checksum, lastModified: wholeSecond(context), headers: upload.headers, metadata: upload.metadata, tags: upload.tags,
      parts: parts.map((part) => ({ file: part.file, size: part.size })),
    });
    tx.delete(uploads, upload.uploadId);
    const used = new Set(parts.map((part) => part.file));
    return { upload, etag, checksum, left: [...(there?.parts ?? []), ...Object.values(upload.parts).filter((part) => !used.has(part.file))] };
  });
  files.remove(completed.left);
  const { upload, etag, checksum } = completed;
  return {
    Location: `${context.runtime.endpointUrl}/${upload.bucket}/${encodeURIComponent(upload.key).replaceAll('%2F', '/')}`,
    Bucket: upload.bucket,
    Key: upload.key,
    ETag: `"${etag}"`,
    ...(checksum === undefined ? {} : { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }),
  };
};

/** The checksum that the client says, which has to be of the algorithm that the parts were sent with. */
function claimedChecksum(said: Input, algorithm: string | undefined): string | undefined {
  for (const other of Object.values(CHECKSUM_HEADERS)) {
    if (other === algorithm || strOpt(said, `Checksum${other}`) === undefined) continue;
    throw new AwsError('InvalidRequest', `Checksum Type mismatch occurred, expected checksum Type: ${algorithm?.toLowerCase() ?? 'null'}, actual checksum Type: ${other.toLowerCase()}`);
  }
  return algorithm === undefined ? undefined : strOpt(said, `Checksum${algorithm}`);
}

/** The parts that the document names, each there with the ETag that it names. */
function partsOf(upload: UploadRecord, document: Input): UploadPartRecord[] {
  const named = structs(document, 'Part');
  if (named.length === 0) throw new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  const numbers = named.map((part) => int(part, 'PartNumber'));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.');
  }
  return named.map((part, index) => {
    const number = numbers[index] ?? 0;
    const found = upload.parts[number];
    const checksum = found?.checksum;
    const claimed = claimedChecksum(part, checksum?.algorithm);
    if (found === undefined || str(part, 'ETag').replaceAll('"', '') !== found.etag || (claimed !== undefined && claimed !== checksum?.value)) {
      throw new AwsError('InvalidPart', 'One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part\'s entity tag.', { members: { UploadId: upload.uploadId, PartNumber: String(number) } });
    }
    if (index < named.length - 1 && found.size < MIN_PART_BYTES) {
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', { members: { ProposedSize: String(found.size), MinSizeAllowed: String(MIN_PART_BYTES), PartNumber: String(number), ETag: found.etag } });
    }
    return found;
  });
}
