/** The rest-json codec (EventBridge Scheduler, SSO): the operation is in method and path, its members in path, query, headers and a JSON body. */
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError, type Input, type Service } from './operation.js';
import { decodeJson } from './json.js';

/** One operation on the wire. */
export interface RestJsonOperation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/schedules/{Name}`: a part in braces is the member of this name. */
  readonly path: string;
  /** Members that are query parameters, and their names there. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Members that are headers, and their names there, in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Which of these are numbers. */
  readonly integers?: readonly string[] | undefined;
}

export interface RestJsonService extends Service {
  readonly restJson: Readonly<Record<string, RestJsonOperation>>;
}

export const isRestJson = (service: Service | undefined): service is RestJsonService => service?.restJson !== undefined;

/** The operation that method and path name, and its input; the operation is empty when they name none. */
export function routeRestJson(service: RestJsonService, request: { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }): { readonly operation: string; readonly input: () => Input } {
  const [path = '/', query = ''] = request.path.split('?', 2);
  const parts = path.split('/');
  for (const [operation, { method, path: pattern, query: names = {}, headers = {}, integers = [] }] of Object.entries(service.restJson)) {
    const wanted = pattern.split('/');
    const fits = method === request.method && wanted.length === parts.length && wanted.every((part, index) => (part.startsWith('{') ? parts[index] !== '' : part === parts[index]));
    if (!fits) continue;
    const labels = (): Input => Object.fromEntries(wanted.flatMap((part, index) => (part.startsWith('{') ? [[part.slice(1, -1), decoded(parts[index] ?? '')]] : [])));
    return { operation, input: () => ({ ...decodeJson(request.body), ...queryOf(query, names, integers), ...headersOf(request.headers, headers), ...labels() }) };
  }
  return { operation: '', input: () => ({}) };
}

const headersOf = (given: IncomingHttpHeaders, names: Readonly<Record<string, string>>): Input => Object.fromEntries(Object.entries(names).flatMap(([member, name]) => (given[name] === undefined ? [] : [[member, String(given[name])]])));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('ValidationException', `The path has "${text}", which is not percent-encoded UTF-8`);
  }
}

/** A parameter that is no member keeps its name behind a dot, where nothing reads it, so that it is refused. */
function queryOf(query: string, names: Readonly<Record<string, string>>, integers: readonly string[]): Input {
  const found: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const member = Object.keys(names).find((key) => names[key] === name) ?? `query.${name}`;
    if (Object.hasOwn(found, member)) throw new AwsError('ValidationException', `The parameter ${name} is given twice`);
    found[member] = integers.includes(member) && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  }
  return found;
}
