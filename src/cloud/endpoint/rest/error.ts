/** Errors of rest-xml as S3 writes them: no wrapper, no namespace; further members are elements (S3 API reference, "REST error responses"). */
import type { AwsError } from '../operation.js';
import type { Reply } from '../reply.js';
import { escapeXml } from '../xml.js';

/** Members that are told by headers, not in the body. */
const HEADERS: Readonly<Record<string, string>> = { BucketRegion: 'x-amz-bucket-region', ContentRange: 'Content-Range', ETag: 'ETag', LastModified: 'Last-Modified' };

export function restErrorReply(error: AwsError, requestId: string): Reply {
  const members = Object.entries(error.members).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const elements = members.filter(([name]) => HEADERS[name] === undefined).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join('');
  const headers = Object.fromEntries(members.flatMap(([name, value]) => (HEADERS[name] === undefined ? [] : [[HEADERS[name], value]])));
  return {
    status: error.status,
    contentType: 'application/xml',
    headers,
    body: error.status === 304 ? '' : `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>${elements}<RequestId>${escapeXml(requestId)}</RequestId><HostId>local</HostId></Error>`,
  };
}
