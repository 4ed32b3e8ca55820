/** Writes a reply as the service's protocol has it on the wire, and its errors. */
import { type Model, type Ref, shapeOf } from '../api-model/model.js';
import type { Sample } from './samples.js';

export interface WrittenReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const textOf = (value: Sample): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function scalar(type: string, value: Sample): string {
  if (type === 'timestamp') return new Date(Number(value) * 1000).toISOString();
  return type === 'blob' ? Buffer.from(textOf(value)).toString('base64') : escaped(textOf(value));
}

function element(model: Model, ref: Ref, name: string, value: Sample): string {
  const shape = shapeOf(model, ref);
  if (shape.type === 'structure') return `<${name}>${members(model, ref, value)}</${name}>`;
  if (shape.type === 'list' && Array.isArray(value)) {
    const item = shape.member;
    const flat = shape.flattened === true || ref.flattened === true;
    const tag = flat ? name : (item?.locationName ?? (model.metadata.protocol === 'ec2' ? 'item' : 'member'));
    const items = value.map((one) => (item === undefined ? '' : element(model, item, tag, one))).join('');
    return flat ? items : `<${name}>${items}</${name}>`;
  }
  if (shape.type === 'map') {
    const entries = Object.entries(value as { [key: string]: Sample }).map(([key, one]) => `<entry><key>${escaped(key)}</key>${shape.value === undefined ? '' : element(model, shape.value, 'value', one)}</entry>`);
    return `<${name}>${entries.join('')}</${name}>`;
  }
  return `<${name}>${scalar(shape.type, value)}</${name}>`;
}

function members(model: Model, ref: Ref, value: Sample): string {
  const known = shapeOf(model, ref).members ?? {};
  return Object.entries(value as { [name: string]: Sample }).map(([name, one]) => {
    const member = known[name];
    return member === undefined ? '' : element(model, member, member.locationName ?? name, one);
  }).join('');
}

const ID = '00000000-0000-4000-8000-000000000000';

/** Status 200. */
export function writeReply(model: Model, operation: string, value: { [name: string]: Sample }): WrittenReply {
  const { protocol } = model.metadata;
  const { output } = model.operations[operation] ?? {};
  const inside = output === undefined ? '' : members(model, output, value);
  if (protocol === 'ec2') return { status: 200, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body: `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${ID}</requestId>${inside}</${operation}Response>` };
  if (protocol === 'query') {
    const wrapper = output?.resultWrapper;
    const result = wrapper === undefined ? '' : `<${wrapper}>${inside}</${wrapper}>`;
    return { status: 200, headers: { 'content-type': 'text/xml' }, body: `<${operation}Response xmlns="https://x/"><ResponseMetadata><RequestId>${ID}</RequestId></ResponseMetadata>${result}</${operation}Response>` };
  }
  return { status: 200, headers: { 'content-type': protocol === 'json' ? 'application/x-amz-json-1.1' : 'application/json' }, body: JSON.stringify(value) };
}

export function writeError(model: Model, { status, code, message }: { readonly status: number; readonly code: string; readonly message: string }): WrittenReply {
  const { protocol } = model.metadata;
  const said = escaped(message);
  if (protocol === 'ec2') return { status, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body: `<Response><Errors><Error><Code>${code}</Code><Message>${said}</Message></Error></Errors><RequestID>${ID}</RequestID></Response>` };
  if (protocol === 'query') return { status, headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse xmlns="https://x/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${said}</Message></Error><RequestId>${ID}</RequestId></ErrorResponse>` };
  if (protocol === 'json') return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify({ __type: code, message }) };
  return { status, headers: { 'content-type': 'application/json', 'x-amzn-errortype': code }, body: JSON.stringify({ Message: message }) };
}
