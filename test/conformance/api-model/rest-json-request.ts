/** Writes rest-json requests by the model: path, query, headers and a JSON body; right ones, and such as no serializer writes. */
import { shapeOf, type Model } from './model.js';
import type { Value, WrittenRequest } from './request.js';

type Structure = { readonly [name: string]: Value };

const textOf = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What the model does not know goes into the body, or into the query where there is no body. */
export function writeRestJsonRequest(model: Model, operation: string, input: Structure): WrittenRequest {
  const { http, input: ref } = model.operations[operation] ?? {};
  const { method = 'POST', requestUri = '/' } = http ?? {};
  const members = ref === undefined ? {} : (shapeOf(model, ref).members ?? {});
  const labels = new Map<string, string>();
  const query: string[] = [];
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  const body: Record<string, Value> = {};
  for (const [name, value] of Object.entries(input)) {
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    const wire = member?.locationName ?? name;
    if (member?.location === 'header') headers[wire] = textOf(value).replaceAll(/[^\t -~]/gu, '?');
    else if (member?.location === 'uri') labels.set(wire, textOf(value));
    else if (member?.location === 'querystring' || method === 'GET' || method === 'DELETE') query.push(`${encodeURIComponent(wire)}=${encodeURIComponent(textOf(value))}`);
    else body[name] = value;
  }
  const path = requestUri.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(labels.get(name) ?? ''));
  return { method, path: `${path}${query.length > 0 ? `?${query.join('&')}` : ''}`, headers, body: method === 'GET' || method === 'DELETE' ? '' : JSON.stringify(body) };
}

/** Requests that are wrong beyond their members. */
export function brokenRestJsonRequests(model: Model, operation: string, input: Structure): [what: string, request: WrittenRequest][] {
  const right = writeRestJsonRequest(model, operation, input);
  const { path = '/', body } = right;
  const mark = path.includes('?') ? '&' : '?';
  const withBody = (what: string, changed: string | Buffer): [string, WrittenRequest] => [what, { ...right, body: changed }];
  const text = String(body) === '' ? '{}' : String(body);
  return [
    ['an unknown query parameter', { ...right, path: `${path}${mark}not-a-parameter=x` }],
    ['__proto__ in the query', { ...right, path: `${path}${mark}__proto__=x` }],
    ['a query parameter twice', { ...right, path: `${path}${mark}NextToken=a&NextToken=b` }],
    ['another method', { ...right, method: 'PATCH' }],
    ['another path', { ...right, path: `${path.split('?', 1)[0]}/more` }],
    ...(path.split('/').length > 2 ? [['invalid percent in the path', { ...right, path: `${path.split('?', 1)[0]}%zz` }] as [string, WrittenRequest]] : []),
    withBody('no JSON', '{"a":'),
    withBody('a list', '[]'),
    withBody('a text', '"x"'),
    withBody('nested a thousand deep', `{"NotAMember":${'['.repeat(1000)}${']'.repeat(1000)}}`),
    withBody('__proto__', text.replace(/^\{/, `{"__proto__":{"x":1}${text === '{}' ? '' : ','}`)),
    withBody('invalid UTF-8', Buffer.concat([Buffer.from('{"NotAMember":"'), Buffer.of(0xff, 0xfe), Buffer.from('"}')])),
  ];
}
