/** Writes rest-xml requests by the model: path, query, headers, and a body of bytes or of XML. Lenient in what stands in the XML, so that wrong documents can be written too. */
import { createHash } from 'node:crypto';
import { shapeOf, type Model, type Ref, type Shape } from './model.js';
import type { Value, WrittenRequest } from './request.js';

type Structure = { readonly [name: string]: Value };

const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));
const isStructure = (value: Value | undefined): value is Structure => typeof value === 'object' && value !== null && !Array.isArray(value);

export const escapeXml = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

const encodePath = (text: string): string => encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** A header's text: times as HTTP writes them; botocore percent-encodes a copy's source. */
function headerText(shape: Shape, name: string, value: Value): string {
  const text = textOf(value);
  if (name === 'x-amz-copy-source') return text.split('/').map(encodePath).join('/');
  return shape.type === 'timestamp' && !Number.isNaN(Date.parse(text)) ? new Date(text).toUTCString() : text;
}

/** An element of this name; of a list whose items are not wrapped one each. */
export function xmlElement(model: Model, ref: Ref | undefined, name: string, value: Value): string {
  const shape = ref === undefined ? undefined : shapeOf(model, ref);
  if (Array.isArray(value)) {
    const items = value as readonly Value[];
    const flat = shape?.type !== 'list' || shape.flattened === true || ref?.flattened === true;
    if (flat) return items.map((item) => xmlElement(model, shape?.member, name, item)).join('');
    return `<${name}>${items.map((item) => xmlElement(model, shape.member, shape.member?.locationName ?? 'member', item)).join('')}</${name}>`;
  }
  if (!isStructure(value)) return `<${name}>${escapeXml(value === null ? '' : textOf(value))}</${name}>`;
  const written = Object.entries(value).map(([member, inner]) => {
    const known = shape?.members !== undefined && Object.hasOwn(shape.members, member) ? shape.members[member] : undefined;
    return xmlElement(model, known, known?.locationName ?? member, inner);
  });
  return `<${name}>${written.join('')}</${name}>`;
}

/** The request of an operation with this input, by API names; what the model does not know goes into the query. */
export function writeRestRequest(model: Model, operation: string, input: Structure): WrittenRequest {
  const { http, input: ref, httpChecksum } = model.operations[operation] ?? {};
  const shape = ref === undefined ? undefined : shapeOf(model, ref);
  const [path = '/', fixed] = (http?.requestUri ?? '/').split('?', 2);
  const labels = new Map<string, string>();
  const query: string[] = fixed === undefined ? [] : [fixed];
  const headers: Record<string, string> = {};
  let body = '';
  for (const [name, value] of Object.entries(input)) {
    const member = shape?.members !== undefined && Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
    const wire = member?.locationName ?? name;
    const items = Array.isArray(value) ? (value as readonly Value[]) : [value];
    if (member?.location === 'uri') labels.set(wire, textOf(value));
    else if (member?.location === 'header') headers[wire] = items.map((item) => headerText(shapeOf(model, member), wire, item)).join(',');
    else if (member?.location === 'headers' && isStructure(value)) for (const [key, text] of Object.entries(value)) headers[`${wire}${key}`] = textOf(text);
    else if (member === undefined || member.location !== undefined) query.push(...items.map((item) => `${encodeURIComponent(wire)}=${encodeURIComponent(textOf(item))}`));
    else if (shapeOf(model, member).type === 'structure') body = xmlElement(model, member, wire, value).replace(/^<[\w.]+/, (start) => `${start} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`);
    else body = textOf(value);
  }
  if (httpChecksum?.requestChecksumRequired === true && headers['Content-MD5'] === undefined) headers['Content-MD5'] = createHash('md5').update(body).digest('base64');
  const filled = path.replaceAll(/\{(\w+)(\+?)\}/g, (_, name: string, whole: string) => (labels.get(name) ?? '').split(whole === '' ? '\n' : '/').map(encodePath).join('/'));
  return { method: http?.method ?? 'GET', path: `${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`, headers, body };
}
