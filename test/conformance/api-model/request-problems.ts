/** What is wrong with a request by the service's API model: members that are required, or that there are not; enums, lengths, ranges, patterns. */
import type { SeenRequest } from '../faults/proxy.js';
import { type Model, readModel, type Ref, type Shape, shapeOf } from './model.js';
import { wireNameOf } from './request.js';

type Parsed = string | number | boolean | null | Parsed[] | { readonly [name: string]: Parsed };

/** The parameters of a form as the model nests them; what it has no place for stays in `form`. */
function takeForm(model: Model, ref: Ref, prefix: string, form: Map<string, string>): Parsed | undefined {
  const shape = shapeOf(model, ref);
  const under = (name: string): string => (prefix === '' ? name : `${prefix}.${name}`);
  const indexed = (base: string, take: (name: string) => Parsed | undefined): Parsed[] | undefined => {
    const items: Parsed[] = [];
    for (let item = take(`${base}.1`); item !== undefined; item = take(`${base}.${items.length + 1}`)) items.push(item);
    if (items.length > 0) return items;
    return form.delete(base) ? [] : undefined;
  };
  switch (shape.type) {
    case 'structure': {
      const members = Object.entries(shape.members ?? {}).flatMap(([name, member]) => {
        const value = takeForm(model, member, under(wireNameOf(model, shape, name)), form);
        return value === undefined ? [] : [[name, value] as const];
      });
      return members.length === 0 && prefix !== '' ? undefined : Object.fromEntries(members);
    }
    case 'list': {
      const flat = model.metadata.protocol === 'ec2' || shape.flattened === true;
      return indexed(flat ? prefix : under(shape.member?.locationName ?? 'member'), (name) => (shape.member === undefined ? undefined : takeForm(model, shape.member, name, form)));
    }
    case 'map': {
      const entries = indexed(under('entry'), (name) => {
        const key = form.get(`${name}.key`);
        form.delete(`${name}.key`);
        return key === undefined || shape.value === undefined ? undefined : { [key]: takeForm(model, shape.value, `${name}.value`, form) ?? '' };
      });
      return entries === undefined ? undefined : Object.assign({}, ...entries) as Parsed;
    }
    default: {
      const text = form.get(prefix);
      form.delete(prefix);
      return text;
    }
  }
}

const BOUNDED = new Set(['integer', 'long', 'float', 'double']);

/** By the value's own shape. Empty enums and patterns of Java that JavaScript cannot read say nothing. */
function scalarProblems(shape: Shape, value: Parsed, path: string): string[] {
  if (value === null || typeof value === 'object') return [`${path}: ${JSON.stringify(value)} is no ${shape.type}`];
  const text = String(value);
  if (shape.type === 'boolean') return /^(?:true|false)$/u.test(text) ? [] : [`${path}: "${text}" is no boolean`];
  const size = BOUNDED.has(shape.type) ? Number(text) : shape.type === 'blob' ? Buffer.from(text, 'base64').length : text.length;
  if (Number.isNaN(size)) return [`${path}: "${text}" is no ${shape.type}`];
  let pattern: RegExp | undefined;
  try {
    pattern = shape.pattern === undefined ? undefined : new RegExp(`^(?:${shape.pattern})$`, 'u');
  } catch {
    pattern = undefined;
  }
  return [
    ...(shape.enum !== undefined && !shape.enum.includes(text) ? [`${path}: "${text}" is not one of ${shape.enum.join(', ')}`] : []),
    ...(shape.min !== undefined && size < shape.min ? [`${path}: ${size} is less than ${shape.min}`] : []),
    ...(shape.max !== undefined && size > shape.max ? [`${path}: ${size} is more than ${shape.max}`] : []),
    ...(pattern !== undefined && shape.type === 'string' && !pattern.test(text) ? [`${path}: "${text}" does not match ${shape.pattern}`] : []),
  ];
}

