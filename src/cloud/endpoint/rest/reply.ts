/** Replies of rest-xml: members that are headers, and either bytes or a document (S3 API reference). */
import type { Output } from '../operation.js';
import type { Reply, StreamedBody } from '../reply.js';
import { escapeXml } from '../xml.js';
import type { RestRoute } from './route.js';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
/** Members of every operation that has them. */
const COMMON: Readonly<Record<string, string>> = { ContentType: 'Content-Type' };

/** `Status` of the output replaces the operation's own (206, 204); `Metadata` become `x-amz-meta-…`. */
export function restReply({ operation }: RestRoute, output: Output, namespace: string): Reply {
  const { status = 200, headers: named = {}, root, content } = operation.reply ?? {};
  const { Status, Body, Metadata, ...members } = output;
  const bound = { ...COMMON, ...named };
  const headers: Record<string, string> = {};
  const rest: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(members)) {
    const header = Object.hasOwn(bound, member) ? bound[member] : undefined;
    if (value === undefined) continue;
    if (header === undefined) rest[member] = value;
    else headers[header] = headerText(value);
  }
  if (typeof Metadata === 'object' && Metadata !== null) for (const [name, value] of Object.entries(Metadata)) headers[`x-amz-meta-${name}`] = headerText(value);
  const body = isBody(Body) ? Body : root === undefined ? '' : `${DECLARATION}<${root} xmlns="${escapeXml(namespace)}">${content === undefined ? xmlMembers(rest) : xmlText(rest[content])}</${root}>`;
  return {
    status: typeof Status === 'number' ? Status : status,
    contentType: headers['Content-Type'] ?? (root === undefined ? '' : 'application/xml'),
    headers,
    body,
  };
}

const isBody = (value: unknown): value is Uint8Array | StreamedBody => value instanceof Uint8Array || (typeof value === 'object' && value !== null && 'open' in value);

function headerText(value: unknown): string {
  if (value instanceof Date) return value.toUTCString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Members of a structure as elements; a list is its element over and over, a name that begins with `@` an attribute. */
function xmlMembers(members: object): string {
  return Object.entries(members).map(([name, value]: [string, unknown]) => {
    if (value === undefined || name.startsWith('@')) return '';
    return (Array.isArray(value) ? (value as unknown[]) : [value]).map((each) => `<${name}${attributesOf(each)}>${xmlText(each)}</${name}>`).join('');
  }).join('');
}

function attributesOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value).map(([name, text]) => (name.startsWith('@') && typeof text === 'string' ? ` ${name.slice(1)}="${escapeXml(text)}"` : '')).join('');
}

function xmlText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return xmlMembers(value);
  return escapeXml(typeof value === 'string' ? value : JSON.stringify(value));
}
