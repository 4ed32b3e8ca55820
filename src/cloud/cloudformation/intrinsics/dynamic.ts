/** Dynamic references, `{{resolve:ssm:NAME:VERSION}}`: values that are looked up when a resource is made or changed. */
import { AwsError, type OperationContext } from '../../endpoint/operation.js';
import { valueAt } from '../../endpoint/input.js';
import { validationError } from '../errors.js';
import { callNow } from '../service-call.js';
import { isList, isStructure, type Structure, type Value } from '../template/value.js';

/** A reference, or something that wants to be one. */
const REFERENCE = /\{\{resolve:([^:}]*):([^}]*)\}\}/g;

/** In one template (`aws-facts.md` §9). */
const LIMIT = 60;

function texts(value: Value): string[] {
  if (typeof value === 'string') return [value];
  if (isList(value)) return value.flatMap(texts);
  return isStructure(value) ? Object.values(value).flatMap(texts) : [];
}

/** Throws ValidationError for a service other than Parameter Store, a reference that is none, and too many of them. */
export function judgeDynamicReferences(value: Value): void {
  const found = texts(value).flatMap((text) => [...text.matchAll(REFERENCE)]);
  for (const [whole, service = '', rest = ''] of found) parts(whole, service, rest);
  if (found.length > LIMIT) throw validationError(`Template format error: Number of dynamic references, ${found.length}, is greater than maximum allowed, ${LIMIT}`);
}

function parts(whole: string, service: string, rest: string): { readonly name: string; readonly version: string | undefined } {
  if (service === 'ssm-secure' || service === 'secretsmanager') throw validationError(`The local cloud does not support dynamic references to ${service} (${whole.slice(0, 200)}); it has {{resolve:ssm:NAME}} and {{resolve:ssm:NAME:VERSION}}`);
  const match = service === 'ssm' ? /^([a-zA-Z0-9_.\-/]+)(?::([1-9]\d*))?$/.exec(rest) : null;
  if (match === null) throw validationError(`Template error: incorrect dynamic reference ${whole.slice(0, 200)}; it has to be {{resolve:ssm:NAME}} or {{resolve:ssm:NAME:VERSION}}`);
  return { name: match[1] ?? '', version: match[2] };
}

/** The value with every reference replaced by what the parameter holds now. Throws ValidationError for one that is not there. */
export function resolveDynamicReferences(value: Structure, context: OperationContext): Structure {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolved(item, context)]));
}

function resolved(value: Value, context: OperationContext): Value {
  if (typeof value === 'string') return value.replaceAll(REFERENCE, (whole: string, service: string, rest: string) => stored(parts(whole, service, rest), context));
  if (isList(value)) return value.map((item) => resolved(item, context));
  return isStructure(value) ? resolveDynamicReferences(value, context) : value;
}

function stored({ name, version }: { readonly name: string; readonly version: string | undefined }, context: OperationContext): string {
  const Name = version === undefined ? name : `${name}:${version}`;
  try {
    const reply = callNow(context, 'ssm', 'GetParameter', { Name });
    if (valueAt(reply, 'Parameter.Type') === 'SecureString') throw validationError(`Parameters [${name}] referenced by template have types not supported by CloudFormation.`);
    return String(valueAt(reply, 'Parameter.Value'));
  } catch (error) {
    if (error instanceof AwsError && /^Parameter(?:Version)?NotFound$/.test(error.code)) throw validationError(`Parameters: [ssm:${Name}] cannot be found.`);
    throw error;
  }
}