function valueProblems(model: Model, ref: Ref, value: Parsed, path: string): string[] {
  const shape = shapeOf(model, ref);
  const count = (size: number): string[] => [...(shape.min !== undefined && size < shape.min ? [`${path}: ${size} of at least ${shape.min}`] : []), ...(shape.max !== undefined && size > shape.max ? [`${path}: ${size} of at most ${shape.max}`] : [])];
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (shape.type === 'structure') {
    if (!isObject) return [`${path}: ${JSON.stringify(value)} is no structure`];
    const members = shape.members ?? {};
    const missing = (shape.required ?? []).filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}${name} is required`);
    return [...missing, ...Object.entries(value).flatMap(([name, inner]) => (members[name] === undefined ? [`${path}${name}: there is no such member`] : valueProblems(model, members[name], inner, `${path}${name}.`)))];
  }
  const at = path.replace(/\.$/u, '');
  if (shape.type === 'list') return Array.isArray(value) ? [...count(value.length), ...value.flatMap((item, i) => (shape.member === undefined ? [] : valueProblems(model, shape.member, item, `${at}[${i}].`)))] : [`${at}: is no list`];
  if (shape.type === 'map') return isObject ? [...count(Object.keys(value).length), ...Object.entries(value).flatMap(([key, inner]) => [...(shape.key === undefined ? [] : scalarProblems(shapeOf(model, shape.key), key, `${at} key`)), ...(shape.value === undefined ? [] : valueProblems(model, shape.value, inner, `${at}.${key}.`))])] : [`${at}: is no map`];
  return scalarProblems(shape, value, at);
}

/** Path, query and body, as the model has the members' places. */
function readRest(model: Model, operation: string, { method, path, body }: SeenRequest): { readonly value: Parsed; readonly problems: string[] } {
  const { http, input } = model.operations[operation] ?? {};
  const members = input === undefined ? {} : (shapeOf(model, input).members ?? {});
  const named = (wire: string, location: string): string | undefined => Object.entries(members).find(([name, member]) => member.location === location && (member.locationName ?? name) === wire)?.[0];
  const [pathname = '', query = ''] = path.split('?', 2);
  const template = http?.requestUri ?? '/';
  const labels = [...template.matchAll(/\{(\w+)\}/gu)].map(([, name = '']) => name);
  const found = new RegExp(`^${template.replaceAll(/\{\w+\}/gu, '([^/]+)')}$`, 'u').exec(pathname);
  const uri = (found ?? []).slice(1).map((text, i) => [named(labels[i] ?? '', 'uri') ?? labels[i] ?? '', decodeURIComponent(text)] as const);
  const asked = [...new URLSearchParams(query)].map(([wire, text]) => [named(wire, 'querystring') ?? wire, text] as const);
  const inBody = body === '' ? {} : (JSON.parse(body) as Record<string, Parsed>);
  return { value: { ...Object.fromEntries([...uri, ...asked]), ...inBody }, problems: [...(found === null ? [`${pathname} is not ${template}`] : []), ...(method === http?.method ? [] : [`${method} is not ${http?.method}`])] };
}

const models = new Map<string, Model | undefined>();

/** The model of the service that a request is signed for. */
export function modelFor(service: string): Model | undefined {
  if (!models.has(service)) models.set(service, readModel(service));
  return models.get(service);
}

/** The request's problems; undefined where there is no model of the service. */
export function requestProblems(request: SeenRequest): string[] | undefined {
  const [service = '', name = ''] = request.operation.split(' ');
  const model = modelFor(service);
  if (model === undefined) return undefined;
  const operation = model.operations[name];
  if (operation === undefined) return ['there is no such operation'];
  const { input } = operation;
  const { protocol, apiVersion, targetPrefix } = model.metadata;
  const judge = (value: Parsed): string[] => (input === undefined ? Object.keys(value as object) : valueProblems(model, input, value, ''));
  if (protocol === 'rest-json') {
    const { value, problems } = readRest(model, name, request);
    return [...problems, ...judge(value)];
  }
  if (protocol === 'json') return [...(request.headers['x-amz-target'] === `${targetPrefix}.${name}` ? [] : [`X-Amz-Target is ${String(request.headers['x-amz-target'])}`]), ...judge(JSON.parse(request.body) as Parsed)];
  const form = new Map(new URLSearchParams(request.body));
  const version = form.get('Version');
  form.delete('Version');
  form.delete('Action');
  const value = input === undefined ? {} : (takeForm(model, input, '', form) ?? {});
  return [...(version === apiVersion ? [] : [`version ${version} is not ${apiVersion}`]), ...[...form.keys()].map((left) => `${left}: there is no such member`), ...judge(value)];
}
