/** What can be wrong with a rest-xml request: values that a header or a query has room for, and requests that no serializer writes. */
import { createHash } from 'node:crypto';
import { hashPayload } from '../../../src/lib/protocol/sigv4.js';
import { shapeOf, type Model, type Ref, type Shape } from './model.js';
import type { Mutant } from './mutants.js';
import type { Value, WrittenRequest } from './request.js';
import { writeRestRequest } from './rest-request.js';

/** Members that HTTP lets be ignored (dates and ranges of conditional requests, RFC 9110 §13.1, §14.2), and headers that S3 gives back as they came. */
const TAKEN_AS_THEY_COME = /^(CopySource)?If(Unm|M)odifiedSince$|^ResponseExpires$/;

/** Whether a wrong value can be written where the member is; those of the transport itself are not written wrong. */
export function isWritable({ location }: Ref, name: string, value: Value): boolean {
  // Any bytes are a body.
  if (location === undefined) return name !== 'Body';
  if (name === 'ContentLength' || typeof value === 'object' || location === 'headers') return false;
  // An empty label is another path, and so another operation.
  if (location === 'uri') return value !== '';
  // eslint-disable-next-line no-control-regex
  return location !== 'header' || /^[\x20-\x7E]*$/.test(String(value));
}

export const wantedOf = (name: string, wanted: Mutant['wanted']): Mutant['wanted'] => (TAKEN_AS_THEY_COME.test(name) ? 'answered' : wanted);

/** Whether a request without this member is still one for the same operation. */
export const isOperationWithout = (member: Ref | undefined, name: string): boolean => member?.location !== 'uri' && member?.location !== 'querystring' && name !== 'CopySource';

/** Whether the member is one element of a document, which must not be there twice. */
export const isOneElement = (model: Model, member: Ref): boolean => model.metadata.protocol === 'rest-xml' && member.location === undefined && shapeOf(model, member).type !== 'list';

/** Whether the member is a header or a parameter of any text. */
export const isToldByItself = ({ location }: Ref, { type }: Shape): boolean => (location === 'header' || location === 'querystring') && type === 'string';

/** Requests that no serializer writes. */
export function brokenRestRequests(model: Model, operation: string, input: { readonly [name: string]: Value }): [what: string, request: WrittenRequest][] {
  const right = writeRestRequest(model, operation, input);
  const { path = '/', body, headers } = right;
  const mark = path.includes('?') ? '&' : '?';
  const text = String(body);
  const found: [string, WrittenRequest][] = [
    ['an unknown query parameter', { ...right, path: `${path}${mark}not-a-parameter=x` }],
    ['an unknown header of Amazon\'s', { ...right, headers: { ...headers, 'x-amz-not-a-header': 'x' } }],
    ['a query parameter twice', { ...right, path: `${path}${mark}prefix=a&prefix=b` }],
    ['a header twice', { ...right, headers: { ...headers, 'x-amz-expected-bucket-owner': ['000000000000', '000000000000'] } }],
    ['invalid percent in the query', { ...right, path: `${path}${mark}prefix=%zz` }],
    ['invalid UTF-8 in the query', { ...right, path: `${path}${mark}prefix=%ff%fe` }],
    ['another owner than expected', { ...right, headers: { ...headers, 'x-amz-expected-bucket-owner': '000000000000' } }],
    ['a hash of another body', { ...right, headers: { ...headers, 'x-amz-content-sha256': hashPayload(`${text}x`) } }],
    ['a hash that is none', { ...right, headers: { ...headers, 'x-amz-content-sha256': 'x' } }],
  ];
  if (path.startsWith('/s3-')) found.push(['invalid percent in the path', { ...right, path: path.replace('/s3-', '/s3-%zz') }]);
  if (!text.startsWith('<')) return found;
  const root = /^<(\w+)/.exec(text)?.[1] ?? '';
  const document = (what: string, changed: string | Buffer): void => void found.push([what, { ...right, headers: { ...headers, 'Content-MD5': createHash('md5').update(changed).digest('base64') }, body: changed }]);
  document('no document', ' ');
  document('no XML', '{"a":1}');
  document('a document cut off', text.slice(0, -3));
  document('a document of another root', `<Other>${text}</Other>`);
  document('two roots', `${text}${text}`);
  document('a text beside the elements', text.replace(/>/, '>text'));
  document('a DTD', `<!DOCTYPE x [<!ENTITY e "x">]>${text}`);
  document('an entity that is none', text.replace(/<\/\w+>$/, `&nope;</${root}>`));
  document('nested a thousand deep', `<${root}>${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}</${root}>`);
  document('__proto__', text.replace(/<\/\w+>$/, `<__proto__><x>1</x></__proto__></${root}>`));
  document('constructor', text.replace(/<\/\w+>$/, `<constructor>x</constructor></${root}>`));
  document('invalid UTF-8', Buffer.concat([Buffer.from(text.replace(/<\/\w+>$/, '<NotAMember>')), Buffer.of(0xff, 0xfe), Buffer.from(`</NotAMember></${root}>`)]));
  found.push(['a Content-MD5 of another body', { ...right, headers: { ...headers, 'Content-MD5': 'AAAAAAAAAAAAAAAAAAAAAA==' } }], ['a Content-MD5 that is none', { ...right, headers: { ...headers, 'Content-MD5': 'x' } }]);
  return found;
}
