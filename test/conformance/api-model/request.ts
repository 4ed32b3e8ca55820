/**
 * Writes requests by the model: the form of ec2Query and awsQuery, the JSON of awsJson. Lenient, so that wrong inputs can
 * be written too: what the model does not know, or what is of another type, goes out by what it is.
 */
import { writeRestJsonRequest } from './rest-json-request.js';
import { writeRestRequest } from './rest-request.js';
import { isJson, shapeOf, type Model, type Ref, type Shape } from './model.js';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };

/** One parameter of a form. */
export type Parameter = readonly [name: string, value: string];

function isStructure(value: Value): value is { readonly [name: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function scalar(model: Model, ref: Ref | undefined, value: string | number | boolean | null): string {
  const type = ref === undefined ? 'string' : shapeOf(model, ref).type;
  return type === 'blob' ? Buffer.from(String(value)).toString('base64') : String(value ?? '');
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The name of a structure's member in a request. */
export function wireNameOf(model: Model, shape: Shape | undefined, name: string): string {
  const member = shape?.members !== undefined && Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
  if (isJson(model)) return name;
  return model.metadata.protocol === 'ec2' ? (member?.queryName ?? capitalized(member?.locationName ?? name)) : (member?.locationName ?? name);
}

/** The parameters of a value under `prefix`. */
export function parametersOf(model: Model, ref: Ref | undefined, value: Value, prefix: string): Parameter[] {
  const shape = ref === undefined ? undefined : shapeOf(model, ref);
  const ec2 = model.metadata.protocol === 'ec2';
  if (Array.isArray(value)) {
    const items = value as readonly Value[];
    if (items.length === 0) return [[prefix, '']];
    const flat = ec2 || shape?.flattened === true;
    const base = flat ? prefix : `${prefix}.${shape?.member?.locationName ?? 'member'}`;
    return items.flatMap((item, index) => parametersOf(model, shape?.type === 'list' ? shape.member : undefined, item, `${base}.${index + 1}`));
  }
  if (isStructure(value)) {
    if (shape?.type === 'map') {
      return Object.entries(value).flatMap(([key, item], index) => [[`${prefix}.entry.${index + 1}.key`, key] as const, ...parametersOf(model, shape.value, item, `${prefix}.entry.${index + 1}.value`)]);
    }
    return Object.entries(value).flatMap(([name, item]) => {
      const member = shape?.members !== undefined && Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
      const wire = wireNameOf(model, shape, name);
      return parametersOf(model, member, item, prefix === '' ? wire : `${prefix}.${wire}`);
    });
  }
  return [[prefix, scalar(model, ref, value as string | number | boolean | null)]];
}

export interface WrittenRequest {
  /** Default: POST. */
  readonly method?: string;
  /** With its query, as it is on the wire; default: `/`. */
  readonly path?: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array;
}

export function formRequest(parameters: readonly Parameter[]): WrittenRequest & { readonly body: string } {
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: parameters.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&'),
  };
}

export function jsonRequest(model: Model, operation: string, body: string): WrittenRequest {
  return { headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${model.metadata.targetPrefix ?? ''}.${operation}` }, body };
}

/** The request of an operation with this input, by API names. */
export function writeRequest(model: Model, operation: string, input: { readonly [name: string]: Value }): WrittenRequest {
  if (model.metadata.protocol === 'rest-json') return writeRestJsonRequest(model, operation, input);
  if (model.metadata.protocol === 'rest-xml') return writeRestRequest(model, operation, input);
  if (model.metadata.protocol === 'json') return jsonRequest(model, operation, JSON.stringify(input));
  const parameters = parametersOf(model, model.operations[operation]?.input, input, '').filter(([name]) => name !== '');
  return formRequest([['Action', operation], ['Version', model.metadata.apiVersion], ...parameters]);
}
