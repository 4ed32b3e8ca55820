/** Finds a parameter, one's own or a public one, by name, ARN, `name:version` or `name:label`, and gives it the shape of the API. */
import { AwsError, type OperationContext, type Output } from '../../endpoint/operation.js';
import type { Reader, Transaction } from '../../state/store.js';
import { arnOfParameter, pathOfArn } from './parameter-arn.js';
import { publicParameter, publicParameters, type PublicParameter } from './public-parameters.js';
import { PARAMETERS, PAST_PARAMETERS, pastVersionId, type ParameterRecord } from './records.js';
import { valueOf } from './secure-string.js';

export interface FoundParameter {
  readonly name: string;
  readonly type: string;
  /** In the clear when decryption was asked for. */
  readonly value: string;
  readonly version: number;
  readonly arn: string;
  readonly dataType: string;
  readonly lastModified: number;
  readonly selector?: string | undefined;
}

/** Versions that are kept; the oldest goes for a new one, unless it has a label. */
export const MAXIMUM_VERSIONS = 100;

function ofOwn(record: ParameterRecord, withDecryption: boolean, context: OperationContext, selector?: string): FoundParameter {
  const { name, type, version, dataType, lastModified } = record;
  return { name, type, value: valueOf(record, withDecryption, context), version, dataType, lastModified, arn: arnOfParameter(name, context), selector };
}

function ofPublic(parameter: PublicParameter): FoundParameter {
  return parameter;
}

/** All versions of one's own parameter that there are, the oldest first; empty when there is none of that name. */
export function versionsOf(state: Reader, name: string): ParameterRecord[] {
  const latest = state.get(PARAMETERS, name);
  if (latest === undefined) return [];
  const versions = [latest];
  for (let version = latest.version - 1; version > 0; version--) {
    const past = state.get(PAST_PARAMETERS, pastVersionId(name, version));
    if (past === undefined) break;
    versions.unshift(past);
  }
  return versions;
}

/** Removes the parameter with all its versions; false when there is none of that name. */
export function removeParameter(tx: Transaction, name: string): boolean {
  const versions = versionsOf(tx, name);
  for (const { version } of versions) tx.delete(PAST_PARAMETERS, pastVersionId(name, version));
  tx.delete(PARAMETERS, name);
  return versions.length > 0;
}

/** Name without an ARN's head and without the spaces around it; a parameter without a slash loses the one that the ARN puts before it. */
export function plainName(text: string, context: OperationContext): string {
  const trimmed = text.trim();
  const path = pathOfArn(trimmed);
  if (path === undefined) return trimmed;
  const bare = path.slice(1);
  return !bare.includes('/') && context.state.get(PARAMETERS, bare.split(':')[0] ?? '') !== undefined ? bare : path;
}

function noVersion(name: string, selector: string): AwsError {
  const what = /^\d+$/.test(selector) ? `version ${selector}` : `label ${selector}`;
  return new AwsError('ParameterVersionNotFound', `Systems Manager could not find ${what} of ${name}. Verify the version and try again.`);
}

/** Undefined when there is none. Throws ParameterVersionNotFound when only the version or label is missing. */
export function findParameter(reference: string, withDecryption: boolean, context: OperationContext): FoundParameter | undefined {
  const text = plainName(reference, context);
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const selector = colon < 0 ? undefined : text.slice(colon + 1);
  const open = publicParameter(context.region, name);
  if (open !== undefined) {
    if (selector !== undefined && Number(selector) !== open.version) throw noVersion(name, selector);
    return selector === undefined ? ofPublic(open) : { ...ofPublic(open), selector: `:${selector}` };
  }
  const versions = versionsOf(context.state, name);
  const latest = versions.at(-1);
  if (latest === undefined) return undefined;
  if (selector === undefined) return ofOwn(latest, withDecryption, context);
  const chosen = versions.find((record) => (/^\d+$/.test(selector) ? record.version === Number(selector) : record.labels?.includes(selector) === true));
  if (chosen === undefined) throw noVersion(name, selector);
  return ofOwn(chosen, withDecryption, context, `:${selector}`);
}

export interface UnderPath {
  readonly recursive: boolean;
  readonly withDecryption: boolean;
  /** One's own that pass; public ones have only their type to be asked for. */
  readonly passes: (record: Pick<ParameterRecord, 'type' | 'keyId'>) => boolean;
  /** The versions with one of these labels instead of the latest ones. */
  readonly labels?: readonly string[] | undefined;
}

/** Everything under a path, in order of name; one level or all. */
export function parametersUnder(path: string, options: UnderPath, context: OperationContext): readonly FoundParameter[] {
  const prefix = path.endsWith('/') ? path : `${path}/`;
  const inside = ({ name }: { readonly name: string }): boolean =>
    name.startsWith('/') && name.startsWith(prefix) && (options.recursive || !name.slice(prefix.length).includes('/'));
  const { labels, withDecryption, passes } = options;
  const own = context.state.list(PARAMETERS).filter((record) => inside(record) && passes(record)).flatMap((record) => {
    if (labels === undefined) return ofOwn(record, withDecryption, context);
    return labels.flatMap((label) => versionsOf(context.state, record.name)
      .filter((version) => version.labels?.includes(label) === true).map((version) => ofOwn(version, withDecryption, context, `:${label}`)));
  });
  const open = prefix.startsWith('/aws/') && labels === undefined ? publicParameters(context.region).filter((parameter) => inside(parameter) && passes(parameter)).map(ofPublic) : [];
  return [...own, ...open].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Shape `Parameter` of the API. */
export function parameterOutput(found: FoundParameter): Output {
  return {
    Name: found.name,
    Type: found.type,
    Value: found.value,
    Version: found.version,
    Selector: found.selector,
    LastModifiedDate: new Date(found.lastModified),
    ARN: found.arn,
    DataType: found.dataType,
  };
}
