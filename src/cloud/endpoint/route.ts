/** Which service a request is for: by its target header, its credential scope, or its form's Version (`emulators.md` §3). */
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError, type Input, type Service, type WireProtocol } from './operation.js';
import { decodeJson } from './json.js';
import { decodeQuery } from './query.js';
import { isRestJson, type RestJsonService, routeRestJson } from './rest-json.js';

/** What was asked, undecoded as far as that can fail. */
export interface Routed {
  readonly service: Service;
  /** Empty when the request names none. */
  readonly operation: string;
  /** Throws AwsError for a body that cannot be read. */
  readonly input: () => Input;
}

export interface RoutedRequest {
  readonly method: string;
  /** The request target with its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Service of the credential scope. */
  readonly scopeService: string | undefined;
}

/** The service asked for, or undefined when the region has none such. */
export function route(services: readonly Service[], request: RoutedRequest): Routed | undefined {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const dot = target.lastIndexOf('.');
    const service = services.find((candidate) => candidate.protocol === 'json' && candidate.targetPrefix === target.slice(0, dot));
    return service === undefined ? undefined : { service, operation: target.slice(dot + 1), input: () => decodeJson(request.body) };
  }
  const open = request.scopeService === undefined ? unsignedRestJson(services, request) : undefined;
  if (open !== undefined) return { service: open, ...routeRestJson(open, request) };
  const form = request.body === '' ? queryOf(request.path) : request.body;
  const version = parameter(form, 'Version');
  const service = services.find((candidate) => candidate.name === request.scopeService) ?? services.find((candidate) => candidate.protocol !== 'json' && candidate.version === version);
  if (service === undefined) return undefined;
  if (isRestJson(service)) return { service, ...routeRestJson(service, request) };
  if (service.protocol === 'json') return { service, operation: '', input: () => ({}) };
  return { service, operation: parameter(form, 'Action') ?? '', input: () => decodeQuery(form).input };
}

/** The rest-json service that an unsigned request is for, when it is one of its operations that need no signature. */
export function unsignedRestJson(services: readonly Service[], { method = '', url, path = url ?? '/' }: { readonly method?: string | undefined; readonly url?: string | undefined; readonly path?: string | undefined }): RestJsonService | undefined {
  return services.filter(isRestJson).find((service) => service.unsigned?.includes(routeRestJson(service, { method, path, headers: {}, body: '' }).operation));
}

/** The error for a request that names no operation. */
export function missingAction(service: Service, method: string, path: string): AwsError {
  if (isRestJson(service)) return new AwsError('UnknownOperationException', `The local cloud has no operation of ${service.name} for ${method} ${path.split('?', 1)[0]?.slice(0, 100)}`, { status: 404 });
  const errors: Record<WireProtocol, AwsError> = {
    ec2: new AwsError('MissingParameter', 'The request must contain the parameter Action'),
    query: new AwsError('MissingAction', 'Missing Action'),
    json: new AwsError('UnknownOperationException', 'The request has no X-Amz-Target header'),
    'rest-xml': new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', { status: 405 }),
  };
  return errors[service.protocol];
}

function queryOf(path: string): string {
  const mark = path.indexOf('?');
  return mark < 0 ? '' : path.slice(mark + 1);
}

/** One parameter of a form, without decoding the rest. */
function parameter(form: string, name: string): string | undefined {
  return new RegExp(`(?:^|&)${name}=([\\w.-]*)`).exec(form)?.[1];
}
